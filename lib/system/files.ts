/**
 * Looking at this machine's files: kinds, sizes and times of folders, and small files whole.
 *
 * @module
 */

import { CopyError } from "../errors.ts";

import type { Entry } from "./entry.ts";
import { isGranted, refused } from "./permissions.ts";

/** The most bytes that a text of a run may have: its list of jobs, its state, its events. */
const MAX_TEXT = 1 << 28;

/** The most bytes of a file that costs next to nothing to read. */
const SMALL = 1 << 22;

/** The smallest hole of a file, in bytes: less is kept with a file's name. */
const HOLE = 4096;

/**
 * Reads a text; undefined when there is none, or when it is anything but a plain file.
 *
 * @throws {CopyError} `refused`, when it is larger than such a text is.
 */
export function readText(path: string): string | undefined {
  const entry = lookAt(path, "");
  if (entry?.kind !== "file") return undefined;
  if (entry.size > MAX_TEXT) throw new CopyError("refused", `${path} is larger than 256 MiB`);
  return attempt(path, () => Deno.readTextFileSync(path));
}

/** The bytes of a small plain file; undefined for every other, and for one that may not be read. */
export function readSmall(path: string): Uint8Array | undefined {
  const entry = lookAt(path, "");
  if (entry?.kind !== "file" || entry.size > SMALL) return undefined;
  try {
    return attempt(path, () => Deno.readFileSync(path));
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) return undefined;
    throw error;
  }
}

/**
 * Whether something is there. What lies behind a link that Deno was not granted counts as there; what
 * the system lets nobody look at, or has no room for in a name, does not.
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
    return lookAt(path, "");
  } catch (error) {
    if (typeof (error as { code?: unknown }).code === "string") return undefined;
    throw error;
  }
}

/** The names in a folder; undefined when there is no such folder. */
export function namesIn(path: string): Deno.DirEntry[] | undefined {
  return attempt(path, () => [...Deno.readDirSync(path)]);
}

/** Where a path leads, links resolved; undefined when it leads nowhere. */
export function realPath(path: string): string | undefined {
  return attempt(path, () => Deno.realPathSync(path));
}

/** Where a link leads, as it says; undefined when it is no link. */
export function linkTarget(path: string): string | undefined {
  return lookAt(path, "")?.target;
}

/** What stands at a path; undefined when nothing does. Deno tells times to the millisecond. */
export function lookAt(path: string, as: string): Entry | undefined {
  const info = attempt(path, () => Deno.lstatSync(path));
  if (info === undefined) return undefined;
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

/** What stands for something in names and targets that Deno cannot tell: they are not UTF-8. */
const UNTOLD = "\ufffd";

/** Where a link leads; a target that is not UTF-8 is none that anything here would follow. */
function targetOf(path: string): string {
  try {
    return Deno.readLinkSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.InvalidData) return `${UNTOLD} (not UTF-8)`;
    throw error;
  }
}

/** Whether the name or the target of an entry may be another one: Deno cannot tell all of it. */
export function isDoubtful({ path, target = "" }: Pick<Entry, "path" | "target">): boolean {
  return path.includes(UNTOLD) || target.includes(UNTOLD);
}

/** What is told in place of all that is in a folder which could not be looked at. */
export function unreadable(why: string): Entry {
  const trouble = `cannot be read: ${why}`;
  return { path: "", kind: "other", size: 0, mtime: "0", mode: 0, trouble };
}

/** Whether a file of so many bytes has holes, when it takes so many blocks of 512 bytes. */
export function hasHoles(size: number, blocks: number): boolean {
  return size - blocks * 512 >= HOLE;
}

/** Milliseconds as seconds with three decimals. */
function seconds(milliseconds: number): string {
  const fraction = ((milliseconds % 1000) + 1000) % 1000;
  return `${(milliseconds - fraction) / 1000}.${String(fraction).padStart(3, "0")}`;
}

/**
 * Tells of all that is in a folder, folders before what they hold. What vanishes meanwhile is
 * passed over; what may not be read is told without what it holds.
 *
 * (`walkSync` of `@std/fs` throws in both cases, and tells no sizes and times; it is no faster.)
 *
 * @param deep Whether to go into folders.
 * @returns Whether anything there is doubtful: then there may be more, and other things.
 */
export function walk(root: string, deep: boolean, tell: (entry: Entry) => void): boolean {
  let doubtful = false;
  const into = (folder: string): void => {
    for (const { name, isDirectory } of entriesOf(`${root}/${folder}`)) {
      const path = folder === "" ? name : `${folder}/${name}`;
      const entry = lookAt(`${root}/${path}`, path);
      doubtful ||= isDoubtful(entry ?? { path });
      if (entry === undefined) continue;
      tell(entry);
      if (isDirectory && deep) into(path);
    }
  };
  into("");
  return doubtful;
}

/** What is in a folder; nothing, when it is not there or may not be read. */
export function entriesOf(path: string): Deno.DirEntry[] {
  try {
    return namesIn(path) ?? [];
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) return []; // rsync will name it
    throw error;
  }
}

/** Does something with a path; undefined when it is not there. */
function attempt<T>(path: string, action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw refused("read", path);
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return undefined;
    }
    if (error instanceof Deno.errors.InvalidData) {
      throw new CopyError("refused", `${path} leads to a path that is not UTF-8`);
    }
    throw error;
  }
}
