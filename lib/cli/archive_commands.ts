/**
 * What `xpm-copy export` and `xpm-copy import` do.
 *
 * @module
 */

import { isRefused } from "../copy/space.ts";
import { localPath } from "../settings/local_path.ts";
import { choose, chooseEnds } from "./choose.ts";
import { exportCommand, importCommand, inFull, withSettings } from "./command_line.ts";
import {
  begin,
  type Context,
  notingPlan,
  takenOf,
  tellPermissions,
  writingOptions,
} from "./context.ts";
import { EXIT } from "./exit_codes.ts";
import type { ExportRequest, ImportRequest } from "./requests.ts";

/** Writes a run into a file; returns the exit code. */
export async function exportRun(request: ExportRequest, context: Context): Promise<number> {
  const { onEvent, plan } = notingPlan(context);
  const sources = await begin(request, context, onEvent);
  await using session = sources.session;
  if (sources.questions !== undefined) {
    const { requireName } = await import("../host/archive/sink.ts");
    requireName(localPath(request.output)); // before a question
  }
  // an export has no second workspace: nothing is asked about it
  const choice = await choose({ ...sources, request: { ...request, to: "/" } });
  const { from: { workspace: source }, experimentId, runId } = choice;
  const { ended, output } = request;
  const which = { source, experimentId, runId };
  const taken = takenOf(request, sources.defaults);
  if (request.grants) {
    const needed = await session.permissions(
      { ...which, file: output },
      { ended, ...taken },
      false,
    );
    const whole = { ...withSettings(request), output: localPath(output) };
    const command = exportCommand(whole, { ...choice, from: inFull(choice.from) });
    return await tellPermissions(needed, command, sources, context);
  }
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
  if (sources.questions !== undefined) {
    const { requireFile } = await import("../host/archive/read.ts");
    requireFile(localPath(request.file)); // before a question
  }
  // the source is a file: nothing is asked about it
  const { to } = await chooseEnds({
    ...sources,
    request: { experimentId: undefined, runId: undefined, from: "/", to: request.to },
  });
  const { workspace: destination } = to;
  const options = writingOptions(request, sources.defaults);
  if (request.grants) {
    const needed = await session.permissions({ file: request.file, destination }, options, false);
    const whole = { ...withSettings(request), file: localPath(request.file) };
    const command = importCommand(whole, inFull(to).words);
    return await tellPermissions(needed, command, sources, context);
  }
  const dryRun = !request.yes;
  const result = await session.importRun(request.file, destination, { dryRun, ...options });
  if (result.dryRun) {
    const refused = isRefused(plan());
    reporter.planned(plan(), result, refused ? undefined : importCommand(request, to.words));
    return refused ? EXIT.failure : EXIT.complete;
  }
  reporter.copied(result, plan());
  return result.complete ? EXIT.complete : EXIT.incomplete;
}
