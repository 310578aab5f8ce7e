/**
 * Suggestions for an experiment or a run that is not there.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import type { ExperimentSummary } from "../inspect/summarize.ts";
import type { Settings } from "../settings/settings.ts";
import { nearest } from "../settings/nearest.ts";
import { CURRENT } from "../workspace/layout.ts";
import { printable } from "../text/printable.ts";
import type { Workspace } from "../workspace/workspace.ts";
import type { Failure } from "./failure.ts";
import type { Session } from "./library.ts";
import type { WorkRequest } from "./requests.ts";

/** What was asked for. */
interface Wanted {
  workspaces: { source: Workspace };
  experimentId: string;
  runId: string;
  /** The command that the experiment's name may be meant for. */
  similar?: string | undefined;
}

/**
 * The same session, whose errors name a similar experiment or run where one is not there.
 *
 * @param similar The command that the experiment's name may be meant for.
 */
export function withSuggestions(session: Session, similar: string | undefined): Session {
  const trying = <T>(wanted: Wanted, work: () => Promise<T>) =>
    suggesting(session, { ...wanted, similar }, work);
  const current = (source: Workspace, experimentId: string): Wanted => ({
    ...{ workspaces: { source }, experimentId, runId: CURRENT },
  });
  return {
    ...session,
    copy: (which, ...how) => trying(which, () => session.copy(which, ...how)),
    follow: (which, ...how) => trying(which, () => session.follow(which, ...how)),
    move: (which, ...how) => trying(which, () => session.move(which, ...how)),
    check: (which, ...how) => trying(which, () => session.check(which, ...how)),
    permissions(which, ...how) {
      const find = () => session.permissions(which, ...how);
      if (!("experimentId" in which)) return find();
      return trying("source" in which ? { ...which, workspaces: which } : which, find);
    },
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
    const found = await session.summarize(wanted.workspaces.source, {}).catch(() => undefined);
    throw found === undefined ? error : suggestion(error, wanted, found);
  }
}

/** The same error, with what may have been meant. */
function suggestion(
  error: CopyError,
  { experimentId, runId, similar }: Wanted,
  found: ExperimentSummary[],
): CopyError {
  const experiment = found.find((one) => one.experimentId === experimentId);
  const known = experiment === undefined
    ? found.map((one) => one.experimentId)
    : [...experiment.runs.map((run) => run.runId), CURRENT];
  const wanted = experiment === undefined ? experimentId : runId;
  if (known.includes(wanted)) return error; // something else is missing
  const command = experiment === undefined ? similar : undefined;
  const others = experiment === undefined
    ? [...runsNamed(wanted, found), known.find((one) => !similar && one === runId)]
    : [
      known.find((one) => isOfTime(one, wanted)),
      wanted === "latest" ? CURRENT : undefined,
      found.some((one) => one.experimentId === runId) ? `experiment ${runId}` : undefined,
    ];
  const near = [...new Set([command, nearest(wanted, known), ...others])]
    .filter((one) => one !== undefined);
  if (near.length === 0) return error;
  const { code, message, hint } = error;
  const question = `did you mean ${near.map(printable).join(" or ")}?`;
  return new CopyError(
    code,
    command === undefined ? message : `no command ${printable(experimentId)}, and ${message}`,
    hint === undefined ? question : `${question}\n${hint}`,
  );
}

/** Whether a run is of a date that was given in its place, as plans show it. */
function isOfTime(runId: string, date: string): boolean {
  const [run, given] = [runId, date].map((text) => text.replace(/\D/g, "")) as [string, string];
  return given.length >= 8 && run.startsWith(given);
}

/** The runs of an id that was given for an experiment, in words. */
function runsNamed(runId: string, found: ExperimentSummary[]): string[] {
  return found.filter(({ runs }) => runs.some((run) => run.runId === runId))
    .map(({ experimentId }) => `run ${runId} of experiment ${experimentId}`);
}

/** The codes of failures where a host's folder may have been meant for a workspace. */
const MAY_BE_MEANT: readonly (Failure["code"] | undefined)[] = [
  "connection",
  "not-found",
  "usage",
];

/**
 * The hint that `cluster:x` is not the workspace `cluster`, where a host of that name cannot be
 * reached, or lacks the folder.
 *
 * @param words How a workspace was named.
 */
export function workspaceMeant(
  words: string | undefined,
  { code, message }: { code?: Failure["code"]; message: string },
  { workspaces }: Settings,
): string | undefined {
  if (!MAY_BE_MEANT.includes(code)) return undefined;
  const [, id = "", path] = /^([^/:@]+):(.*)$/s.exec(words ?? "") ?? [];
  if (path === undefined || !message.includes(id)) return undefined;
  if (!workspaces.some((one) => one.id === id)) return undefined;
  const folder = path === "" ? "" : `${printable(words!)} is a folder of the host ${id}; `;
  return `${folder}for the workspace of that name, write only ${id}`;
}

/** A hint, and another one below it, if there are any. */
export function withHint(hint: string | undefined, more: string | undefined): string | undefined {
  return [hint, more].filter((text) => text !== undefined).join("\n") || undefined;
}

/**
 * The same error, with the hint that `cluster:x` is not the workspace `cluster` where that may have
 * been meant.
 */
export async function orWorkspaceMeant(
  error: unknown,
  request: WorkRequest,
  readSettings: () => Promise<Settings>,
): Promise<unknown> {
  if (!(error instanceof CopyError) || !MAY_BE_MEANT.includes(error.code)) return error;
  const { from, to, workspace } = { from: "", to: "", workspace: "", ...request };
  const settings = await readSettings();
  const [meaning] = [from, to, workspace]
    .flatMap((words) => workspaceMeant(words, error, settings) ?? []);
  return meaning === undefined
    ? error
    : new CopyError(error.code, error.message, withHint(error.hint, meaning));
}
