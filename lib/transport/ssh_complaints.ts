/**
 * The error messages of ssh: whether another attempt may help.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import { ENDLESS } from "../system/complaints.ts";

/** The host was reached and refused, or the user's ssh configuration is wrong. */
const REFUSED =
  /Permission denied|Host key verification failed|IDENTIFICATION HAS CHANGED|Too many authentication failures|no matching |Bad (configuration|owner)|Bad stdio/i;

/** The host was not reached. */
const UNREACHED = /Connection refused|timed out|No route to host|unreachable|resolve hostname/i;

/** The message when the server allows no further command on a connection. */
const NO_SESSION = /Session open refused by peer/;

/** The message when it allows none at all. A jump host that leads nowhere causes other messages. */
const NO_SESSION_AT_ALL = /channel \d+: open failed: connect failed: open failed/;

/** The error for a server that allows no further command on a connection. */
export class RefusedSession extends CopyError {}

/** The error for a server that limits the commands at one time; undefined for any other message. */
export function sessionRefusal(complaint: string): RefusedSession | undefined {
  const allowed = NO_SESSION.test(complaint)
    ? "only one session on a connection (MaxSessions)"
    : NO_SESSION_AT_ALL.test(complaint)
    ? "no session on a connection (MaxSessions 0)"
    : undefined;
  return allowed === undefined ? undefined : new RefusedSession(
    "connection",
    `the server allows ${allowed}`,
    "a copy needs two; ask the administrator to set  MaxSessions 2, or use another host",
  );
}

/** Whether a login was refused, which does not change by itself. */
export function isRefusal(complaint: string): boolean {
  return REFUSED.test(complaint) || complaint.endsWith(ENDLESS);
}

/** Whether a host was not reached. Another attempt is worthwhile only if it was reached before. */
export function isUnreached(complaint: string): boolean {
  return UNREACHED.test(complaint);
}

/** The error where both workspaces are on one host: packing and unpacking are two more sessions. */
export function tooFewSessions(): CopyError {
  return new CopyError(
    "connection",
    "the server allows too few sessions on a connection (MaxSessions)",
    "a copy between two workspaces of one host needs three; ask the administrator to set  " +
      "MaxSessions 3, or name the host in another way in one of the workspaces",
  );
}
