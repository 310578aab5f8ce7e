/**
 * What copies have left in the staging areas of this machine.
 *
 * @module
 */

import { removeEmpty, removeTree } from "./changes.ts";
import { lookAt, namesIn, readText, walk } from "./files.ts";
import type { FoundLeftover, Place, TidyRequest } from "./host.ts";
import { ASIDE } from "./left_staging.ts";
import { ABOUT, putBack, STAGING_NAME } from "./local_claim.ts";
import { isOwned, tryLock } from "./lock.ts";
import { isFolder } from "./real_folders.ts";

/** Finds what copies have left, and removes it when it is told to. */
export async function tidyLocally(
  { areas, places, remove }: TidyRequest,
  signal: AbortSignal | undefined,
): Promise<FoundLeftover[]> {
  const found: FoundLeftover[] = [];
  for (const area of areas.filter(isFolder)) {
    for (const { name } of namesIn(area) ?? []) {
      if (!STAGING_NAME.test(name) || !isFolder(`${area}/${name}`)) continue;
      const leftover = describe(`${area}/${name}`, "staging");
      if (await isOwned(`${leftover.path}.lock`)) leftover.state = "in use";
      else if (remove) {
        const lock = await tryLock(`${leftover.path}.lock`, signal);
        leftover.state = lock === undefined ? "in use" : "removed";
        try {
          if (lock !== undefined) clear(leftover.path, places);
        } finally {
          lock?.release();
        }
      }
      found.push(leftover);
    }
    const kept = `${area}/${ASIDE}`;
    for (const { name } of isFolder(kept) ? namesIn(kept)! : []) {
      if (!isFolder(`${kept}/${name}`)) continue;
      const leftover = describe(`${kept}/${name}`, "replaced");
      if (remove) {
        removeTree(leftover.path);
        leftover.state = "removed";
      }
      found.push(leftover);
    }
    if (!remove) continue;
    removeEmpty(kept);
    removeEmpty(area);
  }
  return found;
}

/** Removes what a copy has left, but for what it had moved aside and not replaced. */
function clear(staging: string, places: Place[]): void {
  putBack(staging, places);
  removeTree(staging);
}

function describe(path: string, kind: FoundLeftover["kind"]): FoundLeftover {
  let bytes = 0;
  walk(path, true, ({ kind, size }) => bytes += kind === "file" ? size : 0);
  const about = readText(`${path}/${ABOUT}`) ?? "";
  const changed = lookAt(`${path}/${ABOUT}`, "") ?? lookAt(path, "");
  return { path, kind, bytes, modified: Number(changed?.mtime ?? 0), state: "left", about };
}
