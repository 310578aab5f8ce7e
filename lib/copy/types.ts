/**
 * The public types of a copy: its options, its plan, its events and its result.
 *
 * @module
 */

import type { CopyErrorCode } from "../errors.ts";
import type { JobId } from "../workspace/layout.ts";

/** The state of a job at one end. `unseen`: not looked at, because it does not matter. */
export type JobState = "done" | "failed" | "running" | "unfinished" | "absent" | "unseen";

/**
 * What is done with a job. `wait`: still running at one end. `leave`: what is at the destination
 * is as good, or is no folder of this job.
 */
export type JobAction = "copy" | "replace" | "skip" | "leave" | "wait" | "missing" | "removed";

/** One job of a plan. */
export interface PlannedJob extends JobId {
  /** What is done with it. */
  action: JobAction;
  /** Its state at the source. */
  source: JobState;
  /** Its state at the destination. */
  destination: JobState;
  /** Bytes of its files at the source; 0 when it is not there. */
  bytes: number;
  /** Its files at the source. */
  files: number;
  /** Why, when it is not plainly copied or skipped: `unfinished here, done at the source`. */
  reason?: string;
  /**
   * What a skipped job lacks at the destination because it is left out, of what the source has,
   * which may lack files as well. Absent when it lacks nothing.
   */
  leftOut?: { files: number; bytes: number };
  /** Whether this job keeps the copy from being complete (exit code 3). */
  incomplete: boolean;
  /**
   * The job that it is a link to: only the link is made. Absent when it has a folder of its own.
   */
  linkTo?: JobId;
  /** The jobs of the run that are links to it; absent when there are none. */
  linkedBy?: JobId[];
  /** Whether it is no job of the run itself, but one that jobs of the run are links to. */
  besides?: true;
}

/** What is done with the run itself. */
export interface PlannedRun {
  /**
   * What is done with the run's folder. `leave`: it is in progress at the destination, or
   * `blocked`.
   */
  action: "copy" | "replace" | "skip" | "leave";
  /** Bytes of its files at the source. */
  bytes: number;
  /** Its files at the source. */
  files: number;
  /** Whether the run is still in progress at the source. */
  inProgress: boolean;
  /** Whether it is treated as ended because `ended` says so; its `status.json` does not. */
  takenAsEnded?: true;
  /** Whether `current` will point to this run. */
  becomesCurrent: boolean;
  /** The older run that `current` keeps pointing to, since it is in progress at the destination. */
  currentKept?: string;
  /** Whether this run is the current one at the source. */
  isCurrent: boolean;
  /**
   * What is in its place at the destination, if that is not a folder: `a file`, `a link to
   * nowhere`.
   */
  blocked?: string;
  /** Why, when it is not plainly copied or skipped. */
  reason?: string;
}

/** One end of a copy, as it was found. */
export interface PlannedEnd {
  /** The workspace's id. */
  id: string;
  /** The machine: `user@host`; absent when it is this one. */
  host?: string;
  /** The machine that the bytes go by: `user@host`; absent when it is `host`. */
  transferHost?: string;
  /** The workspace's path, links resolved. */
  path: string;
  /** The version of rsync there, such as `3.2.7`; empty when unknown. */
  rsync: string;
  /** Bytes free for the user; absent when unknown. */
  freeBytes?: number;
  /**
   * How many files can still be made there (inodes), when it is the destination and that is known.
   */
  freeFiles?: number;
}

/** What a copy would do: what a dry run shows, as data. */
export interface CopyPlan {
  /** The experiment's id. */
  experimentId: string;
  /** The run's id, `current` resolved. */
  runId: string;
  /** Where from. */
  source: PlannedEnd;
  /** Where to. */
  destination: PlannedEnd;
  /** What is done with the run. */
  run: PlannedRun;
  /** The jobs, in the order of `jobs.jsonl`. */
  jobs: PlannedJob[];
  /**
   * What jobs name in the workspace that is at the source, and neither comes along nor stands at
   * the destination, as far as that is known before the copy: by links, and for a dry run from this
   * machine by documents. Absent when nothing is known to be missing.
   */
  referencesMissing?: string[];
  /** What the user should know before the copy: old programs, odd lines in `jobs.jsonl` ... */
  warnings: CopyProblem[];
  /** Bytes that will be sent at most. */
  bytes: number;
  /** Files that will be sent at most. */
  files: number;
}

/** An error or a warning, and the job it concerns. */
export interface CopyProblem {
  /** What kind of problem it is. */
  code: CopyErrorCode;
  /** One sentence: what, where, and what to do. */
  message: string;
  /** The job it concerns, if it is one job. */
  job?: JobId;
}

/** How far a copy has come. */
export interface CopyProgress {
  /** Bytes that have arrived, of the plan's `bytes`. */
  bytes: number;
  /** The plan's bytes. */
  totalBytes: number;
  /** Jobs that are in place, of those to copy or replace. */
  jobs: number;
  /** Jobs to copy or replace. */
  totalJobs: number;
  /** The file under way, relative to the workspace; absent between two. */
  file?: string;
}

/** How far a check has come with the contents of files. */
export interface CheckProgress {
  /** Bytes that were read, on average at the two ends. */
  bytes: number;
  /** Bytes to compare. */
  totalBytes: number;
  /** Files that were read, in the same way. */
  files: number;
  /** Files to compare. */
  totalFiles: number;
}

/**
 * What a copy tells while it goes on: first `connecting` and `connected` for each host, `waiting`
 * when another copy of the same run to the same place goes on, then `planned`, then `progress`,
 * `published` and `warning` in any number, last `done`. `retrying` tells of a lost connection, of
 * the pause in seconds before the copy is tried again, and which of how many times that is (of any
 * number, while a run is followed); then hosts are connected anew. `followed` ends each copy of a
 * run that is followed but the last. A check tells `checking`. `command` tells each program started, for
 * `--verbose`, and the folder that it works in where that is not this program's own.
 */
export type CopyEvent =
  | { type: "connecting"; host: string }
  | { type: "connected"; host: string }
  | { type: "command"; command: string[]; folder?: string }
  | { type: "waiting"; folder: string }
  | { type: "checking"; progress: CheckProgress }
  | { type: "retrying"; attempt: number; attempts?: number; seconds: number; message: string }
  | { type: "planned"; plan: CopyPlan }
  | { type: "progress"; progress: CopyProgress }
  | { type: "published"; job: JobId; replaced: boolean }
  | { type: "warning"; problem: CopyProblem }
  | { type: "followed"; result: CopyResult }
  | { type: "done"; result: CopyResult };

/** How to copy; every field may be left out. */
export interface CopyOptions {
  /** Only plan; write nothing. @default {false} */
  dryRun?: boolean;
  /** Stops the copy: nothing half-done is left visible, and the next copy resumes there. */
  signal?: AbortSignal;
  /** Receives what happens, as it happens. */
  onEvent?: (event: CopyEvent) => void;
  /**
   * Also copies jobs that still run, in their current state, without their `.pid`. @default {false}
   */
  includeRunning?: boolean;
  /**
   * Says that the source's run is over, though its `status.json` does not say so, since its
   * scheduler was killed: it is not in progress, and its jobs with a `.pid` are unfinished.
   * @default {false}
   */
  ended?: boolean;
  /** Keeps what is replaced, in `.xpm-staging/replaced/`. @default {false} */
  keepReplaced?: boolean;
  /** Accepts a destination that is not empty and not a workspace. @default {false} */
  create?: boolean;
  /**
   * Files of jobs to leave out: `*.ckpt` (a name, anywhere in a job), `logs/*.txt` (the end of a
   * path), `/out/big` (from the job's folder on), `tmp/` (folders only). Of which jobs files were
   * left out is told in `.xpm-copy/` of the destination: a later copy without the pattern brings
   * them.
   * @default {[]}
   */
  exclude?: string[];
  /**
   * Where places outside the source workspace are at the destination: `{ "/data": "/mnt/data" }`.
   * Paths below them, in documents and links, are put right. @default {{}}
   */
  map?: Record<string, string>;
  /** At most so many KiB a second, as rsync counts; 0 for no limit. @default {0} */
  bandwidthLimit?: number;
  /**
   * Whether what is copied reaches the disk before it gets its name, so that a power cut leaves no
   * empty files behind. @default {true}
   */
  fsync?: boolean;
  /**
   * How long a host may take to answer at all, in seconds, and twice as long as its shell may take
   * once somebody has logged in; 0 for ever. @default {20}
   */
  connectTimeout?: number;
  /** How long a transfer may make no progress, in seconds; 0 for ever. @default {300} */
  timeout?: number;
}

/** How to follow a run; every field may be left out. */
export interface FollowOptions extends CopyOptions {
  /** Within how many seconds after its end a job is copied. @default {10} */
  interval?: number;
}

/** What a copy did: the result of `copyExperiment`. */
export interface CopyResult {
  /** The experiment's id. */
  experimentId: string;
  /** The run's id, `current` resolved. */
  runId: string;
  /** Whether nothing was to be written. */
  dryRun: boolean;
  /** Jobs that were copied, those that replaced another among them. */
  jobsCopied: number;
  /** Jobs that needed nothing: at the destination already, or removed on purpose. */
  jobsSkipped: number;
  /** Jobs that replaced another version at the destination. */
  jobsReplaced: JobId[];
  /** Jobs that are not at the source, or cannot be copied from there: the plan says why. */
  jobsMissing: JobId[];
  /** Jobs that still run, at either end. */
  jobsRunning: JobId[];
  /** Jobs that stay at the destination as they are, although the source has no better. */
  jobsIncomplete: JobId[];
  /**
   * What jobs, or the run, name in the workspace that is at the source, and neither came along nor
   * is at the destination: folders of `partials`, jobs of other runs ... Relative to the workspace.
   */
  referencesMissing: string[];
  /** What was done with the run. */
  run: PlannedRun["action"];
  /** Whether the run is still in progress at the source. */
  runInProgress: boolean;
  /** Where what was replaced is kept, with `keepReplaced`. */
  replacedFolders?: string[];
  /** What failed; the copy of all else went on. */
  errors: CopyProblem[];
  /** What the caller should know. */
  warnings: CopyProblem[];
  /** Bytes of what was copied. */
  bytes: number;
  /** How long it took, in seconds. */
  duration: number;
  /** Whether everything asked for is at the destination now. */
  complete: boolean;
}
