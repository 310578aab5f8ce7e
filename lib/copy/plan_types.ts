/**
 * The types of a plan: what a copy would do.
 *
 * @module
 */

import type { CopyErrorCode } from "../errors.ts";
import type { FolderId, JobId } from "../workspace/layout.ts";

/** The state of a job at one end. `unseen`: not looked at, because it does not matter. */
export type JobState = "done" | "failed" | "running" | "unfinished" | "absent" | "unseen";

/**
 * What is done with a job. `complete`: the files that an earlier copy has left out are added to it.
 * `wait`: still running at one end. `leave`: what is at the destination is as good, or is no folder
 * of this job. `omit`: it was not chosen.
 */
export type JobAction =
  | "copy"
  | "replace"
  | "complete"
  | "skip"
  | "leave"
  | "wait"
  | "missing"
  | "removed"
  | "omit";

/** One job of a plan, or one folder that jobs share. */
export interface PlannedJob extends FolderId {
  /** What is done with it. */
  action: JobAction;
  /** Its state at the source. */
  source: JobState;
  /** Its state at the destination. */
  destination: JobState;
  /** Bytes of its files at the source, of one to `complete` those to bring; 0 where none were seen. */
  bytes: number;
  /** Its files at the source, in the same way. */
  files: number;
  /** Why, when it is not plainly copied or skipped: `unfinished here, done at the source`. */
  reason?: string;
  /**
   * What the job will lack at the destination because it is left out, of what the source has,
   * which may lack files as well. Absent when it lacks nothing.
   */
  leftOut?: {
    files: number;
    bytes: number;
    /** By which options: `'*.ckpt'`, `--max-size`. */
    by: string[];
  };
  /** Whether this job keeps the copy from being complete (exit code 3). */
  incomplete: boolean;
  /**
   * The job that it is a link to: only the link is made. Absent when it has a folder of its own.
   */
  linkTo?: JobId;
  /** The jobs of the run that are links to it; absent when there are none. */
  linkedBy?: JobId[];
  /** Whether it is no job of the run itself, but one that jobs of the run are links to, or name. */
  besides?: true;
  /** The jobs, and shared folders, that name it in their files, if it is copied only for these. */
  neededBy?: FolderId[];
  /**
   * What its files name in the source workspace that neither comes along nor is at the destination.
   * Absent when nothing is known to be missing.
   */
  referencesMissing?: string[];
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
   * What stands in its place at the destination: `a file`, `a link to nowhere`, or another run.
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
  /** Whether it is the file of an export or import, at `path`. Absent when it is a workspace. */
  isArchive?: true;
  /** Whether nothing is there yet: a copy makes a new workspace. Absent when something is. */
  isNew?: true;
  /** The version of rsync there, such as `3.2.7`; empty when unknown. */
  rsync: string;
  /** Bytes free for the user; absent when unknown. */
  freeBytes?: number;
  /**
   * How many files can still be made there (inodes), when it is the destination and that is known.
   */
  freeFiles?: number;
}

/** What a copy would do; what the dry run shows, as data. */
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
  /** The jobs, in the order of `jobs.jsonl`; then those that they need. */
  jobs: PlannedJob[];
  /**
   * The folders of `partials` that jobs to be copied name: with `sharedName`, and `neededBy`. They
   * have no state; one that is at the destination stays as it is. Absent when there are none.
   */
  partials?: PlannedJob[];
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
  /** What to do about it, where another copy alone does not help. */
  hint?: string;
  /** The job it concerns, if it is one job. */
  job?: JobId;
}

/** A run that could not be copied. */
export interface FailedRun {
  /** The experiment's id. */
  experimentId: string;
  /** The run's id. */
  runId: string;
  /** Why: as the error of a copy of this run alone. */
  code: CopyErrorCode;
  /** One sentence: what, and where. */
  message: string;
  /** What to do about it. */
  hint?: string;
}

/** What a copy of several runs would do; the outcome of `planRuns`. */
export interface CopyRunsPlan {
  /** Where from. */
  source: PlannedEnd;
  /** Where to. */
  destination: PlannedEnd;
  /** The plan of each run, the oldest first. A job that several runs share comes with the first. */
  runs: CopyPlan[];
  /** The runs that cannot be copied, and why. */
  failed: FailedRun[];
  /** The jobs of all runs, each once. */
  jobs: PlannedJob[];
  /** The folders of `partials` that they need, each once; absent when there are none. */
  partials?: PlannedJob[];
  /** What none of the runs brings and the destination lacks; see `CopyPlan`. */
  referencesMissing?: string[];
  /** What the user should know before the copy. */
  warnings: CopyProblem[];
  /** Bytes that will be sent at most. */
  bytes: number;
  /** Files that will be sent at most. */
  files: number;
}
