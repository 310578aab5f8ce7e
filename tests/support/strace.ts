/**
 * Programs under strace: what they ask of the system is seen, and some of it fails on cue.
 *
 * @module
 */

import { findProgram } from "../../scripts/setup.ts";

/** Whether calls can be traced here: some containers do not let anybody. */
export const canTrace: boolean = await (async () => {
  if (await findProgram("strace") === undefined) return false;
  const args = ["-f", "-o", "/dev/null", "true"];
  return (await new Deno.Command("strace", { args, stderr: "null" }).output()).success;
})();

/**
 * The words before a command that make calls fail with EIO, those that concern some paths: what is
 * opened there, or named first.
 *
 * @param calls Which, separated by commas.
 * @param when Which of them, as strace counts, in each process: `2+` is all but the first.
 */
export function failing(calls: string, paths: string[], when = "1+"): string[] {
  return [
    ...["strace", "-f", "-qq", "-o", "/dev/null", ...paths.flatMap((path) => ["-P", path])],
    ...["-e", `trace=${calls}`, "-e", `inject=${calls}:error=EIO:when=${when}`],
  ];
}

/** The calls that rename. */
export const RENAMES = "rename,renameat,renameat2";
