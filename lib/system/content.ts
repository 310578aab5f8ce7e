/**
 * Compares the content of folders: what has arrived, and what the scan of the source found.
 *
 * @module
 */

import type { Entry, EntryKind } from "./entry.ts";

/** A sum of what a folder contains, the same in any order. */
export interface Content {
  /** A sum over all names, each with its kind. */
  names: number;
  /** The bytes of all files; `NaN` when some sizes are unknown. */
  bytes: number;
}

/** Adds one entry of a folder to its sum, and to one more where that is given. */
export function count(content: Content, { path, kind, size }: Entry | Part, also?: Content): void {
  const name = hash(path, SEEDS[kind]);
  for (const sum of also === undefined ? [content] : [content, also]) {
    sum.names += name;
    if (sum.names >= Number.MAX_SAFE_INTEGER) sum.names -= Number.MAX_SAFE_INTEGER;
    if (kind === "file") sum.bytes += size;
  }
}

/** The fields of an entry that count. */
export type Part = Pick<Entry, "path" | "kind" | "size">;

/** The sum of several entries. */
export function contentOf(parts: Iterable<Part>): Content {
  const content = { names: 0, bytes: 0 };
  for (const part of parts) count(content, part);
  return content;
}

/** Whether two folders contain the same names and kinds, and equally many bytes. */
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

/** A number for a text, by the hash FNV-1a. */
export function hash(text: string, seed: number = SEEDS.file): number {
  let value = seed;
  for (let at = 0; at < text.length; at++) {
    value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  }
  return value >>> 0;
}

/** The entries of a folder, by their paths in it. */
export type Entries = ReadonlyMap<string, Entry>;

/** How the folder that has arrived differs from the one at the source. */
export interface Difference {
  /** Entries that are missing or wrong, by path, with the fault: `is missing`. */
  lost: Map<string, string>;
  /**
   * Entries to remove, because the source has none of that path, or one of another kind. No path
   * lies below another.
   */
  extra: string[];
}

/** Compares what has arrived with what is at the source, by names, kinds and sizes. */
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

/** Whether a path lies below one of the others. */
function isBelow(path: string, others: ReadonlySet<string>): boolean {
  for (let at = path.lastIndexOf("/"); at > 0; at = path.lastIndexOf("/", at - 1)) {
    if (others.has(path.slice(0, at))) return true;
  }
  return false;
}

/** Whether an entry has not changed, by its kind, size and time. */
export function isUnchanged(before: Entry, after: Entry | undefined): boolean {
  return after !== undefined && before.kind === after.kind && before.size === after.size &&
    before.mtime === after.mtime;
}
