/**
 * What has to be written over one staged folder: files, links, and the times of its folders.
 *
 * @module
 */

import { normalize } from "@std/path";
import { CopyError } from "../errors.ts";
import type { Entry } from "../host/host.ts";
import type { Original } from "../host/originals.ts";
import type { OverlayEntry } from "../host/overlay.ts";
import {
  climbsOut,
  type DocumentKind,
  type PathMap,
  relocate,
  type Relocated,
  relocatePath,
} from "./relocate.ts";

/** What was read where the copy is on this machine: at the source, or where it was staged. */
export type Originals = ReadonlyMap<string, Original>;

/** What to write over a folder, and what to say about it. */
export interface Rewriting {
  /** What to write, paths relative to the staging folder. */
  overlay: OverlayEntry[];
  /** What the user should know. */
  notes: string[];
  /** Paths outside the source workspace that its files and links name, as they stand there. */
  outside: string[];
  /** Paths in the source workspace that they name, relative to it. */
  inside: string[];
}

/** Gathers what has to be written over one folder. */
export class FolderRewriting {
  readonly notes: string[] = [];
  readonly #overlay: OverlayEntry[] = [];
  readonly #outside = new Set<string>();
  readonly #inside = new Set<string>();
  /** The folders whose times writing will change. */
  readonly #touched = new Set<string>();

  constructor(
    private readonly folder: string,
    private readonly folders: ReadonlyMap<string, Entry>,
    private readonly originals: Originals,
    private readonly map: PathMap,
  ) {
    // They were opened for what is written into them.
    for (const [path, { mode }] of folders) if (isClosed(mode)) this.touch(path);
  }

  /** Relocates a document that the folder cannot be published without. */
  document(path: string, kind: DocumentKind, file: Original): void {
    try {
      this.#take(path, file, relocate(kind, decode(file.bytes), this.map), false);
    } catch (error) {
      throw unusable(path, error);
    }
  }

  /** Relocates a document; one that is not JSON stays as it is, and is noted. */
  optionalDocument(
    path: string,
    kind: DocumentKind,
    file: Original,
    jobPath?: string,
    changed = false,
  ): void {
    try {
      this.#take(path, file, relocate(kind, decode(file.bytes), this.map, jobPath), changed);
    } catch (error) {
      this.notes.push(unusable(path, error).message);
    }
  }

  #take(path: string, file: Original, relocated: Relocated, changed: boolean): void {
    for (const outside of relocated.outside) this.#outside.add(outside);
    for (const inside of relocated.inside) this.#inside.add(inside);
    this.notes.push(...relocated.notes.map((note) => `${path}: ${note}`));
    if (relocated.text === undefined && !changed) return;
    const bytes = relocated.text === undefined
      ? file.bytes
      : new TextEncoder().encode(relocated.text);
    const { mode, mtime } = file;
    this.#overlay.push({ path: `${this.folder}/${path}`, kind: "file", bytes, mode, mtime });
    this.touch(parentOf(path));
  }

  /** Relocates a link that leads into the source workspace by an absolute path. */
  link({ path, target, mtime }: Entry): void {
    const moved = relocatePath(target!, this.map);
    const place = `${this.folder}/${parentOf(path)}/${target}`;
    if (moved !== undefined) {
      this.addLink(path, moved, mtime);
      this.#inside.add(moved.slice(this.map.destination.length + 1));
    } else if (target!.startsWith("/") || climbsOut(place)) this.#outside.add(target!);
    else this.#inside.add(normalize(place));
  }

  /** Adds a link, with the time that it had, or else with another. */
  addLink(path: string, target: string, mtime: string): void {
    const full = `${this.folder}/${path}`;
    const time = this.originals.get(full)?.mtime ?? mtime;
    this.#overlay.push({ path: full, kind: "link", target, mtime: time });
    this.touch(parentOf(path));
  }

  /** Gives a folder, and those it is in, the times of the source again. */
  touch(path: string): void {
    for (let at = path.length; at > 0; at = path.lastIndexOf("/", at - 1)) {
      this.#touched.add(path.slice(0, at));
    }
    this.#touched.add("");
  }

  finish(): Rewriting {
    for (const path of this.#touched) {
      const full = path === "" ? this.folder : `${this.folder}/${path}`;
      const { mode = 0o755, mtime = now() } = this.folders.get(path) ?? {};
      const time = this.originals.get(full)?.mtime ?? mtime;
      this.#overlay.push({ path: full, kind: "folder", mode, mtime: time });
    }
    return {
      overlay: this.#overlay,
      notes: this.notes,
      outside: [...this.#outside],
      inside: [...this.#inside],
    };
  }
}

/** Whether a folder's owner may not write into it. */
export function isClosed(mode: number): boolean {
  return (mode & 0o200) === 0;
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

function unusable(path: string, error: unknown): CopyError {
  if (!(error instanceof SyntaxError)) throw error;
  return new CopyError("job", `${path} is not JSON (${error.message})`);
}

/** This moment, in seconds since 1970. */
export function now(): string {
  return (Date.now() / 1000).toFixed(3);
}

/** Bytes as text. */
export function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new SyntaxError("not UTF-8");
  }
}
