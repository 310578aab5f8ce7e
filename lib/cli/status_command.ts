/**
 * What `xpm-copy status` does.
 *
 * @module
 */

import { chooseEnds } from "./choose.ts";
import { type Context, hostOptions, mayAsk, quietQuestions, readSettings } from "./context.ts";
import { EXIT } from "./failure.ts";
import type { StatusRequest } from "./requests.ts";

/** Compares two workspaces; returns the exit code. */
export async function status(request: StatusRequest, context: Context): Promise<number> {
  const { terminal, library, reporter, signal } = context;
  const { settings, defaults } = await readSettings(library, request.settings);
  const onEvent = reporter.event.bind(reporter);
  await using session = library.session(onEvent, signal, hostOptions(request));
  const questions = mayAsk(request, terminal) ? quietQuestions(context) : undefined;
  const which = { ...request, experimentId: undefined, runId: undefined };
  const { from, to } = await chooseEnds({ request: which, settings, defaults, session, questions });
  const workspaces = { source: from.workspace, destination: to.workspace };
  const { experimentIds } = request;
  const found = await session.status(
    workspaces,
    experimentIds.length > 0 ? { experimentIds } : {},
  );
  const words = { source: from.words, destination: to.words };
  reporter.status(found, workspaces, words);
  return EXIT.complete;
}
