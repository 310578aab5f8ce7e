/**
 * Suggestions for an experiment or a run that is not there.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import { nearest } from "../settings/nearest.ts";
import { CURRENT } from "../workspace/layout.ts";
import { printable } from "../text/printable.ts";
import type { Workspace } from "../workspace/workspace.ts";
import type { Session } from "./library.ts";

/** What was asked for. */
interface Wanted {
  workspaces: { source: Workspace };
  experimentId: string;
  runId: string;
}

/** Does some work; when the experiment or the run is not there, the error names a similar one. */
export async function suggesting<T>(
  session: Session,
  wanted: Wanted,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof CopyError) || error.code !== "not-found") throw error;
    const near = await similar(session, wanted).catch(() => undefined);
    if (near === undefined) throw error;
    const { message, hint } = error;
    const question = `did you mean ${printable(near)}?`;
    throw new CopyError(
      "not-found",
      message,
      hint === undefined ? question : `${question}\n${hint}`,
    );
  }
}

async function similar(
  session: Session,
  { workspaces: { source }, experimentId, runId }: Wanted,
): Promise<string | undefined> {
  const found = await session.summarize(source, {});
  const experiment = found.find((one) => one.experimentId === experimentId);
  if (experiment === undefined) {
    return nearest(experimentId, found.map((one) => one.experimentId));
  }
  const runs = [...experiment.runs.map((run) => run.runId), CURRENT];
  return runs.includes(runId) ? undefined : nearest(runId, runs); // else something else is missing
}
