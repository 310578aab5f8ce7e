/**
 * What `xpm-copy ls` shows: workspaces, experiments, runs.
 *
 * @module
 */

import type { ExperimentSummary, RunSummary } from "../copy/browse.ts";
import { printable } from "../workspace/layout.ts";
import { formatRunId } from "../workspace/runs.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { formatBytes, formatCount, table } from "./format.ts";
import { location } from "./names.ts";

/** Lists workspaces. */
export function renderWorkspaces(workspaces: Workspace[]): string[] {
  const rows = workspaces.map((workspace) => [printable(workspace.id), location(workspace)]);
  return table([["WORKSPACE", "PATH"], ...rows]);
}

/** Lists experiments; the jobs and the size are those of the latest run. */
export function renderExperiments(experiments: ExperimentSummary[]): string[] {
  const rows = experiments.map(({ experimentId, runs }) => {
    const latest = runs.at(-1);
    return [
      printable(experimentId),
      formatCount(runs.length),
      latest === undefined ? "" : printable(formatRunId(latest.runId)),
      latest === undefined ? "" : jobCounts(latest),
      size(latest),
    ];
  });
  return table([["EXPERIMENT", "RUNS", "LATEST", "JOBS", "SIZE"], ...rows], [1, 4]);
}

/** Lists the runs of an experiment, the latest first. */
export function renderRuns({ runs, current, currentInferred }: ExperimentSummary): string[] {
  const mark = currentInferred ? " (current, no link)" : " (current)";
  const rows = runs.toReversed().map((run) => [
    printable(run.runId),
    printable(formatRunId(run.runId)) + (run.runId === current ? mark : ""),
    runState(run),
    jobCounts(run),
    size(run),
  ]);
  return table([["RUN", "STARTED", "STATE", "JOBS", "SIZE"], ...rows], [4]);
}

function runState({ ended }: RunSummary): string {
  return ended === undefined ? "unknown" : ended ? "ended" : "in progress";
}

// experimaestro writes `error` where its own lists say failed.
const STATE_NAMES: Record<string, string> = { error: "failed" };
const STATE_ORDER = ["done", "failed", "running"];

/** How many jobs are in which state: `154 done, 3 failed`. */
export function jobCounts({ jobStates }: RunSummary): string {
  const rank = (name: string) => (STATE_ORDER.indexOf(name) + 1) || STATE_ORDER.length + 1;
  return Object.entries(jobStates)
    .filter(([, number]) => number > 0)
    .map(([state, number]) => ({ name: STATE_NAMES[state] ?? state, number }))
    .sort((a, b) => rank(a.name) - rank(b.name))
    .map(({ name, number }) => `${formatCount(number)} ${printable(name)}`)
    .join(", ");
}

function size(run: RunSummary | undefined): string {
  return run?.bytes === undefined ? "" : formatBytes(run.bytes);
}
