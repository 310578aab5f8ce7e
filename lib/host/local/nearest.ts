/**
 * What exists of a path, and whether it may be written.
 *
 * @module
 */

import { lookAt } from "../../system/files.ts";
import { isGranted } from "../../system/permissions.ts";
import type { RunOptions } from "../../system/process.ts";
import { isWritable } from "../../system/writable.ts";
import { parentOf } from "../../workspace/layout.ts";

/** The longest part of a path that exists; undefined when that may not be read. */
export function nearestOf(path: string): string | undefined {
  for (; path !== ""; path = parentOf(path)) {
    if (!isGranted("read", path)) return undefined;
    if (lookAt(path) !== undefined) return path;
  }
  return "/";
}

/**
 * The first folder that has to be written to for some places, and may not. Of a place that is there
 * only staging is written to: whether other folders in it may be depends on what is copied.
 */
export async function findUnwritable(
  places: readonly string[],
  staging: readonly string[],
  watch: RunOptions,
): Promise<string | undefined> {
  const folders = places.map((place) => ({ place, nearest: nearestOf(place) }))
    .filter(({ place, nearest }) => nearest !== place || staging.includes(place))
    .flatMap(({ nearest }) => nearest ?? []);
  for (const folder of new Set(folders)) {
    if (await isWritable(folder, watch) === false) return folder;
  }
  return undefined;
}
