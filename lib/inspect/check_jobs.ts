/**
 * What a check makes of a job before its files are compared: by its folder and its state at both
 * ends.
 *
 * @module
 */

import type { JobToPlan } from "../copy/job_links.ts";
import { endOf, type Ends, stateOf, wasRemoved } from "../copy/plan.ts";
import { statusesOf } from "../copy/plan_run.ts";
import type { Inventory } from "../copy/inventory.ts";
import type { CopyProblem, JobState } from "../copy/types.ts";
import { whyUnusable } from "../copy/usable.ts";
import { printable } from "../text/printable.ts";
import { jobFolder } from "../workspace/layout.ts";
import type { CheckedEnds } from "./check_ends.ts";
import type { Difference } from "./check_types.ts";

/** What is made of a job. */
export interface Judged {
  /** Whether its files are to be compared. */
  compare: boolean;
  /** The difference that there is already. */
  difference?: Difference;
  /** What there is to say of it. */
  note?: CopyProblem;
}

/**
 * Judges some jobs.
 *
 * @param isOver Whether the run at the source has ended, whatever its `status.json` says.
 */
export function judgeJobs(
  { found, infos }: CheckedEnds,
  jobs: JobToPlan[],
  isOver: boolean,
): Map<JobToPlan, Judged> {
  const statuses = statusesOf(infos);
  const runs = {
    source: endOf(found.source.run, statuses.source, isOver),
    destination: endOf(found.destination.run, statuses.destination),
  };
  return new Map(jobs.map((job) => {
    const states = {
      source: stateOf(job, found.source, runs.source),
      destination: stateOf(job, found.destination, runs.destination),
    };
    const isRemoved = states.source === "absent" &&
      wasRemoved(job, found.source.run, statuses.source);
    return [job, isRemoved ? judgeRemoved(job, states) : judge(job, states, found)];
  }));
}

/** A job that the run did not need any more: there is nothing to compare. */
function judgeRemoved(job: JobToPlan, { destination }: Ends<JobState>): Judged {
  if (destination === "absent") return { compare: false };
  return { compare: false, difference: newer(job, `${destination} → removed, on purpose`) };
}

function judge(job: JobToPlan, states: Ends<JobState>, found: Ends<Inventory>): Judged {
  if (job.linkTo !== undefined) return judgeLink(job, found);
  if (job.sharedName !== undefined) return judgeShared(job, found);
  const { taskId, jobId } = job;
  const { source, destination } = states;
  const strange = strangeAt(job, found);
  if (strange !== undefined) return { compare: false, difference: strange };
  if (source === "absent" && destination === "absent") {
    return note(job, "is at neither end");
  }
  if (source === "absent") {
    return { compare: false, difference: newer(job, `absent → ${destination}`) };
  }
  if (destination === "absent") {
    const what = source === "done" ? "the whole job" : `the whole job, ${source} at the source`;
    const path = jobFolder(job);
    return { compare: false, difference: { kind: "missing", path, what, job: { taskId, jobId } } };
  }
  if (destination === "done" && source !== "done") {
    return { compare: false, difference: newer(job, `${source} → done`) };
  }
  if (destination === "running" && source !== "running") {
    return { compare: false, difference: newer(job, `${source} → running`) };
  }
  return source === "running"
    ? { ...note(job, "is still running at the source"), compare: true }
    : {
      compare: true,
    };
}

/** A folder that jobs share: it has no state. */
function judgeShared(job: JobToPlan, { source, destination }: Ends<Inventory>): Judged {
  const path = jobFolder(job);
  const there = destination.jobs.get(path);
  if (there === undefined) {
    return {
      compare: false,
      difference: { kind: "missing", path, what: "the whole shared folder" },
    };
  }
  const odd = [source.jobs.get(path)!, there].map((each) => whyUnusable(each, path));
  if (odd.every((why) => why === undefined)) return { compare: true };
  const what = odd.map((why) => why ?? "a folder").join(" → ");
  return { compare: false, difference: { kind: "differs", path, what, aspects: ["kind"] } };
}

function note({ taskId, jobId }: JobToPlan, what: string): Judged {
  const message = `${jobFolder({ taskId, jobId })} ${what}`;
  return { compare: false, note: { code: "job", message, job: { taskId, jobId } } };
}

function newer({ taskId, jobId }: JobToPlan, what: string): Difference {
  const job = { taskId, jobId };
  return { kind: "newer", path: jobFolder(job), what, job };
}

/** What is no folder of the job at one end, or cannot be read there. */
function strangeAt(job: JobToPlan, found: Ends<Inventory>): Difference | undefined {
  const folder = jobFolder(job);
  const why = (["source", "destination"] as const).map((end) => {
    const there = found[end].jobs.get(folder);
    const link = found[end].links?.get(folder);
    if (there === undefined) return { shown: "absent", isOdd: false };
    if (link !== undefined) return { shown: `a link to ${jobFolder(link)}`, isOdd: true };
    const shown = whyUnusable(there, folder);
    return { shown: shown ?? "a folder of this job", isOdd: shown !== undefined };
  });
  if (!why.some(({ isOdd }) => isOdd)) return undefined;
  const { taskId, jobId } = job;
  const what = why.map(({ shown }) => shown).join(" → ");
  return { kind: "differs", path: folder, what, aspects: ["kind"], job: { taskId, jobId } };
}

/** A job that is a link to another one: the link is made anew at the destination. */
function judgeLink(job: JobToPlan, { source, destination }: Ends<Inventory>): Judged {
  const folder = jobFolder(job);
  const { taskId, jobId } = job;
  const about = { path: folder, job: { taskId, jobId } };
  const wanted = `a link to ${jobFolder(job.linkTo!)}`;
  if (!source.jobs.has(folder)) return note(job, "is at neither end");
  const link = destination.links?.get(folder);
  if (link !== undefined && jobFolder(link) === jobFolder(job.linkTo!)) return { compare: false };
  if (!destination.jobs.has(folder)) {
    return { compare: false, difference: { kind: "missing", what: wanted, ...about } };
  }
  const there = link === undefined ? "another thing" : `a link to ${printable(jobFolder(link))}`;
  const aspects = ["kind" as const];
  return {
    compare: false,
    difference: { kind: "differs", what: `${wanted} → ${there}`, aspects, ...about },
  };
}
