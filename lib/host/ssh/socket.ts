/**
 * Where the socket of a login is: in a new folder among the temporary files, for its owner only.
 *
 * @module
 */

import { CopyError } from "../../errors.ts";
import { variable } from "../../system/environment.ts";
import { requireAccess } from "../../system/permissions.ts";
import { printable } from "../../text/printable.ts";

/** What a socket's path may have at most, in bytes, with what ssh adds to it while it makes one. */
const SOCKET_PATH = 104 - 18;
/** What Deno's temporary names look like. */
const SOCKET_NAME = "xpm-0123456789abcdef/s";

const encoder = new TextEncoder();

/** A folder whose sockets have paths short enough, with nothing in them that ssh would replace. */
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
 * @throws {CopyError} `refused`, when the system does not let it: there is no such folder, or it is
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

/** What ssh says where it cannot make a socket: the reason stands last. */
const NOT_MADE = /^unix_listener: .*: ([^:\n]+)$/m;

/** The error for a login that ended since ssh could not make its socket; undefined for another. */
export function socketFault(complaint: string, folder: string): CopyError | undefined {
  const reason = NOT_MADE.exec(complaint)?.[1];
  return reason === undefined ? undefined : noSocket(folder.replace(/\/[^/]*$/, ""), reason);
}

function noSocket(parent: string, reason: string): CopyError {
  return new CopyError(
    "refused",
    `the temporary folder ${printable(parent)} does not take the socket of a login: ${reason}`,
    "set TMPDIR to a folder that is there and has room",
  );
}
