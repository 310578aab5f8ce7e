/**
 * rsync at a host by ssh, whose other end is on a third machine.
 *
 * @module
 */

import type { RelayEnd } from "../../transport/relay.ts";
import type { Parts } from "../../system/streams.ts";
import { asLines } from "./lines.ts";
import { RELAY, SERVE } from "./programs/programs.ts";
import type { Session } from "./session.ts";

/** What relays rsync to a host. */
export function relayEnd(session: Pick<Session, "join">): RelayEnd {
  return {
    send(root, options, names, incoming, onLine) {
      const lines = asLines([root, ...options, "", String(names.length)]);
      return session.join(RELAY, lines, after(names, incoming), onLine);
    },
    serve(folder, words, incoming) {
      return session.join(SERVE, asLines([folder, ...words, ""]), incoming);
    },
  };
}

async function* after(first: Uint8Array, parts: Parts): AsyncGenerator<Uint8Array> {
  yield first;
  yield* parts;
}
