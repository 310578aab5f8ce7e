/**
 * Leftovers of an earlier attempt in a staging folder. A copy resumes with them only if they look
 * as a copy leaves them: another user may have prepared them, so that what is written there goes
 * elsewhere.
 *
 * @module
 */

import { CURRENT, depthOf, EXPERIMENTS } from "../../workspace/layout.ts";
import { removeTree } from "../../system/tree.ts";
import { isDoubtful, lookAt, namesIn } from "../../system/files.ts";
import { UNVERIFIED } from "../host.ts";
import { ASIDE } from "../steps.ts";
import { resting } from "../../system/process.ts";
import { isFolder } from "./real_folders.ts";

/**
 * Whether a staging folder has only folders down to its jobs, and no file with a hard link
 * elsewhere: rsync writes into the files that it resumes.
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
 * Whether all hard links of all files in a folder are in it. A folder with a name that Deno cannot
 * open cannot be checked: it is removed, and brought again.
 */
async function hasNoNamesElsewhere(
  root: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const unseen = new Map<number, number>(); // how many names of a file, by its inode
  const rest = resting({ signal });
  const folders = [root];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    await rest();
    const entries = [...Deno.readDirSync(folder)];
    const isHere = ({ name }: Deno.DirEntry) =>
      !isDoubtful({ path: name }) || lookAt(`${folder}/${name}`) !== undefined;
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

/** An entry of a staging folder where only folders should be, which could lead out of it. */
export function strayIn(staging: string): string | undefined {
  const look = (folder: string, depth: number): string | undefined => {
    for (const { name, isDirectory, isSymlink } of namesIn(`${staging}${folder}`) ?? []) {
      const path = `${folder}/${name}`;
      if (!isDirectory && (isSymlink || depth > 1) && !isCurrent(path, isSymlink)) return path;
      const below = isDirectory && depth < depthOf(path.slice(1))
        ? look(path, depth + 1)
        : undefined;
      if (below !== undefined) return below;
    }
    return undefined;
  };
  const path = look("", 1);
  return path && `${staging}${path}`;
}

/** Whether it is the new link `current`, on its way to its place. */
function isCurrent(path: string, isLink: boolean): boolean {
  const [, place, , name] = path.split("/");
  return isLink && place === EXPERIMENTS && name === CURRENT;
}

/** Removes a staging folder, its mark last: if some of it stays, it must not be trusted. */
export function removeStaging(staging: string): void {
  for (const name of isFolder(staging) ? markLast(staging) : []) removeTree(`${staging}/${name}`);
  removeTree(staging);
}

/** The names in a staging folder, the mark last. */
function markLast(staging: string): string[] {
  const names = (namesIn(staging) ?? []).map(({ name }) => name);
  const marks = names.filter((name) => name === UNVERIFIED);
  return [...names.filter((name) => name !== UNVERIFIED), ...marks];
}

/** Removes all but the folders that were moved aside; no link is followed. */
export function clearStaging(staging: string): void {
  for (const name of markLast(staging)) {
    if (name === ASIDE) keepFolders(`${staging}/${name}`, 1);
    else removeTree(`${staging}/${name}`);
  }
}

/** Down to this depth there are only folders: `replaced/jobs/TASK`. */
const DEPTH = 3;

/** Removes entries where only folders should be. */
function keepFolders(path: string, depth: number): void {
  if (!isFolder(path)) return removeTree(path);
  if (depth === DEPTH) return;
  for (const { name } of namesIn(path) ?? []) keepFolders(`${path}/${name}`, depth + 1);
}
