/**
 * How rsync reaches a host by ssh.
 *
 * @module
 */

import type { RsyncEnd } from "../../transport/rsync.ts";

/**
 * What rsync is told of a host.
 *
 * @param said The first line of `rsync --version` there.
 * @param options The arguments of ssh, by the time that rsync starts it.
 */
export function rsyncEnd(host: string, said: string, options: () => string[]): RsyncEnd {
  return {
    said,
    operand: (path) => `${bracketed(host)}:${literally(path)}`,
    shell: () => ["ssh", ...options()].map(rsyncQuoted).join(" "),
  };
}

/** A host as rsync takes it: an address with colons in brackets. */
function bracketed(host: string): string {
  return host.includes(":") ? host.replace(/[^@]*$/, "[$&]") : host;
}

/** A path that the other rsync takes as it is, not as a pattern. */
function literally(path: string): string {
  return /[*?[]/.test(path) ? path.replace(/[*?[\\]/g, "\\$&") : path;
}

/** An argument as rsync's own splitting of `--rsh` takes it: no shell is involved. */
function rsyncQuoted(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "''")}'`;
}
