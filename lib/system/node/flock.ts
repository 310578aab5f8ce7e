/**
 * Locking a file, for which Node has nothing. This module stands below what stands in for `Deno`,
 * and so reads the environment itself.
 *
 * @module
 */

import { spawnSync } from "node:child_process";
import process from "node:process";
import { CopyError } from "../../errors.ts";

/**
 * Locks an open file as Deno does. The lock belongs to the open file, which the program `flock` is
 * handed, and stays when that has ended.
 *
 * @returns Whether it was had; not when somebody else has it.
 * @throws {CopyError} `program`, when there is no `flock`.
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
