/**
 * How rsync holds what it copies to what a folder is that others share.
 *
 * @module
 */

import type { Sharing } from "../system/sharing.ts";

/**
 * What rsync is told: its arguments, and what it is told by `--chmod`.
 *
 * @param openrsyncSends Whether openrsync sends it: `--chmod` does not reach the folders that it tells
 * of, so the rsync that gets them makes everything as new.
 */
export function rsyncSharing(
  sharing: Sharing | undefined,
  openrsyncSends = false,
): { options: string[]; modes: string[] } {
  if (sharing === undefined) return { options: [], modes: [] };
  if (openrsyncSends) return { options: ["--no-g", "--no-p"], modes: [] };
  const { group, permissions } = sharing;
  const taken = [..."ugo"].flatMap((who, at) => {
    const bits = ~permissions >> (6 - 3 * at) & 7;
    const letters = [..."rwx"].filter((_, bit) => bits & 4 >> bit).join("");
    return letters === "" ? [] : [`${who}-${letters}`];
  });
  return group === undefined
    ? { options: [], modes: taken }
    : { options: ["--no-g"], modes: ["Dg+s", ...taken] };
}
