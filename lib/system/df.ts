/**
 * The free space of a disk, as `df` tells it on this machine and on others.
 *
 * @module
 */

import { outputIfGranted, type Watch } from "./process.ts";

/** Bytes free for the user where a folder is; undefined when `df` cannot be asked. */
export async function freeBytes(folder: string, watch: Watch): Promise<number | undefined> {
  return availableBytes(await outputIfGranted("df", ["-Pk", folder], watch) ?? "");
}

/** The fourth column of what `df -Pk` says of a folder, as bytes. */
export function availableBytes(said: string): number | undefined {
  const match = /\s\d+\s+\d+\s+(\d+)\s+\d+%\s/.exec(said);
  return match === null ? undefined : Number(match[1]) * 1024;
}
