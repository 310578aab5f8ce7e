/**
 * The public types of a copy: its options, its events and its result.
 *
 * @module
 */

import type { Session } from "../host/session.ts";
import type { FolderId, JobId } from "../workspace/layout.ts";
import type {
  CopyPlan,
  CopyProblem,
  CopyRunsPlan,
  FailedRun,
  JobState,
  PlannedRun,
} from "./plan_types.ts";

export type * from "./plan_types.ts";

/** How far a copy has come. */
export interface CopyProgress {
  /** Bytes that have arrived, of the plan's `bytes`. */
  bytes: number;
  /** Those of them that an interrupted copy had brought before; absent when there are none. */
  bytesBefore?: number;
  /** The plan's bytes. */
  totalBytes: number;
  /** Jobs that are in place, of those to copy, replace or complete. */
  jobs: number;
  /** Jobs that have been received, those in place among them. */
  received: number;
  /** Jobs to copy, replace or complete. */
  totalJobs: number;
  /** The file under way, relative to the workspace; absent between two. */
  file?: string;
  /** What has come is being written to the disk and put in place; absent while more comes. */
  settling?: true;
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
 * `published` and `warning` in any number, last `done`; a `warning` with `isError` is among the
 * `errors` of the result. `retrying` tells of a lost connection, of
 * the pause in seconds before the copy is tried again, and which of how many times that is (of any
 * number, while a run is followed); then hosts are connected anew. Of several runs `plannedRuns` tells
 * the plan for all, before the events of each; a run that could not be copied has none. `followed` ends each copy of a
 * run that is followed but the last. A check tells `checking`, an import first `reading`: how many bytes of the file
 * have been read, of how many. `command` tells each program started, for
 * `--verbose`, and the folder that it works in where that is not this program's own.
 */
export type CopyEvent =
  | { type: "connecting"; host: string }
  | { type: "connected"; host: string }
  | { type: "command"; command: string[]; folder?: string }
  | { type: "waiting"; folder: string }
  | { type: "checking"; progress: CheckProgress }
  | { type: "reading"; bytes: number; totalBytes: number }
  | { type: "retrying"; attempt: number; attempts?: number; seconds: number; message: string }
  | { type: "plannedRuns"; plan: CopyRunsPlan }
  | { type: "planned"; plan: CopyPlan }
  | { type: "progress"; progress: CopyProgress }
  | { type: "published"; job: FolderId; replaced: boolean }
  | { type: "warning"; problem: CopyProblem; isError?: boolean }
  | { type: "followed"; result: CopyResult }
  | { type: "done"; result: CopyResult };

/** What every function that works with workspaces takes; every field may be left out. */
export interface ConnectionOptions {
  /** The logins of `openSession`, for several calls. Default: the function logs in, and out. */
  session?: Session;
  /**
   * Stops it, with a `CopyError` of the code `interrupted` whose `cause` is the signal's reason.
   * Nothing half-done is left visible, and the next copy resumes there.
   */
  signal?: AbortSignal;
  /** Receives what happens, as it happens. */
  onEvent?: (event: CopyEvent) => void;
  /**
   * How long a host may take to answer at all, in seconds, and twice as long as its shell may take
   * once somebody has logged in; 0 for ever. @default {20}
   */
  connectTimeout?: number;
  /** How long a transfer, or an answer, may make no progress, in seconds; 0 for ever. @default {300} */
  timeout?: number;
}

/** How to copy; every field may be left out. */
export interface CopyOptions extends ConnectionOptions {
  /** Only plan; write nothing. @default {false} */
  dryRun?: boolean;
  /**
   * Also copies jobs that still run, in their current state, without their `.pid`. @default {false}
   */
  includeRunning?: boolean;
  /**
   * Says that the source's run is over, though its `status.json` does not say so, since its
   * scheduler was killed: it is not in progress, its jobs with a `.pid` are unfinished, and its copy
   * gets an end.
   * @default {false}
   */
  ended?: boolean;
  /** Copies only jobs of these states: `done`, `failed`, `running`, `unfinished`. Default: all. */
  states?: JobState[];
  /**
   * Copies only jobs whose task matches one of these patterns, such as `*.evaluate`, as Python's
   * `fnmatch` matches. Default: all.
   */
  tasks?: string[];
  /**
   * Copies only jobs that have all of these tags, each with a value that matches one of its
   * patterns: `{ lr: ["0.1", "0.01"], model: ["bert*"] }`. Jobs that are not chosen are no reason for
   * a copy to be incomplete, and a later one brings them. Default: all.
   */
  tags?: Record<string, string[]>;
  /**
   * Whether other jobs, and folders of `partials`, come along that the files of copied jobs name,
   * and those that these name.
   * @default {true}
   */
  references?: boolean;
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
  /** Leaves out files of jobs that have more bytes than this. Default: no limit. */
  maxSize?: number;
  /**
   * Brings of jobs only what experimaestro itself needs: `params.json`, markers, `.experimaestro/`.
   * The rest is left out as by `exclude`. @default {false}
   */
  metadataOnly?: boolean;
  /**
   * Where places outside the source workspace are at the destination: `{ "/data": "/mnt/data" }`.
   * Paths below them, in documents and links, are put right. @default {{}}
   */
  map?: Record<string, string>;
  /** At most so many KiB a second, as rsync counts; 0 for no limit. @default {0} */
  bandwidthLimit?: number;
  /**
   * How many rsyncs bring large files, and how many streams small ones, at once, over the one login
   * to another machine. On one machine it counts only for small files, where each takes milliseconds
   * to be made. Default: one to six, by the distance and the bytes; up to eight for such small files.
   */
  streams?: number;
  /**
   * Whether what is copied reaches the disk before it gets its name, so that a power cut leaves no
   * empty files behind. @default {true}
   */
  fsync?: boolean;
}

/** How to follow a run; every field may be left out. */
export interface FollowOptions extends CopyOptions {
  /** Within how many seconds after its end a job is copied. @default {10} */
  interval?: number;
}

/** Which runs to copy; all fields that are given must be met. */
export interface RunSelection {
  /** Ids of experiments, or patterns such as `neural*`. Default: all. */
  experiments?: string[];
  /** Ids of runs, or patterns such as `202601*`. Default: the current one, or all with `since`. */
  runs?: string[];
  /** Only runs that began then or later: `2026-01-31`, `2026-01-31T17:00`, as their ids have it. */
  since?: string;
}

/** What a copy of several runs did; the outcome of `copyRuns`. */
export interface CopyRunsResult {
  /** Whether nothing was to be written. */
  dryRun: boolean;
  /** What was done with each run, the oldest first. */
  runs: CopyResult[];
  /** The runs that could not be copied, and why. */
  failed: FailedRun[];
  /** Jobs that were copied. */
  jobsCopied: number;
  /** Jobs that needed nothing; one that several runs share counts for each of them. */
  jobsSkipped: number;
  /** Bytes of what was copied. */
  bytes: number;
  /** Those of them that interrupted copies had brought before; absent when there are none. */
  bytesBefore?: number;
  /** How long it took, in seconds. */
  duration: number;
  /** Whether everything asked for is at the destination now. */
  complete: boolean;
}

/** What a copy did: the result of `copyExperiment`. */
export interface CopyResult {
  /** The experiment's id. */
  experimentId: string;
  /** The run's id, `current` resolved. */
  runId: string;
  /** Whether nothing was to be written. */
  dryRun: boolean;
  /** Jobs that were copied, those that replaced another or were completed among them. */
  jobsCopied: number;
  /** Folders of `partials`, which jobs share, that were copied; absent when there are none. */
  partialsCopied?: number;
  /** Jobs that needed nothing: at the destination already, or removed on purpose. */
  jobsSkipped: number;
  /** Jobs that were not chosen, by `states`, `tasks` or `tags`. */
  jobsOmitted: number;
  /** Jobs that replaced another version at the destination. */
  jobsReplaced: JobId[];
  /** Jobs at the destination that got the files which an earlier copy had left out. */
  jobsCompleted: JobId[];
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
  /** Those of them that interrupted copies had brought before; absent when there are none. */
  bytesBefore?: number;
  /** How long it took, in seconds. */
  duration: number;
  /** Whether everything asked for is at the destination now. */
  complete: boolean;
}
