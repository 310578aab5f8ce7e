/**
 * What `xpm-copy export` and `xpm-copy import` do.
 *
 * @module
 */

import { choose, chooseEnds } from "./choose.ts";
import { importCommand } from "./command_line.ts";
import { begin, type Context, notingPlan, takenOf, writingOptions } from "./context.ts";
import { EXIT } from "./exit_codes.ts";
import { isRefused } from "./names.ts";
import type { ExportRequest, ImportRequest } from "./requests.ts";

/** Writes a run into a file; returns the exit code. */
export async function exportRun(request: ExportRequest, context: Context): Promise<number> {
  const { onEvent, plan } = notingPlan(context);
  const sources = await begin(request, context, onEvent);
  await using session = sources.session;
  // an export has no second workspace: nothing is asked about it
  const choice = await choose({ ...sources, request: { ...request, to: "/" } });
  const { from: { workspace: source }, experimentId, runId } = choice;
  const { ended, output } = request;
  const which = { source, experimentId, runId };
  const taken = takenOf(request, sources.defaults);
  const result = await session.exportRun(which, output, { ended, ...taken });
  context.reporter.copied(result, plan());
  return result.complete ? EXIT.complete : EXIT.incomplete;
}

/** Brings the run of a file into a workspace, or shows the plan; returns the exit code. */
export async function importRun(request: ImportRequest, context: Context): Promise<number> {
  const { reporter } = context;
  const { onEvent, plan } = notingPlan(context);
  const sources = await begin(request, context, onEvent);
  await using session = sources.session;
  // the source is a file: nothing is asked about it
  const { to: { words: to, workspace } } = await chooseEnds({
    ...sources,
    request: { experimentId: undefined, runId: undefined, from: "/", to: request.to },
  });
  const result = await session.importRun(request.file, workspace, {
    dryRun: !request.yes,
    ...writingOptions(request, sources.defaults),
  });
  if (result.dryRun) {
    const refused = isRefused(plan());
    reporter.planned(plan(), result, refused ? undefined : importCommand(request, to));
    return refused ? EXIT.failure : EXIT.complete;
  }
  reporter.copied(result, plan());
  return result.complete ? EXIT.complete : EXIT.incomplete;
}
