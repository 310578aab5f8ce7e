/**
 * Makes workspaces with the layout of experimaestro 2.7.0, without experimaestro: for the demo, the
 * tests and the benchmark. The same options make the same bytes.
 *
 * @module
 */

import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { dumps, Verbatim } from "./python_json.ts";
import { writeRun } from "./sample_run.ts";
import { identifier, OUTPUT, paramsOf, type SampleTask, taskId } from "./sample_objects.ts";
import type { Files, MadeJob, Sample, SampleState } from "./sample_types.ts";

export type { MadeJob, Sample, SampleState } from "./sample_types.ts";

/** One job to make. */
export interface SampleJob {
  /** Its task. @default {the next of prepare, train, evaluate} */
  task?: SampleTask;
  /** Its state. @default {"done"} */
  state?: SampleState;
  /**
   * More files in its folder, by their paths in it. They replace its own files of the same path.
   */
  files?: Record<string, string | Uint8Array>;
}

/** The options for a sample; every field is optional. */
export interface SampleOptions {
  /** The experiment's id. @default {"neuralir"} */
  experimentId?: string;
  /** The run's id. @default {"20260118_170744"} */
  runId?: string;
  /** The jobs, or how many. @default {6} */
  jobs?: number | SampleJob[];
  /** How many files each job has; eight of them are experimaestro's own. @default {9} */
  filesPerJob?: number;
  /** How many jobs have a large file, `large.bin`, starting with the first. @default {0} */
  largeFiles?: number;
  /** The size of a large file, in bytes. @default {8388608} */
  largeBytes?: number;
  /** The seed of the jobs. With the same one, two experiments share their jobs. @default {1} */
  seed?: number;
  /** Whether the run has ended. @default {true, unless a job is running} */
  ended?: boolean;
}

const TASKS: SampleTask[] = ["prepare", "train", "evaluate"];
/** The number of a job's files that experimaestro itself writes. */
const OWN_FILES = 8;
/** Bytes of an ordinary output file. */
const SMALL = 2048;

/**
 * Makes a run with its jobs in a workspace, which may contain others. The run becomes `current`.
 */
export function makeSample(root: string, options: SampleOptions = {}): Sample {
  root = resolve(root);
  const { experimentId = "neuralir", runId = "20260118_170744", seed = 1 } = options;
  const { filesPerJob = 9, largeFiles = 0, largeBytes = 8 * 1024 * 1024 } = options;
  const wanted: SampleJob[] = typeof options.jobs === "object"
    ? options.jobs
    : Array.from({ length: options.jobs ?? 6 }, () => ({}));
  const jobs = nameJobs(root, seed, wanted);

  for (const folder of [".events/experiments", ".events/jobs", ".scheduler", "jobs"]) {
    mkdirSync(`${root}/${folder}`, { recursive: true });
  }
  writeFileSync(`${root}/.__experimaestro__`, "");
  jobs.forEach((job, at) => {
    if (job.state === "missing" || job.state === "removed") return;
    const files: Files = ownFiles(root, seed, job);
    for (let k = 0; k < filesPerJob - OWN_FILES; k++) {
      files[numbered(OUTPUT[job.task], k)] = noise(job.jobId, SMALL, k);
    }
    if (at < largeFiles) files["large.bin"] = noise(job.jobId, largeBytes);
    writeFiles(job.folder, { ...files, ...wanted[at]!.files });
    chmodSync(`${job.folder}/${job.task}.py`, 0o755);
  });

  const runFolder = `${root}/experiments/${experimentId}/${runId}`;
  const ended = options.ended ?? !jobs.some((job) => job.state === "running");
  const sample = { root, experimentId, runId, runFolder, jobs };
  writeFiles(runFolder, writeRun(sample, seed, ended));
  linkRun(sample);
  return sample;
}

function nameJobs(root: string, seed: number, wanted: SampleJob[]): MadeJob[] {
  const count = { prepare: 0, train: 0, evaluate: 0 };
  return wanted.map(({ task, state = "done" }, at) => {
    const kind = task ?? TASKS[at % TASKS.length]!;
    const n = count[kind]++;
    const id = { taskId: taskId(kind), jobId: identifier(seed, kind, n) };
    return { ...id, task: kind, n, state, folder: `${root}/jobs/${id.taskId}/${id.jobId}` };
  });
}

/** The files that experimaestro itself writes into a job's folder. */
function ownFiles(root: string, seed: number, job: MadeJob): Files {
  const { task, state, folder } = job;
  const log = (text: string) => `INFO:3358:26-01-18 17:07:45 [xpm] ${text}\n`;
  const stated = { failed: "error", unfinished: "running" }[state as string] ?? state;
  const started = "2026-01-18T17:07:45.190402";
  const ended = state === "done" || state === "failed" ? "2026-01-18T17:07:46.002986" : null;
  const files: Files = {
    "params.json": dumps(paramsOf(root, seed, task, job.n)),
    [`${task}.py`]: `#!/usr/bin/env python3\n# Experimaestro generated task\n\n` +
      `TaskRunner('${folder}/${task}.py', ['${task}.lock']).run()\n`,
    [`${task}.out`]: "",
    [`${task}.err`]: log(`Working in directory ${folder}`) + log("Running task"),
    [`${task}.lock`]: "",
    ".experimaestro/status.json": dumps({
      job_id: job.jobId,
      task_id: job.taskId,
      path: folder,
      state: stated,
      failure_reason: null,
      started_time: started,
      ended_time: ended,
      exit_code: null,
      retry_count: 0,
      progress: [],
      process: null,
      events_count: 0,
    }),
    ".experimaestro/events/event-0.jsonl": dumps({
      timestamp: new Verbatim("1768756065.1904023"),
      job_id: job.jobId,
      task_id: job.taskId,
      state: "running",
      started_time: started,
      event_type: "JobStateChangedEvent",
    }, "compact") + "\n",
  };
  if (state === "done") files[`${task}.done`] = "";
  if (state === "failed") files[`${task}.failed`] = dumps({ code: 1, reason: "failed" });
  if (state === "running") files[`${task}.pid`] = dumps({ type: "local", pid: 3358 });
  return files;
}

/** `out/part 0.txt`, `out/part 0-1.txt` ... */
function numbered(path: string, k: number): string {
  return k === 0 ? path : path.replace(/(\.\w+)$/, `-${k}$1`);
}

/** Bytes that do not compress, the same for the same job. */
function noise(jobId: string, bytes: number, salt = 0): Uint8Array {
  const words = new Uint32Array(Math.ceil(bytes / 4));
  // Marsaglia's xorshift; its state must not be 0
  let state = (parseInt(jobId.slice(0, 8), 16) ^ salt) || 1;
  for (let at = 0; at < words.length; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[at] = state;
  }
  return new Uint8Array(words.buffer, 0, bytes);
}

function writeFiles(folder: string, files: Files): void {
  const made = new Set<string>();
  for (const [path, content] of Object.entries(files)) {
    const parent = dirname(`${folder}/${path}`);
    if (!made.has(parent)) mkdirSync(parent, { recursive: true });
    made.add(parent);
    writeFileSync(`${folder}/${path}`, content);
  }
}

/** Makes the links to the jobs, absolute, and `current`, relative. */
function linkRun({ runFolder, runId, jobs }: Sample): void {
  for (const { taskId, jobId, folder, state } of jobs) {
    const link = `${runFolder}/jobs/${taskId}/${jobId}`;
    mkdirSync(dirname(link), { recursive: true });
    rmSync(link, { force: true });
    if (state !== "removed") symlinkSync(folder, link);
  }
  const experiment = dirname(runFolder);
  writeFileSync(`${experiment}/lock`, "");
  rmSync(`${experiment}/current`, { force: true });
  symlinkSync(runId, `${experiment}/current`);
}
