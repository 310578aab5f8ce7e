/**
 * The interface for output. Commands do not know whether it is text or JSON.
 *
 * @module
 */

import type { CheckResult } from "../inspect/check_types.ts";
import type { WorkspaceComparison } from "../inspect/status_types.ts";
import type { Ends } from "../copy/plan.ts";
import type { MoveResult } from "../move/types.ts";
import type { JobList } from "../inspect/list_jobs.ts";
import type { Order } from "../inspect/order.ts";
import type { ExperimentSummary, WorkspaceSummary } from "../inspect/summarize.ts";
import type { Diagnosis } from "../inspect/doctor.ts";
import type { Leftover } from "../inspect/clean.ts";
import type { RequiredPermissions } from "../inspect/permissions.ts";
import type {
  CopyEvent,
  CopyPlan,
  CopyResult,
  CopyRunsPlan,
  CopyRunsResult,
} from "../copy/types.ts";
import type { Workspace } from "../workspace/workspace.ts";
import type { Failure } from "./failure.ts";

/** What a check has found; of several runs without their names. */
export type Checked =
  & Omit<CheckResult, "experimentId" | "runId">
  & Partial<Pick<CheckResult, "experimentId" | "runId">>;

/** Reports to the user, or to a calling program. */
export interface Reporter {
  /** Reports an event during a copy. */
  event(event: CopyEvent): void;
  /** Reports that a signal is stopping the copy. */
  stopping(): void;
  /**
   * Reports the end of a dry run; `command` is the command that copies. Without it, a question
   * follows: whether to copy now. Where a check was asked for, which follows a copy only,
   * `unchecked` are the commands that compare what is there now.
   */
  planned(plan: CopyPlan, result: CopyResult, command?: string[], unchecked?: string[][]): void;
  /** Reports that the answer was no. */
  declined(command: string[], unchecked?: string[][]): void;
  /** Reports the end of a copy. */
  copied(result: CopyResult, plan: CopyPlan): void;
  /** The same as `planned` for several runs. */
  plannedAll(
    plan: CopyRunsPlan,
    result: CopyRunsResult,
    command?: string[],
    unchecked?: string[][],
  ): void;
  /** Reports the end of one of several copies, or of the dry run of it. */
  copiedOne(result: CopyResult, plan: CopyPlan): void;
  /** Reports the end of all of them. */
  copiedAll(result: CopyRunsResult): void;
  /** Reports the end of a check: of a run, or of several. */
  checked(result: Checked): void;
  /** Reports how two workspaces compare; `words` name them on the command line. */
  status(found: WorkspaceComparison, workspaces: Ends<Workspace>, words: Ends<string>): void;
  /** Reports what a move would do; `command` is the command that moves. */
  movePlanned(plan: CopyPlan, result: MoveResult, command: string[] | undefined): void;
  /** Reports the end of a move. */
  moved(result: MoveResult): void;
  /** Reports the permissions for a copy; `command` is the copy with exactly these. */
  permissions(permissions: RequiredPermissions, command: string[]): void;
  /** Lists the known workspaces; `file` is the settings file, if there is one. */
  workspaces(workspaces: Workspace[], file: string | undefined): void;
  /** Lists the experiments of a workspace. */
  experiments(workspace: Workspace, found: WorkspaceSummary): void;
  /** Lists the runs of an experiment, which are in an order if one was asked for. */
  runs(workspace: Workspace, experiment: ExperimentSummary, order?: Order): void;
  /** Lists the jobs of a run. */
  jobs(workspace: Workspace, experimentId: string, list: JobList): void;
  /** Lists what copies have left in a workspace; `command` is the command that removes it. */
  leftovers(workspace: Workspace, leftovers: Leftover[], command: string[]): void;
  /** Reports the findings about this machine, or about a workspace; others may follow. */
  diagnosis(diagnosis: Diagnosis, hasNext: boolean): void;
  /** Reports a failure. */
  failed(failure: Failure): void;
  /** Stops drawing, before a question or the end. */
  pause(): void;
  /** Ends the output. */
  end(exitCode: number): void;
}
