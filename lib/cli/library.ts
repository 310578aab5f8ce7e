/**
 * The library as the program uses it. The program calls it only through this module, so that tests
 * can replace it.
 *
 * @module
 */

import {
  type ExperimentSummary,
  summarize,
  summarizeAll,
  type SummaryOptions,
  type WorkspaceSummary,
} from "../inspect/summarize.ts";
import {
  findJobs,
  type JobList,
  type ListJobsOptions,
  type RunOfWorkspace,
} from "../inspect/list_jobs.ts";
import { type Diagnosis, Doctor } from "../inspect/doctor.ts";
import { check } from "../inspect/check.ts";
import type { CheckOptions, CheckResult } from "../inspect/check_types.ts";
import { compareBetween, type StatusOptions } from "../inspect/status.ts";
import type { WorkspaceComparison } from "../inspect/status_types.ts";
import type { Ends } from "../copy/plan.ts";
import { clean, type Leftover } from "../inspect/clean.ts";
import {
  exportBetween,
  type ExportedRun,
  type ExportOptions,
  importBetween,
  type ImportOptions,
} from "../copy/archive.ts";
import { copyBetween } from "../copy/copy.ts";
import { copyRunsBetween } from "../copy/copy_runs.ts";
import { permissionsBetween, type RequiredPermissions } from "../inspect/permissions.ts";
import { move } from "../move/move.ts";
import type { MoveOptions, MoveResult } from "../move/types.ts";
import type { RunRequest } from "../copy/survey.ts";
import { follow } from "../copy/follow.ts";
import type {
  CopyEvent,
  CopyOptions,
  CopyResult,
  CopyRunsResult,
  FollowOptions,
  RunSelection,
} from "../copy/types.ts";
import { Hosts } from "../host/hosts.ts";
import { type Defaults, loadDefaults } from "../settings/defaults.ts";
import { loadSettings, type Settings } from "../settings/settings.ts";
import { type SettingsAccess, settingsAccess } from "../settings/settings_access.ts";
import type { JobId } from "../workspace/layout.ts";
import type { Workspace } from "../workspace/workspace.ts";

/** The calls that share their logins. */
export interface Session extends AsyncDisposable {
  /** Lists the experiments of a workspace, or one of them. */
  summarize(
    workspace: Workspace,
    options: SummaryOptions,
  ): Promise<ExperimentSummary[]>;
  /** The same, with sums. */
  list(workspace: Workspace, options: SummaryOptions): Promise<WorkspaceSummary>;
  /** Lists the jobs of a run. */
  listJobs(which: RunOfWorkspace, options: ListJobsOptions): Promise<JobList>;
  /** Lists what copies have left in a workspace, and removes it on request. */
  clean(workspace: Workspace, remove: boolean): Promise<Leftover[]>;
  /** Checks this machine. */
  diagnoseMachine(): Promise<Diagnosis>;
  /** Checks a workspace; `clean` is the command that lists what copies have left there. */
  diagnose(workspace: Workspace, clean: string[]): Promise<Diagnosis>;
  /** Copies a run. */
  copy(which: RunRequest, options: CopyOptions): Promise<CopyResult>;
  /** Copies several runs. */
  copyRuns(
    workspaces: Ends<Workspace>,
    selection: RunSelection,
    options: CopyOptions,
  ): Promise<CopyRunsResult>;
  /** Writes a run into a file. */
  exportRun(which: ExportedRun, file: string, options: ExportOptions): Promise<CopyResult>;
  /** Brings the run of a file into a workspace. */
  importRun(file: string, destination: Workspace, options: ImportOptions): Promise<CopyResult>;
  /** Copies a run until it has ended. */
  follow(which: RunRequest, options: FollowOptions): Promise<CopyResult>;
  /** Checks a run; `isWanted` tells which of its jobs. */
  check(
    which: RunRequest,
    options: CheckOptions,
    isWanted?: (job: JobId) => boolean,
  ): Promise<CheckResult>;
  /** Compares two workspaces. */
  status(
    workspaces: Ends<Workspace>,
    options: Pick<StatusOptions, "experimentIds">,
  ): Promise<WorkspaceComparison>;
  /** Moves a run; `agreed` are the folders that may be removed. */
  move(which: RunRequest, options: MoveOptions, agreed?: ReadonlySet<string>): Promise<MoveResult>;
  /** Finds the permissions that the copy of a run needs, or its move. */
  permissions(
    which: RunRequest,
    options: CopyOptions,
    moves: boolean,
  ): Promise<RequiredPermissions>;
}

/** The functions of the library that the program uses. */
export interface Library {
  /** Reads the settings: experimaestro's own, or those in another file. */
  loadSettings(file?: string): Promise<Settings>;
  /** Reads this tool's own defaults, beside the settings. */
  loadDefaults(settingsFile?: string): Promise<Defaults>;
  /** Finds the permissions that reading them again needs. */
  settingsAccess(settings: Settings, defaults: Defaults, given?: string): Promise<SettingsAccess>;
  /** Makes a session, without a login yet. */
  session(
    onEvent: (event: CopyEvent) => void,
    signal: AbortSignal,
    options: Pick<CopyOptions, "connectTimeout" | "timeout" | "fsync">,
  ): Session;
}

/** The library itself. */
export const library: Library = {
  loadSettings,
  loadDefaults,
  settingsAccess,
  session(onEvent, signal, options) {
    const hosts = new Hosts({ ...options, onEvent, signal });
    const doctor = new Doctor(hosts);
    return {
      async summarize(workspace, which) {
        return await summarize(await hosts.open(workspace), workspace, which);
      },
      async list(workspace, which) {
        return await summarizeAll(await hosts.open(workspace), workspace, which);
      },
      listJobs: (which, how) => findJobs(hosts, which, how),
      clean: (workspace, remove) => clean(hosts, workspace, remove),
      diagnoseMachine: () => doctor.machine(),
      diagnose: (workspace, clean) => doctor.workspace(workspace, clean),
      copy: (which, how) => copyBetween(hosts, which, { ...how, onEvent, signal }),
      copyRuns: (workspaces, which, how) =>
        copyRunsBetween(hosts, workspaces, which, { ...how, onEvent, signal }),
      exportRun: (which, file, how) =>
        exportBetween(hosts, which, file, { ...how, onEvent, signal }),
      importRun: (file, to, how) => importBetween(hosts, file, to, { ...how, onEvent, signal }),
      follow: (which, how) => follow(hosts, which, { ...how, onEvent, signal }),
      check: (which, how, isWanted) => check(hosts, which, { ...how, onEvent, signal }, isWanted),
      status: (which, how) => compareBetween(hosts, which, { ...how, onEvent, signal }),
      move: (which, how, agreed) => move(hosts, which, { ...how, onEvent, signal }, agreed),
      permissions: (which, how, moves) => permissionsBetween(hosts, which, how, moves),
      [Symbol.asyncDispose]: () => hosts.close(),
    };
  },
};
