/**
 * Copies experimaestro experiments between workspaces, on this machine and over ssh: a run with
 * all its jobs, as if the experiment had run at the destination.
 *
 * As a program: `deno run -A jsr:@xpm/copy EXPERIMENT --from WORKSPACE --to WORKSPACE`.
 *
 * @example
 * ```ts
 * import { copyExperiment, CopyError, listExperiments } from "@xpm/copy";
 *
 * try {
 *   console.log(await listExperiments("cluster")); // an id of experimaestro's settings
 *   const result = await copyExperiment("cluster", "local", "neuralir");
 *   console.log(`${result.jobsCopied} jobs copied, ${result.jobsSkipped} were here`);
 * } catch (error) {
 *   if (!(error instanceof CopyError)) throw error;
 *   console.error(error.code, error.message, error.hint);
 * }
 * ```
 *
 * @module
 */

export {
  type BrowseOptions,
  listExperiments,
  listRuns,
  readJobs,
  resolveCurrentRun,
  resolveWorkspacePath,
} from "./lib/inspect/browse.ts";
export { checkExperiment } from "./lib/inspect/check.ts";
export type {
  Amount,
  Aspect,
  CheckOptions,
  CheckResult,
  Difference,
} from "./lib/inspect/check_types.ts";
export { type CleanOptions, cleanWorkspace, type Leftover } from "./lib/inspect/clean.ts";
export { moveExperiment } from "./lib/move/move.ts";
export type {
  KeptFolder,
  KeptReason,
  MovedFolder,
  MoveOptions,
  MoveResult,
} from "./lib/move/types.ts";
export { copyExperiment, planCopy } from "./lib/copy/copy.ts";
export { watchCopy } from "./lib/copy/watch.ts";
export { openSession, type Session } from "./lib/host/session.ts";
export { copyRuns, planRuns } from "./lib/copy/copy_runs.ts";
export { followExperiment } from "./lib/copy/follow.ts";
export {
  exportExperiment,
  type ExportOptions,
  importExperiment,
  type ImportOptions,
} from "./lib/copy/archive.ts";
export {
  type Diagnosis,
  doctor,
  type DoctorCheck,
  type DoctorOptions,
  type Finding,
} from "./lib/inspect/doctor.ts";
export { compareWorkspaces, type StatusOptions } from "./lib/inspect/status.ts";
export type {
  ComparedJobs,
  RunComparison,
  WorkspaceComparison,
} from "./lib/inspect/status_types.ts";
export {
  type RequiredPermissions,
  requiredPermissions,
  requiredPermissionsOfRuns,
} from "./lib/inspect/permissions.ts";
export type {
  CheckProgress,
  ConnectionOptions,
  CopyEvent,
  CopyOptions,
  CopyPlan,
  CopyProblem,
  CopyProgress,
  CopyResult,
  CopyRunsPlan,
  CopyRunsResult,
  FailedRun,
  FollowOptions,
  JobAction,
  JobState,
  PlannedEnd,
  PlannedJob,
  PlannedRun,
  RunSelection,
} from "./lib/copy/types.ts";
export { type JobSummary, listJobs, type ListJobsOptions } from "./lib/inspect/list_jobs.ts";
export type { Order } from "./lib/inspect/order.ts";
export type { ExperimentSummary, RunSummary } from "./lib/inspect/summarize.ts";
export { CopyError, type CopyErrorCode } from "./lib/errors.ts";
export type { JobInfo } from "./lib/workspace/jobs.ts";
export type { FolderId, JobId } from "./lib/workspace/layout.ts";
export { findWorkspace, getWorkspace, type GetWorkspaceOptions } from "./lib/settings/find.ts";
export { loadSettings, type Settings } from "./lib/settings/settings.ts";
export { formatRunId } from "./lib/workspace/runs.ts";
export type {
  FolderSettings,
  HistorySettings,
  SshSettings,
  Workspace,
} from "./lib/workspace/workspace.ts";

if (import.meta.main) {
  const { run } = await import("./cli.ts");
  Deno.exit(await run(Deno.args));
}
