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
  if (await ask("-w") !== undefined) return true;
  return await ask("-d") === undefined ? undefined : false;
}
