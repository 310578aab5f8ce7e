/**
 * Tells rsync to follow the rules of a folder that others share.
 *
 * @module
 */

import type { Sharing } from "../system/sharing.ts";

/**
 * The options for rsync, and the values for its `--chmod`.
 *
 * @param openrsyncSends Whether openrsync sends. Then `--chmod` has no effect on the folders in its
 * list, so the receiving rsync gives everything the group and the permissions of new entries.
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
