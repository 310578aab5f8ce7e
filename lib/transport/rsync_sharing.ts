/**
 * How rsync holds what it copies to what a folder is that others share.
 *
 * @module
 */

import type { Sharing } from "../system/sharing.ts";

/** What rsync is told: its arguments, and what it is told by `--chmod`. */
export function rsyncSharing(sharing: Sharing | undefined): { options: string[]; modes: string[] } {
  if (sharing === undefined) return { options: [], modes: [] };
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
