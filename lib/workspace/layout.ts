/**
 * Every name that a workspace has on disk, defined once, and the check of every id that comes in.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import { hasControl, printable } from "../text/printable.ts";

/** The empty marker file. experimaestro refuses a folder without it. */
export const MARKER = ".__experimaestro__";
/** The folder of the jobs, below the workspace. */
export const JOBS = "jobs";
/** The folder of the folders that several jobs share, below the workspace. */
export const PARTIALS = "partials";
/** The folder of the experiments, below the workspace. */
export const EXPERIMENTS = "experiments";
/** The folder where copies are put together, below the workspace. */
export const STAGING = ".xpm-staging";
/** The folder for records that outlive a copy, below the workspace. */
export const STORE = ".xpm-copy";
/**
 * The folder of the records, as `TASK/JOB.json`, of jobs that were copied without some of their
 * files.
 */
export const RECORDS = `${STORE}/partial/${JOBS}`;
/** The link from an experiment to its latest run. */
export const CURRENT = "current";
/** The list of a run's jobs, one object a line. */
export const JOBS_FILE = "jobs.jsonl";
/** The configurations of a run, one object a line. */
export const OBJECTS_FILE = "objects.jsonl";
/** A run of experimaestro 2.x has at least one of these files, a run of 1.x has none. */
export const FILES_OF_2: readonly string[] = [
  JOBS_FILE,
  OBJECTS_FILE,
  "configs.json",
  "environment.json",
];
/** The state of a run (in the run's folder) or of a job (in its `.experimaestro`). */
export const STATUS_FILE = "status.json";
/** The configuration of a job. */
export const PARAMS_FILE = "params.json";
/** experimaestro's own files about a job, in the job's folder. */
export const JOB_META = ".experimaestro";

/** Identifies a job: its task and its own id. */
export interface JobId {
  /** The task's identifier, for example `neuralir.tasks.train`. */
  taskId: string;
  /** The job's identifier: a hash of its configuration. */
  jobId: string;
}

/**
 * A job; or a folder that several jobs share, `partials/TASK/NAME/ID`, which is copied in the same
 * way, but has no state and is never replaced.
 */
export interface FolderId extends JobId {
  /** The name of what is shared, such as `checkpoints`; absent of a job. */
  sharedName?: string;
}

/** Whether it is a folder that jobs share, not a job. */
export function isShared({ sharedName }: Pick<FolderId, "sharedName">): boolean {
  return sharedName !== undefined;
}

/** What names a folder, without what else is known of it. */
export function idOf({ taskId, jobId, sharedName }: FolderId): FolderId {
  return { taskId, jobId, ...(sharedName !== undefined && { sharedName }) };
}

/** A job, with the links that lead to it. */
export interface LinkedJob extends FolderId {
  /** The jobs that are links to this one. */
  linkedBy?: JobId[];
}

/** The kinds of id that {@linkcode checkId} knows, as its message names them. */
export type IdKind = "experiment" | "run" | "task" | "job";

/**
 * What is wrong with an id; undefined when it is one path segment that every program reads as a
 * name.
 */
function faultOf(id: string): string | undefined {
  if (id === "") return "it is empty";
  if (hasControl(id)) return "it contains a control character";
  if (/\p{Surrogate}/u.test(id)) return "it contains half a character";
  if (id.includes("/")) return "it contains a '/'";
  if (id.startsWith(".") || id.startsWith("-")) return `it begins with '${id[0]}'`;
  const isShort = id.length <= 85; // a code unit takes three bytes at most
  if (isShort || new TextEncoder().encode(id).length <= 255) return undefined;
  return "it is longer than 255 bytes";
}

/** Whether a text can be an id; see {@linkcode checkId}. */
export function isId(text: string): boolean {
  return faultOf(text) === undefined;
}

/**
 * Returns an id if it is one path segment: not empty, no `/`, neither `.` nor `..`, no leading `-`
 * or `.`, no control character, at most 255 bytes.
 *
 * @throws {CopyError} `usage`, when it is not.
 */
export function checkId(kind: IdKind, id: string): string {
  if (typeof id !== "string") throw new CopyError("usage", `the ${kind} id is not a text`);
  const wrong = faultOf(id);
  if (wrong !== undefined) {
    const shown = printable(id.length > 80 ? id.slice(0, 80) + "..." : id);
    throw new CopyError("usage", `invalid ${kind} id '${shown}': ${wrong}`);
  }
  return id;
}

/** The beginning of the names of a job's own files: `train` for the task `neuralir.tasks.train`. */
export function jobName(taskId: string): string {
  return taskId.slice(taskId.lastIndexOf(".") + 1);
}

/** A job's folder, or a shared one, relative to the workspace. */
export function jobFolder({ taskId, jobId, sharedName }: FolderId): string {
  return sharedName === undefined
    ? `${JOBS}/${taskId}/${jobId}`
    : `${PARTIALS}/${taskId}/${sharedName}/${jobId}`;
}

/** How many names the path of the job, the run or the shared folder has that a path is in. */
export function depthOf(path: string): number {
  return isInPartials(path) ? 4 : 3;
}

/** The job, the run or the shared folder that a path is in; the path itself if it is in none. */
export function unitOf(path: string): string {
  const names = path.split("/");
  const isInUnit = [JOBS, EXPERIMENTS, PARTIALS].includes(names[0]!);
  return isInUnit ? names.slice(0, depthOf(path)).join("/") : path;
}

/** Splits a name into the folder of its job, run or shared folder, and the path in it. */
export function placeOf(name: string): [folder: string, path: string] {
  let end = -1;
  for (let depth = isInPartials(name) ? -1 : 0; depth < 3; depth++) {
    end = name.indexOf("/", end + 1);
    if (end < 0) return [name, ""];
  }
  const path = name.slice(end + 1);
  return [name.slice(0, end), path === "." ? "" : path];
}

/** Whether a path is that of a folder that jobs share, or in one. */
export function isInPartials(path: string): boolean {
  return path.startsWith(`${PARTIALS}/`);
}

/** The job, or the shared folder, that a path in the workspace is in. */
export function folderAt(path: string): FolderId | undefined {
  const [top, taskId = "", ...rest] = path.split("/");
  if (top !== JOBS && top !== PARTIALS) return undefined;
  const [sharedName, jobId = ""] = top === PARTIALS ? rest : [undefined, ...rest];
  if (!isId(taskId) || !isId(jobId) || !isId(sharedName ?? taskId)) return undefined;
  return { taskId, jobId, ...(sharedName !== undefined && { sharedName }) };
}

/**
 * Whether the target of a link ends in the folder's own path. For a job, that is a folder of
 * experimaestro's mode `move`.
 */
export function leadsTo(target: string, folder: string): boolean {
  return `/${target.replace(/\/+$/, "")}`.endsWith(`/${folder}`);
}

/** The job whose folder is at this path, directly below one of the given `jobs` folders. */
export function jobAt(path: string, jobs: readonly string[]): JobId | undefined {
  for (const folder of jobs) {
    if (!path.startsWith(`${folder}/`)) continue;
    const [taskId = "", jobId = "", ...more] = path.slice(folder.length + 1).split("/");
    if (more.length === 0 && isId(taskId) && isId(jobId)) return { taskId, jobId };
  }
  return undefined;
}

/** The parent folder of a path; empty for a path at the top. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/** The record of a job that lacks files, relative to the workspace, by the job's folder. */
export function recordOf(folder: string): string {
  return `${RECORDS}${folder.slice(JOBS.length)}.json`;
}

/** A run's folder, relative to the workspace. */
export function runFolder(experimentId: string, runId: string): string {
  return `${EXPERIMENTS}/${experimentId}/${runId}`;
}

/**
 * The links that may name an experiment's current run, relative to the workspace: the present one
 * first, then those of experimaestro before 2.1.1. The first one that exists counts.
 */
export function currentLinks(experimentId: string): string[] {
  return [
    `${EXPERIMENTS}/${experimentId}/${CURRENT}`,
    `.events/${EXPERIMENTS}/${experimentId}/${CURRENT}`,
    `.experimaestro/${EXPERIMENTS}/${experimentId}`,
  ];
}

/**
 * The files of a job that a copy leaves at the source, relative to its folder: experimaestro's lock
 * and pid files.
 */
export function leftBehindInJob(taskId: string): string[] {
  const name = jobName(taskId);
  return [`${name}.pid`, `${name}.lock`, `${JOB_META}/${name}.lock`];
}

/** experimaestro's own files about a shared folder: who may write there, on this machine. */
export const LOCKS_OF_PARTIAL = `${JOB_META}/locks`;

/**
 * The same for a job with links to it: also the files with the names of those links. Of a shared
 * folder its locks.
 */
export function leftBehindOf({ taskId, linkedBy = [], sharedName }: LinkedJob): string[] {
  if (sharedName !== undefined) return [LOCKS_OF_PARTIAL];
  return [...new Set([taskId, ...linkedBy.map((job) => job.taskId)])].flatMap(leftBehindInJob);
}

/**
 * What a copy leaves of a run at the source, relative to its folder. The links in `jobs` are made
 * anew.
 */
export const LEFT_BEHIND_IN_RUN: readonly string[] = [JOBS, ".status.json.lock"];

/** A job's link, relative to its run's folder. */
export function runLink(job: JobId): string {
  return `${JOBS}/${job.taskId}/${job.jobId}`;
}

/** Whether a path in a run is its folder of links to jobs, or lies in that folder. */
export function isInJobs(path: string): boolean {
  return path === JOBS || path.startsWith(`${JOBS}/`);
}

/** Whether a path is a place, or lies below it. */
export function isAt(path: string, place: string): boolean {
  return path.startsWith(place) && (path.length === place.length || path[place.length] === "/");
}
