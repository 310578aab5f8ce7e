/**
 * Names of jobs, workspaces and lists of them, without anything that a terminal would obey.
 *
 * @module
 */

import { type JobId, jobName } from "../workspace/layout.ts";
import { isWritten, unitsOf } from "../copy/decisions.ts";
import { printable } from "../text/printable.ts";
import { formatBytes } from "../text/sizes.ts";
import { formatCount } from "./format.ts";
import { formatRunId } from "../workspace/runs.ts";
import type { RunName } from "../copy/surveyed.ts";
import type { CopyPlan, CopyProblem, PlannedEnd, PlannedJob } from "../copy/types.ts";
import type { Workspace } from "../workspace/workspace.ts";
import type { ReportStyle } from "./style.ts";

const HASH = /^[0-9a-f]{16,}$/;

/** The short name of a job: the last part of its task, and the beginning of its id. */
export function shortJob({ taskId, jobId }: JobId): string {
  const id = HASH.test(jobId) ? jobId.slice(0, 8) : jobId;
  return printable(`${jobName(taskId)}/${id}`);
}

/** The full name of a job: its folder below `jobs`. */
export function fullJob({ taskId, jobId }: JobId): string {
  return printable(`${taskId}/${jobId}`);
}

const MOST_NAMES = 4;

/** Names jobs on one line; of many, only the first few. */
export function someJobs(jobs: JobId[]): string {
  return some(jobs.map(shortJob));
}

function some(names: string[]): string {
  const more = names.length - MOST_NAMES;
  const first = names.slice(0, MOST_NAMES).join(", ");
  return more > 0 ? `${first} and ${more} more` : first;
}

/** The name of a run: `neuralir 2026-01-18 17:07:44`. */
export function runName({ experimentId, runId }: RunName): string {
  return `${printable(experimentId)} ${printable(formatRunId(runId))}`;
}

/** Names runs on one line; of many, only the first few. */
export function someRuns(runs: RunName[]): string {
  return some(runs.map(runName));
}

/** The remark about paths that jobs refer to and that the destination lacks. */
export const REFERENCES =
  "jobs refer to these paths in the source workspace, which are not part of this run";

/** Whether a job remains without some of its files. */
export function isPartial({ leftOut }: PlannedJob): boolean {
  return leftOut !== undefined;
}

/** What some jobs lack at the destination, and by which options: `38 GiB left out by '*.ckpt'`. */
export function leftOutRemark(jobs: PlannedJob[]): string {
  const bytes = jobs.reduce((sum, { leftOut }) => sum + (leftOut?.bytes ?? 0), 0);
  const by = [...new Set(jobs.flatMap(({ leftOut }) => leftOut?.by ?? []))];
  return `${formatBytes(bytes)} left out by ${by.map(printable).join(", ")}`;
}

const MOST_PATHS = 5;

/** Names paths on one line; of many, only the first few. */
export function somePaths(paths: string[], verbose: boolean): string {
  const shown = verbose ? paths : paths.slice(0, MOST_PATHS);
  const more = paths.length - shown.length;
  const names = shown.map(printable).join(", ");
  return more > 0 ? `${names} and ${more} more (--verbose shows all)` : names;
}

/** Formats a problem, with the job that it concerns, unless the message names that itself. */
export function renderProblem({ job, message }: CopyProblem, verbose: boolean): string {
  const isNamed = job === undefined || message.includes(job.jobId);
  const text = printable(isNamed ? message : `${shortJob(job)}: ${message}`);
  return verbose ? text : shortenJobs(text);
}

/** Shortens the folders of jobs in a sentence: `jobs/my.train/2ef59178...` to `train/2ef59178`. */
function shortenJobs(text: string): string {
  return text.replace(
    /\bjobs\/([^\s/]+)\/([0-9a-f]{16,})(?![^\s/:;,)])/g,
    (_, taskId, jobId) => shortJob({ taskId, jobId }),
  );
}

/**
 * Formats the file that is being copied, with a short name for its job: `train/2ef59178 model.bin`.
 */
export function shortFile(path: string): string {
  const [top, taskId, jobId, ...rest] = path.split("/");
  if (top !== "jobs" || !taskId || !jobId) return printable(path);
  return `${shortJob({ taskId, jobId })} ${printable(rest.join("/"))}`.trimEnd();
}

/** The location of a workspace: `user@host:~/experiments`, `/home/me/experiments`. */
export function location({ ssh, path }: Workspace, style?: Pick<ReportStyle, "link">): string {
  return placeOf(ssh?.host, path, style);
}

/** The location of one end of a copy. */
export function endLocation({ host, path }: PlannedEnd, style?: Pick<ReportStyle, "link">): string {
  return placeOf(host, path, style);
}

function placeOf(host: string | undefined, path: string, style?: Pick<ReportStyle, "link">) {
  if (host !== undefined) return printable(`${host}:${path}`);
  return style?.link?.(printable(path), path) ?? printable(path);
}

/** The word for the destination in sentences: `here` on this machine, otherwise `there`. */
export function hereOrThere(destination: PlannedEnd): "here" | "there" {
  return destination.host === undefined ? "here" : "there";
}

/** Whether the plan would write anything. */
export function hasWork(plan: CopyPlan): boolean {
  return isWritten(plan.run) || unitsOf(plan).some(isWritten);
}

const MOST_PROBLEMS = 10;

/** The lines of the first problems, and how many more there are. */
export function firstOf(problems: string[][], { verbose }: Pick<ReportStyle, "verbose">): string[] {
  const shown = verbose ? problems : problems.slice(0, MOST_PROBLEMS);
  const lines = shown.flat();
  const more = problems.length - shown.length;
  return more > 0 ? [...lines, `  and ${formatCount(more)} more (--verbose shows all)`] : lines;
}
