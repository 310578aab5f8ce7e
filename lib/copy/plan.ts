/**
 * Plans what is done with each job of a run, from what was found: no file is read here.
 *
 * @module
 */

import { jobFolder, type JobId, runLink, STATUS_FILE } from "../workspace/layout.ts";
import { tidied } from "../system/garbage.ts";
import { printable } from "../text/printable.ts";
import { ByFolder } from "../workspace/by_folder.ts";
import type { JobInfo } from "../workspace/jobs.ts";
import { type RunStatus, UNSCHEDULED } from "../workspace/runs.ts";
import { mayBeLater } from "../workspace/times.ts";
import { decide, type Decision, isWritten, leave, willStand } from "./decisions.ts";
import type { FoundJob } from "./found_job.ts";
import type { FoundRunFolder, Inventory } from "./inventory.ts";
import type { JobToPlan } from "./job_links.ts";
import { type RunEnd, stateForRun } from "./job_state.ts";
import { decideLink } from "./plan_links.ts";
import { planShared } from "./plan_shared.ts";
import type { Shortfall } from "./left_out.ts";
import { decideRecorded } from "./recorded.ts";
import { type JobChoice, jobChooser } from "./select.ts";
import type { CopyOptions, JobState, PlannedJob } from "./types.ts";
import { describeOther, isReplaceable, leadsToJob, whyUnusable } from "./usable.ts";

/** One thing for each of the two ends. */
export interface Ends<T> {
  /** Where from. */
  source: T;
  /** Where to. */
  destination: T;
}

/** The options that change a plan. */
export interface PlanOptions extends Pick<CopyOptions, "includeRunning" | "ended">, JobChoice {
  /** The folders of jobs that the source does not have since they were not selected before. */
  omitted?: readonly string[] | undefined;
}

/**
 * Plans the jobs. Jobs that are links come second, for their plan depends on the jobs they lead to.
 */
export function planJobs(
  jobs: JobToPlan[],
  found: Ends<Inventory>,
  statuses: Ends<RunStatus | undefined>,
  options: PlanOptions = {},
): PlannedJob[] {
  const { includeRunning = false, ended = false } = options;
  const omittedBefore = new Set(options.omitted);
  const chooser = jobChooser(options);
  const runs = {
    source: endOf(found.source.run, statuses.source, ended),
    destination: endOf(found.destination.run, statuses.destination),
  };
  const planned = new ByFolder<PlannedJob>();
  const isLink = ({ linkTo }: JobToPlan) =>
    linkTo !== undefined && isUsable(found.source.jobs.get(jobFolder(linkTo)), jobFolder(linkTo));
  for (const job of tidied(jobs)) if (!isLink(job)) planned.set(job, planOne(job));
  for (const job of jobs) if (isLink(job)) planned.set(job, planLink(job, job.linkTo!));
  const isThere = (job: JobToPlan) =>
    isUsable(found.source.jobs.get(jobFolder(job)), jobFolder(job));
  return jobs.filter((job) => !job.besides || isThere(job)).map((job) => planned.get(job)!);

  function planOne(job: JobToPlan): PlannedJob {
    if (job.sharedName !== undefined) {
      const inProgress = statuses.source?.ended === false && !ended;
      return planShared(job, found, { ...runs.source, inProgress }, includeRunning);
    }
    const folder = jobFolder(job);
    const ends = {
      source: found.source.jobs.get(folder),
      destination: found.destination.jobs.get(folder),
    };
    const other = inTheWay(ends.destination, folder);
    const isStrange = other !== undefined && !leadsToJob(found.destination, folder);
    const destination = isStrange ? "absent" : stateOf(job, found.destination, runs.destination);
    const isRecorded = found.destination.records?.has(folder) === true;
    const isSeen = destination !== "done" || isRecorded;
    const source = isSeen ? stateOf(job, found.source, runs.source) : "unseen";
    const removed = wasRemoved(job, found.source.run, statuses.source);
    const rule = ruleOf(ends, folder);
    const decided = decide(source, destination, { removed, includeRunning });
    const planned = rule ?? unlessInTheWay(unlessNewer(decided, source, ends), other);
    const shortfall = isRecorded ? ends.destination?.shortfall : undefined;
    const decision = isRecorded
      ? decideRecorded(planned, { source, destination, shortfall, removed })
      : planned;
    const lacks = decision.action === "skip" && shortfall?.isWhole === false;
    const early = !rule && decided.action === "missing" && statuses.source?.ended === false;
    const when = ended ? "never started?" : "not started yet?";
    const sent = decision.action === "complete" ? ends.source?.toCome : ends.source;
    const { bytes = 0, files = 0 } = sent ?? {};
    const isChosen = job.neededBy !== undefined ||
      (job.linkedBy !== undefined || chooser.isListed(job)) &&
        (source === "unseen" || chooser.hasState(source));
    const isOmitted = source === "absent" && omittedBefore.has(folder);
    if (!isChosen || isOmitted) return omitted(job, source, destination);
    const { action, reason, incomplete } = decision;
    const { taskId, jobId } = job;
    const usual: PlannedJob = {
      taskId,
      jobId,
      source,
      destination,
      bytes,
      files,
      action,
      incomplete,
    };
    const more: Partial<PlannedJob> = {
      ...(reason !== undefined && { reason }),
      ...(lacks && leftOutOf(shortfall)),
      ...(early && { reason: `not at the source (${when})` }),
      ...(job.linkedBy && { linkedBy: job.linkedBy }),
      ...(job.besides && { besides: true as const }),
      ...(job.neededBy && { reason: NEEDED, ...decision, neededBy: job.neededBy }),
    };
    // of most there is no more: these take a third less memory than others
    return Object.keys(more).length === 0 ? usual : { ...usual, ...more };
  }

  function planLink({ taskId, jobId }: JobToPlan, linkTo: JobId): PlannedJob {
    const job = { taskId, jobId };
    const folder = jobFolder(job);
    const there = found.destination.links?.get(folder);
    const isThere = there !== undefined && jobFolder(there) === jobFolder(linkTo);
    const through = stateThrough(job, linkTo, found.destination, runs.destination);
    const destination = isThere
      ? through
      : stateForRun(job, found.destination.jobs.get(folder), runs.destination);
    const source = destination === "done"
      ? "unseen"
      : stateThrough(job, linkTo, found.source, runs.source);
    const target = planned.get(linkTo)!;
    const isFolder = !isThere && found.destination.records?.has(folder) === true;
    const decision = decideLink({ source, destination, through, isThere, isFolder }, target, {
      includeRunning,
    });
    return { ...job, source, destination, bytes: 0, files: 0, linkTo, ...decision };
  }
}

function isUsable(job: FoundJob | undefined, folder: string): boolean {
  return job !== undefined && whyUnusable(job, folder) === undefined;
}

/**
 * The state of a job's folder. When other jobs are links to it, they may run or be done in it, too.
 */
export function stateOf(
  job: JobToPlan,
  found: Inventory,
  run: RunEnd,
): Exclude<JobState, "unseen"> {
  const own = stateForRun(job, found.jobs.get(jobFolder(job)), run);
  if (own === "absent" || job.linkedBy === undefined) return own;
  const states = [own, ...job.linkedBy.map((each) => stateThrough(each, job, found, run))];
  return (["running", "done"] as const).find((state) => states.includes(state)) ?? own;
}

/** The state of a job in the folder of another one, which it is a link to. */
function stateThrough(
  job: JobId,
  target: JobId,
  { jobs }: Inventory,
  run: RunEnd,
): Exclude<JobState, "unseen"> {
  const { markers } = jobs.get(jobFolder(target)) ?? {};
  const { pidTime } = jobs.get(jobFolder(job)) ?? {};
  return stateForRun(job, markers && { markers, pidTime }, run);
}

/** The decision on a job that cannot be copied, or whose state at the destination is not known. */
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
 * Whether the decision on a job depends on times: a job that is not done may replace another only
 * when nothing there is newer, since that one may have been resumed at the destination.
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
  const isOlder = latest !== undefined && there !== undefined && !mayBeLater(there, latest) &&
    found.destination?.hasOwnWork !== true;
  return isOlder ? decision : leave(
    `${source} at the source, and something at the destination is newer`,
    source === "running",
  );
}

/** Whether a run has ended, for the states of its jobs; `isOver` overrules its `status.json`. */
export function endOf(run: FoundRunFolder, status: RunStatus | undefined, isOver = false): RunEnd {
  if (isOver && status?.ended !== true) return { ended: true, statusTime: undefined };
  return { ended: status?.ended === true, statusTime: run.get(STATUS_FILE)?.mtime };
}

/**
 * Whether a transient job is missing on purpose. experimaestro 2.7.0 writes `transient` into events
 * only. When the run ends, it removes such a job with the run's link to it; one that nothing in the
 * run needed never ran, and is `unscheduled`: its link leads nowhere.
 */
export function wasRemoved(
  job: JobInfo,
  run: FoundRunFolder,
  status: RunStatus | undefined,
): boolean {
  if (job.transient === 2) return true;
  if (status?.ended !== true) return false;
  return status.jobStates.get(job.jobId) === UNSCHEDULED ||
    status.transientJobs?.has(job.jobId) === true && !run.has(runLink(job));
}

/** What is in the place of a job at the destination and must stay, in a few words. */
function inTheWay(there: FoundJob | undefined, folder: string): string | undefined {
  if (there === undefined || isReplaceable(there, folder)) return undefined;
  return describeOther(there.folders.get("")!.kind, there.linked?.target);
}

/** Leaves what is in the place of a job that would be copied. */
function unlessInTheWay(decision: Decision, other: string | undefined): Decision {
  if (other === undefined || !isWritten(decision)) return decision;
  return leave(`${other}, not a folder of this job, is at the destination`, true);
}

/** Why a job is copied that was not chosen, or is none of the run. */
const NEEDED = "needed by other jobs";

/** A job that was not chosen. */
function omitted(job: JobToPlan, source: JobState, destination: JobState): PlannedJob {
  const { taskId, jobId, linkedBy, besides } = job;
  return {
    ...{ taskId, jobId, action: "omit", source, destination, bytes: 0, files: 0 },
    incomplete: false,
    ...(linkedBy && { linkedBy }),
    ...(besides && { besides }),
  };
}

function leftOutOf({ files, bytes, by }: Shortfall): Pick<PlannedJob, "leftOut"> {
  return { leftOut: { files, bytes, by } };
}

/** The jobs that the run will link to: those of it that will be at the destination. */
export function linkedByRun(jobs: PlannedJob[]): PlannedJob[] {
  return jobs.filter((job) => willStand(job) && job.besides === undefined);
}
