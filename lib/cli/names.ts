/**
 * Jobs, workspaces and lists of them by name, with nothing in it that a terminal would obey.
 *
 * @module
 */

import { type JobId, jobName } from "../workspace/layout.ts";
import { printable } from "../text/printable.ts";
import type { CopyProblem, PlannedEnd } from "../copy/types.ts";
import type { Workspace } from "../workspace/workspace.ts";

const HASH = /^[0-9a-f]{16,}$/;

/** The short name of a job: the last part of its task, and how its id begins. */
export function shortJob({ taskId, jobId }: JobId): string {
  const id = HASH.test(jobId) ? jobId.slice(0, 8) : jobId;
  return printable(`${jobName(taskId)}/${id}`);
}

/** The full name of a job: its folder below `jobs`. */
export function fullJob({ taskId, jobId }: JobId): string {
  return printable(`${taskId}/${jobId}`);
}

const MOST_NAMES = 4;

/** Names some jobs on one line, the first few of many. */
export function someJobs(jobs: JobId[]): string {
  const names = jobs.slice(0, MOST_NAMES).map(shortJob).join(", ");
  const more = jobs.length - MOST_NAMES;
  return more > 0 ? `${names} and ${more} more` : names;
}

/** What is said of paths that jobs refer to and that the destination lacks. */
export const REFERENCES =
  "jobs refer to these paths in the source workspace, which are not part of this run";

const MOST_PATHS = 5;

/** Names some paths on one line, the first few of many. */
export function somePaths(paths: string[], verbose: boolean): string {
  const shown = verbose ? paths : paths.slice(0, MOST_PATHS);
  const more = paths.length - shown.length;
  const names = shown.map(printable).join(", ");
  return more > 0 ? `${names} and ${more} more (--verbose shows all)` : names;
}

/** A problem, after the job that it concerns, unless it names that itself. */
export function renderProblem({ job, message }: CopyProblem): string {
  const named = job === undefined || message.includes(job.jobId);
  return printable(named ? message : `${shortJob(job)}: ${message}`);
}

/** The file under way, its job's name short: `train/2ef59178 model.bin`. */
export function shortFile(path: string): string {
  const [top, taskId, jobId, ...rest] = path.split("/");
  if (top !== "jobs" || !taskId || !jobId) return printable(path);
  return `${shortJob({ taskId, jobId })} ${printable(rest.join("/"))}`.trimEnd();
}

/** Where a workspace is: `user@host:~/experiments`, `/home/me/experiments`. */
export function location(workspace: Workspace): string {
  const { ssh, path } = workspace;
  return printable(ssh === undefined ? path : `${ssh.host}:${path}`);
}

/** Where an end of a copy is. */
export function endLocation(end: PlannedEnd): string {
  return printable(end.host === undefined ? end.path : `${end.host}:${end.path}`);
}

/** How sentences name the destination: `here` on this machine, else `there`. */
export function hereOrThere(destination: PlannedEnd): "here" | "there" {
  return destination.host === undefined ? "here" : "there";
}
