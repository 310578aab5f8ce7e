/**
 * The error for an ssh that has ended too early.
 *
 * @module
 */

import { CopyError, LostConnection } from "../../errors.ts";
import { isRefusal, isUnreached, sessionRefusal } from "../../transport/ssh_complaints.ts";
import type { SshSettings } from "../../workspace/workspace.ts";
import { exitCommand, loginCommand } from "./options.ts";

/** The exit code after SIGKILL, here or there. */
const KILLED = 128 + 9;

/** How it ended. */
interface End {
  /** Its exit code. */
  code: number;
  /** What it printed as errors. */
  complaint: string;
  /** Whether this host has been reached before: then another attempt may help. */
  reached: boolean;
  /** Whether this login had succeeded. */
  established: boolean;
  /** Whether this login may have asked the user something. */
  mayAsk: boolean;
}

/** The error for it; a {@linkcode LostConnection} where another attempt may help. */
export function endOf(end: End, ssh: SshSettings): CopyError {
  const [{ code, complaint, reached, established, mayAsk }, { host }] = [end, ssh];
  const refused = sessionRefusal(complaint);
  if (refused !== undefined) return refused;
  const said = complaint.split(/\r?\n/).at(-1) ?? "";
  const why = said === "" ? `ssh exit ${code}` : said;
  if (established && !isRefusal(complaint)) {
    return new LostConnection(`the connection to ${host} was lost: ${why}`);
  }
  // a login that failed without a message may have been refused: more attempts could lock the
  // account
  const mayWork = reached || (said !== "" && !isUnreached(complaint));
  if (code === 255 && !isRefusal(complaint) && mayWork) {
    return new LostConnection(`cannot connect to ${host}: ${why}`);
  }
  if (code === KILLED) {
    // a shell there that was killed has the same exit code
    const message = `the login to ${host} failed: ssh here, or the shell there, was killed`;
    // what was answered would be asked once more
    if (!mayAsk) return new LostConnection(message);
    const limits = "if that fails in the same way, look for limits of memory or processes there";
    return new CopyError("connection", message, `run the same command again; ${limits}`);
  }
  const hint = doesItWork(ssh);
  return code === 255
    ? new CopyError("connection", `cannot connect to ${host}: ${why}`, hint)
    : new CopyError(
      "connection",
      `${host} did not answer as expected: ${why}`,
      `a copy needs a login shell there, not only sftp or rsync; ${hint}`,
    );
}

const SLOW_SHELL =
  "a start-up file there (.bashrc) may wait for a terminal or start another shell; " +
  "if it is only slow, add  --connect-timeout 60";

/** The hint for a shell that does not answer, perhaps by the user's own master. */
export function whySlow(ssh: SshSettings, isOwn: boolean): string {
  if (!isOwn) return SLOW_SHELL;
  return `${SLOW_SHELL}\nif your own ssh connection is dead, close it:  ${exitCommand(ssh)}`;
}

/** The hint for a login that failed. */
export function doesItWork(ssh: SshSettings): string {
  return `check that  ${loginCommand(ssh)}  works`;
}
