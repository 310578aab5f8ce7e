/**
 * Comparing the runs of two workspaces: a function of what was found.
 *
 * @module
 */

import { stateForRun } from "../copy/job_state.ts";
import type { Ends } from "../copy/plan.ts";
import type { JobState } from "../copy/types.ts";
import { jobFolder } from "../workspace/layout.ts";
import type { JobInfo } from "../workspace/jobs.ts";
import { areTwoRuns, compareRuns, compareText } from "../workspace/runs.ts";
import type { ListedRun, SeenJobs } from "./seen_jobs.ts";
import type { ComparedJobs, RunComparison } from "./status_types.ts";

/** What was found at one end. */
export interface FoundRuns {
  /** The runs, by their folders. */
  runs: ReadonlyMap<string, ListedRun>;
  /** The jobs of all runs of both ends, as far as they are there. */
  seen: Pick<SeenJobs, "jobs" | "statusTimes">;
  /** The folders of jobs that have a record of files left out. */
  partial: ReadonlySet<string>;
}

/** How far a job has come; of two states the later one is newer. */
const ORDER: JobState[] = ["absent", "unfinished", "failed", "running", "done"];

/** The runs of both ends, each once: by experiment, oldest first. */
export function compareAllRuns(ends: Ends<FoundRuns>): RunComparison[] {
  const folders = new Set([...ends.source.runs.keys(), ...ends.destination.runs.keys()]);
  return [...folders].map((folder) => compareRun(folder, ends)).sort((a, b) =>
    compareText(a.experimentId, b.experimentId) || compareRuns(a.runId, b.runId)
  );
}

function compareRun(folder: string, ends: Ends<FoundRuns>): RunComparison {
  const [, experimentId, runId] = folder.split("/") as [string, string, string];
  const [here, there] = [ends.source.runs.get(folder), ends.destination.runs.get(folder)];
  const jobs = compareJobs(allJobs([here, there]), folder, ends);
  const inProgress = (["source", "destination"] as const)
    .filter((end) => ends[end].runs.get(folder)?.status?.ended === false);
  return {
    ...{ experimentId, runId, jobs },
    at: here === undefined ? "destination" : there === undefined ? "source" : "both",
    ahead: aheadOf(here, there, jobs),
    ...(inProgress.length > 0 && { inProgress }),
  };
}

/** The jobs that a run lists at either end. */
export function allJobs(runs: (ListedRun | undefined)[]): JobInfo[] {
  const jobs = runs.flatMap((run) => run?.jobs ?? []);
  return [...new Map(jobs.map((job) => [jobFolder(job), job])).values()];
}

function compareJobs(jobs: JobInfo[], folder: string, ends: Ends<FoundRuns>): ComparedJobs {
  const counts: ComparedJobs = {
    ...{ same: 0, sourceOnly: 0, destinationOnly: 0, sourceNewer: 0, destinationNewer: 0 },
    ...{ sourcePartial: 0, destinationPartial: 0 },
  };
  for (const job of jobs) {
    const [source, destination] = (["source", "destination"] as const)
      .map((end) => stateAt(job, folder, ends[end])) as [JobState, JobState];
    if (ends.source.partial.has(jobFolder(job))) counts.sourcePartial++;
    if (ends.destination.partial.has(jobFolder(job))) counts.destinationPartial++;
    if (source === "absent" && destination === "absent") continue;
    if (source === destination) counts.same++;
    else if (destination === "absent") counts.sourceOnly++;
    else if (source === "absent") counts.destinationOnly++;
    else if (ORDER.indexOf(source) > ORDER.indexOf(destination)) counts.sourceNewer++;
    else counts.destinationNewer++;
  }
  return counts;
}

/** A job's state at one end; where its run is not, no `.pid` is known to be stale. */
function stateAt(job: JobInfo, folder: string, { runs, seen }: FoundRuns): JobState {
  const ended = runs.get(folder)?.status?.ended === true;
  const statusTime = seen.statusTimes.get(folder);
  return stateForRun(job, seen.jobs.get(jobFolder(job)), { ended, statusTime });
}

function aheadOf(
  here: ListedRun | undefined,
  there: ListedRun | undefined,
  jobs: ComparedJobs,
): RunComparison["ahead"] {
  const source = there === undefined || isFurther(here, there) ||
    jobs.sourceOnly + jobs.sourceNewer + jobs.destinationPartial > 0;
  const destination = here === undefined || isFurther(there, here) ||
    jobs.destinationOnly + jobs.destinationNewer + jobs.sourcePartial > 0;
  if (source && destination) return "both";
  return source ? "source" : destination ? "destination" : "neither";
}

/** Whether a run lists jobs that the other one does not, is another one, or alone has ended. */
function isFurther(run: ListedRun | undefined, other: ListedRun): boolean {
  if (run === undefined) return false;
  const known = new Set(other.jobs.map(jobFolder));
  return run.jobs.some((job) => !known.has(jobFolder(job))) ||
    areTwoRuns(run.status, other.status) ||
    run.status?.ended === true && other.status?.ended === false;
}
