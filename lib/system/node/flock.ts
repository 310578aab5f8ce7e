/**
 * Locks files, for which Node has no function. This module lies below the replacement of `Deno`,
 * and so reads the environment itself.
 *
 * @module
 */

import { spawnSync } from "node:child_process";
import process from "node:process";
import { CopyError } from "../../errors.ts";

/**
 * Locks an open file as Deno does. The program `flock` inherits the open file and locks it. The
 * lock belongs to the open file, and so outlives `flock`.
 *
 * @returns Whether it is locked now; false when somebody else holds the lock.
 * @throws {CopyError} `program`, when `flock` is not installed.
 */
export function lockFile(descriptor: number): boolean {
  const { error, status } = spawnSync("flock", ["-xn", "3"], {
    env: { PATH: process.env.PATH },
    stdio: ["ignore", "ignore", "ignore", descriptor],
  });
  if (error) {
    throw new CopyError(
      "program",
      "flock was not found on this machine's PATH",
      "e.g. apt install util-linux, or run xpm-copy with Deno",
    );
  }
  return status === 0;
}
