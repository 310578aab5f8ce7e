/**
 * Reads this machine's file system: kinds, sizes and times of entries, and small files as a whole.
 *
 * @module
 */

import { CopyError } from "../errors.ts";

import type { Entry } from "./entry.ts";
import { isGranted, refused } from "./permissions.ts";

/** The most bytes of a run's texts: its list of jobs, its state, its events. */
const MAX_TEXT = 1 << 28;

/**
 * The smallest hole of a file, in bytes. Some file systems store smaller files with the name, in no
 * block at all.
 */
const HOLE = 4096;

/**
 * Reads a text; undefined when it does not exist, or is anything but a plain file.
 *
 * @throws {CopyError} `refused`, when it is larger than any text of a run.
 */
export function readText(path: string): string | undefined {
  const entry = lookAt(path);
  if (entry?.kind !== "file") return undefined;
  if (entry.size > MAX_TEXT) throw new CopyError("refused", `${path} is larger than 256 MiB`);
  return attempt(path, () => Deno.readTextFileSync(path));
}

/**
 * Whether a path exists. A path behind a link that Deno was not granted counts as existing. One
 * that the system does not let the user see, or whose name is too long, does not.
 */
export function stands(root: string, path: string): boolean {
  let at = root;
  for (const name of path.split("/")) {
    at = `${at}/${name}`;
    const entry = lookIfAllowed(at);
    if (entry === undefined) return false;
    const real = entry.kind === "link" ? realPath(at) : undefined;
    if (real === undefined) continue;
    if (!isGranted("read", real)) return true;
    at = real;
  }
  return true;
}

function lookIfAllowed(path: string): Entry | undefined {
  try {
    return lookAt(path);
  } catch (error) {
    if (typeof (error as { code?: unknown }).code === "string") return undefined;
    throw error;
  }
}

/** The names in a folder; undefined when there is no such folder. */
export function namesIn(path: string): Deno.DirEntry[] | undefined {
  return attempt(path, () => [...Deno.readDirSync(path)]);
}

/** The real path, links resolved; undefined when it does not exist. */
export function realPath(path: string): string | undefined {
  return attempt(path, () => Deno.realPathSync(path));
}

/** The target of a link, as written; undefined when the path is no link. */
export function linkTarget(path: string): string | undefined {
  return lookAt(path)?.target;
}

/**
 * The entry at a path; undefined when there is none. Deno knows times to the millisecond.
 *
 * @param as Its path in the folder that it is looked at for. Default: it is that folder itself.
 */
export function lookAt(path: string, as = ""): Entry | undefined {
  let info;
  try {
    info = Deno.lstatSync(path);
  } catch (error) {
    return nothing(path, error);
  }
  const entry: Entry = {
    path: as,
    kind: info.isFile ? "file" : info.isDirectory ? "folder" : info.isSymlink ? "link" : "other",
    size: info.size,
    mtime: seconds(info.mtime?.getTime() ?? 0),
    mode: (info.mode ?? 0o644) & 0o7777,
  };
  if (entry.kind === "link") {
    const target = attempt(path, () => targetOf(path));
    if (target === undefined) return undefined;
    entry.target = target;
  }
  if (info.isFile && hasHoles(info.size, info.blocks ?? 0)) entry.holes = true;
  if (info.isFile && (info.nlink ?? 1) > 1) entry.shared = `${info.dev}.${info.ino}`;
  return entry;
}

/** Deno's replacement for bytes that are not UTF-8, in names and targets. */
const UNTOLD = "\ufffd";

/**
 * The target of a link. Nothing here follows a target that is not UTF-8, so any text will do for
 * it.
 */
function targetOf(path: string): string {
  try {
    return Deno.readLinkSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.InvalidData) return `${UNTOLD} (not UTF-8)`;
    throw error;
  }
}

/** Whether Deno may have misread the name or the target of an entry, as it is not UTF-8. */
export function isDoubtful({ path, target = "" }: Pick<Entry, "path" | "target">): boolean {
  return path.includes(UNTOLD) || target.includes(UNTOLD);
}

/** The entry that replaces those of a folder that could not be read. */
export function unreadable(why: string): Entry {
  const trouble = `cannot be read: ${why}`;
  return { path: "", kind: "other", size: 0, mtime: "0", mode: 0, trouble };
}

/** Whether a file of this size has holes, when it occupies so many blocks of 512 bytes. */
export function hasHoles(size: number, blocks: number): boolean {
  return size - blocks * 512 >= HOLE;
}

/** Milliseconds as seconds with three decimals. */
function seconds(milliseconds: number): string {
  const fraction = ((milliseconds % 1000) + 1000) % 1000;
  return `${(milliseconds - fraction) / 1000}.${String(fraction).padStart(3, "0")}`;
}

/**
 * Visits all that a folder contains, each folder before its content. Entries that vanish meanwhile
 * are skipped; a folder that the user may not read is visited without its content.
 *
 * (`walkSync` of `@std/fs` throws in both cases, and gives no sizes and times; it is no faster.)
 *
 * @returns Whether Deno may have misread an entry. Then the list may be incomplete or wrong.
 */
export function walk(root: string, tell: (entry: Entry) => void): boolean {
  let doubtful = false;
  const into = (folder: string): void => {
    for (const { name, isDirectory } of entriesOf(`${root}/${folder}`)) {
      const path = folder === "" ? name : `${folder}/${name}`;
      const entry = lookAt(`${root}/${path}`, path);
      doubtful ||= isDoubtful(entry ?? { path });
      if (entry === undefined) continue;
      tell(entry);
      if (isDirectory) into(path);
    }
  };
  into("");
  return doubtful;
}

/** The entries of a folder; none when it does not exist, or when the user may not read it. */
export function entriesOf(path: string): Deno.DirEntry[] {
  try {
    return namesIn(path) ?? [];
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) return []; // rsync will report it
    throw error;
  }
}

/** Does something with a path; undefined when the path does not exist. */
function attempt<T>(path: string, action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    return nothing(path, error);
  }
}

/** Undefined when an error says that a path does not exist; throws any other. */
function nothing(path: string, error: unknown): undefined {
  if (error instanceof Deno.errors.NotCapable) throw refused("read", path);
  if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return;
  if (error instanceof Deno.errors.InvalidData) {
    throw new CopyError("refused", `${path} leads to a path that is not UTF-8`);
  }
  throw error;
}
