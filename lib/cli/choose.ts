/**
 * Chooses what to copy, from where and to where: by the command line, by the defaults, and by
 * questions for the rest.
 *
 * @module
 */

import type { ExperimentSummary, RunSummary } from "../inspect/summarize.ts";
import type { RunRequest } from "../copy/surveyed.ts";
import { CopyError } from "../errors.ts";
import type { Defaults } from "../settings/defaults.ts";
import { workspaceAbove } from "../settings/above.ts";
import { namedWorkspace } from "../settings/find.ts";
import { CURRENT } from "../workspace/layout.ts";
import { printable } from "../text/printable.ts";
import { formatRunId } from "../workspace/runs.ts";
import type { Settings } from "../settings/settings.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { ask, askWorkspace, type Named, type Questions } from "./ask.ts";
import { count, table } from "./format.ts";
import { noCommand } from "./judge.ts";
import type { Session } from "./library.ts";
import { jobCounts } from "./list_report.ts";
import { location } from "./names.ts";
import type { CopyRequest } from "./requests.ts";
import { suggesting } from "./suggest.ts";
import { quote } from "../text/shell.ts";

/** What to copy, from where and to where. */
export interface Choice {
  /** The source. */
  from: Named;
  /** The destination. */
  to: Named;
  /** The experiment's id. */
  experimentId: string;
  /** The run's id, or `current`. */
  runId: string;
}

/** The run that was chosen. */
export function runOf({ from, to, experimentId, runId }: Choice): RunRequest {
  const workspaces = { source: from.workspace, destination: to.workspace };
  return { workspaces, experimentId, runId };
}

/** The sources of the answers. */
export interface Sources {
  /** The command line. */
  request: Pick<CopyRequest, "experimentId" | "similar" | "runId" | "from" | "to">;
  /** The known workspaces, including those of the defaults. */
  settings: Settings;
  /** This tool's own defaults. */
  defaults: Defaults;
  /** The connection for looking into the source. */
  session: Session;
  /** The terminal to ask in; undefined when no question is allowed. */
  questions: Questions | undefined;
}

/**
 * Finds out what to copy.
 *
 * @throws {CopyError} `usage`, when something is missing and no question is allowed.
 */
export async function choose(given: Sources): Promise<Choice> {
  const sources = { ...given, request: withoutFolder(given.request) };
  const { request, settings, questions } = sources;
  // Everything given is checked before any question and any login.
  const [givenFrom, givenTo] = givenEnds(sources);
  if (questions === undefined) requireAll(givenFrom, givenTo, request, settings);
  else await refuseEnds(sources, givenFrom, givenTo);

  const from = givenFrom ?? await askWorkspace(questions!, settings, "From", request.experimentId);
  const { experimentId, onlyRun } = await chooseExperiment(sources, from.workspace);
  const runId = request.runId ?? onlyRun ??
    (questions === undefined ? CURRENT : await askRun(questions, await readRuns()));
  const to = givenTo ?? await askWorkspace(questions!, settings, "To", experimentId, from);
  return { from, to, experimentId, runId };

  function readRuns(): Promise<ExperimentSummary> {
    const { session } = sources;
    const source = from.workspace;
    const { similar } = request;
    const wanted = { workspaces: { source }, experimentId, runId: CURRENT, similar };
    return suggesting(session, wanted, async () => {
      const found = await session.summarize(source, { experimentId, jobs: "states" });
      const experiment = found.find((one) => one.experimentId === experimentId);
      if (experiment !== undefined && experiment.runs.length > 0) return experiment;
      throw noExperiment(experimentId, source);
    });
  }
}

/** Refuses, before a question, ends that no answer can make right: the same folder, an unreachable host. */
async function refuseEnds(
  { request: { experimentId, runId }, session }: Sources,
  from: Named | undefined,
  to: Named | undefined,
): Promise<void> {
  if (to === undefined) return;
  const destination = to.workspace;
  if (from !== undefined) {
    const { refuseRequest } = await import("../copy/refusals.ts");
    refuseRequest({ source: from.workspace, destination });
  }
  const asks = [from, experimentId, runId].includes(undefined);
  if (asks && destination.ssh !== undefined) await session.reach(destination);
}

/** Finds out from where and to where several runs are copied; which these are, the library finds. */
export function chooseForSeveral(sources: Sources): Promise<Choice> {
  const experimentId = sources.request.experimentId ?? "*";
  return choose({ ...sources, request: { ...sources.request, experimentId, runId: CURRENT } });
}

/** The same request; a source that is an experiment's folder becomes the workspace above it. */
function withoutFolder(request: Sources["request"]): Sources["request"] {
  const above = request.from === undefined ? undefined : workspaceAbove(request.from);
  if (above === undefined) return request;
  const { path, experimentId, runId } = above;
  const isNamed = request.experimentId === undefined || request.experimentId === experimentId;
  return {
    ...request,
    from: path,
    experimentId: request.experimentId ?? experimentId,
    ...(isNamed && runId !== undefined && { runId: request.runId ?? runId }),
  };
}

/**
 * Finds out which two workspaces to compare, and which experiment, if one was named.
 *
 * @throws {CopyError} `usage`, when one is missing and no question is allowed.
 */
export async function chooseEnds(
  given: Sources,
): Promise<Pick<Choice, "from" | "to"> & { experimentId: string | undefined }> {
  const sources = { ...given, request: withoutFolder(given.request) };
  const { request: { experimentId }, settings, questions } = sources;
  const [givenFrom, givenTo] = givenEnds(sources);
  if (questions === undefined) requireAll(givenFrom, givenTo, { experimentId: "" }, settings);
  const from = givenFrom ?? await askWorkspace(questions!, settings, "From", undefined);
  const to = givenTo ?? await askWorkspace(questions!, settings, "To", undefined, from);
  return { from, to, experimentId };
}

/** The two workspaces, as far as the command line or the defaults name them. */
function givenEnds(
  { request, settings, defaults }: Sources,
): [from: Named | undefined, to: Named | undefined] {
  const named = (words: string | undefined) =>
    words === undefined ? undefined : { words, workspace: namedWorkspace(words, settings) };
  return [named(request.from ?? defaults.from), named(request.to ?? defaults.to)];
}

/** The error for an experiment that does not exist, or has no run. */
export function noExperiment(experimentId: string, workspace: Workspace): CopyError {
  return new CopyError(
    "not-found",
    `no runs of '${printable(experimentId)}' in ${location(workspace)}`,
    `see  xpm-copy ls ${quote(workspace.id)}`,
  );
}

function requireAll(
  from: Named | undefined,
  to: Named | undefined,
  { experimentId, similar }: Pick<CopyRequest, "experimentId" | "similar">,
  { workspaces }: Settings,
): void {
  const refuse = (message: string, hint: string) => {
    if (similar === undefined) throw new CopyError("usage", message, hint);
    const error = noCommand(experimentId!, similar);
    throw new CopyError(
      "usage",
      error.message,
      `${error.hint}\nto copy an experiment of that name, ${hint}`,
    );
  };
  const known = workspaces.map(({ id }) => printable(id)).join(", ");
  const hint = known === "" ? "" : `; known: ${known}`;
  if (from === undefined) refuse("no source given", `add --from WORKSPACE${hint}`);
  if (to === undefined) refuse("no destination given", `add --to WORKSPACE${hint}`);
  if (experimentId === undefined) {
    refuse(
      "no experiment given",
      `give its id; list experiments with  xpm-copy ls ${quote(from!.words)}`,
    );
  }
}

async function chooseExperiment(
  { request, session, questions }: Sources,
  from: Workspace,
): Promise<{ experimentId: string; onlyRun?: string }> {
  if (request.experimentId !== undefined) return { experimentId: request.experimentId };
  const found = (await session.summarize(from, {})).filter(({ runs }) => runs.length > 0);
  if (questions === undefined || found.length === 0) {
    throw new CopyError("not-found", `no experiments in ${location(from)}`);
  }
  const labels = table(found.map(({ experimentId, runs }) => [
    printable(experimentId),
    count(runs.length, "run"),
    printable(formatRunId(runs.at(-1)?.runId ?? "")),
  ]));
  const { experimentId, runs } = await ask(questions, "Which experiment?", found, labels);
  const [only, ...others] = runs;
  return { experimentId, ...(only && others.length === 0 && { onlyRun: only.runId }) };
}

async function askRun(
  questions: Questions,
  { runs, current }: ExperimentSummary,
): Promise<string> {
  const [only, ...others] = runs;
  if (only !== undefined && others.length === 0) return only.runId;
  const entries = runs.toReversed();
  const labels = table(entries.map((run) => [runLabel(run, current), jobCounts(run)]));
  return (await ask(questions, "Which run?", entries, labels)).runId;
}

function runLabel({ runId, ended }: RunSummary, current: string | undefined): string {
  const marks = [
    ...(runId === current ? ["current"] : []),
    ...(ended === false ? ["in progress"] : []),
  ];
  const date = printable(formatRunId(runId));
  return marks.length === 0 ? date : `${date} (${marks.join(", ")})`;
}
