/**
 * Workspaces of experimaestro 1.x. It keeps experiments in `xp`, one folder each, with links to
 * their jobs and no list of them; `experimaestro migrate` makes them runs of experimaestro 2.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import type { FoundRun } from "../host/host.ts";
import { quoteCommand } from "../text/shell.ts";
import type { Workspace } from "../workspace/workspace.ts";
import type { CopyProblem } from "./types.ts";

/**
 * The error for experiments that are still in `xp`.
 *
 * @param path The workspace's path there, absolute.
 * @param experimentId The experiment that was asked for, if it was one.
 */
export function ofVersion1(
  { id, ssh }: Workspace,
  path: string,
  experimentId?: string,
): CopyError {
  const where = ssh ? ` on ${ssh.host}` : "";
  const command = quoteCommand(["experimaestro", "migrate", "v1-to-v2", path]);
  return new CopyError(
    "not-found",
    experimentId === undefined
      ? `${id} is a workspace of experimaestro 1.x: its experiments are in xp/, not in experiments/`
      : `${experimentId} in ${id} was made by experimaestro 1.x: it is in xp/, not in experiments/`,
    `migrate the workspace${where} with experimaestro 2:   ${command}`,
  );
}

/** The warning about a run that was migrated: it has no list of its jobs. */
export function migratedWarnings({ runId, jobs }: FoundRun): CopyProblem[] {
  if (jobs !== undefined) return [];
  const message = `run ${runId} was made by experimaestro 1.x and migrated: ` +
    "it has no jobs.jsonl, so the jobs it links to are copied";
  return [{ code: "job", message }];
}
