/**
 * What ssh says when it has no connection: whether trying again may help.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import { ENDLESS } from "../system/complaints.ts";

/** The host was reached and said no, or the user's ssh configuration is wrong. */
const REFUSED =
  /Permission denied|Host key verification failed|IDENTIFICATION HAS CHANGED|Too many authentication failures|no matching |Bad (configuration|owner)|Bad stdio/i;

/** The host was not reached. */
const UNREACHED = /Connection refused|timed out|No route to host|unreachable|resolve hostname/i;

/** What ssh says when the server lets no further command run on a connection. */
const NO_SESSION = /Session open refused by peer/;

/** What it says when the server lets none run; where a jump host leads nowhere it has other reasons. */
const NO_SESSION_AT_ALL = /channel \d+: open failed: connect failed: open failed/;

/** The error for a server that lets only so many commands run at once; undefined for anything else. */
export function sessionRefusal(complaint: string): CopyError | undefined {
  const allowed = NO_SESSION.test(complaint)
    ? "only one session on a connection (MaxSessions)"
    : NO_SESSION_AT_ALL.test(complaint)
    ? "no session on a connection (MaxSessions 0)"
    : undefined;
  return allowed === undefined ? undefined : new CopyError(
    "connection",
    `the server allows ${allowed}`,
    "a copy needs two; ask the administrator to set  MaxSessions 2, or use another host",
  );
}

/** Whether a login was refused: that will not change by itself. */
export function isRefusal(complaint: string): boolean {
  return REFUSED.test(complaint) || complaint.endsWith(ENDLESS);
}

/** Whether a host was not reached: worth another try only where it has been reached before. */
export function isUnreached(complaint: string): boolean {
  return UNREACHED.test(complaint);
}
