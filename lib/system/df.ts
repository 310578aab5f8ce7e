/**
 * The free space of a disk, as `df` prints it on this machine and on others.
 *
 * @module
 */

import { outputIfGranted, type RunOptions } from "./process.ts";

/** The free space for the user on the disk of a folder; undefined where it is unknown. */
export interface FreeSpace {
  /** Bytes. */
  freeBytes: number | undefined;
  /** How many more files, folders and links the disk can hold: free inodes. */
  freeFiles: number | undefined;
}

/** The free space for a folder of this machine. It is unknown when `df` cannot be run. */
export async function freeSpace(folder: string | undefined, watch: RunOptions): Promise<FreeSpace> {
  if (folder === undefined) return { freeBytes: undefined, freeFiles: undefined };
  const ask = (options: string) => outputIfGranted("df", [options, folder], watch);
  const [bytes = "", files = ""] = await Promise.all([ask("-Pk"), ask("-Pi")]);
  return { freeBytes: availableBytes(bytes), freeFiles: availableFiles(files) };
}

/** The free bytes, from the fourth column of `df -Pk`. */
export function availableBytes(said: string): number | undefined {
  const match = /\s\d+\s+\d+\s+(\d+)\s+\d+%\s/.exec(said);
  return match === null ? undefined : Number(match[1]) * 1024;
}

/**
 * The number of free inodes, from the output of `df -Pi`. GNU's and busybox's `df` print inodes
 * only; those of the BSDs and macOS print blocks first. In both cases it is the number before the
 * last percentage. A `df` without `-i` has no such column, and a disk without a limit has no
 * percentage.
 */
export function availableFiles(said: string): number | undefined {
  if (!/\bifree\b/i.test(said)) return undefined;
  const match = /.*\s(\d+)\s+\d+%\s/.exec(said.trimEnd().split("\n").at(-1)!);
  return match === null ? undefined : Number(match[1]);
}

/**
 * The kind of file system that a folder is on, from the column of `df -PT` in GNU and busybox.
 * Elsewhere the name of the disk reveals network file systems.
 *
 * @param typed The output of `df -PT`; other versions use `-T` for something else.
 * @param plain The output of `df -Pk`.
 */
export function fileSystemOf(typed: string, plain: string): string | undefined {
  const row = (said: string) => said.trimEnd().split("\n").at(-1)!;
  if (/^Filesystem\s+Type\s/.test(typed)) {
    return /.\s+(\S+)(?:\s+\d+){3}\s+(?:\d+%|-)\s+\//.exec(row(typed))?.[1];
  }
  if (row(plain).startsWith("//")) return "smb";
  return /^[^\s/]+:\//.test(row(plain)) ? "nfs" : undefined;
}

/** The same for a folder of this machine; undefined when `df` cannot be run. */
export async function fileSystem(folder: string, watch: RunOptions): Promise<string | undefined> {
  const ask = (options: string) => outputIfGranted("df", [options, folder], watch);
  const [typed = "", plain = ""] = await Promise.all([ask("-PT"), ask("-Pk")]);
  return fileSystemOf(typed, plain);
}
