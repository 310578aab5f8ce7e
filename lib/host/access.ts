/**
 * Deno's permissions, asked for paths that a subprocess will touch: subprocesses are no way round
 * the scopes.
 *
 * @module
 */

import { CopyError } from "../errors.ts";

/**
 * Checks that Deno was granted to read or write a path.
 *
 * @throws {CopyError} `permission`, when it was not; the hint names the flag.
 */
export function requireAccess(access: "read" | "write", path: string): void {
  if (!isGranted(access, path)) throw refused(access, path);
}

/** Whether Deno was granted to read or write a path. */
export function isGranted(access: "read" | "write", path: string): boolean {
  return Deno.permissions.querySync({ name: access, path }).state === "granted";
}

/** The error for a path that Deno was not granted. */
export function refused(access: "read" | "write", path: string): CopyError {
  return new CopyError(
    "permission",
    `permission to ${access} ${path} was not given`,
    `add  --allow-${access}=${path}`,
  );
}
