/**
 * Decides what is done with a job, by its states at the two ends.
 *
 * @module
 */

import type { CopyPlan, JobAction, JobState, PlannedJob } from "./types.ts";

/** One cell of the table below, which `docs/rules.md` has in words. */
export interface Decision {
  /** What is done with the job. */
  action: JobAction;
  /** Why, when it is not plainly copied or skipped. */
  reason?: string;
  /** Whether the copy is incomplete because of it (exit code 3). */
  incomplete: boolean;
}

type Row = Record<Exclude<JobState, "unseen">, Decision>;

const copy: Decision = { action: "copy", incomplete: false };
const skip: Decision = { action: "skip", incomplete: false };
const replace = (reason: string): Decision => ({ action: "replace", reason, incomplete: false });
/** Decides to leave what is at the destination. */
export const leave = (reason: string, incomplete: boolean): Decision => ({
  action: "leave",
  reason,
  incomplete,
});

/** Source state, then destination state. */
const TABLE: Record<Exclude<JobState, "unseen">, Row> = {
  done: {
    absent: copy,
    done: skip,
    failed: replace("failed at the destination, done at the source"),
    unfinished: replace("unfinished at the destination, done at the source"),
    running: leave("running at the destination", true),
  },
  failed: {
    absent: copy,
    done: skip,
    failed: skip,
    unfinished: replace("unfinished at the destination, failed at the source"),
    running: leave("running at the destination", true),
  },
  running: {
    absent: { action: "wait", reason: "still running at the source", incomplete: true },
    done: skip,
    failed: leave("running at the source, failed at the destination", true),
    unfinished: leave("running at the source, unfinished at the destination", true),
    running: leave("running at both ends", true),
  },
  unfinished: {
    absent: { action: "copy", reason: "neither done nor failed at the source", incomplete: false },
    done: skip,
    failed: leave("unfinished at the source, failed at the destination", false),
    unfinished: leave("unfinished at both ends", false),
    running: leave("unfinished at the source, running at the destination", false),
  },
  absent: {
    absent: { action: "missing", reason: "not at the source (removed?)", incomplete: true },
    done: skip,
    failed: leave("not at the source, failed at the destination", true),
    unfinished: leave("not at the source, unfinished at the destination", true),
    running: leave("not at the source, running at the destination", true),
  },
};

/** What is done with a job of these states. */
export function decide(
  source: JobState,
  destination: JobState,
  { removed, includeRunning }: { removed: boolean; includeRunning: boolean },
): Decision {
  if (source === "unseen" || destination === "unseen") return skip;
  if (source === "absent" && destination === "absent" && removed) {
    return { action: "removed", reason: "the run no longer needs it", incomplete: false };
  }
  if (source === "running" && includeRunning) {
    if (destination === "absent") {
      return { ...copy, reason: "still running, copied in its current state" };
    }
    if (destination === "unfinished") return replace("still running, copied in its current state");
  }
  return TABLE[source][destination];
}

/** Whether a job or a run is to be written. */
export function isWritten({ action }: { action: JobAction }): boolean {
  return action === "copy" || action === "replace" || isCompleted({ action });
}

/** Whether only what a job lacks is to be written. */
export function isCompleted({ action }: { action: JobAction }): boolean {
  return action === "complete";
}

/** Whether a job was not chosen. */
export function isOmitted({ action }: { action: JobAction }): boolean {
  return action === "omit";
}

/** All that a plan decides on beside the run: jobs, and the folders that they share. */
export function unitsOf(
  { jobs, partials = [] }: Pick<CopyPlan, "jobs" | "partials">,
): PlannedJob[] {
  return [...jobs, ...partials];
}

/** Whether a job has ended at the source, and writes no more. */
export function hasEnded({ source }: PlannedJob): boolean {
  return source === "done" || source === "failed";
}

/**
 * Whether a job will be at the destination when the copy is done. A skipped job can be absent now:
 * a link whose target this copy brings.
 */
export function willStand(job: PlannedJob): boolean {
  return isWritten(job) || job.action === "skip" || job.destination !== "absent";
}
