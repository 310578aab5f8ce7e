/**
 * The folder for the socket of a login: a new temporary folder that only its owner can enter.
 *
 * @module
 */

import { CopyError } from "../../errors.ts";
import { variable } from "../../system/environment.ts";
import { requireAccess } from "../../system/permissions.ts";
import { printable } from "../../text/printable.ts";

/** The most bytes of a socket's path, less those that ssh adds while it makes one. */
const SOCKET_PATH = 104 - 18;
/** A name like those that Deno makes for temporary folders. */
const SOCKET_NAME = "xpm-0123456789abcdef/s";

const encoder = new TextEncoder();

/**
 * A temporary folder with a path that is short enough, and free of `%` and `$`, which ssh expands.
 */
export function socketParent(): string {
  const parent = variable("TMPDIR") ?? "/tmp";
  const short = encoder.encode(`${parent}/${SOCKET_NAME}`).length <= SOCKET_PATH;
  const chosen = short && !/[%$]/.test(parent) ? parent : "/tmp";
  requireAccess("write", chosen);
  return chosen;
}

/**
 * Makes the folder.
 *
 * @throws {CopyError} `refused`, when the system refuses: there is no such parent, or the disk is
 * full.
 */
export function makeSocketFolder(): string {
  const dir = socketParent();
  try {
    return Deno.makeTempDirSync({ prefix: "xpm-", dir });
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable || !(error instanceof Error)) throw error;
    throw noSocket(dir, /^(.*?)(?: \(os error \d+\))?(?::|$)/.exec(error.message)![1]!);
  }
}

/** The message of an ssh that cannot make a socket; it ends with the reason. */
const NOT_MADE = /^unix_listener: .*: ([^:\n]+)$/m;

/** The error for an ssh that could not make its socket; undefined for any other message. */
export function socketFault(complaint: string, folder: string): CopyError | undefined {
  const reason = NOT_MADE.exec(complaint)?.[1];
  return reason === undefined ? undefined : noSocket(folder.replace(/\/[^/]*$/, ""), reason);
}

function noSocket(parent: string, reason: string): CopyError {
  return new CopyError(
    "refused",
    `cannot create the socket of a login in the temporary folder ${printable(parent)}: ${reason}`,
    "set TMPDIR to an existing folder with free space",
  );
}
