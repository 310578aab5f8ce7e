/**
 * A lock on a staging folder of this machine. The system lets go of it when its owner dies.
 *
 * @module
 */

import { lookAt } from "./files.ts";
import { pause } from "./pause.ts";

/** How often somebody else's lock is tried again, in milliseconds. */
const AGAIN = 500;

/**
 * How long what a dead owner has started may go on, in milliseconds: an rsync whose output nobody
 * reads ends when it next tells its progress, which it does every second.
 */
const GRACE = 1500;

/** A lock that is held. */
export interface Lock {
  /** Whether somebody else had to be waited for. */
  waited: boolean;
  /** Lets go of it. */
  release(): void;
}

/**
 * Takes a lock, and waits for it as long as another copy has it.
 *
 * @param path The lock's file; it is removed in the end.
 * @param onWait Is called once, when there is something to wait for.
 */
export async function takeLock(
  path: string,
  onWait: () => void,
  signal: AbortSignal | undefined,
): Promise<Lock> {
  let waited = false;
  for (;; await pause(AGAIN, signal)) {
    const leftOver = lookAt(path, "") !== undefined;
    const file = open(path);
    if (file === undefined) continue;
    if (await file.tryLock(true) && isStillThere(file, path)) {
      // who lets go of it in order removes it
      if (leftOver) await pause(GRACE, signal).catch((reason) => giveUp(file, reason));
      return { waited, release: () => release(file, path) };
    }
    file.close();
    if (!waited) onWait();
    waited = true;
  }
}

/** Opens the lock's file; undefined when somebody removes its folder at this very moment. */
function open(path: string): Deno.FsFile | undefined {
  try {
    Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true, mode: 0o700 });
    return Deno.openSync(path, { create: true, read: true, write: true });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Whether the file that was locked is the one of that name: its owner may just have removed it. */
function isStillThere(file: Deno.FsFile, path: string): boolean {
  try {
    const [ours, there] = [file.statSync(), Deno.statSync(path)];
    return ours.ino === there.ino && ours.dev === there.dev;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Lets go of what was about to be taken. */
function giveUp(file: Deno.FsFile, reason: unknown): never {
  file.close();
  throw reason;
}

function release(file: Deno.FsFile, path: string): void {
  Deno.removeSync(path);
  file.close();
}
