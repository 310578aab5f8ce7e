/**
 * What runs this program, and whether a copy can rely on it.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import { isAtLeast } from "../transport/rsync_version.ts";

/**
 * The oldest Deno for a copy. Those before 2.8.2 do not list files whose names are not UTF-8, and such
 * files would be left out without a word; zstd of some is broken.
 */
export const OLDEST_DENO = "2.8.3";

/** Refuses a runtime that a copy cannot rely on; `deno` is absent in Node. */
export function checkRuntime(os: string, deno: string | undefined): void {
  if (os === "windows") {
    const hint = "run it in WSL, the Windows Subsystem for Linux";
    throw new CopyError("program", "xpm-copy does not work on Windows itself", hint);
  }
  if (deno === undefined || isAtLeast(deno.replace(/[-+].*$/, ""), OLDEST_DENO)) return;
  throw new CopyError(
    "program",
    `Deno ${deno} is too old: xpm-copy needs ${OLDEST_DENO} or later`,
    "upgrade it:  deno upgrade",
  );
}
