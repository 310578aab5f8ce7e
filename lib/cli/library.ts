/**
 * The library as the program uses it. The program calls it only through this module, so that tests
 * can replace it.
 *
 * @module
 */

import type { ExperimentSummary, SummaryOptions, WorkspaceSummary } from "../inspect/summarize.ts";
import type { JobList, ListJobsOptions, RunOfWorkspace } from "../inspect/list_jobs.ts";
import type { Diagnosis, Doctor } from "../inspect/doctor.ts";
import type { CheckOptions, CheckResult } from "../inspect/check_types.ts";
import type { CheckedJobs } from "../inspect/computed.ts";
import type { StatusOptions } from "../inspect/status.ts";
import type { WorkspaceComparison } from "../inspect/status_types.ts";
import type { Ends } from "../copy/plan.ts";
import type { Leftover } from "../inspect/clean.ts";
import type { ExportedRun, ExportOptions, ImportOptions } from "../copy/archive.ts";
import type { RequiredPermissions } from "../inspect/permissions.ts";
import type { MoveOptions, MoveResult } from "../move/types.ts";
import type { RunName, RunRequest } from "../copy/surveyed.ts";
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
import type { SettingsAccess } from "../settings/settings_access.ts";
import type { Workspace } from "../workspace/workspace.ts";

/** The calls that share their logins. */
export interface Session extends AsyncDisposable {
  /** Logs in to the machine of a workspace. */
  reach(workspace: Workspace): Promise<void>;
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
    which: RunSelection | RunName[],
    options: CopyOptions,
  ): Promise<CopyRunsResult>;
  /** Writes a run into a file. */
  exportRun(which: ExportedRun, file: string, options: ExportOptions): Promise<CopyResult>;
  /** Brings the run of a file into a workspace. */
  importRun(file: string, destination: Workspace, options: ImportOptions): Promise<CopyResult>;
  /** Copies a run until it has ended. */
  follow(which: RunRequest, options: FollowOptions): Promise<CopyResult>;
  /** Checks a run, or some of its jobs right after a copy. */
  check(
    which: RunRequest,
    options: CheckOptions,
    jobs?: CheckedJobs,
  ): Promise<CheckResult>;
  /** Compares two workspaces. */
  status(
    workspaces: Ends<Workspace>,
    options: Pick<StatusOptions, "experimentIds">,
  ): Promise<WorkspaceComparison>;
  /** Moves a run; `agreed` are the folders that may be removed. */
  move(which: RunRequest, options: MoveOptions, agreed?: ReadonlySet<string>): Promise<MoveResult>;
  /** Finds the permissions that the copy of a run needs, or its move, its export or its import. */
  permissions(
    which: RunRequest | ExportedRun & { file: string } | { file: string; destination: Workspace },
    options: CopyOptions,
    moves: boolean,
  ): Promise<RequiredPermissions>;
  /** The same for the copy of several runs. */
  permissionsOfRuns(
    workspaces: Ends<Workspace>,
    selection: RunSelection,
    options: CopyOptions,
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

/** The library itself. Each function loads what it needs when it is called. */
export const library: Library = {
  loadSettings,
  loadDefaults,
  async settingsAccess(...given) {
    const { settingsAccess } = await import("../settings/settings_access.ts");
    return await settingsAccess(...given);
  },
  session(onEvent, signal, options) {
    const hosts = new Hosts({ ...options, onEvent, signal });
    const watched = { onEvent, signal };
    let doctor: Promise<Doctor> | undefined;
    const theDoctor = () =>
      doctor ??= import("../inspect/doctor.ts").then(({ Doctor }) => new Doctor(hosts));
    return {
      reach: async (workspace) => void await hosts.open(workspace),
      async summarize(workspace, which) {
        const { summarize } = await import("../inspect/summarize.ts");
        return await summarize(await hosts.open(workspace), workspace, which);
      },
      async list(workspace, which) {
        const { summarizeAll } = await import("../inspect/summarize.ts");
        return await summarizeAll(await hosts.open(workspace), workspace, which);
      },
      async listJobs(which, how) {
        const { findJobs } = await import("../inspect/list_jobs.ts");
        return await findJobs(hosts, which, how);
      },
      async clean(workspace, remove) {
        const { clean } = await import("../inspect/clean.ts");
        return await clean(hosts, workspace, remove);
      },
      diagnoseMachine: async () => await (await theDoctor()).machine(),
      diagnose: async (workspace, clean) => await (await theDoctor()).workspace(workspace, clean),
      async copy(which, how) {
        const { copyBetween } = await import("../copy/copy.ts");
        return await copyBetween(hosts, which, { ...how, ...watched });
      },
      async copyRuns(workspaces, which, how) {
        const { copyRunsBetween } = await import("../copy/copy_runs.ts");
        return await copyRunsBetween(hosts, workspaces, which, { ...how, ...watched });
      },
      async exportRun(which, file, how) {
        const { exportBetween } = await import("../copy/archive.ts");
        return await exportBetween(hosts, which, file, { ...how, ...watched });
      },
      async importRun(file, to, how) {
        const { importBetween } = await import("../copy/archive.ts");
        return await importBetween(hosts, file, to, { ...how, ...watched });
      },
      async follow(which, how) {
        const { follow } = await import("../copy/follow.ts");
        return await follow(hosts, which, { ...how, ...watched });
      },
      async check(which, how, jobs) {
        const { check } = await import("../inspect/check.ts");
        return await check(hosts, which, { ...how, ...watched }, jobs);
      },
      async status(which, how) {
        const { compareBetween } = await import("../inspect/status.ts");
        return await compareBetween(hosts, which, { ...how, ...watched });
      },
      async move(which, how, agreed) {
        const { move } = await import("../move/move.ts");
        return await move(hosts, which, { ...how, ...watched }, agreed);
      },
      async permissions(which, how, moves) {
        const { permissionsBetween } = await import("../inspect/permissions.ts");
        const options = { ...how, ...watched };
        const find = (run: RunRequest) => permissionsBetween(hosts, run, options, moves);
        if ("workspaces" in which) return await find(which);
        const { exporting, importing } = await import("../copy/archive.ts");
        return "source" in which
          ? await exporting(hosts, which, which.file, options, find)
          : await importing(hosts, which.file, which.destination, options, find);
      },
      async permissionsOfRuns(workspaces, which, how) {
        const { permissionsOfRuns } = await import("../inspect/permissions.ts");
        return await permissionsOfRuns(hosts, workspaces, which, { ...how, ...watched });
      },
      [Symbol.asyncDispose]: () => hosts.close(),
    };
  },
};
