/**
 * What `xpm-copy permissions` does.
 *
 * @module
 */

import type { RequiredPermissions } from "../inspect/permissions.ts";
import { choose, chooseForSeveral, runOf, type Sources } from "./choose.ts";
import { copyCommand, grantedCommand, inFull, withSettings } from "./command_line.ts";
import { begin, type Context, copyOptions } from "./context.ts";
import { EXIT } from "./exit_codes.ts";
import type { CopyRequest, WorkRequest } from "./requests.ts";

/** Prints the permissions of a copy, or of a move; returns the exit code. */
export async function permissions(request: CopyRequest, context: Context): Promise<number> {
  const sources = await begin(request, context);
  await using session = sources.session;
  const options = copyOptions(request, sources.defaults);
  const choice = request.runs === undefined
    ? await choose(sources)
    : await chooseForSeveral(sources);
  const which = runOf(choice);
  const needed = request.runs === undefined
    ? await session.permissions(which, options, request.moves)
    : await session.permissionsOfRuns(which.workspaces, request.runs, options);
  const ends = { from: inFull(choice.from), to: inFull(choice.to) };
  const command = copyCommand(withSettings(request), { ...choice, ...ends }, choice.runId);
  return await tellPermissions(needed, command, { ...sources, request }, context);
}

/** Prints the permissions of a command, those to read the settings among them. */
export async function tellPermissions(
  needed: RequiredPermissions,
  command: string[],
  { request, settings, defaults }: Pick<Sources, "settings" | "defaults"> & {
    request: WorkRequest;
  },
  { library, reporter }: Context,
): Promise<number> {
  const access = await library.settingsAccess(settings, defaults, request.settings);
  const all = {
    ...needed,
    read: [...new Set([...access.read, ...needed.read])],
    env: [...new Set([...needed.env, ...access.env])],
  };
  reporter.permissions(all, grantedCommand(all, command));
  return EXIT.complete;
}
