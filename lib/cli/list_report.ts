/**
 * The output of `xpm-copy ls`: workspaces, experiments, runs.
 *
 * @module
 */

import type { Order } from "../inspect/order.ts";
import type { ExperimentSummary, RunSummary, WorkspaceSummary } from "../inspect/summarize.ts";
import type { JobState } from "../copy/types.ts";
import { printable } from "../text/printable.ts";
import { formatRunId } from "../workspace/runs.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { count, formatBytes, formatCount, table, width } from "./format.ts";
import { location } from "./names.ts";
import { fitted, wrapSentence } from "./wrap.ts";
import type { ReportStyle } from "./style.ts";

/** Lists workspaces. */
export function renderWorkspaces(
  workspaces: Workspace[],
  style?: Pick<ReportStyle, "link">,
): string[] {
  const rows = workspaces.map((each) => [printable(each.id), location(each, style)]);
  return table([["WORKSPACE", "PATH"], ...rows]);
}

/**
 * Lists experiments. The size is that of all runs, the jobs are those of the latest one; with
 * `--brief` both are left out.
 */
export function renderExperiments(
  { experiments, bytes }: WorkspaceSummary,
  columns: number,
): string[] {
  const rows = experiments.map(({ experimentId, runs, bytes }) => {
    const latest = runs.at(-1);
    return [
      printable(experimentId),
      formatCount(runs.length),
      latest === undefined ? "" : printable(formatRunId(latest.runId)),
      ...(latest === undefined ? ["", ""] : [size({ bytes }), jobCounts(latest)]),
    ];
  });
  const all = [["EXPERIMENT", "RUNS", "LATEST", "SIZE", "JOBS"], ...rows];
  const runs = experiments.flatMap(({ runs }) => runs);
  const shown = isBrief(runs) ? all.map((row) => row.slice(0, 3)) : all;
  return [...fitted(shown, [1, 3], columns), ...total(runs, bytes, columns)];
}

/** The sum of all sizes, in which a job counts once that several runs share. */
function total(runs: RunSummary[], bytes: number | undefined, columns: number): string[] {
  if (bytes === undefined) return [];
  const sentence = `${count(runs.length, "run")}, ${formatBytes(bytes)} in all`;
  const shared = runs.length > 1 ? "; jobs that several runs share count once" : "";
  return ["", ...wrapSentence(sentence + shared, columns)];
}

/** Whether no job was scanned. */
function isBrief(runs: RunSummary[]): boolean {
  return runs.length > 0 && runs.every(({ jobStates }) => jobStates === undefined);
}

/**
 * Lists the runs of an experiment, the latest first unless they are in an `order` already. Where the
 * terminal is too narrow for all, the start is left out: the id of a run tells it.
 */
export function renderRuns(
  { runs, current, currentInferred, bytes }: ExperimentSummary,
  columns: number,
  order?: Order,
): string[] {
  const mark = currentInferred ? "current (no link)" : "current";
  const rows = (order === undefined ? runs.toReversed() : runs).map((run) => [
    printable(run.runId),
    printable(formatRunId(run.runId)),
    [runState(run), ...(run.runId === current ? [mark] : [])].join(", "),
    size(run),
    jobCounts(run),
  ]);
  const all = [["RUN", "STARTED", "STATE", "SIZE", "JOBS"], ...rows];
  const shown = isBrief(runs) ? all.map((row) => row.slice(0, 3)) : all;
  const isWide = table(shown, [3]).some((line) => width(line) > columns);
  const lines = isWide
    ? fitted(shown.map((row) => row.toSpliced(1, 1)), [2], columns)
    : table(shown, [3]);
  return [...lines, ...total(runs, bytes, columns)];
}

/** The state of a run, with the time of its start where its id does not tell that. */
function runState({ runId, ended, startedAt }: RunSummary): string {
  if (ended === undefined) return "unknown";
  if (ended) return "ended";
  const isTold = startedAt === undefined || formatRunId(runId) !== runId;
  return isTold ? "in progress" : `in progress since ${shortTime(startedAt)}`;
}

/** `2026-01-18T17:07:44.372099` without the fraction of a second. */
export function shortTime(time: string): string {
  return printable(time.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d).*$/, "$1 $2"));
}

const STATE_ORDER: JobState[] = ["done", "failed", "running", "unfinished", "absent"];

/** How many jobs are in which state: `154 done, 3 failed`. */
export function jobCounts({ jobStates = {} }: Pick<RunSummary, "jobStates">): string {
  return STATE_ORDER.map((state) => ({ state, number: jobStates[state] ?? 0 }))
    .filter(({ number }) => number > 0)
    .map(({ state, number }) => `${formatCount(number)} ${state}`)
    .join(", ");
}

function size({ bytes }: { bytes?: number | undefined }): string {
  return bytes === undefined ? "" : formatBytes(bytes);
}
