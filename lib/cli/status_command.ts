/**
 * What `xpm-copy status` does.
 *
 * @module
 */

import { chooseEnds } from "./choose.ts";
import { begin, type Context } from "./context.ts";
import { EXIT } from "./exit_codes.ts";
import type { StatusRequest } from "./requests.ts";

/** Compares two workspaces; returns the exit code. */
export async function status(request: StatusRequest, context: Context): Promise<number> {
  const sources = await begin(request, context);
  await using session = sources.session;
  const [only, ...others] = request.experimentIds;
  const one = { ...request, experimentId: only, runId: undefined };
  const { from, to, experimentId } = await chooseEnds({ ...sources, request: one });
  const workspaces = { source: from.workspace, destination: to.workspace };
  const experimentIds = experimentId === undefined ? [] : [experimentId, ...others];
  const found = await session.status(
    workspaces,
    experimentIds.length > 0 ? { experimentIds } : {},
  );
  const words = { source: from.words, destination: to.words };
  context.reporter.status(found, workspaces, words);
  return EXIT.complete;
}
