/**
 * Claiming a staging folder, on this machine: one copy works in it, and what a copy that was killed
 * had moved aside goes back.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import { parentOf } from "../workspace/layout.ts";
import { refused } from "./access.ts";
import { removeEmpty, removeTree, rename } from "./changes.ts";
import { lookAt, namesIn } from "./files.ts";
import type { Claim, ClaimRequest, Place } from "./host.ts";
import { type Lock, takeLock, tryLock } from "./lock.ts";

/** Where, in a staging folder, what is being replaced waits until the new one stands. */
export const ASIDE = "replaced";

/** The file, in a staging folder, that says which copy it is of. */
export const ABOUT = "about.json";

/** Makes a staging folder that only its owner may enter, and claims it. */
export async function claimLocally(
  { staging, places, about }: ClaimRequest,
  onWait: () => void,
  signal: AbortSignal | undefined,
): Promise<Claim & Pick<Lock, "isHeld">> {
  const parent = parentOf(staging);
  if (lookAt(parent, "")?.kind === "link") throw refused("write", parent);
  Deno.mkdirSync(parentOf(parent), { recursive: true });
  for (const path of [parent, staging]) {
    const { kind = "folder" } = lookAt(path, "") ?? {};
    if (kind !== "folder") throw new CopyError("refused", `${path} is no folder`, "remove it");
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
    if (lookAt(staging, "") === undefined) Deno.mkdirSync(staging, { mode: 0o700 });
    for (const folder of [parent, staging]) makePrivate(folder);
    const restored = putBack(staging, places) + await putBackOthers(staging, places, signal);
    const resumed = namesIn(staging)!.some(({ name }) => name !== ABOUT);
    if (lookAt(`${staging}/${ABOUT}`, "") !== undefined) Deno.removeSync(`${staging}/${ABOUT}`);
    Deno.writeTextFileSync(`${staging}/${ABOUT}`, `${about}\n`, { createNew: true });
    return {
      changed: restored > 0 || lock.waited,
      resumed,
      owner: Deno.lstatSync(staging).uid ?? 0,
      isHeld: lock.isHeld,
      release,
    };
  } catch (error) {
    await release();
    throw error;
  }
}

/** What others could write into could become anything while it is put together. */
function makePrivate(folder: string): void {
  if (((lookAt(folder, "")?.mode ?? 0) & 0o077) !== 0) Deno.chmodSync(folder, 0o700);
}

/** The names of staging folders. */
export const STAGING_NAME = /^[0-9a-f]{16}$/;

/** Puts back what other copies have left aside, those that live excepted. */
async function putBackOthers(
  staging: string,
  places: Place[],
  signal: AbortSignal | undefined,
): Promise<number> {
  const parent = parentOf(staging);
  let restored = 0;
  for (const { name } of namesIn(parent) ?? []) {
    const other = `${parent}/${name}`;
    if (!STAGING_NAME.test(name) || other === staging) continue;
    if (lookAt(`${other}/${ASIDE}`, "")?.kind !== "folder") continue;
    const lock = await tryLock(`${other}.lock`, signal);
    try {
      if (lock !== undefined) restored += putBack(other, places);
    } finally {
      lock?.release();
    }
  }
  return restored;
}

/** A folder that an interrupted copy moved aside, and did not replace, goes back to its place. */
export function putBack(staging: string, places: Place[]): number {
  let restored = 0;
  for (const place of places) {
    const aside = `${staging}/${ASIDE}/${place.name}`;
    for (const { name: group } of namesIn(aside) ?? []) {
      if (lookAt(`${place.path}/${group}`, "")?.kind !== "folder") continue;
      for (const { name } of namesIn(`${aside}/${group}`) ?? []) {
        const final = `${place.path}/${group}/${name}`;
        if (lookAt(final, "") !== undefined) continue;
        rename(`${aside}/${group}/${name}`, final);
        restored++;
      }
    }
  }
  return restored;
}

/** Removes a staging folder in which nothing is. */
function removeUnused(staging: string): void {
  if (namesIn(staging)?.every(({ name }) => name === ABOUT)) removeTree(staging);
}
