/**
 * The objects that `--json` prints, one a line, each with a `type`. `schemas/output.json` is made
 * from these types, and `JsonReporter` writes no others. Fields and types may be added; a reader
 * should ignore those that it does not know.
 *
 * @module
 */

import type { CopyErrorCode } from "../errors.ts";
import type {
  CheckProgress,
  CopyPlan,
  CopyProblem,
  CopyProgress,
  CopyResult,
  CopyRunsPlan,
  CopyRunsResult,
} from "../copy/types.ts";
import type { Diagnosis } from "../inspect/doctor.ts";
import type { Difference } from "../inspect/check_types.ts";
import type { JobSummary } from "../inspect/list_jobs.ts";
import type { Leftover } from "../inspect/clean.ts";
import type { RequiredPermissions } from "../inspect/permissions.ts";
import type { ExperimentSummary, RunSummary } from "../inspect/summarize.ts";
import type { RunComparison } from "../inspect/status_types.ts";
import type { MoveResult } from "../move/types.ts";
import type { JobId } from "../workspace/layout.ts";
import type { Workspace } from "../workspace/workspace.ts";
import type { Checked } from "./reporter.ts";

/** Before and after the login to a host. */
export interface ConnectionObject {
  type: "connecting" | "connected";
  host: string;
}

/** A program is started; with `--verbose`. */
export interface CommandObject {
  type: "command";
  command: string[];
  /** Where it runs, when not in the folder of this program. */
  folder?: string;
}

/** Another copy of the run to the same workspace is in progress. */
export interface WaitingObject {
  type: "waiting";
  folder: string;
}

/** A connection was lost; another attempt follows after a pause. */
export interface RetryingObject {
  type: "retrying";
  attempt: number;
  /** How many there are at most; absent with `--follow`. */
  attempts?: number;
  /** The pause. */
  seconds: number;
  message: string;
}

/** With `--follow`: a copy has ended, and the run goes on. */
export interface FollowedObject {
  type: "followed";
  /** Of all so far. */
  result: CopyResult;
}

/** The plan is ready; of several runs, for each of them. */
export interface PlannedObject {
  type: "planned";
  plan: CopyPlan;
}

/** A run's plan in that of several runs, which has the ends and the jobs. */
export type PlanOfSeveral = Omit<CopyPlan, "source" | "destination" | "jobs">;

/** Of several runs: the plan for all is ready. */
export interface PlannedRunsObject {
  type: "plannedRuns";
  plan: Omit<CopyRunsPlan, "jobs" | "runs"> & { runs: PlanOfSeveral[] };
}

/** Of several runs, one was copied or planned. */
export interface CopiedObject {
  type: "copied";
  result: CopyResult;
}

/** How far a copy has come; at most once a second. */
export type ProgressObject = { type: "progress" } & CopyProgress;

/** A job has reached its final place. */
export interface PublishedObject {
  type: "published";
  job: JobId;
  /** Whether it has replaced another version. */
  replaced: boolean;
}

/** Something to know. */
export type WarningObject = { type: "warning" } & CopyProblem;

/** `import`: how far the file was read; at most once a second. */
export interface ReadingObject {
  type: "reading";
  bytes: number;
  totalBytes: number;
}

/** How far contents were compared; at most once a second. */
export type CheckingObject = { type: "checking" } & CheckProgress;

/** `check`, and `--check`: one difference. */
export type DifferenceObject = { type: "difference" } & Difference;

/** `status`: a run. */
export type ComparisonObject =
  & {
    type: "comparison";
    /** The ids of the two workspaces. */
    source: string;
    destination: string;
  }
  & RunComparison;

/** `permissions`: what to grant. */
export type PermissionsObject =
  & {
    type: "permissions";
    /** The copy with exactly these permissions. */
    command: string[];
  }
  & RequiredPermissions;

/** `ls`: a workspace of the settings. */
export type WorkspaceObject = { type: "workspace" } & Workspace;

/** `ls WORKSPACE`: an experiment. */
export type ExperimentObject =
  & {
    type: "experiment";
    /** The workspace's id. */
    workspace: string;
  }
  & ExperimentSummary;

/** `ls WORKSPACE EXPERIMENT`: a run. */
export type RunObject =
  & {
    type: "run";
    /** The workspace's id. */
    workspace: string;
    experimentId: string;
    /** Whether it is the current run. */
    current: boolean;
    /** True when it is the current run, and no link says so. */
    currentInferred?: true;
  }
  & RunSummary;

/** `ls WORKSPACE EXPERIMENT RUN`: a job. */
export type JobObject =
  & {
    type: "job";
    /** The workspace's id. */
    workspace: string;
    experimentId: string;
    runId: string;
  }
  & JobSummary;

/** `clean`: a folder that copies have left. */
export type LeftoverObject =
  & {
    type: "leftover";
    /** The workspace's id. */
    workspace: string;
  }
  & Leftover;

/** `doctor`: this machine, or a workspace. */
export type DiagnosisObject = { type: "diagnosis" } & Diagnosis;

/** The work could not be done. */
export interface ErrorObject {
  type: "error";
  /**
   * `system`: the operating system refused something. `bug`: an error that nobody expected. The
   * others are those of `CopyError`.
   */
  code: CopyErrorCode | "system" | "bug";
  /** One sentence. */
  message: string;
  /** What to do about it. */
  hint?: string | undefined;
  /** Where it happened in the program; with `--verbose`. */
  stack?: string | undefined;
}

/** The result of a copy of several runs: the sums, and how many `runs` there were. */
export type SumsOfRuns = Omit<CopyRunsResult, "runs"> & { runs: number };

/** The result of a check: how many `differences` there are. */
export type SumsOfCheck = Omit<Checked, "differences" | "notes"> & { differences: number };

/** How many `experiments`, `runs` or `jobs` were listed. */
export interface Total {
  experiments?: number;
  runs?: number;
  jobs?: number;
  /** Their bytes, each job counted once; absent where sizes were not asked for. */
  bytes?: number | undefined;
}

/** The last object, always. */
export interface SummaryObject {
  type: "summary";
  /** The exit code of the program. */
  exitCode: number;
  /** After a copy or a dry run: what it did, or would do. */
  result?: CopyResult | SumsOfRuns;
  /** After a dry run: the command that copies. */
  command?: string[];
  /**
   * After a dry run with `--check`, which checks nothing: the commands that compare what is there
   * now, one a run; none where nothing is there.
   */
  unchecked?: string[][];
  /** After a check. */
  check?: SumsOfCheck;
  /** After a move, or its dry run. */
  move?: Omit<MoveResult, "copied" | "check">;
  /** After a list. */
  total?: Total;
}

/** Any object of `--json`. */
export type JsonObject =
  | ConnectionObject
  | CommandObject
  | WaitingObject
  | RetryingObject
  | FollowedObject
  | PlannedObject
  | PlannedRunsObject
  | CopiedObject
  | ProgressObject
  | PublishedObject
  | WarningObject
  | ReadingObject
  | CheckingObject
  | DifferenceObject
  | ComparisonObject
  | PermissionsObject
  | WorkspaceObject
  | ExperimentObject
  | RunObject
  | JobObject
  | LeftoverObject
  | DiagnosisObject
  | ErrorObject
  | SummaryObject;
