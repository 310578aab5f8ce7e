/**
 * What folders hold, so that what has come can be compared with what was found.
 *
 * @module
 */

import type { Entry, EntryKind } from "./entry.ts";

/** What a folder holds, summed up, whatever the order. */
export interface Content {
  /** A sum over all names, each with its kind. */
  names: number;
  /** Bytes of the files; `NaN` when they could not all be told. */
  bytes: number;
}

/** Counts one thing that a folder holds. */
export function count(content: Content, { path, kind, size }: Entry | Part): void {
  content.names = (content.names + hash(path, kind)) % Number.MAX_SAFE_INTEGER;
  if (kind === "file") content.bytes += size;
}

/** What is counted of a thing. */
export type Part = Pick<Entry, "path" | "kind" | "size">;

/** Counts all that a folder holds. */
export function contentOf(parts: Iterable<Part>): Content {
  const content = { names: 0, bytes: 0 };
  for (const part of parts) count(content, part);
  return content;
}

/** Whether two folders hold the same names and kinds, and as many bytes. */
export function isLike(content: Content, other: Content | undefined): boolean {
  if (other === undefined || content.names !== other.names) return false;
  return content.bytes === other.bytes || Number.isNaN(content.bytes + other.bytes);
}

const SEEDS: Record<EntryKind, number> = {
  file: 0x811c9dc5,
  folder: 0x050c5d1f,
  link: 0x9e3779b9,
  other: 0x7f4a7c15,
};

/** A number for a name and a kind: FNV-1a. */
function hash(name: string, kind: EntryKind): number {
  let value = SEEDS[kind];
  for (let at = 0; at < name.length; at++) {
    value = Math.imul(value ^ name.charCodeAt(at), 0x01000193);
  }
  return value >>> 0;
}

/** All that a folder holds, by its path there. */
export type Entries = ReadonlyMap<string, Entry>;

/** How what has come differs from what is there. */
export interface Difference {
  /** What has not come as it is, by its path: `is missing`. */
  lost: Map<string, string>;
  /** What must go: it is not there, or is something else; nothing of it lies in another. */
  extra: string[];
}

/** Compares what has come with what is there, by names, kinds and sizes. */
export function differenceOf(there: Entries, come: Entries): Difference {
  const lost = new Map<string, string>();
  const extra = new Set<string>();
  for (const [path, { kind, size }] of there) {
    const found = come.get(path);
    if (found === undefined) lost.set(path, "is missing");
    else if (found.kind !== kind) {
      lost.set(path, `is a ${found.kind}, not a ${kind}`);
      extra.add(path);
    } else if (kind === "file" && found.size !== size) {
      lost.set(path, `has ${found.size} bytes, not ${size}`);
    }
  }
  for (const path of come.keys()) if (!there.has(path)) extra.add(path);
  return { lost, extra: [...extra].filter((path) => !isBelow(path, extra)) };
}

/** Whether a path lies below one of others. */
function isBelow(path: string, others: ReadonlySet<string>): boolean {
  for (let at = path.lastIndexOf("/"); at > 0; at = path.lastIndexOf("/", at - 1)) {
    if (others.has(path.slice(0, at))) return true;
  }
  return false;
}

/** Whether a thing stayed what it was. */
export function isUnchanged(before: Entry, after: Entry | undefined): boolean {
  return after !== undefined && before.kind === after.kind && before.size === after.size &&
    before.mtime === after.mtime;
}
