/**
 * The output of `xpm-copy ls`: workspaces, experiments, runs.
 *
 * @module
 */

import type { ExperimentSummary, RunSummary } from "../inspect/summarize.ts";
import type { JobState } from "../copy/types.ts";
import { printable } from "../text/printable.ts";
import { formatRunId } from "../workspace/runs.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { formatBytes, formatCount, table, width } from "./format.ts";
import { location } from "./names.ts";
import { fitted } from "./wrap.ts";

/** Lists workspaces. */
export function renderWorkspaces(workspaces: Workspace[]): string[] {
  const rows = workspaces.map((workspace) => [printable(workspace.id), location(workspace)]);
  return table([["WORKSPACE", "PATH"], ...rows]);
}

/**
 * Lists experiments. The jobs and the size are those of the latest run; with `--brief` they are
 * left out.
 */
export function renderExperiments(experiments: ExperimentSummary[], columns: number): string[] {
  const rows = experiments.map(({ experimentId, runs }) => {
    const latest = runs.at(-1);
    return [
      printable(experimentId),
      formatCount(runs.length),
      latest === undefined ? "" : printable(formatRunId(latest.runId)),
      ...(latest === undefined ? ["", ""] : [size(latest), jobCounts(latest)]),
    ];
  });
  const all = [["EXPERIMENT", "RUNS", "LATEST", "SIZE", "JOBS"], ...rows];
  const isShort = isBrief(experiments.flatMap(({ runs }) => runs));
  return fitted(isShort ? all.map((row) => row.slice(0, 3)) : all, [1, 3], columns);
}

/** Whether no job was scanned. */
function isBrief(runs: RunSummary[]): boolean {
  return runs.length > 0 && runs.every(({ jobStates }) => jobStates === undefined);
}

/**
 * Lists the runs of an experiment, the latest first. Where the terminal is too narrow for all, the
 * start is left out: the id of a run tells it.
 */
export function renderRuns(
  { runs, current, currentInferred }: ExperimentSummary,
  columns: number,
): string[] {
  const mark = currentInferred ? "current (no link)" : "current";
  const rows = runs.toReversed().map((run) => [
    printable(run.runId),
    printable(formatRunId(run.runId)),
    [runState(run), ...(run.runId === current ? [mark] : [])].join(", "),
    size(run),
    jobCounts(run),
  ]);
  const all = [["RUN", "STARTED", "STATE", "SIZE", "JOBS"], ...rows];
  const shown = isBrief(runs) ? all.map((row) => row.slice(0, 3)) : all;
  const isWide = table(shown, [3]).some((line) => width(line) > columns);
  return isWide ? fitted(shown.map((row) => row.toSpliced(1, 1)), [2], columns) : table(shown, [3]);
}

/** The state of a run, with the time of its start where its id does not tell that. */
function runState({ runId, ended, startedAt }: RunSummary): string {
  if (ended === undefined) return "unknown";
  if (ended) return "ended";
  const isTold = startedAt === undefined || formatRunId(runId) !== runId;
  return isTold ? "in progress" : `in progress since ${shortTime(startedAt)}`;
}

/** `2026-01-18T17:07:44.372099` without the fraction of a second. */
function shortTime(time: string): string {
  return printable(time.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d).*$/, "$1 $2"));
}

const STATE_ORDER: JobState[] = ["done", "failed", "running", "unfinished", "absent"];

/** How many jobs are in which state: `154 done, 3 failed`. */
export function jobCounts({ jobStates = {} }: RunSummary): string {
  return STATE_ORDER.map((state) => ({ state, number: jobStates[state] ?? 0 }))
    .filter(({ number }) => number > 0)
    .map(({ state, number }) => `${formatCount(number)} ${state}`)
    .join(", ");
}

function size(run: RunSummary | undefined): string {
  return run?.bytes === undefined ? "" : formatBytes(run.bytes);
}
