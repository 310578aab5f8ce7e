/**
 * Copying into one folder of this machine what only another holds.
 *
 * @module
 */

import { CopyError } from "../../errors.ts";
import { lookAt } from "../../system/files.ts";
import { output, type RunOptions, start, stopIfAborted } from "../../system/process.ts";

/** What rsync ends with when some files could not be copied. */
const PARTIAL = 23;

/** Copies it, with times, links and holes; answers whether there was room for all of it. */
export async function takeOver(from: string, into: string, watch: RunOptions): Promise<boolean> {
  // Folders of both would get their modes from the old one; their owner must be able to write them.
  // In a folder of a project the group is the folder's.
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
