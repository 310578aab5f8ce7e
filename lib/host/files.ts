/**
 * Looking at this machine's files: kinds, sizes and times of folders, and small files whole.
 *
 * @module
 */

import { lstatSync } from "node:fs";
import type { Entry } from "./host.ts";
import { refused } from "./access.ts";

/** A file that was read whole. */
export interface FileContent {
  /** Its bytes. */
  bytes: Uint8Array;
  /** Permission bits. */
  mode: number;
  /** Seconds since 1970, with nine decimals. */
  mtime: string;
}

/** Reads a file whole; undefined when there is none, or when it is anything but a plain file. */
export function readPlainFile(path: string): FileContent | undefined {
  const found = lookAt(path, "");
  if (found?.kind !== "file") return undefined;
  const bytes = attempt(path, () => Deno.readFileSync(path));
  return bytes && { bytes, mode: found.mode, mtime: found.mtime };
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

/** What stands at a path; undefined when nothing does. */
export function lookAt(path: string, as: string): Entry | undefined {
  const info = attempt(path, () => lstatSync(path, { bigint: true }));
  if (info === undefined) return undefined;
  const entry: Entry = {
    path: as,
    kind: info.isFile()
      ? "file"
      : info.isDirectory()
      ? "folder"
      : info.isSymbolicLink()
      ? "link"
      : "other",
    size: Number(info.size),
    mtime: seconds(info.mtimeNs),
    mode: Number(info.mode) & 0o7777,
  };
  if (entry.kind === "link") {
    const target = attempt(path, () => Deno.readLinkSync(path));
    if (target === undefined) return undefined;
    entry.target = target;
  }
  return entry;
}

/** Nanoseconds as seconds with nine decimals. */
function seconds(nanoseconds: bigint): string {
  const fraction = ((nanoseconds % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
  const whole = (nanoseconds - fraction) / 1_000_000_000n;
  return `${whole}.${String(fraction).padStart(9, "0")}`;
}

/**
 * Tells of all that is in a folder, folders before what they hold. What vanishes meanwhile is
 * passed over; what may not be read is told without what it holds.
 *
 * @param deep Whether to go into folders.
 */
export function walk(root: string, deep: boolean, tell: (entry: Entry) => void): void {
  const into = (folder: string): void => {
    for (const { name, isFile, isDirectory } of entriesOf(`${root}/${folder}`)) {
      const path = folder === "" ? name : `${folder}/${name}`;
      // Deno's own lstat takes half the time, and to the millisecond is enough for a file.
      const entry = isFile ? quickLook(`${root}/${path}`, path) : lookAt(`${root}/${path}`, path);
      if (entry === undefined) continue;
      tell(entry);
      if (isDirectory && deep) into(path);
    }
  };
  into("");
}

function entriesOf(path: string): Deno.DirEntry[] {
  try {
    return namesIn(path) ?? [];
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) return []; // rsync will name it
    throw error;
  }
}

function quickLook(path: string, as: string): Entry | undefined {
  const info = attempt(path, () => Deno.lstatSync(path));
  if (info === undefined) return undefined;
  const time = info.mtime?.getTime() ?? 0;
  return {
    path: as,
    kind: "file",
    size: info.size,
    mtime: `${Math.floor(time / 1000)}.${String(time % 1000).padStart(3, "0")}`,
    mode: (info.mode ?? 0o644) & 0o7777,
  };
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
    const code = (error as { code?: string }).code;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
}
