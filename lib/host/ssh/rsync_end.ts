/**
 * How rsync reaches a host by ssh.
 *
 * @module
 */

import type { RelayEnd, RsyncEnd } from "../../transport/rsync_end.ts";
import type { Parts } from "../../system/streams.ts";
import { asLines } from "./lines.ts";
import { seesAll } from "./carrier.ts";
import { RELAY, SERVE, TOGETHER } from "./programs/programs.ts";
import type { Session } from "./session.ts";

/**
 * How rsync reaches a host.
 *
 * @param programs What its programs answer about rsync there.
 * @param session The login that the bytes go through. It provides the arguments of ssh, when rsync
 * starts it.
 * @param holder The login by which folders are claimed.
 */
export function rsyncEnd(
  programs: ReadonlyMap<string, string>,
  session: Session,
  holder: Session,
): RsyncEnd {
  const { host, rsyncPath } = session.ssh;
  return {
    said: programs.get("rsync") ?? "",
    ...(rsyncPath !== undefined && { program: rsyncPath }),
    operand: (path) => `${bracketed(host)}:${literally(path)}`,
    shell: () => ["ssh", ...session.options].map(rsyncQuoted).join(" "),
    free: () => session.free(),
    roundTrip: () => session.agent.roundTrip(),
    relay: relayEnd(programs.get("built") ?? "", session, holder),
  };
}

/** The relay, for a copy whose other end is on a third machine. */
function relayEnd(built: string, session: Session, holder: Session): RelayEnd {
  const sender =
    (program: string): RelayEnd["send"] => (root, options, names, incoming, onLine) => {
      const lines = asLines([root, ...options, "", String(names.length)]);
      return session.join(program, lines, after(names, incoming), onLine);
    };
  return {
    built,
    send: sender(RELAY),
    copy: sender(TOGETHER),
    serve(folder, words, incoming) {
      return session.join(SERVE, asLines([folder, ...words, ""]), incoming);
    },
    get machine() {
      return holder.agent.machine;
    },
    async holds(claim) {
      return await seesAll(holder, [claim]) &&
        (session === holder || await seesAll(session, [claim]));
    },
  };
}

async function* after(first: Uint8Array, parts: Parts): AsyncGenerator<Uint8Array> {
  yield first;
  yield* parts;
}

/** A host as rsync reads it: an address with colons is in brackets. */
function bracketed(host: string): string {
  return host.includes(":") ? host.replace(/[^@]*$/, "[$&]") : host;
}

/** A path that the other rsync does not take for a pattern. */
function literally(path: string): string {
  return /[*?[]/.test(path) ? path.replace(/[*?[\\]/g, "\\$&") : path;
}

/** An argument, quoted for rsync's own splitting of `--rsh`: no shell is involved. */
function rsyncQuoted(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "''")}'`;
}
