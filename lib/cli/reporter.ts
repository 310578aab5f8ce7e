/**
 * How the program tells what happens; as text or as JSON, the commands need not know.
 *
 * @module
 */

import type { ExperimentSummary } from "../inspect/summarize.ts";
import type { Diagnosis } from "../inspect/doctor.ts";
import type { Leftover } from "../inspect/clean.ts";
import type { RequiredPermissions } from "../inspect/permissions.ts";
import type { CopyEvent, CopyPlan, CopyResult } from "../copy/types.ts";
import type { Workspace } from "../workspace/workspace.ts";
import type { Failure } from "./failure.ts";

/** Tells the user, or the program that called, what happens. */
export interface Reporter {
  /** Told while a copy goes on. */
  event(event: CopyEvent): void;
  /** A signal came: the copy is being stopped. */
  stopping(): void;
  /** A dry run has ended; `command` is what copies. */
  planned(plan: CopyPlan, result: CopyResult, command: string[]): void;
  /** A copy has ended. */
  copied(result: CopyResult, plan: CopyPlan): void;
  /** What a copy needs to be granted; `command` is the copy under exactly that. */
  permissions(permissions: RequiredPermissions, command: string[]): void;
  /** The workspaces known, and the settings file, if there is one. */
  workspaces(workspaces: Workspace[], file: string | undefined): void;
  /** The experiments of a workspace. */
  experiments(workspace: Workspace, experiments: ExperimentSummary[]): void;
  /** The runs of an experiment. */
  runs(workspace: Workspace, experiment: ExperimentSummary): void;
  /** What copies have left in a workspace; `command` is what removes it. */
  leftovers(workspace: Workspace, leftovers: Leftover[], command: string[]): void;
  /** What was found of this machine, or of a workspace. */
  diagnosis(diagnosis: Diagnosis): void;
  /** The work could not be done. */
  failed(failure: Failure): void;
  /** Nothing more comes, but a question or the end. */
  pause(): void;
  /** All is told. */
  end(exitCode: number): void;
}
