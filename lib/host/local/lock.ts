/**
 * The lock of a staging folder. Copies on this machine and copies that come in by ssh use the same:
 * a folder beside the staging folder, with a file in it that is named after its owner. The lock is
 * taken by making that folder, and passes to the next owner by a rename of that file.
 *
 * `held:HOST:ID` belongs to a program on HOST, which keeps the file locked (`flock`); when another
 * can lock it on that machine, the owner is dead. `shell:HOST:PID:ID` belongs to the agent of
 * `../ssh/programs/agent.sh`. Each owner touches its file every 15 seconds; on whatever machine, an
 * owner without a sign of life for two minutes is dead.
 *
 * @module
 */

import { delay } from "@std/async/delay";
import { parentOf } from "../../workspace/layout.ts";
import { attempt, removeTree } from "../../system/tree.ts";
import { lookAt, namesIn } from "../../system/files.ts";
import { inTheWay, isFolder, isInTheWay } from "./real_folders.ts";

/** How often to try the lock of another copy again, in milliseconds. */
const AGAIN = 500;

/** How often an owner touches its file, in milliseconds. */
const BEAT = 15_000;

/** How long without a sign of life means that an owner is dead, in milliseconds. */
const VOID = 120_000;

/**
 * How long a program of a dead owner may still run, in milliseconds. rsync ends at its next output,
 * which nobody reads any more; it reports its progress every second.
 */
const GRACE = 2000;

/** A lock that is held. */
export interface Lock {
  /** Whether it had to be waited for. */
  waited: boolean;
  /** Whether it is still held: another may take it over while this machine sleeps. */
  isHeld(): boolean;
  /** Releases it. */
  release(): void;
}

/**
 * Takes a lock, and waits as long as another copy has it.
 *
 * @param path The folder of the lock; it is removed with its release.
 * @param onWait Called once, before waiting.
 */
export async function takeLock(
  path: string,
  onWait: () => void,
  signal: AbortSignal | undefined,
): Promise<Lock> {
  for (let waited = false;; waited = true) {
    const taken = await tryLock(path, signal);
    if (taken !== undefined) return { ...taken, waited };
    if (!waited) onWait();
    await delay(AGAIN, signal && { signal });
  }
}

/** Takes a lock; undefined when another copy has it. */
export async function tryLock(
  path: string,
  signal: AbortSignal | undefined,
): Promise<Omit<Lock, "waited"> | undefined> {
  const ours = `held:${hostName()}:${crypto.randomUUID()}`;
  const fresh = makeFolder(path);
  const file = fresh ? await sign(path, ours) : await takeOver(path, ours);
  if (file === undefined) return undefined;
  const lock = hold(path, ours, file);
  // an owner that released it would have removed it, so this one is dead, and its programs may not
  // be
  if (!fresh) await delay(GRACE, signal && { signal }).catch((reason) => giveUp(lock, reason));
  return lock;
}

/** Makes the folder of a lock; returns whether it was not there before. */
function makeFolder(path: string): boolean {
  const parent = parentOf(path);
  for (;;) {
    try {
      Deno.mkdirSync(parent, { recursive: true, mode: 0o700 });
      Deno.mkdirSync(path, { mode: 0o700 });
      return true;
    } catch (error) {
      if (lookAt(path) !== undefined) return false;
      // another copy has removed the parent at this very moment
      const isGone = error instanceof Deno.errors.NotFound ||
        error instanceof Deno.errors.AlreadyExists;
      if (!isGone || (lookAt(parent)?.kind ?? "folder") !== "folder") throw error;
    }
  }
}

/** Puts our file into a new lock; undefined when another copy was faster. */
async function sign(path: string, ours: string): Promise<Deno.FsFile | undefined> {
  let file: Deno.FsFile | undefined;
  try {
    file = open(`${path}/${ours}`, true);
  } catch (error) {
    attempt(() => Deno.removeSync(path)); // the disk is full
    throw error;
  }
  if (file === undefined) return undefined;
  if (await lockFile(file) !== false) {
    const names = namesIn(path) ?? [];
    if (names.length === 1 && names[0]!.name === ours) return file;
    attempt(() => Deno.removeSync(`${path}/${ours}`));
  } // otherwise another copy has just taken us for dead, and has the lock now
  file.close();
  return undefined;
}

/** The names of the owners in a lock: one, except for short moments. */
function ownersOf(path: string): string[] {
  if (!isFolder(path)) return [];
  return (namesIn(path) ?? []).map(({ name }) => name).filter((name) => isAlone(`${path}/${name}`));
}

/** Whether an entry of a lock is a file without hard links, and so is safe to touch. */
function isAlone(path: string): boolean {
  try {
    const { isFile, nlink } = Deno.lstatSync(path);
    return isFile && nlink === 1;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Takes over from a dead owner; undefined when there is none. */
async function takeOver(path: string, ours: string): Promise<Deno.FsFile | undefined> {
  if (isInTheWay(path)) throw inTheWay(path);
  const owners = ownersOf(path);
  if (owners.length === 0 && isVoid(path)) removeUnsigned(path);
  for (const name of owners) {
    const file = open(`${path}/${name}`, false);
    if (file === undefined) continue;
    if (isDead(`${path}/${name}`, await lockFile(file))) {
      if (attempt(() => Deno.renameSync(`${path}/${name}`, `${path}/${ours}`))) return file;
    }
    file.close();
  }
  return undefined;
}

/** Whether a lock, or a file in it, has not been touched for too long. */
export function isVoid(path: string): boolean {
  const entry = lookAt(path);
  return entry !== undefined && Date.now() - Number(entry.mtime) * 1000 > VOID;
}

/** Removes a lock without an owner, with anything foreign in it. */
function removeUnsigned(path: string): void {
  for (const { name } of namesIn(path) ?? []) {
    if (!isAlone(`${path}/${name}`)) attempt(() => removeTree(`${path}/${name}`));
  }
  attempt(() => Deno.removeSync(path));
}

/** Whether a living copy has a lock, or is about to take it. */
export async function isOwned(path: string): Promise<boolean> {
  const owners = ownersOf(path);
  if (owners.length === 0) return isFolder(path) && !isVoid(path);
  for (const name of owners) {
    using file = open(`${path}/${name}`, false);
    if (file !== undefined && !isDead(`${path}/${name}`, await lockFile(file))) return true;
  }
  return false;
}

/** Whether an owner is dead; `locked` tells whether its file could be locked. */
function isDead(path: string, locked: boolean | undefined): boolean {
  const here = hostName();
  const name = path.slice(path.lastIndexOf("/") + 1);
  const ended = here !== "" && name.startsWith(`held:${here}:`) && locked === true;
  return locked !== false && (ended || isVoid(path));
}

/** Locks an open file: false when it is locked, undefined where the file system cannot lock. */
export async function lockFile(file: Deno.FsFile): Promise<boolean | undefined> {
  try {
    return await file.tryLock(true);
  } catch {
    return undefined;
  }
}

function hold(path: string, ours: string, file: Deno.FsFile): Omit<Lock, "waited"> {
  const touch = () => {
    const now = new Date();
    attempt(() => Deno.utimeSync(`${path}/${ours}`, now, now));
  };
  touch();
  const beat = setInterval(touch, BEAT);
  return {
    isHeld: () => lookAt(`${path}/${ours}`) !== undefined,
    release() {
      clearInterval(beat);
      file.close(); // a file that is open keeps its folder from being removed on NFS
      attempt(() => Deno.removeSync(`${path}/${ours}`));
      removeUnsigned(path); // stays when another copy has it now
    },
  };
}

/** Opens an owner's file; undefined when it has just been removed. */
function open(path: string, create: boolean): Deno.FsFile | undefined {
  try {
    return Deno.openSync(path, { create, read: true, write: true });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Releases a lock that was about to be taken. */
function giveUp(lock: Omit<Lock, "waited">, reason: unknown): never {
  lock.release();
  throw reason;
}

/** The name of this machine; empty when Deno has no permission to tell. */
export function hostName(): string {
  const { state } = Deno.permissions.querySync({ name: "sys", kind: "hostname" });
  return state === "granted" ? Deno.hostname() : "";
}
