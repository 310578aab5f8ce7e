/**
 * Plans what is done with a job that is a link to another one, from what was found.
 *
 * @module
 */

import { decide, type Decision, isWritten, willStand } from "./decisions.ts";
import type { JobState, PlannedJob } from "./types.ts";

/** What is known of such a job. */
export interface LinkStates {
  /** Its state at the source, by its own name. */
  source: JobState;
  /** Its state at the destination; absent when nothing is there. */
  destination: JobState;
  /** What that would be, if the link to the other job were there. */
  through: JobState;
  /** Whether such a link is there. */
  isThere: boolean;
  /** Whether a folder is there instead, and an earlier copy has left out some of its files. */
  isFolder: boolean;
}

/**
 * Decides on a job that is a link to `target`. A link is made only where nothing is: it never
 * replaces anything at the destination.
 */
export function decideLink(
  { source, destination, through, isThere, isFolder }: LinkStates,
  target: PlannedJob,
  options: { includeRunning: boolean },
): Decision {
  const rule = { removed: false, ...options };
  if (destination === "done" && isFolder) {
    return { action: "leave", reason: PARTIAL, incomplete: true };
  }
  if (destination === "done") return { action: "skip", incomplete: false };
  const isBrought = isWritten(target);
  if (isThere && isBrought) {
    return { action: "skip", reason: "links to jobs that are copied", incomplete: false };
  }
  if (isThere) return unlessWritten(decide(source, destination, rule), LACKS);
  if (destination !== "absent") return unlessWritten(decide(source, destination, rule), OTHER);
  if (target.action === "omit") return { action: "omit", incomplete: false };
  if (!willStand(target)) {
    const { action, reason = action } = target;
    return { action, reason: `the job it links to: ${reason}`, incomplete: true };
  }
  const rest = decide(source, through, rule);
  const isWhole = isBrought || !(rest.incomplete || isWritten(rest));
  const reason = isWhole ? "a link to another job" : `a link to another job, which ${LACKS}`;
  return { action: "copy", reason, incomplete: !isWhole };
}

const LACKS = "is done there but lacks files added at the source";
const PARTIAL = "some of its files were left out, and it is a link to another job at the source";
const OTHER = "a link to another job at the source, something else at the destination";

/** Leaves what would be written. */
function unlessWritten(decision: Decision, reason: string): Decision {
  return isWritten(decision) ? { action: "leave", reason, incomplete: true } : decision;
}
