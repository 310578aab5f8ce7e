/**
 * What `xpm-copy move` does.
 *
 * @module
 */

import { isRefused } from "../copy/space.ts";
import { isLeft, type MoveResult } from "../move/types.ts";
import { losses } from "../move/unfit.ts";
import { choose, runOf } from "./choose.ts";
import { moveCommand } from "./command_line.ts";
import { agrees, begin, type Context, limitOf, notingPlan, writingOptions } from "./context.ts";
import { EXIT } from "./exit_codes.ts";
import type { MoveRequest } from "./requests.ts";

/** Moves a run; returns the exit code. */
export async function move(request: MoveRequest, context: Context): Promise<number> {
  const { reporter } = context;
  const { onEvent, plan } = notingPlan(context);
  const sources = await begin(request, context, onEvent);
  await using session = sources.session;
  const { questions, defaults } = sources;
  const choice = await choose(sources);
  const which = runOf(choice);
  const options = { ...writingOptions(request, defaults), ...limitOf(request, defaults) };
  let agreed: ReadonlySet<string> | undefined;
  if (!request.yes) {
    const planned = await session.move(which, { ...options, dryRun: true });
    if (isRefused(plan())) {
      reporter.movePlanned(plan(), planned, undefined);
      return EXIT.failure;
    }
    const asks = questions !== undefined && !request.dryRun && planned.removed.length > 0;
    const command = moveCommand(request, choice, planned.runId);
    reporter.movePlanned(plan(), planned, asks ? undefined : command);
    if (!asks) return EXIT.complete;
    if (!await agrees(questions, "Move now?", context, command)) return EXIT.complete;
    agreed = new Set(planned.removed.map(({ path }) => path));
    which.runId = planned.runId;
  }
  const result = await session.move(which, options, agreed);
  reporter.copied(result.copied, plan());
  if (result.check !== undefined) reporter.checked(result.check);
  reporter.moved(result);
  return codeOf(result);
}

function codeOf({ check, kept, removed, complete }: MoveResult): number {
  const folders = new Set([...kept, ...removed].map(({ path }) => path));
  const isThere = (folder: string) => folders.has(folder);
  if (check !== undefined && losses(check, isThere).length > 0) return EXIT.different;
  return complete && !kept.some(isLeft) ? EXIT.complete : EXIT.incomplete;
}
