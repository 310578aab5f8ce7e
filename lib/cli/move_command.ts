/**
 * What `xpm-copy move` does.
 *
 * @module
 */

import type { CopyEvent, CopyPlan } from "../copy/types.ts";
import { isLeft, type MoveOptions, type MoveResult } from "../move/types.ts";
import { losses } from "../move/unfit.ts";
import type { Defaults } from "../settings/defaults.ts";
import { choose, runOf } from "./choose.ts";
import { moveCommand } from "./command_line.ts";
import {
  confirm,
  type Context,
  hostOptions,
  mayAsk,
  quietQuestions,
  readSettings,
} from "./context.ts";
import { EXIT } from "./failure.ts";
import type { MoveRequest } from "./requests.ts";

/** Moves a run; returns the exit code. */
export async function move(request: MoveRequest, context: Context): Promise<number> {
  const { terminal, library, reporter, signal } = context;
  const { settings, defaults } = await readSettings(library, request.settings);
  let plan: CopyPlan | undefined;
  const onEvent = (event: CopyEvent) => {
    if (event.type === "planned") plan = event.plan;
    reporter.event(event);
  };
  await using session = library.session(onEvent, signal, hostOptions(request));
  const questions = mayAsk(request, terminal) ? quietQuestions(context) : undefined;
  const choice = await choose({ request, settings, defaults, session, questions });
  const which = runOf(choice);
  const options = moveOptions(request, defaults);
  let agreed: ReadonlySet<string> | undefined;
  if (!request.yes) {
    const planned = await session.move(which, { ...options, dryRun: true });
    const asks = questions !== undefined && !request.dryRun && planned.removed.length > 0;
    const command = moveCommand(request, choice, planned.runId);
    reporter.movePlanned(plan!, planned, asks ? undefined : command);
    if (!asks) return EXIT.complete;
    const isWanted = await confirm(questions, "Move now?");
    signal.throwIfAborted();
    if (!isWanted) {
      reporter.declined(command);
      return EXIT.complete;
    }
    agreed = new Set(planned.removed.map(({ path }) => path));
    which.runId = planned.runId;
  }
  const result = await session.move(which, options, agreed);
  reporter.copied(result.copied, plan!);
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

function moveOptions(request: MoveRequest, defaults: Defaults): MoveOptions {
  const bandwidthLimit = request.bandwidthLimit ?? defaults.bandwidthLimit;
  return {
    ended: request.ended,
    keepReplaced: request.keepReplaced || defaults.keepReplaced === true,
    create: request.create,
    map: Object.keys(request.map).length > 0 ? request.map : defaults.map ?? {},
    ...(bandwidthLimit === undefined ? {} : { bandwidthLimit }),
  };
}
