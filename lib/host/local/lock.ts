/**
 * A lock on a staging folder, the same for copies on this machine and for those that come in by
 * ssh: a folder beside it, in which a file with its owner's name is held. Whoever makes the folder
 * has the lock; it passes from one owner to the next by a rename of that file.
 *
 * `held:HOST:ID` belongs to a program on HOST that has the file locked: when that can be locked
 * there by another, the owner is dead. `shell:HOST:PID:ID` belongs to the agent of `../ssh/programs/agent.sh`.
 * Each owner touches its file; one without a sign of life for two minutes is dead, wherever.
 *
 * @module
 */

import { delay } from "@std/async/delay";
import { parentOf } from "../../workspace/layout.ts";
import { attempt, removeTree } from "../../system/tree.ts";
import { lookAt, namesIn } from "../../system/files.ts";
import { inTheWay, isFolder, isInTheWay } from "./real_folders.ts";

/** How often somebody else's lock is tried again, in milliseconds. */
const AGAIN = 500;

/** How often an owner gives a sign of life, in milliseconds. */
const BEAT = 15_000;

/** Without a sign of life for so long, an owner is dead; in milliseconds. */
const VOID = 120_000;

/**
 * How long what a dead owner has started may go on, in milliseconds: an rsync whose output nobody
 * reads ends when it next tells its progress, which it does every second.
 */
const GRACE = 2000;

/** A lock that is held. */
export interface Lock {
  /** Whether somebody else had to be waited for. */
  waited: boolean;
  /** Whether it is held still: this machine may have slept for longer than others wait. */
  isHeld(): boolean;
  /** Lets go of it. */
  release(): void;
}

/**
 * Takes a lock, and waits for it as long as another copy has it.
 *
 * @param path The lock's folder; it is removed in the end.
 * @param onWait Is called once, when there is something to wait for.
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

/** Takes a lock; undefined when somebody else has it. */
export async function tryLock(
  path: string,
  signal: AbortSignal | undefined,
): Promise<Omit<Lock, "waited"> | undefined> {
  const ours = `held:${hostName()}:${crypto.randomUUID()}`;
  const fresh = makeFolder(path);
  const file = fresh ? await sign(path, ours) : await takeOver(path, ours);
  if (file === undefined) return undefined;
  const lock = hold(path, ours, file);
  // who lets go of it in order removes it
  if (!fresh) await delay(GRACE, signal && { signal }).catch((reason) => giveUp(lock, reason));
  return lock;
}

/** Makes the lock's folder; whether it was not there. */
function makeFolder(path: string): boolean {
  const parent = parentOf(path);
  for (;;) {
    try {
      Deno.mkdirSync(parent, { recursive: true, mode: 0o700 });
      Deno.mkdirSync(path, { mode: 0o700 });
      return true;
    } catch (error) {
      if (lookAt(path, "") !== undefined) return false;
      // somebody has removed the parent at this very moment
      const isGone = error instanceof Deno.errors.NotFound ||
        error instanceof Deno.errors.AlreadyExists;
      if (!isGone || (lookAt(parent, "")?.kind ?? "folder") !== "folder") throw error;
    }
  }
}

/** Puts our name into a new lock; undefined when somebody else was faster. */
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
  } // otherwise somebody has just taken us for dead, and has the lock now
  file.close();
  return undefined;
}

/** The names of a lock's owners: one, but for a moment. */
function ownersOf(path: string): string[] {
  if (!isFolder(path)) return [];
  return (namesIn(path) ?? []).map(({ name }) => name).filter((name) => isAlone(`${path}/${name}`));
}

/** Whether what stands in a lock is a file, and has no other name elsewhere: it will be touched. */
function isAlone(path: string): boolean {
  try {
    const { isFile, nlink } = Deno.lstatSync(path);
    return isFile && nlink === 1;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Takes the place of an owner that is dead; undefined when there is none. */
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

/** Whether a lock has not been touched for so long that nobody who lives can have it. */
export function isVoid(path: string): boolean {
  const entry = lookAt(path, "");
  return entry !== undefined && Date.now() - Number(entry.mtime) * 1000 > VOID;
}

/** Removes a lock that nobody has signed, with what somebody else has put there. */
function removeUnsigned(path: string): void {
  for (const { name } of namesIn(path) ?? []) {
    if (!isAlone(`${path}/${name}`)) attempt(() => removeTree(`${path}/${name}`));
  }
  attempt(() => Deno.removeSync(path));
}

/** Whether somebody who lives has a lock, or is about to have it. */
export async function isOwned(path: string): Promise<boolean> {
  const owners = ownersOf(path);
  if (owners.length === 0) return isFolder(path) && !isVoid(path);
  for (const name of owners) {
    using file = open(`${path}/${name}`, false);
    if (file !== undefined && !isDead(`${path}/${name}`, await lockFile(file))) return true;
  }
  return false;
}

/** Whether an owner is dead, whose file could be locked or not. */
function isDead(path: string, locked: boolean | undefined): boolean {
  const here = hostName();
  const name = path.slice(path.lastIndexOf("/") + 1);
  const ended = here !== "" && name.startsWith(`held:${here}:`) && locked === true;
  return locked !== false && (ended || isVoid(path));
}

/** Locks an open file: false when somebody else has, undefined where the file system cannot. */
async function lockFile(file: Deno.FsFile): Promise<boolean | undefined> {
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
    isHeld: () => lookAt(`${path}/${ours}`, "") !== undefined,
    release() {
      clearInterval(beat);
      file.close(); // a file that is open keeps its folder from being removed on NFS
      attempt(() => Deno.removeSync(`${path}/${ours}`));
      removeUnsigned(path); // unless another one has it now
    },
  };
}

/** Opens an owner's file; undefined when it has gone at this very moment. */
function open(path: string, create: boolean): Deno.FsFile | undefined {
  try {
    return Deno.openSync(path, { create, read: true, write: true });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Lets go of what was about to be taken. */
function giveUp(lock: Omit<Lock, "waited">, reason: unknown): never {
  lock.release();
  throw reason;
}

/** What this machine calls itself; empty when Deno was not granted to know. */
function hostName(): string {
  const { state } = Deno.permissions.querySync({ name: "sys", kind: "hostname" });
  return state === "granted" ? Deno.hostname() : "";
}
