/**
 * Copies into a folder what only another folder holds; both are on this machine.
 *
 * @module
 */

import { CopyError } from "../../errors.ts";
import { lookAt } from "../../system/files.ts";
import { output, type RunOptions, start, stopIfAborted } from "../../system/process.ts";

/** rsync's exit code when some files could not be copied. */
const PARTIAL = 23;

/** Copies it, with times, links and holes; returns whether all of it could be copied. */
export async function takeOver(from: string, into: string, watch: RunOptions): Promise<boolean> {
  // rsync gives folders that both have the modes of the old one, in which the owner must be able to
  // write; in a folder that passes on its group, that group is kept
  const passesOn = ((lookAt(into, "")?.mode ?? 0) & 0o2000) !== 0;
  const modes = passesOn ? ["--chmod=Du+w,Dg+s", "--no-g"] : ["--chmod=Du+w"];
  const options = ["--ignore-existing", ...modes];
  const args = ["-aHS", ...options, "--exclude=/jobs", "--exclude=/.status.json.lock"];
  const running = start("rsync", [...args, "--", `${from}/`, `${into}/`], watch);
  await Promise.all([running.stdin.close(), output(running)]);
  const code = await running.code;
  if (code !== 0 && code !== PARTIAL) {
    stopIfAborted(watch);
    throw new CopyError("program", `rsync failed: ${(await running.complaint).trim()}`);
  }
  return code === 0;
}
