/**
 * What the program needs of the library: the only place where the two meet, so that tests can put
 * another in.
 *
 * @module
 */

import { type ExperimentSummary, summarize, type SummaryOptions } from "../inspect/summarize.ts";
import { type Diagnosis, Doctor } from "../inspect/doctor.ts";
import { clean, type Leftover } from "../inspect/clean.ts";
import { copyBetween } from "../copy/copy.ts";
import { permissionsBetween, type RequiredPermissions } from "../inspect/permissions.ts";
import type { RunRequest } from "../copy/survey.ts";
import type { CopyEvent, CopyOptions, CopyResult } from "../copy/types.ts";
import { Hosts } from "../host/hosts.ts";
import { type Defaults, loadDefaults } from "../settings/defaults.ts";
import { loadSettings, type Settings } from "../settings/settings.ts";
import { type SettingsAccess, settingsAccess } from "../settings/settings_access.ts";
import type { Workspace } from "../workspace/workspace.ts";

/** The work between the first login and the last. */
export interface Session extends AsyncDisposable {
  /** Finds the experiments of a workspace, or one of them. */
  summarize(
    workspace: Workspace,
    options: SummaryOptions,
  ): Promise<ExperimentSummary[]>;
  /** Finds what copies have left in a workspace, and removes it when told to. */
  clean(workspace: Workspace, remove: boolean): Promise<Leftover[]>;
  /** Looks at this machine: whether copies would work. */
  diagnoseMachine(): Promise<Diagnosis>;
  /** Looks at a workspace; `clean` is the command that lists what copies have left there. */
  diagnose(workspace: Workspace, clean: string[]): Promise<Diagnosis>;
  /** Copies a run. */
  copy(which: RunRequest, options: CopyOptions): Promise<CopyResult>;
  /** Tells what the copy of a run needs to be granted. */
  permissions(which: RunRequest, options: CopyOptions): Promise<RequiredPermissions>;
}

/** What the program needs of the library. */
export interface Library {
  /** Reads the settings: experimaestro's own, or those in another file. */
  loadSettings(file?: string): Promise<Settings>;
  /** Reads this tool's own defaults, beside the settings. */
  loadDefaults(settingsFile?: string): Promise<Defaults>;
  /** Tells what it takes to read them again. */
  settingsAccess(settings: Settings, defaults: Defaults, given?: string): Promise<SettingsAccess>;
  /** Begins; nobody has logged in yet. */
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
      clean: (workspace, remove) => clean(hosts, workspace, remove),
      diagnoseMachine: () => doctor.machine(),
      diagnose: (workspace, clean) => doctor.workspace(workspace, clean),
      copy: (which, how) => copyBetween(hosts, which, { ...how, onEvent, signal }),
      permissions: (which, how) => permissionsBetween(hosts, which, how),
      [Symbol.asyncDispose]: () => hosts.close(),
    };
  },
};
