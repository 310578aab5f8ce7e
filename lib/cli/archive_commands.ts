/**
 * What `xpm-copy export` and `xpm-copy import` do.
 *
 * @module
 */

import type { CopyEvent, CopyPlan } from "../copy/types.ts";
import { CopyError } from "../errors.ts";
import { findWorkspace } from "../settings/find.ts";
import { choose } from "./choose.ts";
import { importCommand } from "./command_line.ts";
import { type Context, hostOptions, mayAsk, quietQuestions, readSettings } from "./context.ts";
import { EXIT } from "./failure.ts";
import type { ExportRequest, ImportRequest } from "./requests.ts";

/** Writes a run into a file; returns the exit code. */
export async function exportRun(request: ExportRequest, context: Context): Promise<number> {
  const { terminal, library, reporter, signal } = context;
  const { settings, defaults } = await readSettings(library, request.settings);
  const planned = notingPlan(context);
  await using session = library.session(planned.onEvent, signal, hostOptions(request));
  const questions = mayAsk(request, terminal) ? quietQuestions(context) : undefined;
  // an export has no second workspace: nothing is asked about it
  const asked = { ...request, to: "/" };
  const choice = await choose({ request: asked, settings, defaults, session, questions });
  const { from: { workspace: source }, experimentId, runId } = choice;
  const { ended, includeRunning, output } = request;
  const which = { source, experimentId, runId };
  const result = await session.exportRun(which, output, { ended, includeRunning });
  reporter.copied(result, planned.plan());
  return result.complete ? EXIT.complete : EXIT.incomplete;
}

/** Brings the run of a file into a workspace, or shows the plan; returns the exit code. */
export async function importRun(request: ImportRequest, context: Context): Promise<number> {
  const { library, reporter, signal } = context;
  const { settings, defaults } = await readSettings(library, request.settings);
  const to = request.to ?? defaults.to;
  if (to === undefined) {
    throw new CopyError("usage", "no destination given", "add --to WORKSPACE");
  }
  const workspace = findWorkspace(to, settings);
  const planned = notingPlan(context);
  await using session = library.session(planned.onEvent, signal, hostOptions(request));
  const { ended, create, file } = request;
  const result = await session.importRun(file, workspace, {
    dryRun: !request.yes,
    ended,
    create,
    keepReplaced: request.keepReplaced || defaults.keepReplaced === true,
    map: Object.keys(request.map).length > 0 ? request.map : defaults.map ?? {},
  });
  if (result.dryRun) {
    reporter.planned(planned.plan(), result, importCommand(request, to));
    return EXIT.complete;
  }
  reporter.copied(result, planned.plan());
  return result.complete ? EXIT.complete : EXIT.incomplete;
}

/** Passes events on, and keeps the plan. */
function notingPlan({ reporter }: Context) {
  let plan: CopyPlan | undefined;
  return {
    onEvent(event: CopyEvent): void {
      if (event.type === "planned") plan = event.plan;
      reporter.event(event);
    },
    plan: () => plan!,
  };
}
