/**
 * What `copy.jsonc` may contain. `schemas/copy.json` is made from these types, for editors.
 *
 * @module
 */

import type { SshSettings } from "../workspace/workspace.ts";
import type { SshAddition } from "./ssh.ts";

/** The content of `copy.jsonc`: the values that apply when the command line gives none. */
export interface CopyFile {
  /** The schema that describes this file, for editors. */
  $schema?: string;
  /** The workspace to copy from, written as on the command line. */
  from?: string;
  /** The workspace to copy to, written as on the command line. */
  to?: string;
  /** Files of jobs to leave out, e.g. `*.ckpt`. */
  exclude?: string[];
  /** The places at the destination for those outside the source workspace; absolute paths. */
  map?: Record<string, string>;
  /** The most KiB a second; 0 for no limit. */
  bandwidthLimit?: number;
  /** Keep replaced folders, in `.xpm-staging/replaced/`. */
  keepReplaced?: boolean;
  /** Copy running jobs, too, in their current state. */
  includeRunning?: boolean;
  /** More workspaces, and what is added to those of `settings.yaml`. */
  workspaces?: (AddedWorkspace | SshOfWorkspace)[];
}

/** A workspace, as in `settings.yaml`. */
export interface AddedWorkspace {
  /** The name of the workspace. */
  id: string;
  /** Its folder; that of a remote workspace as the other machine reads it. */
  path: string;
  /** How to reach the other machine, when the workspace is remote. */
  ssh?: SshSettings;
  /** Patterns of the experiments that belong to it. */
  triggers?: string[];
}

/** What is added to the `ssh` of a workspace of `settings.yaml`. */
export interface SshOfWorkspace {
  /** The name of the workspace. */
  id: string;
  /** What is added. */
  ssh: SshAddition;
}
