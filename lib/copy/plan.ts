/**
 * What will be done with each job of a run: a function of what was found.
 *
 * @module
 */

import { jobFolder, printable, runLink, STATUS_FILE } from "../workspace/layout.ts";
import type { JobInfo } from "../workspace/jobs.ts";
import type { RunStatus } from "../workspace/runs.ts";
import { mayBeLater } from "../workspace/times.ts";
import {
  describeOther,
  type FoundJob,
  type FoundRunFolder,
  type Inventory,
  isReplaceable,
  whyUnusable,
} from "./inventory.ts";
import { type RunEnd, stateForRun } from "./job_state.ts";
import type { CopyOptions, JobAction, JobState, PlannedJob } from "./types.ts";

/** What the table of `docs/architecture.md` says about a pair of states. */
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
const leave = (reason: string, incomplete: boolean): Decision => ({
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
    return { action: "removed", reason: "its run has no need of it any more", incomplete: false };
  }
  if (source === "running" && includeRunning) {
    if (destination === "absent") return { ...copy, reason: "still running, copied as it stands" };
    if (destination === "unfinished") return replace("still running, copied as it stands");
  }
  return TABLE[source][destination];
}

/** Where the two ends differ in what was asked of them. */
export interface Ends<T> {
  /** Where from. */
  source: T;
  /** Where to. */
  destination: T;
}

/** What the user wants otherwise. */
export type PlanOptions = Pick<CopyOptions, "includeRunning" | "ended">;

/** Plans the jobs. */
export function planJobs(
  jobs: JobInfo[],
  found: Ends<Inventory>,
  statuses: Ends<RunStatus | undefined>,
  { includeRunning = false, ended = false }: PlanOptions = {},
): PlannedJob[] {
  const runs = {
    source: endOf(found.source.run, statuses.source, ended),
    destination: endOf(found.destination.run, statuses.destination),
  };
  return jobs.map((job) => {
    const folder = jobFolder(job);
    const ends = {
      source: found.source.jobs.get(folder),
      destination: found.destination.jobs.get(folder),
    };
    const other = inTheWay(ends.destination, folder);
    const there = other === undefined ? ends.destination : undefined;
    const destination = stateForRun(job, there, runs.destination);
    const source = destination === "done" ? "unseen" : stateForRun(job, ends.source, runs.source);
    const removed = wasRemoved(job, found.source.run, statuses.source);
    const rule = ruleOf(ends, folder);
    const decided = decide(source, destination, { removed, includeRunning });
    const decision = rule ?? unlessInTheWay(unlessNewer(decided, source, ends), other);
    const early = !rule && decided.action === "missing" && statuses.source?.ended === false;
    const when = ended ? "never started?" : "not started yet?";
    const { bytes = 0, files = 0 } = ends.source ?? {};
    return {
      taskId: job.taskId,
      jobId: job.jobId,
      source,
      destination,
      bytes,
      files,
      ...decision,
      ...(early && { reason: `not at the source (${when})` }),
    };
  });
}

/** What is done with a job that cannot be copied, or whose state is not known there. */
function ruleOf(
  { source, destination }: Ends<FoundJob | undefined>,
  folder: string,
): Decision | undefined {
  if (destination?.trouble !== undefined) {
    return leave(`at the destination it ${printable(destination.trouble)}`, true);
  }
  const reason = source && whyUnusable(source, folder);
  return reason === undefined ? undefined : { action: "missing", reason, incomplete: true };
}

/**
 * Whether a job is replaced by one that is not done, and so only when nothing of it is newer: it may
 * have been resumed where it stands. Its times must be known then.
 */
export function restsOnTimes(
  { source, destination }: Pick<PlannedJob, "source" | "destination">,
  includeRunning: boolean,
): boolean {
  const { action } = decide(source, destination, { removed: false, includeRunning });
  return action === "replace" && source !== "done";
}

/** Leaves a job that would be replaced by one that is not done, unless it is certainly older. */
function unlessNewer(
  decision: Decision,
  source: JobState,
  found: Ends<FoundJob | undefined>,
): Decision {
  if (decision.action !== "replace" || source === "done") return decision;
  const [latest, there] = [found.source?.latestFile, found.destination?.latest];
  const isOlder = latest !== undefined && there !== undefined && !mayBeLater(there, latest);
  return isOlder ? decision : leave(
    `${source} at the source, and something at the destination is newer`,
    source === "running",
  );
}

/** What a run tells of its jobs; with `isOver`, whatever its `status.json` says. */
function endOf(run: FoundRunFolder, status: RunStatus | undefined, isOver = false): RunEnd {
  if (isOver && status?.ended !== true) return { ended: true, statusTime: undefined };
  return { ended: status?.ended === true, statusTime: run.get(STATUS_FILE)?.mtime };
}

/**
 * Whether a transient job is missing on purpose. experimaestro 2.7.0 writes `transient` into events
 * only. When the run ends, it removes such a job with the run's link to it; one that nothing in the
 * run needed never ran, and is `unscheduled`: its link leads nowhere.
 */
function wasRemoved(job: JobInfo, run: FoundRunFolder, status: RunStatus | undefined): boolean {
  if (job.transient === 2) return true;
  if (status?.ended !== true) return false;
  return status.jobStates.get(job.jobId) === "unscheduled" ||
    status.transientJobs?.has(job.jobId) === true && !run.has(runLink(job));
}

/** What stands in the place of a job at the destination and must stay, in a few words. */
function inTheWay(there: FoundJob | undefined, folder: string): string | undefined {
  if (there === undefined || isReplaceable(there, folder)) return undefined;
  return describeOther(there.folders.get("")!.kind, there.linked?.target);
}

/** Leaves what stands in the place of a job that would be copied. */
function unlessInTheWay(decision: Decision, other: string | undefined): Decision {
  if (other === undefined || !isWritten(decision)) return decision;
  return leave(`${other}, not a folder of this job, stands at the destination`, true);
}

/** Whether a job or a run is to be written. */
export function isWritten({ action }: { action: JobAction }): boolean {
  return action === "copy" || action === "replace";
}

/** Whether a job writes no more; of another one a marker must not be newer than its files. */
export function hasEnded({ source }: PlannedJob): boolean {
  return source === "done" || source === "failed";
}

/** Jobs that will stand at the destination when the copy is done. */
export function willStand(job: PlannedJob): boolean {
  return isWritten(job) || job.destination !== "absent";
}
