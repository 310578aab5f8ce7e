/**
 * What copies have left in the staging areas of this machine.
 *
 * @module
 */

import { removeTree } from "./changes.ts";
import { lookAt, namesIn, readText, walk } from "./files.ts";
import type { FoundLeftover, TidyRequest } from "./host.ts";
import { ABOUT, ASIDE, putBack, STAGING_NAME } from "./local_claim.ts";
import { isOwned, tryLock } from "./lock.ts";

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
        if (lock === undefined) continue;
        putBack(leftover.path, places);
        removeTree(leftover.path);
        lock.release();
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
    if (remove) removeEmpty(area);
  }
  return found;
}

/** Whether a folder is there, and no link to one: a workspace may come from somebody else. */
function isFolder(path: string): boolean {
  return lookAt(path, "")?.kind === "folder";
}

/** Removes a staging area in which nothing is. */
function removeEmpty(area: string): void {
  for (const path of [`${area}/${ASIDE}`, area]) {
    if (namesIn(path)?.length === 0) removeTree(path);
  }
}

function describe(path: string, kind: FoundLeftover["kind"]): FoundLeftover {
  let bytes = 0;
  walk(path, true, ({ kind, size }) => bytes += kind === "file" ? size : 0);
  const about = readText(`${path}/${ABOUT}`) ?? "";
  const changed = lookAt(`${path}/${ABOUT}`, "") ?? lookAt(path, "");
  return { path, kind, bytes, modified: Number(changed?.mtime ?? 0), state: "left", about };
}
