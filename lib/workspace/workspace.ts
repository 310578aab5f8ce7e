/**
 * A workspace, as experimaestro's settings describe it.
 *
 * @module
 */

/** How to reach the machine of a remote workspace. Counterpart of experimaestro's `SSHSettings`. */
export interface SshSettings {
  /** `user@host`, or an alias from the ssh configuration. */
  host: string;
  /** More arguments for ssh, passed on unchanged: `["-p", "2222"]`. Default: none. */
  options?: string[];
  /**
   * The rsync there, when it is not on the `PATH` of a plain ssh command: an absolute path, or one
   * that begins with `~/`. Default: `rsync`.
   */
  rsyncPath?: string;
  /** The tar there, in the same form. Default: `tar`. */
  tarPath?: string;
  /**
   * Another machine with the same file system, such as a data-transfer node, in the form of `host`.
   * The bytes of a copy go by it, and rsync and tar run there; all else is done at `host`. Default:
   * none.
   */
  transferHost?: string;
}

/** An extra place for jobs. Counterpart of experimaestro's `FolderSettings`. */
export interface FolderSettings {
  /** The folder, with `~` expanded. */
  path: string;
  /** The purpose of the folder. Default: `use`. */
  mode: "use" | "backup" | "move";
}

/**
 * A workspace, as the settings or the command line describe it. It is remote when `ssh` is set.
 * Counterpart of experimaestro's `WorkspaceSettings`.
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
  /** The id in the settings, or the text that names the workspace. */
  id: string;
  /** The path. Local: absolute, links not followed. Remote: as the other machine reads it. */
  path: string;
  /** How to reach the other machine, when the workspace is remote. */
  ssh?: SshSettings;
  /** Patterns (`fnmatch`) of the experiments that belong to this workspace. Default: none. */
  triggers?: string[];
  /** Extra places for jobs, local workspaces only. Default: none. */
  folders?: FolderSettings[];
  /** Environment variables of the workspace's jobs. Default: none. */
  env?: Record<string, string>;
  /**
   * How many finished runs experimaestro keeps. Default: the value that the settings give for all
   * workspaces.
   */
  history?: HistorySettings;
  /** How often experimaestro restarts a task. Default: 3. */
  maxRetries?: number;
}

/** How many finished runs experimaestro keeps of an experiment. */
export interface HistorySettings {
  /** The most successful runs. Default: 5. */
  maxDone: number;
  /** The most failed runs. Default: 1. */
  maxFailed: number;
}
