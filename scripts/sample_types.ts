/**
 * A sample that was made: its jobs, and their files.
 *
 * @module
 */

import type { SampleTask } from "./sample_objects.ts";

/**
 * The state of a job. `missing`: its folder does not exist. `removed`: the same, but on purpose, as
 * the job is transient.
 */
export type SampleState = "done" | "failed" | "running" | "unfinished" | "missing" | "removed";

/** A job of a sample. */
export interface MadeJob {
  /** Its task's identifier. */
  taskId: string;
  /** Its own identifier. */
  jobId: string;
  /** Its task. */
  task: SampleTask;
  /** Its index among the jobs of its task, from 0. */
  n: number;
  /** Its state. */
  state: SampleState;
  /** Its folder; it may be missing. */
  folder: string;
}

/** A sample that was made. */
export interface Sample {
  /** The workspace's folder. */
  root: string;
  /** The experiment's id. */
  experimentId: string;
  /** The run's id. */
  runId: string;
  /** The run's folder. */
  runFolder: string;
  /** Its jobs, in the order of `jobs.jsonl`. */
  jobs: MadeJob[];
}

/** The files of a folder, by their paths in it. */
export type Files = Record<string, string | Uint8Array>;
