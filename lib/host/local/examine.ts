/**
 * Examines this machine and its disks.
 *
 * @module
 */

import { CopyError } from "../../errors.ts";
import { fileSystem } from "../../system/df.ts";
import { output, type Program, type RunOptions, start } from "../../system/process.ts";
import { isWritable } from "../../system/writable.ts";
import { loadZstd } from "../../transport/zstd.ts";
import type { DiskCondition, MachineCondition } from "../condition.ts";
import { nearestOf } from "./nearest.ts";

/** Does {@linkcode Host.examine}. */
export async function examineHere(watch: RunOptions): Promise<MachineCondition> {
  const [ssh, rsync, tar] = await Promise.all([
    saidBy("ssh", "-V", watch),
    saidBy("rsync", "--version", watch),
    saidBy("tar", "--version", watch),
  ]);
  return {
    client: ssh,
    rsync: rsync instanceof CopyError ? rsync : { said: rsync, operand: (path) => path },
    tar,
    zstd: await loadZstd() !== undefined,
  };
}

/** The first line that a program prints about itself; or why it cannot be started. */
async function saidBy(
  program: Program,
  option: string,
  watch: RunOptions,
): Promise<string | CopyError> {
  try {
    const running = start(program, [option], watch);
    const [said, complaint] = await Promise.all([
      output(running),
      running.complaint,
      running.stdin.close().catch(() => {}), // it may have ended before
    ]);
    return (program === "ssh" ? complaint : said).split("\n")[0]!;
  } catch (error) {
    if (error instanceof CopyError && error.code !== "interrupted") return error;
    throw error;
  }
}

/** Does {@linkcode Host.disks}. */
export function disksHere(folders: string[], watch: RunOptions): Promise<DiskCondition[]> {
  return Promise.all(folders.map(async (folder) => {
    const place = nearestOf(folder);
    return {
      folder,
      fileSystem: place === undefined ? undefined : await fileSystem(place, watch),
      writable: place === undefined ? undefined : await isWritable(place, watch),
    };
  }));
}
