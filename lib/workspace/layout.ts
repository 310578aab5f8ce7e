/**
 * Every name that a workspace has on disk, once, and the check that every id passes where it
 * enters.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import { hasControl, printable } from "../text/printable.ts";

/** The empty file without which experimaestro refuses a folder. */
export const MARKER = ".__experimaestro__";
/** Where the jobs are, below the workspace. */
export const JOBS = "jobs";
/** Where the experiments are, below the workspace. */
export const EXPERIMENTS = "experiments";
/** Where copies are put together, below the workspace. */
export const STAGING = ".xpm-staging";
/** Where copies keep what has to outlive them, below the workspace. */
export const STORE = ".xpm-copy";
/** Below it, as `TASK/JOB.json`, the records of jobs that were copied without some of their files. */
export const RECORDS = `${STORE}/partial/${JOBS}`;
/** The link from an experiment to its latest run. */
export const CURRENT = "current";
/** The list of a run's jobs, one object a line. */
export const JOBS_FILE = "jobs.jsonl";
/** Of which a run of experimaestro 2.x has one at least, and a run of 1.x none. */
export const FILES_OF_2: readonly string[] = [
  JOBS_FILE,
  "objects.jsonl",
  "configs.json",
  "environment.json",
];
/** The state of a run (in the run's folder) or of a job (below `.experimaestro`). */
export const STATUS_FILE = "status.json";
/** The configuration of a job. */
export const PARAMS_FILE = "params.json";
/** What experimaestro keeps about a job, in the job's folder. */
export const JOB_META = ".experimaestro";

/** Which job: its task and its own id. */
export interface JobId {
  /** The task's identifier, such as `neuralir.tasks.train`. */
  taskId: string;
  /** The job's identifier: a hash of its configuration. */
  jobId: string;
}

/** A job that others may be links to. */
export interface LinkedJob extends JobId {
  /** The jobs that are links to it. */
  linkedBy?: JobId[];
}

/** The kinds of id that {@linkcode checkId} knows, as they stand in its message. */
export type IdKind = "experiment" | "run" | "task" | "job";

/** What is wrong with an id; undefined when it is one path segment that no program misreads. */
function faultOf(id: string): string | undefined {
  if (id === "") return "it is empty";
  if (hasControl(id)) return "it contains a control character";
  if (/\p{Surrogate}/u.test(id)) return "it contains half a character";
  if (id.includes("/")) return "it contains a '/'";
  if (id.startsWith(".") || id.startsWith("-")) return `it begins with '${id[0]}'`;
  const { length } = new TextEncoder().encode(id);
  return length > 255 ? "it is longer than 255 bytes" : undefined;
}

/** Whether a text can be an id; see {@linkcode checkId}. */
export function isId(text: string): boolean {
  return faultOf(text) === undefined;
}

/**
 * Gives back an id that is one path segment: not empty, no `/`, neither `.` nor `..`, no leading
 * `-` or `.`, no control character, at most 255 bytes.
 *
 * @throws {CopyError} `usage`, when it is not.
 */
export function checkId(kind: IdKind, id: string): string {
  const wrong = faultOf(id);
  if (wrong !== undefined) {
    const shown = printable(id.length > 80 ? id.slice(0, 80) + "..." : id);
    throw new CopyError("usage", `invalid ${kind} id '${shown}': ${wrong}`);
  }
  return id;
}

/** The name that a job's own files begin with: `train` for the task `neuralir.tasks.train`. */
export function jobName(taskId: string): string {
  return taskId.slice(taskId.lastIndexOf(".") + 1);
}

/** A job's folder, relative to the workspace. */
export function jobFolder({ taskId, jobId }: JobId): string {
  return `${JOBS}/${taskId}/${jobId}`;
}

/** Whether a folder that is a link leads to one of the same name: for a job a `move` folder's. */
export function leadsTo(target: string, folder: string): boolean {
  return `/${target.replace(/\/+$/, "")}`.endsWith(`/${folder}`);
}

/** The job whose folder a path is, right below one of some folders that stand for `jobs`. */
export function jobAt(path: string, jobs: readonly string[]): JobId | undefined {
  for (const folder of jobs) {
    if (!path.startsWith(`${folder}/`)) continue;
    const [taskId = "", jobId = "", ...more] = path.slice(folder.length + 1).split("/");
    if (more.length === 0 && isId(taskId) && isId(jobId)) return { taskId, jobId };
  }
  return undefined;
}

/** The folder that a path is in; empty for what is right in the first one. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/** A run's folder, relative to the workspace. */
export function runFolder(experimentId: string, runId: string): string {
  return `${EXPERIMENTS}/${experimentId}/${runId}`;
}

/**
 * Where a link may name an experiment's current run, relative to the workspace: the one of today
 * first, then those of experimaestro before 2.1.1. The first that is there counts.
 */
export function currentLinks(experimentId: string): string[] {
  return [
    `${EXPERIMENTS}/${experimentId}/${CURRENT}`,
    `.events/${EXPERIMENTS}/${experimentId}/${CURRENT}`,
    `.experimaestro/${EXPERIMENTS}/${experimentId}`,
  ];
}

/** What a copy leaves behind of a job, relative to its folder: experimaestro's lock and pid files. */
export function leftBehindInJob(taskId: string): string[] {
  const name = jobName(taskId);
  return [`${name}.pid`, `${name}.lock`, `${JOB_META}/${name}.lock`];
}

/** The same of a job that others are links to: theirs, too. */
export function leftBehindOf({ taskId, linkedBy = [] }: LinkedJob): string[] {
  return [...new Set([taskId, ...linkedBy.map((job) => job.taskId)])].flatMap(leftBehindInJob);
}

/** What a copy leaves behind of a run, relative to its folder; the links in `jobs` are made anew. */
export const LEFT_BEHIND_IN_RUN: readonly string[] = [JOBS, ".status.json.lock"];

/** A job's link, relative to its run's folder. */
export function runLink(job: JobId): string {
  return `${JOBS}/${job.taskId}/${job.jobId}`;
}

/** Whether a path of a run is its folder of links to jobs, or in it. */
export function isInJobs(path: string): boolean {
  return path === JOBS || path.startsWith(`${JOBS}/`);
}
