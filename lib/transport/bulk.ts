/**
 * Brings files from one end of a copy to the other by rsync. Where one end is here, this machine's
 * rsync does it; otherwise that of the source, relayed, or alone where both ends are on its
 * machine.
 *
 * @module
 */

import type { RunOptions } from "../system/process.ts";
import { relayRsync, rsyncThere } from "./far_rsync.ts";
import { rsyncBetween, type RsyncOutcome, type RsyncRequest, runRsync } from "./rsync.ts";
import type { RsyncEnd } from "./rsync_end.ts";
import { RefusedSession } from "./ssh_complaints.ts";
import { rsyncVersion } from "./rsync_version.ts";

/** A request to bring files, without the parts that depend on the ends. */
export interface BulkRequest extends
  Omit<
    RsyncRequest,
    "rsh" | "from" | "to" | "version" | "otherVersion" | "otherProgram" | "mark"
  > {
  /** Whether both ends are on one other machine: then rsync runs there. */
  together?: boolean;
}

/** An end, and the folder there, absolute. */
export interface BulkEnd {
  /** How rsync reaches it. */
  rsync: RsyncEnd;
  /** The folder. */
  path: string;
}

/** Brings files from a folder at one end into one at the other. */
export async function transferBulk(
  from: BulkEnd,
  to: BulkEnd,
  request: BulkRequest,
  watch: RunOptions,
): Promise<RsyncOutcome> {
  const { relay: source } = from.rsync;
  const { relay: destination } = to.rsync;
  const { rsh, ...versions } = rsyncBetween(from.rsync, to.rsync);
  if (source !== undefined && destination !== undefined) {
    const [version, otherVersion] = [from, to].map(({ rsync }) => rsyncVersion(rsync.said));
    const relayed = {
      ...{ ...request, ...versions, version: version!, otherVersion: otherVersion! },
      ...{ built: source.built, from: from.path, to: to.path },
    };
    if (request.together) return await rsyncThere(relayed, source, watch);
    return await relayRsync(relayed, { source, destination }, watch);
  }
  const operands = {
    from: from.rsync.operand(`${from.path}/`),
    to: to.rsync.operand(`${to.path}/`),
  };
  const run = () => runRsync({ ...request, ...versions, ...operands, rsh }, watch);
  try {
    return await run();
  } catch (error) {
    const end = from.rsync.shell === undefined ? to.rsync : from.rsync;
    if (!(error instanceof RefusedSession) || !await end.free?.()) throw error;
    return await run();
  }
}
