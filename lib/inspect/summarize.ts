/**
 * The experiments of a workspace with their runs and the states of their jobs, for `xpm-copy ls`.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import type { FoundExperiment, FoundRun, Host } from "../host/host.ts";
import { quoteCommand } from "../text/shell.ts";
import { jobsOf } from "../workspace/jobs.ts";
import { checkId, isId, jobFolder, runFolder } from "../workspace/layout.ts";
import { compareRuns, readRunStatus } from "../workspace/runs.ts";
import type { Workspace } from "../workspace/workspace.ts";
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
  /** The current run, by experimaestro's rules. */
  current?: string;
  /** Whether no link names the current run. Then it is the latest run. */
  currentInferred?: true;
}

/** What to list. */
export interface SummaryOptions {
  /** Only this experiment. @default {undefined} all of them */
  experimentId?: string;
  /**
   * What to find out about jobs: their `states`, or also their `sizes`. For sizes every file is
   * visited: of all runs of one experiment, or of the latest run of each. @default {undefined}
   * nothing
   */
  jobs?: "states" | "sizes";
}

/** Lists experiments with their runs, for `xpm-copy ls` and for questions. */
export async function summarize(
  host: Pick<Host, "browse" | "scan">,
  workspace: Workspace,
  { experimentId, jobs }: SummaryOptions = {},
): Promise<ExperimentSummary[]> {
  if (experimentId !== undefined) checkId("experiment", experimentId);
  const withJobs = jobs !== undefined;
  const listing = await host.browse({ path: workspace.path, experimentId, withJobs });
  const found = listing.experiments.filter((one) => isId(one.experimentId))
    .map((one) => ({ ...one, runs: runsOf(one) }))
    .sort((a, b) => a.experimentId < b.experimentId ? -1 : 1);
  if (found.length === 0 && listing.inXp) {
    throw ofVersion1(workspace, listing.realPath, experimentId);
  }
  if (experimentId !== undefined && found.length === 0) {
    throw noExperiment(experimentId, workspace);
  }
  const all = found.flatMap(({ runs }) => runs);
  const latest = found.flatMap(({ runs }) => runs.slice(-1));
  const measured = jobs !== "sizes" ? [] : experimentId === undefined ? latest : all;
  const seen = withJobs ? await lookAtJobs(host, listing.realPath, all, measured) : undefined;
  return found.map(({ experimentId, current, runs }) => ({
    experimentId,
    runs: runs.map((run) => summarizeRun(run, seen)),
    ...(current !== undefined && { current: current.runId }),
    ...(current?.by === "latest" && { currentInferred: true as const }),
  }));
}

/** The runs of an experiment, oldest first. */
export function runsOf({ experimentId, runs }: FoundExperiment): ListedRun[] {
  return runs.filter(({ runId }) => isId(runId))
    .map(({ runId, status, ...run }: FoundRun) => ({
      runId,
      folder: runFolder(experimentId, runId),
      status: readRunStatus(status),
      jobs: jobsOf(run)?.jobs ?? [],
    }))
    .sort((a, b) => compareRuns(a.runId, b.runId));
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
