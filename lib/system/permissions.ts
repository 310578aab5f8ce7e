/**
 * Deno's permissions for paths that a subprocess will use. Deno does not check those itself, so
 * this program does.
 *
 * @module
 */

import { CopyError, firstError } from "../errors.ts";
import { printable } from "../text/printable.ts";
import { systemMessage } from "./message.ts";

/**
 * Checks that Deno was granted to read or write a path and all below it.
 *
 * @throws {CopyError} `permission`, when it was not; the hint names the flag.
 */
export function requireAccess(access: "read" | "write", path: string): void {
  const { state, partial } = Deno.permissions.querySync({ name: access, path });
  if (state !== "granted") throw refused(access, path);
  if (!partial) return;
  throw new CopyError(
    "permission",
    `Deno was not granted ${access} access to all of ${path}: a part of it is denied`,
    `remove  --deny-${access}  (rsync, ssh and tar would ignore it)`,
  );
}

/** Whether Deno was granted to read or write a path. */
export function isGranted(access: "read" | "write", path: string): boolean {
  return Deno.permissions.querySync({ name: access, path }).state === "granted";
}

/**
 * Turns a refusal by the system or by Deno into an error for people; any other error is returned
 * unchanged.
 */
export function asCopyError(thrown: unknown): unknown {
  const error = firstError(thrown);
  if (error instanceof CopyError || !(error instanceof Error)) return error;
  if (error instanceof Deno.errors.NotCapable) return new CopyError("permission", error.message);
  const refusedBySystem = typeof (error as { code?: unknown }).code === "string";
  if (!refusedBySystem) return error;
  const isDenied = error instanceof Deno.errors.PermissionDenied;
  const hint = isDenied ? "check the permissions of that path" : undefined;
  return new CopyError("refused", printable(systemMessage(error.message)), hint);
}

/** The error for a path that Deno was not granted. */
export function refused(access: "read" | "write", path: string): CopyError {
  return new CopyError(
    "permission",
    `Deno was not granted ${access} access to ${path}`,
    `add  --allow-${access}=${path}`,
  );
}
