/**
 * Finds what copies have left in the staging areas of this machine, and removes it.
 *
 * @module
 */

import { removeEmpty, removeTree } from "../../system/tree.ts";
import { lookAt, namesIn, readText, walk } from "../../system/files.ts";
import type { FoundLeftover, Place, TidyRequest } from "../host.ts";
import { removeStaging } from "./left_staging.ts";
import { ABOUT, putBack, stagingNames } from "./claim.ts";
import { isOwned, tryLock } from "./lock.ts";
import { isFolder, isInTheWay, RealFolders } from "./real_folders.ts";
import { STORE } from "../../workspace/layout.ts";
import { ASIDE } from "../steps.ts";

/** Does {@linkcode Host.tidy}. */
export async function tidyLocally(
  { workspace, areas, places, remove }: TidyRequest,
  signal: AbortSignal | undefined,
): Promise<FoundLeftover[]> {
  const found: FoundLeftover[] = [];
  for (const area of areas.filter(isFolder)) {
    for (const name of stagingNames(area)) {
      const [folder, lock] = [`${area}/${name}`, `${area}/${name}.lock`];
      const left = [folder, lock].find((path) => lookAt(path) !== undefined);
      if (left === undefined) continue; // a copy has just ended
      const leftover = describe(left, "staging");
      if (await isOwned(lock)) leftover.state = "in use";
      else if (remove && await clear(folder, places, signal)) {
        removeDraft(workspace, name);
        leftover.state = "removed";
      } else if (remove) leftover.state = "in use";
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

/**
 * Removes what a copy has left. What it had moved aside and not replaced goes back first.
 *
 * @returns Whether it was removed: another copy may have just begun there.
 */
async function clear(
  staging: string,
  places: Place[],
  signal: AbortSignal | undefined,
): Promise<boolean> {
  if (isInTheWay(`${staging}.lock`)) removeTree(`${staging}.lock`);
  const take = () => tryLock(`${staging}.lock`, signal);
  const lock = await take() ?? await take(); // the first call removes a lock without an owner
  if (lock === undefined) return false;
  try {
    putBack(staging, places);
    if (lookAt(staging) !== undefined) removeStaging(staging);
    return true;
  } finally {
    lock.release();
  }
}

/** Removes the draft of records of an interrupted copy: see `records.ts`. */
function removeDraft(workspace: string, name: string): void {
  const store = `${workspace}/${STORE}`;
  if (!new RealFolders(workspace).has(store)) return;
  if (lookAt(`${store}/${name}`) !== undefined) removeTree(`${store}/${name}`);
  removeEmpty(store);
}

function describe(path: string, kind: FoundLeftover["kind"]): FoundLeftover {
  const leftover: FoundLeftover = {
    path,
    kind,
    bytes: 0,
    modified: Number(lookAt(path)?.mtime ?? 0),
    state: "left",
    about: "",
  };
  if (!isFolder(path)) return leftover; // another user has put something else there
  walk(path, ({ kind, size }) => leftover.bytes += kind === "file" ? size : 0);
  const about = `${path}/${ABOUT}`;
  leftover.modified = Number(lookAt(about)?.mtime ?? leftover.modified);
  leftover.about = readText(about) ?? "";
  return leftover;
}
