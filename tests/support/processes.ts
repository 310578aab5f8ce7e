/**
 * Looking at the processes of this machine, by way of `/proc`.
 *
 * @module
 */

import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** A process. */
export interface Process {
  /** Its number. */
  pid: number;
  /** That of who started it, or of who took it over. */
  parent: number;
  /** Its words. */
  words: string[];
  /** The folder that it is in; empty when that may not be known. */
  folder: string;
}

/** Whether there is such a place to look at. */
export const HAS_PROC = Deno.build.os === "linux";

/** All processes that live. */
export function processes(): Process[] {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name)).flatMap((name) => {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (state === "Z") return [];
      const words = readFileSync(`/proc/${name}/cmdline`, "utf8").split("\0").slice(0, -1);
      return [{ pid: Number(name), parent: Number(parent), words, folder: folderOf(name) }];
    } catch {
      return []; // it has ended meanwhile
    }
  });
}

function folderOf(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return "";
  }
}

/** The processes that another one has started, and those that they have. */
export function descendants(pid: number, all = processes()): Process[] {
  const children = all.filter(({ parent }) => parent === pid);
  return children.flatMap((child) => [child, ...descendants(child.pid, all)]);
}

/** The processes that work in a folder, or are told of it. */
export function workingIn(folder: string): Process[] {
  return processes().filter((process) =>
    process.pid !== Deno.pid &&
    (`${process.folder}/`.startsWith(`${folder}/`) ||
      process.words.some((word) => word.includes(folder)))
  );
}

/** Sends a signal to processes, unless they have ended. */
export function signalAll(targets: Pick<Process, "pid">[], signal: Deno.Signal = "SIGKILL"): void {
  for (const { pid } of targets) {
    try {
      Deno.kill(pid, signal);
    } catch {
      // it has just ended
    }
  }
}

/** Waits until a condition holds; after so many seconds, which a busy machine may take, for nothing. */
export async function until(condition: () => boolean, seconds = 60): Promise<boolean> {
  for (const end = Date.now() + seconds * 1000; Date.now() < end;) {
    if (condition()) return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return condition();
}
