/**
 * Claims a staging folder of this machine, so that one copy works in it. Folders that a killed copy
 * had moved aside go back.
 *
 * @module
 */

import { ensureDirSync } from "@std/fs/ensure-dir";
import { CopyError } from "../../errors.ts";
import { parentOf } from "../../workspace/layout.ts";
import { refused } from "../../system/permissions.ts";
import { attempt, removeEmpty, removeTree, rename } from "../../system/tree.ts";
import { lookAt, namesIn } from "../../system/files.ts";
import { type Sharing, sharingOf } from "../../system/sharing.ts";
import { type ClaimRequest, type Place, type Staging, UNVERIFIED } from "../host.ts";
import { clearStaging, isSound, removeStaging } from "./left_staging.ts";
import { isVoid, type Lock, takeLock, tryLock } from "./lock.ts";
import { inTheWay, isFolder, isInTheWay, RealFolders } from "./real_folders.ts";
import { isSlow, TRIAL } from "../creation.ts";
import { ASIDE } from "../steps.ts";

/** The file, in a staging folder, that says which copy it is of. */
export const ABOUT = "about.json";

/** How many files are made to learn how long that takes. */
const TRIED = 3;

/** A claim, and what was found in the folder. */
export interface Claim
  extends
    Pick<Staging, "changed" | "resumed" | "unverified" | "isSlow" | "owner" | "shared">,
    Pick<Lock, "isHeld"> {
  /** Gives it up; an empty staging folder is removed. */
  release(): Promise<void>;
}

/** Makes a staging folder that only its owner may enter, and claims it. */
export async function claimLocally(
  { staging, places, about }: ClaimRequest,
  onWait: () => void,
  signal: AbortSignal | undefined,
): Promise<Claim> {
  const parent = parentOf(staging);
  if (lookAt(parent)?.kind === "link") throw refused("write", parent);
  ensureDirSync(parentOf(parent));
  for (const path of [parent, staging, `${parent}/${ASIDE}`]) {
    if (isInTheWay(path)) throw inTheWay(path);
  }
  const lock = await takeLock(`${staging}.lock`, onWait, signal);
  const release = () => {
    if (lock.isHeld()) removeUnused(staging);
    lock.release();
    removeEmpty(parent);
    return Promise.resolve();
  };
  try {
    const real = Deno.realPathSync(parent);
    if (real !== parent) throw refused("write", parentOf(real));
    if (lookAt(staging) === undefined) Deno.mkdirSync(staging, { mode: 0o700 });
    for (const folder of [parent, staging]) makePrivate(folder);
    const restored = putBack(staging, places) + await putBackOthers(staging, places, signal);
    if (!await isSound(staging, signal)) clearStaging(staging);
    sign(staging, about);
    if (ownerOf(staging) !== ownerOf(`${staging}/${ABOUT}`)) { // another user's
      removeStaging(staging);
      Deno.mkdirSync(staging, { mode: 0o700 });
      sign(staging, about);
    }
    const slow = isSlowIn(staging); // removes what a killed copy has left of its trial
    return {
      changed: restored > 0 || lock.waited,
      resumed: !isUnused(staging),
      unverified: lookAt(`${staging}/${UNVERIFIED}`) !== undefined,
      isSlow: slow,
      owner: ownerOf(staging),
      shared: sharingIn(staging),
      isHeld: lock.isHeld,
      release,
    };
  } catch (error) {
    await release();
    throw error;
  }
}

/** Closes a folder to other users, who could change a job while it is being copied. */
function makePrivate(folder: string): void {
  const { mode = 0 } = lookAt(folder) ?? {};
  if ((mode & 0o077) === 0) return;
  try {
    Deno.chmodSync(folder, 0o700 | mode & 0o2000); // new entries keep getting its group
  } catch (error) {
    if (!(error instanceof Deno.errors.PermissionDenied)) throw error;
    throw new CopyError("refused", `${folder} belongs to another user`, "remove it");
  }
}

/** Writes `about.json`, which says to which copy a staging folder belongs. */
function sign(staging: string, about: string): void {
  if (lookAt(`${staging}/${ABOUT}`) !== undefined) removeTree(`${staging}/${ABOUT}`);
  Deno.writeTextFileSync(`${staging}/${ABOUT}`, `${about}\n`, { createNew: true });
}

/** Makes some files, and removes them: it may take long, as on a file system on a network. */
function isSlowIn(staging: string): boolean {
  const paths = Array.from({ length: TRIED }, (_, at) => `${staging}/${TRIAL}${at}`);
  const times = paths.map((path) => {
    const began = performance.now();
    attempt(() => Deno.writeTextFileSync(path, "", { createNew: true }));
    return performance.now() - began;
  });
  for (const { name } of namesIn(staging) ?? []) {
    if (name.startsWith(TRIAL)) attempt(() => removeTree(`${staging}/${name}`));
  }
  return isSlow(times);
}

/** How a staging folder is shared, by its own mode and that of a new file in it. */
function sharingIn(staging: string): Sharing | undefined {
  const { mode, gid } = Deno.lstatSync(staging);
  const file = Deno.lstatSync(`${staging}/${ABOUT}`);
  return sharingOf({ mode: mode ?? 0, group: gid ?? 0 }, file.mode ?? 0o666);
}

function ownerOf(path: string): number {
  return Deno.lstatSync(path).uid ?? 0;
}

/** The names of staging folders. */
const STAGING_NAME = /^[0-9a-f]{16}$/;

/** Puts back what dead copies to this workspace had moved aside, and removes their locks. */
async function putBackOthers(
  staging: string,
  places: Place[],
  signal: AbortSignal | undefined,
): Promise<number> {
  const parent = parentOf(staging);
  let restored = 0;
  for (const name of stagingNames(parent)) {
    const other = `${parent}/${name}`;
    if (other === staging || !needsLook(parent, other)) continue;
    const lock = await tryLock(`${other}.lock`, signal);
    try {
      if (lock !== undefined) restored += putBack(other, places);
    } finally {
      lock?.release();
    }
  }
  return restored;
}

/** The names of staging folders in an area, including those of which only the lock is left. */
export function stagingNames(area: string): Set<string> {
  const names = (namesIn(area) ?? []).map(({ name }) => name.replace(/\.lock$/, ""));
  return new Set(names.filter((name) => STAGING_NAME.test(name)));
}

/** Whether another copy may have left a folder moved aside, or an old lock. */
function needsLook(area: string, other: string): boolean {
  if (isInTheWay(`${other}.lock`)) return false;
  if (lookAt(other) === undefined) return isVoid(`${other}.lock`);
  return new RealFolders(area).has(`${other}/${ASIDE}`);
}

/** Puts back folders that an interrupted copy moved aside and did not replace; returns how many. */
export function putBack(staging: string, places: Place[]): number {
  const folders = new RealFolders(staging);
  let restored = 0;
  for (const place of places) {
    const aside = `${staging}/${ASIDE}/${place.name}`;
    for (const { name: group } of folders.has(aside) ? namesIn(aside)! : []) {
      const [from, into] = [`${aside}/${group}`, `${place.path}/${group}`];
      if (!folders.has(from)) continue;
      const names = namesIn(from)!;
      if (names.length > 0 && lookAt(into) === undefined) {
        ensureDirSync(into);
      }
      if (!isFolder(into)) continue;
      for (const { name } of names) {
        if (lookAt(`${into}/${name}`) !== undefined) continue;
        rename(`${from}/${name}`, `${into}/${name}`);
        restored++;
      }
    }
  }
  return restored;
}

/** Removes a staging folder that holds nothing copied. */
function removeUnused(staging: string): void {
  if (isUnused(staging)) attempt(() => removeTree(staging)); // if it stays, nothing is lost
}

/** Whether a staging folder holds nothing copied, or does not exist. */
function isUnused(staging: string): boolean {
  return (namesIn(staging) ?? []).every(({ name }) => [ABOUT, UNVERIFIED].includes(name));
}

/** Marks a staging folder before an archive is unpacked there. */
export function markUnverified(staging: string): void {
  const mark = `${staging}/${UNVERIFIED}`;
  if (lookAt(mark) === undefined) Deno.writeTextFileSync(mark, "", { createNew: true });
}
