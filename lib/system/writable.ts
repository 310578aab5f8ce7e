/**
 * Whether the system lets the user write to a folder.
 *
 * @module
 */

import { outputIfGranted, type RunOptions } from "./process.ts";

/**
 * Whether the system lets the user write to a folder; undefined when `test` may not be run. Deno
 * itself shows only modes, which say nothing about access lists or a disk that is read-only.
 */
export async function isWritable(folder: string, watch: RunOptions): Promise<boolean | undefined> {
  const ask = (option: string) => outputIfGranted("test", [option, folder], watch);
  const [isFolder, mayWrite] = await Promise.all([ask("-d"), ask("-w")]);
  return isFolder === undefined ? undefined : mayWrite !== undefined;
}
