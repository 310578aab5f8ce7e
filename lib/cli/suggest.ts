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

/** The same session, whose errors name a similar experiment or run where one is not there. */
export function withSuggestions(session: Session): Session {
  const trying = <T>(wanted: Wanted, work: () => Promise<T>) => suggesting(session, wanted, work);
  const current = (source: Workspace, experimentId: string): Wanted => ({
    ...{ workspaces: { source }, experimentId, runId: CURRENT },
  });
  return {
    ...session,
    copy: (which, ...how) => trying(which, () => session.copy(which, ...how)),
    follow: (which, ...how) => trying(which, () => session.follow(which, ...how)),
    move: (which, ...how) => trying(which, () => session.move(which, ...how)),
    check: (which, ...how) => trying(which, () => session.check(which, ...how)),
    permissions: (which, ...how) => trying(which, () => session.permissions(which, ...how)),
    copyRuns(workspaces, selection, how) {
      const [experimentId = ""] = Array.isArray(selection) ? [] : selection.experiments ?? [];
      const wanted = current(workspaces.source, experimentId);
      return trying(wanted, () => session.copyRuns(workspaces, selection, how));
    },
    exportRun({ source, ...run }, ...how) {
      const wanted = { workspaces: { source }, ...run };
      return trying(wanted, () => session.exportRun({ source, ...run }, ...how));
    },
    listJobs({ workspace: source, ...run }, how) {
      const wanted = { workspaces: { source }, ...run };
      return trying(wanted, () => session.listJobs({ workspace: source, ...run }, how));
    },
    status(workspaces, how) {
      const [experimentId = ""] = how.experimentIds ?? [];
      const wanted = current(workspaces.source, experimentId);
      return trying(wanted, () => session.status(workspaces, how));
    },
  };
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
