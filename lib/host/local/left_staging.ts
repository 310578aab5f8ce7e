/**
 * What an earlier attempt has left in a staging folder. It is gone on with when it is as a copy
 * leaves it; somebody else may have prepared it, so that what is written there lands elsewhere.
 *
 * @module
 */

import { delay } from "@std/async/delay";
import { CURRENT, EXPERIMENTS } from "../../workspace/layout.ts";
import { removeTree } from "../../system/tree.ts";
import { isDoubtful, lookAt, namesIn } from "../../system/files.ts";
import { UNVERIFIED } from "../host.ts";
import { isFolder } from "./real_folders.ts";

/** Where, in a staging folder, what is being replaced waits until the new one stands. */
export const ASIDE = "replaced";

/** How deep a staging folder has nothing but folders: `jobs/TASK/JOB`, `replaced/jobs/TASK`. */
const DEPTH = 3;

/** How long files are looked at without hearing of anything else, in milliseconds. */
const BUSY = 50;

/**
 * Whether a staging folder has nothing but folders down to its jobs, and no file of which a name
 * stands elsewhere: rsync writes into the files that it goes on with.
 */
export async function isSound(staging: string, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    return strayIn(staging) === undefined && await hasNoNamesElsewhere(staging, signal);
  } catch (error) {
    // a folder that cannot be looked into may hold anything
    if (error instanceof Deno.errors.PermissionDenied) return false;
    throw error;
  }
}

/**
 * Whether all names of all files in a folder are in it. What has a name that Deno cannot tell cannot be
 * looked at, and goes, with the folder that it is in; it is brought anew.
 */
async function hasNoNamesElsewhere(
  root: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const unseen = new Map<number, number>(); // how many names of a file, by its inode
  let rested = performance.now();
  const folders = [root];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    if (performance.now() - rested > BUSY) {
      await delay(0, signal && { signal });
      rested = performance.now();
    }
    const entries = [...Deno.readDirSync(folder)];
    const isHere = ({ name }: Deno.DirEntry) =>
      !isDoubtful({ path: name }) || lookAt(`${folder}/${name}`, "") !== undefined;
    if (!`${folder}/`.startsWith(`${root}/${ASIDE}/`) && !entries.every(isHere)) {
      removeTree(folder);
      continue;
    }
    for (const { name, isDirectory } of entries.filter(isHere)) {
      const path = `${folder}/${name}`;
      if (isDirectory) {
        folders.push(path);
        continue;
      }
      const { ino, nlink } = Deno.lstatSync(path);
      if (nlink !== null && nlink > 1) unseen.set(ino!, (unseen.get(ino!) ?? nlink) - 1);
    }
  }
  return [...unseen.values()].every((names) => names === 0);
}

/** What stands in a staging folder where only folders should, and so could lead out of it. */
export function strayIn(staging: string): string | undefined {
  const look = (folder: string, depth: number): string | undefined => {
    for (const { name, isDirectory, isSymlink } of namesIn(`${staging}${folder}`) ?? []) {
      const path = `${folder}/${name}`;
      if (!isDirectory && (isSymlink || depth > 1) && !isCurrent(path, isSymlink)) return path;
      const below = isDirectory && depth < DEPTH ? look(path, depth + 1) : undefined;
      if (below !== undefined) return below;
    }
    return undefined;
  };
  const path = look("", 1);
  return path && `${staging}${path}`;
}

/** Whether it is the link that makes a run current, on its way to its place. */
function isCurrent(path: string, isLink: boolean): boolean {
  const [, place, , name] = path.split("/");
  return isLink && place === EXPERIMENTS && name === CURRENT;
}

/** Removes a staging folder. Its mark goes last: what stays of one is not to be trusted. */
export function removeStaging(staging: string): void {
  for (const name of isFolder(staging) ? markLast(staging) : []) removeTree(`${staging}/${name}`);
  removeTree(staging);
}

/** The names in a staging folder, that of its mark as the last one. */
function markLast(staging: string): string[] {
  const names = (namesIn(staging) ?? []).map(({ name }) => name);
  const marks = names.filter((name) => name === UNVERIFIED);
  return [...names.filter((name) => name !== UNVERIFIED), ...marks];
}

/** Removes all but what is to go back to its place, or to be kept; no link is followed. */
export function clearStaging(staging: string): void {
  for (const name of markLast(staging)) {
    if (name === ASIDE) keepFolders(`${staging}/${name}`, 1);
    else removeTree(`${staging}/${name}`);
  }
}

/** Removes what stands where only folders should. */
function keepFolders(path: string, depth: number): void {
  if (!isFolder(path)) return removeTree(path);
  if (depth === DEPTH) return;
  for (const { name } of namesIn(path) ?? []) keepFolders(`${path}/${name}`, depth + 1);
}
