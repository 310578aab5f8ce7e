/**
 * The workspace above a folder: people give the folder of an experiment, which they see.
 *
 * @module
 */

import { stands } from "../system/files.ts";
import { EXPERIMENTS, MARKER } from "../workspace/layout.ts";
import { localPath } from "./local_path.ts";
import { isPath } from "./reference.ts";

/** A workspace by its path, and what of it was named. */
export interface Above {
  /** The workspace's path, as it was written. */
  path: string;
  /** The experiment whose folder was named. */
  experimentId: string;
  /** The run whose folder was named. */
  runId?: string;
}

/**
 * What a text names, if it is the folder of an experiment or a run on this machine. A folder that
 * is a workspace itself is none: many are in a folder `experiments`.
 */
export function workspaceAbove(text: string): Above | undefined {
  const [, path, experimentId, runId] = IN_EXPERIMENTS.exec(text) ?? [];
  if (path === undefined || experimentId === undefined || !isPath(text)) return undefined;
  if (isWorkspace(text) || !isWorkspace(path)) return undefined;
  return { path, experimentId, ...(runId !== undefined && { runId }) };
}

const IN_EXPERIMENTS = new RegExp(`^(.+)/${EXPERIMENTS}/([^/]+)(?:/([^/]+))?/*$`);

function isWorkspace(path: string): boolean {
  try {
    return stands(localPath(path), MARKER);
  } catch {
    return false; // also where Deno may not look
  }
}
