/**
 * What a workspace is: the settings that experimaestro keeps of one.
 *
 * @module
 */

/** How the machine of a remote workspace is reached; experimaestro's `SSHSettings`. */
export interface SshSettings {
  /** `user@host`, or an alias from the ssh configuration. */
  host: string;
  /** More arguments for ssh, as they stand: `["-p", "2222"]`. Default: none. */
  options?: string[];
}

/** An extra place for jobs; experimaestro's `FolderSettings`. */
export interface FolderSettings {
  /** The folder; `~` has been expanded. */
  path: string;
  /** What the folder is for. Default: `use`. */
  mode: "use" | "backup" | "move";
}

/**
 * A workspace, as the settings or the command line describe it; experimaestro's
 * `WorkspaceSettings`. It is remote when `ssh` is set.
 *
 * @example
 * ```ts
 * import type { Workspace } from "@xpm/copy";
 *
 * const cluster: Workspace = {
 *   id: "cluster",
 *   path: "~/experiments/main",
 *   ssh: { host: "me@hpc", options: ["-p", "2222"] },
 * };
 * const local: Workspace = { id: "local", path: "/home/me/experiments" };
 * console.assert(cluster.ssh !== undefined && local.ssh === undefined);
 * ```
 */
export interface Workspace {
  /** The id in the settings, or the text by which the workspace was named. */
  id: string;
  /** Local: an absolute path as configured. Remote: as the other machine understands it. */
  path: string;
  /** How the other machine is reached, when the workspace is remote. */
  ssh?: SshSettings;
  /** Patterns (`fnmatch`) of the experiments that belong to this workspace. Default: none. */
  triggers?: string[];
  /** Extra places for jobs, local workspaces only. Default: none. */
  folders?: FolderSettings[];
  /** Environment variables of the workspace's jobs. Default: none. */
  env?: Record<string, string>;
  /** How many finished runs experimaestro keeps. Default: what the settings say for all. */
  history?: HistorySettings;
  /** How often experimaestro starts a task again. Default: 3. */
  maxRetries?: number;
}

/** How many finished runs experimaestro keeps of an experiment. */
export interface HistorySettings {
  /** The most successful runs. Default: 5. */
  maxDone: number;
  /** The most failed runs. Default: 1. */
  maxFailed: number;
}
