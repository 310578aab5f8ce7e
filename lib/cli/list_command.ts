/**
 * What `xpm-copy ls` does.
 *
 * @module
 */

import { CopyError, NoFolder } from "../errors.ts";
import { inOrder, type Order } from "../inspect/order.ts";
import type { ExperimentSummary } from "../inspect/summarize.ts";
import { workspaceAbove } from "../settings/above.ts";
import { namedWorkspace } from "../settings/find.ts";
import { CURRENT } from "../workspace/layout.ts";
import { compareRuns } from "../workspace/runs.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { noExperiment } from "./choose.ts";
import { begin, type Context } from "./context.ts";
import { EXIT } from "./exit_codes.ts";
import type { Session } from "./library.ts";
import type { Reporter } from "./reporter.ts";
import type { ListRequest } from "./requests.ts";
import { suggesting } from "./suggest.ts";

/** Lists workspaces, experiments, runs or jobs; returns the exit code. */
export async function list(request: ListRequest, context: Context): Promise<number> {
  const { settings, ...sources } = await begin(request, context);
  await using session = sources.session;
  if (request.workspace === undefined) {
    context.reporter.workspaces(settings.workspaces, settings.file);
    return EXIT.complete;
  }
  const above = workspaceAbove(request.workspace);
  const workspace = namedWorkspace(above?.path ?? request.workspace, settings);
  const { experimentId, runId } = above ?? request;
  try {
    const which = { ...request, experimentId, runId };
    return await listIn(workspace, which, session, context.reporter);
  } catch (error) {
    const isConfigured = settings.workspaces.some(({ id }) => id === request.workspace);
    if (!(error instanceof NoFolder) || !isConfigured) throw error;
    const message = `workspace ${workspace.id} is not there yet: ${error.message}`;
    throw new CopyError(error.code, message, "check the path; a copy to it creates the folder");
  }
}

/** Lists experiments, runs or jobs of a workspace. */
async function listIn(
  workspace: Workspace,
  { experimentId, runId, sort, states, tasks, tags, ...request }: ListRequest,
  session: Session,
  reporter: Reporter,
): Promise<number> {
  const { sizes } = request;
  if (experimentId !== undefined && runId !== undefined) {
    const options = { states, tasks, tags, sizes, ...(sort && { sort }) };
    const jobs = await session.listJobs({ workspace, experimentId, runId }, options);
    reporter.jobs(workspace, experimentId, jobs);
    return EXIT.complete;
  }
  const jobs = request.brief ? {} : { jobs: sizes ? "sizes" as const : "states" as const };
  if (experimentId === undefined) {
    const { experiments, ...sums } = await session.list(workspace, jobs);
    reporter.experiments(workspace, { ...sums, experiments: sortedExperiments(experiments, sort) });
    return EXIT.complete;
  }
  const which = { workspaces: { source: workspace }, experimentId, runId: CURRENT };
  const experiment = await suggesting(session, which, async () => {
    const { experiments } = await session.list(workspace, { experimentId, ...jobs });
    const experiment = experiments.find((one) => one.experimentId === experimentId);
    if (experiment === undefined) throw noExperiment(experimentId, workspace);
    return experiment;
  });
  reporter.runs(workspace, { ...experiment, runs: sortedRuns(experiment, sort) }, sort);
  return EXIT.complete;
}

/** Experiments in an order; their age is that of their latest run. */
function sortedExperiments(experiments: ExperimentSummary[], order: Order | undefined) {
  const latest = experiments.flatMap(({ runs }) => runs.slice(-1)).map(({ runId }) => runId);
  const ages = new Map(latest.sort(compareRuns).map((runId, age) => [runId, age]));
  return inOrder(experiments, order, ({ experimentId, runs, bytes }) => ({
    size: bytes,
    age: ages.get(runs.at(-1)?.runId ?? ""),
    name: experimentId,
  }));
}

/** The runs of an experiment, which are the oldest first, in an order. */
function sortedRuns({ runs }: ExperimentSummary, order: Order | undefined) {
  return inOrder(runs, order, ({ runId, bytes }, age) => ({ size: bytes, age, name: runId }));
}
