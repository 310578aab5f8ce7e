/**
 * The free space of a disk, as `df` tells it on this machine and on others.
 *
 * @module
 */

import { outputIfGranted, type Watch } from "./process.ts";

/** What is free for the user where a folder is; undefined where that is unknown. */
export interface FreeSpace {
  /** Bytes. */
  freeBytes: number | undefined;
  /** How many files, folders and links can still be made: inodes. */
  freeFiles: number | undefined;
}

/** What is free where a folder of this machine is; nothing is known when `df` cannot be asked. */
export async function freeSpace(folder: string | undefined, watch: Watch): Promise<FreeSpace> {
  if (folder === undefined) return { freeBytes: undefined, freeFiles: undefined };
  const ask = (options: string) => outputIfGranted("df", [options, folder], watch);
  const [bytes = "", files = ""] = await Promise.all([ask("-Pk"), ask("-Pi")]);
  return { freeBytes: availableBytes(bytes), freeFiles: availableFiles(files) };
}

/** The fourth column of what `df -Pk` says of a folder, as bytes. */
export function availableBytes(said: string): number | undefined {
  const match = /\s\d+\s+\d+\s+(\d+)\s+\d+%\s/.exec(said);
  return match === null ? undefined : Number(match[1]) * 1024;
}

/**
 * What `df -Pi` says of a folder: how many files can still be made. GNU's and busybox's tell of
 * inodes alone, the BSDs' and macOS's of blocks before; either way it is the number before the last
 * share. A `df` that takes no `-i` has no such column; a disk that has no such bound has no share.
 */
export function availableFiles(said: string): number | undefined {
  if (!/\bifree\b/i.test(said)) return undefined;
  const match = /.*\s(\d+)\s+\d+%\s/.exec(said.trimEnd().split("\n").at(-1)!);
  return match === null ? undefined : Number(match[1]);
}

/**
 * The kind of file system that a folder is on: by the column that GNU's and busybox's `df -PT` has.
 * Elsewhere the name of the disk tells what other machines serve.
 *
 * @param typed What `df -PT` says; others take `-T` for something else.
 * @param plain What `df -Pk` says.
 */
export function fileSystemOf(typed: string, plain: string): string | undefined {
  const row = (said: string) => said.trimEnd().split("\n").at(-1)!;
  if (/^Filesystem\s+Type\s/.test(typed)) {
    return /.\s+(\S+)(?:\s+\d+){3}\s+(?:\d+%|-)\s+\//.exec(row(typed))?.[1];
  }
  if (row(plain).startsWith("//")) return "smb";
  return /^[^\s/]+:\//.test(row(plain)) ? "nfs" : undefined;
}

/** The same of a folder of this machine; undefined when `df` cannot be asked. */
export async function fileSystem(folder: string, watch: Watch): Promise<string | undefined> {
  const ask = (options: string) => outputIfGranted("df", [options, folder], watch);
  const [typed = "", plain = ""] = await Promise.all([ask("-PT"), ask("-Pk")]);
  return fileSystemOf(typed, plain);
}
