/**
 * The experiments of a workspace with their runs and the states of their jobs, for `xpm-copy ls`.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import type { Host, Listing } from "../host/host.ts";
import { quoteCommand } from "../text/shell.ts";
import { jobsOf } from "../workspace/jobs.ts";
import { checkId, isId, jobFolder, runFolder } from "../workspace/layout.ts";
import { compareRuns, readRunStatus } from "../workspace/runs.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { withRunLinks } from "../copy/damaged_list.ts";
import { stateForRun } from "../copy/job_state.ts";
import { type ListedRun, lookAtJobs, type SeenJobs } from "./seen_jobs.ts";
import type { JobState } from "../copy/types.ts";
import { ofVersion1 } from "../copy/version_1.ts";

/** One run in the list of `xpm-copy ls`. */
export interface RunSummary {
  /** The run's id. */
  runId: string;
  /** Whether the run has ended; undefined when its `status.json` does not say. */
  ended: boolean | undefined;
  /** When it started, as its `status.json` says. */
  startedAt?: string;
  /** How many jobs are in which state, by their folders; only when requested. */
  jobStates?: Partial<Record<JobState, number>>;
  /** Bytes of the run's folder and of its jobs; only when requested. */
  bytes?: number;
}

/** One experiment in the list of `xpm-copy ls`. */
export interface ExperimentSummary {
  /** The experiment's id. */
  experimentId: string;
  /** Its runs, oldest first. */
  runs: RunSummary[];
  /**
   * Bytes of its runs and of their jobs; a job that several runs share counts once. Only when
   * requested.
   */
  bytes?: number;
  /** The current run, by experimaestro's rules. */
  current?: string;
  /** Whether no link names the current run. Then it is the latest run. */
  currentInferred?: true;
}

/** The experiments of a workspace. */
export interface WorkspaceSummary {
  /** The experiments, by name. */
  experiments: ExperimentSummary[];
  /** Bytes of all their runs and jobs, each job counted once; only when requested. */
  bytes?: number;
}

/** What to list. */
export interface SummaryOptions {
  /** Only this experiment. @default {undefined} all of them */
  experimentId?: string;
  /**
   * What to find out about jobs: their `states`, or also their `sizes`. For sizes every file is
   * visited. @default {undefined} nothing
   */
  jobs?: "states" | "sizes";
}

/** Lists experiments with their runs, for questions. */
export async function summarize(
  host: Pick<Host, "browse" | "scan">,
  workspace: Workspace,
  options: SummaryOptions = {},
): Promise<ExperimentSummary[]> {
  return (await summarizeAll(host, workspace, options)).experiments;
}

/** Lists experiments with their runs, and sums them up, for `xpm-copy ls`. */
export async function summarizeAll(
  host: Pick<Host, "browse" | "scan">,
  workspace: Workspace,
  { experimentId, jobs }: SummaryOptions,
): Promise<WorkspaceSummary> {
  if (experimentId !== undefined) checkId("experiment", experimentId);
  const withJobs = jobs !== undefined;
  const listing = await host.browse({ path: workspace.path, experimentId, withJobs });
  const runs = await runsOf(host, listing);
  const found = listing.experiments.filter((one) => isId(one.experimentId))
    .map((one) => ({ ...one, runs: runs.get(one.experimentId)! }))
    .sort((a, b) => a.experimentId < b.experimentId ? -1 : 1);
  if (found.length === 0 && listing.inXp) {
    throw ofVersion1(workspace, listing.realPath, experimentId);
  }
  if (experimentId !== undefined && found.length === 0) {
    throw noExperiment(experimentId, workspace);
  }
  const all = found.flatMap(({ runs }) => runs);
  const measured = jobs === "sizes" ? all : [];
  const seen = withJobs ? await lookAtJobs(host, listing.realPath, all, measured) : undefined;
  const total = (runs: ListedRun[]) =>
    jobs !== "sizes" ? {} : {
      bytes: seen!.total(
        listing.realPath,
        runs.flatMap(({ folder, jobs }) => [folder, ...jobs.map(jobFolder)]),
      ),
    };
  const experiments = found.map(({ experimentId, current, runs }) => ({
    experimentId,
    runs: runs.map((run) => summarizeRun(run, seen)),
    ...total(runs),
    ...(current !== undefined && { current: current.runId }),
    ...(current?.by === "latest" && { currentInferred: true as const }),
  }));
  return { experiments, ...total(all) };
}

/** The runs of each experiment, oldest first. */
export async function runsOf(
  host: Pick<Host, "scan">,
  listing: Listing,
): Promise<Map<string, ListedRun[]>> {
  const found = new Map<string, ListedRun[]>();
  for (const { experimentId, runs } of listing.experiments) {
    const listed: ListedRun[] = [];
    for (const { runId, status, ...run } of runs.filter(({ runId }) => isId(runId))) {
      const folder = runFolder(experimentId, runId);
      const all = jobsOf(run);
      const jobs = all === undefined ? [] : (await withRunLinks(host, listing, folder, all)).jobs;
      listed.push({ runId, folder, status: readRunStatus(status), jobs });
    }
    found.set(experimentId, listed.sort((a, b) => compareRuns(a.runId, b.runId)));
  }
  return found;
}

function summarizeRun(run: ListedRun, seen: SeenJobs | undefined): RunSummary {
  const { runId, status } = run;
  const bytes = seen?.bytes(run);
  return {
    runId,
    ended: status?.ended,
    ...(status?.startedAt !== undefined && { startedAt: status.startedAt }),
    ...(seen !== undefined && { jobStates: countStates(run, seen) }),
    ...(bytes !== undefined && { bytes }),
  };
}

function countStates({ folder, status, jobs }: ListedRun, seen: SeenJobs) {
  const run = { ended: status?.ended === true, statusTime: seen.statusTimes.get(folder) };
  const counts: Partial<Record<JobState, number>> = {};
  for (const job of jobs) {
    const state = stateForRun(job, seen.jobs.get(jobFolder(job)), run);
    counts[state] = (counts[state] ?? 0) + 1;
  }
  return counts;
}

/** The error for an experiment that does not exist. */
export function noExperiment(experimentId: string, workspace: Workspace): CopyError {
  const message = `no experiment ${experimentId} in ${workspace.id}`;
  return new CopyError(
    "not-found",
    message,
    `see  ${quoteCommand(["xpm-copy", "ls", workspace.id])}`,
  );
}
