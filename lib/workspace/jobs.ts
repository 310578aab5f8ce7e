/**
 * The jobs of a run: what `jobs.jsonl` lists, and the state that a job's folder shows.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import { tidied } from "../system/garbage.ts";
import { ByFolder } from "./by_folder.ts";
import { checkId, type JobId, jobName, JOBS_FILE } from "./layout.ts";
import { isObject, parseJson, textOf } from "../text/json.ts";

/** One line of `jobs.jsonl`. Counterpart of experimaestro's `ExperimentJobInformation`. */
export interface JobInfo extends JobId {
  /** The job's tags. */
  tags: Readonly<Record<string, unknown>>;
  /** When it was submitted, in seconds since 1970; absent when the line has none. */
  timestamp?: number;
  /** 0: kept. 1: run only when needed. 2: removed when its experiment ends. */
  transient: number;
}

/** The content of `jobs.jsonl`: its jobs, each once, and the lines that are not jobs. */
export interface JobsFile {
  /** The jobs, in the order of their first lines. */
  jobs: JobInfo[];
  /** What is wrong, line by line: `line 7: not an object`. */
  problems: string[];
}

/** The most characters of a line; experimaestro writes no longer ones. */
const MAX_LINE = 1 << 20;

/**
 * Reads a `jobs.jsonl`. A malformed line is reported and skipped; nothing is thrown. As in
 * experimaestro, blank lines and repeated jobs are no errors.
 */
export function readJobsFile(content: string): JobsFile {
  const jobs: JobInfo[] = [];
  const places = new ByFolder<number>();
  const problems: string[] = [];
  const tasks = new Map<string, string>();
  let number = 0;
  for (const line of tidied(linesOf(content))) {
    number++;
    if (line.trim() === "") continue;
    try {
      const job = readJobLine(line, tasks);
      const place = places.get(job);
      if (place === undefined) places.set(job, jobs.push(job) - 1);
      else jobs[place] = repeated(jobs[place]!, job);
    } catch (error) {
      if (!(error instanceof SyntaxError || error instanceof CopyError)) throw error;
      problems.push(`line ${number}: ${error.message}`);
    }
  }
  return { jobs, problems };
}

/** The lines of a text, one at a time. */
function* linesOf(text: string): Generator<string> {
  let start = 0;
  for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", start)) {
    yield text.slice(start, end);
    start = end + 1;
  }
  yield text.slice(start);
}

/**
 * The jobs that a run lists; undefined when it lists none. A run of experimaestro 1.x has no
 * `jobs.jsonl`, only links to its jobs.
 */
export function jobsOf(
  { jobs, linked }: { jobs: string | undefined; linked?: string | undefined },
): JobsFile | undefined {
  if (jobs !== undefined) {
    const file = readJobsFile(jobs);
    return { ...file, problems: file.problems.map((problem) => `${JOBS_FILE}, ${problem}`) };
  }
  return linked ? jobsOfLinks(linked.split("\n").sort()) : undefined;
}

function jobsOfLinks(links: string[]): JobsFile {
  const found: JobsFile = { jobs: [], problems: [] };
  for (const link of links) {
    const [task = "", job = ""] = link.split("/");
    try {
      const id = { taskId: checkId("task", task), jobId: checkId("job", job) };
      found.jobs.push({ ...id, tags: {}, transient: 0 });
    } catch (error) {
      if (!(error instanceof CopyError)) throw error;
      found.problems.push(`jobs: ${error.message}`);
    }
  }
  return found;
}

/** Adds the jobs of links, one `TASK/JOB` each, to others; what is known of those stays. */
export function addLinked(jobs: JobInfo[], links: string[]): JobInfo[] {
  const known = new ByFolder<true>();
  for (const job of jobs) known.set(job, true);
  return [...jobs, ...jobsOfLinks(links.sort()).jobs.filter((job) => !known.has(job))];
}

/**
 * Merges two lines of the same job. The later line counts, but the job is kept if either line keeps
 * it: experimaestro removes a job only if every submission allows that.
 */
function repeated(earlier: JobInfo, later: JobInfo): JobInfo {
  return { ...later, transient: Math.min(earlier.transient, later.transient) };
}

/** The tags of a job that has none. */
const NO_TAGS: Readonly<Record<string, unknown>> = Object.freeze({});

/** @param tasks The ids of tasks before, each by itself: their jobs need no text of their own. */
function readJobLine(line: string, tasks: Map<string, string>): JobInfo {
  if (line.length > MAX_LINE) throw new SyntaxError("longer than a MiB");
  const root = readLine(line);
  if (!isObject(root)) throw new SyntaxError("not an object");
  const { job_id: jobId, task_id: taskId, tags, timestamp, transient } = root;
  if (typeof jobId !== "string" || typeof taskId !== "string") {
    throw new SyntaxError("no job_id or no task_id");
  }
  const knownTask = tasks.get(taskId) ?? checkId("task", taskId);
  tasks.set(knownTask, knownTask);
  return {
    jobId: checkId("job", jobId),
    taskId: knownTask,
    tags: isObject(tags) && Object.keys(tags).length > 0 ? tags : NO_TAGS,
    ...(typeof timestamp === "number" && { timestamp }),
    transient: typeof transient === "number" ? transient : 0,
  };
}

function readLine(line: string): unknown {
  try {
    return parseJson(line);
  } catch (error) {
    if (error instanceof SyntaxError) throw new SyntaxError("not JSON");
    throw error;
  }
}

/**
 * The state of a job whose folder exists, by the names in the folder.
 *
 * @param taskId The job's task.
 * @param names The names in its folder; only `.done`, `.failed` and `.pid` count.
 * @param runEnded Whether its run has ended: then a `.pid` is stale.
 */
export function jobState(
  taskId: string,
  names: ReadonlySet<string>,
  runEnded: boolean,
): "done" | "failed" | "running" | "unfinished" {
  const name = jobName(taskId);
  if (names.has(`${name}.done`)) return "done";
  if (names.has(`${name}.failed`)) return "failed";
  return names.has(`${name}.pid`) && !runEnded ? "running" : "unfinished";
}

/** When a job began, and how long it took, as its `status.json` tells. */
export interface JobTimes {
  /** When it was started, by the clock there. */
  startedAt?: string;
  /** How long it took, in seconds. */
  duration?: number;
}

/** Reads the times in a job's `.experimaestro/status.json`; what is unknown or odd is left out. */
export function readJobTimes(content: string): JobTimes {
  try {
    const root = parseJson(content);
    if (!isObject(root)) return {};
    const startedAt = textOf(root.started_time);
    const [start, end] = [secondsOf(startedAt), secondsOf(textOf(root.ended_time))];
    if (startedAt === undefined || start === undefined) return {};
    return { startedAt, ...(end !== undefined && end >= start && { duration: end - start }) };
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

/** Python's date and time. One without a zone counts as UTC: differences are right then, too. */
const TIME = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|[-+]\d\d:\d\d)?$/;

function secondsOf(time: string | undefined): number | undefined {
  const match = TIME.exec(time ?? "");
  if (match === null) return undefined;
  const [, date, clock, fraction = ".0", zone = "Z"] = match;
  const whole = Date.parse(`${date}T${clock}${zone}`);
  return Number.isNaN(whole) ? undefined : whole / 1000 + Number(fraction);
}
