/**
 * What each command does. This module is loaded only when there is work: `--help` needs no library.
 *
 * @module
 */

import { isRefused } from "../copy/space.ts";
import { CopyError } from "../errors.ts";
import type { Diagnosis } from "../inspect/doctor.ts";
import { namedWorkspace } from "../settings/find.ts";
import { tidily } from "../system/garbage.ts";
import { printable } from "../text/printable.ts";
import type { Settings } from "../settings/settings.ts";
import { choose, chooseForSeveral, runOf } from "./choose.ts";
import { checkCommands, copyCommand, inFull, withSettings } from "./command_line.ts";
import {
  agrees,
  begin,
  type Context,
  copyOptions,
  notingPlan,
  readSettings,
  tellPermissions,
} from "./context.ts";
import { EXIT } from "./exit_codes.ts";
import { exitCode } from "./failure.ts";
import { hasWork } from "./names.ts";
import { orWorkspaceMeant, withHint, workspaceMeant } from "./suggest.ts";
import type { Library } from "./library.ts";
import type { CleanRequest, CopyRequest, DoctorRequest, WorkRequest } from "./requests.ts";
import type { Workspace } from "../workspace/workspace.ts";

/** Runs a command; returns the exit code. */
export async function execute(
  request: WorkRequest,
  { library, ...rest }: Omit<Context, "library"> & { library: Library | undefined },
): Promise<number> {
  const context = { ...rest, library: library ?? (await import("./library.ts")).library };
  try {
    return await tidily(() => run(request, context));
  } catch (error) {
    const read = async () => (await readSettings(context.library, request.settings)).settings;
    throw await orWorkspaceMeant(error, request, read);
  }
}

/** Each command loads what it needs, a copy no more than that. */
async function run(request: WorkRequest, context: Context): Promise<number> {
  switch (request.command) {
    case "ls":
      return await (await import("./list_command.ts")).list(request, context);
    case "clean":
      return await cleanUp(request, context);
    case "doctor":
      return await diagnose(request, context);
    case "check":
      return await (await import("./check_command.ts")).check(request, context);
    case "status":
      return await (await import("./status_command.ts")).status(request, context);
    case "export":
      return await (await import("./archive_commands.ts")).exportRun(request, context);
    case "import":
      return await (await import("./archive_commands.ts")).importRun(request, context);
    case "move":
      return await (await import("./move_command.ts")).move(request, context);
    case "permissions":
      return await permissions(request, context);
    case "copy":
      return await copy(request, context);
  }
}

async function cleanUp(request: CleanRequest, context: Context): Promise<number> {
  const { settings, ...sources } = await begin(request, context);
  await using session = sources.session;
  const workspace = namedWorkspace(request.workspace, settings);
  const leftovers = await session.clean(workspace, request.yes);
  const command = [...cleanCommand(request.workspace, request), "--yes"];
  context.reporter.leftovers(workspace, leftovers, command);
  return EXIT.complete;
}

/** Checks this machine, then each workspace. The first problem determines the exit code. */
async function diagnose(request: DoctorRequest, context: Context): Promise<number> {
  const { unknownWorkspace } = await import("../inspect/doctor.ts");
  const { settings, ...sources } = await begin(request, context);
  await using session = sources.session;
  let code: number = EXIT.complete;
  const tell = (diagnosis: Diagnosis, hasNext: boolean) => {
    context.reporter.diagnosis(diagnosis, hasNext);
    const problem = diagnosis.findings.find(({ state }) => state === "problem");
    if (code === EXIT.complete && problem !== undefined) {
      code = exitCode({ code: problem.code!, message: problem.message });
    }
  };
  const named = request.workspaces.length > 0
    ? request.workspaces
    : settings.workspaces.map(({ id }) => id);
  const left = [...new Set(named)];
  tell(await session.diagnoseMachine(), left.length > 0);
  for (let words = left.shift(); words !== undefined; words = left.shift()) {
    const workspace = findNamed(words, settings);
    const diagnosis = workspace instanceof CopyError
      ? unknownWorkspace(words, workspace)
      : await session.diagnose(workspace, cleanCommand(words, request));
    const findings = diagnosis.findings.map((finding) => {
      const hint = withHint(finding.hint, workspaceMeant(words, finding, settings));
      return hint === undefined ? finding : { ...finding, hint };
    });
    tell({ ...diagnosis, findings }, left.length > 0);
  }
  return code;
}

/** The workspace that some words name, or the reason why there is none. */
function findNamed(words: string, settings: Settings): Workspace | CopyError {
  try {
    return namedWorkspace(words, settings);
  } catch (error) {
    if (error instanceof CopyError) return error;
    throw error;
  }
}

/** The command that lists what copies have left in a workspace. */
function cleanCommand(words: string, { settings }: CleanRequest | DoctorRequest): string[] {
  return ["xpm-copy", "clean", words, ...(settings === undefined ? [] : ["--settings", settings])];
}

async function copy(request: CopyRequest, context: Context): Promise<number> {
  if (request.runs !== undefined) {
    const { copySeveral } = await import("./several_command.ts");
    return await copySeveral({ ...request, runs: request.runs }, context);
  }
  const { reporter } = context;
  const noting = notingPlan(context);
  const sources = await begin(request, context, noting.onEvent);
  await using session = sources.session;
  const { questions, defaults } = sources;
  const options = copyOptions(request, defaults);
  if (questions !== undefined && (request.from ?? defaults.from) === undefined) {
    noteSimilar(request, sources.settings, context);
  }
  const choice = await choose(sources);
  const which = runOf(choice);
  const { follow: interval } = request;
  const start = (options: ReturnType<typeof copyOptions>) =>
    interval === undefined
      ? session.copy(which, options)
      : session.follow(which, { ...options, interval });
  let result = await start(options);
  if (result.dryRun) {
    const plan = noting.plan();
    const command = copyCommand(request, choice, plan.runId);
    if (isRefused(plan)) {
      reporter.planned(plan, result);
      return EXIT.failure;
    }
    const asks = questions !== undefined && !request.dryRun && hasWork(plan);
    const unchecked = checkCommands(request, choice, { ...plan, runs: [plan] });
    if (asks) reporter.planned(plan, result);
    else reporter.planned(plan, result, command, unchecked);
    if (!asks) return EXIT.complete;
    if (!await agrees(questions, "Copy now?", context, command, unchecked)) return EXIT.complete;
    which.runId = plan.runId;
    result = await start({ ...options, dryRun: false });
  }
  const plan = noting.plan();
  reporter.copied(result, plan);
  const code = result.complete ? EXIT.complete : EXIT.incomplete;
  if (!request.check) return code;
  const { checkCopied } = await import("./check_command.ts");
  const isSame = await checkCopied(session, which, plan, request, defaults, reporter);
  return isSame ? code : EXIT.different;
}

/** Says, before a question that may surprise, that a word is no command, and no workspace here. */
function noteSimilar(
  { experimentId = "", similar }: CopyRequest,
  { workspaces }: Settings,
  { reporter }: Context,
): void {
  const word = printable(experimentId);
  const message = similar !== undefined
    ? `there is no command ${word} (did you mean ${similar}?); it is taken as an experiment`
    : workspaces.some(({ id }) => id === experimentId)
    ? `${word} is taken as an experiment; to copy from that workspace, write --from ${word}`
    : undefined;
  if (message === undefined) return;
  reporter.event({ type: "warning", problem: { code: "usage", message } });
}

/** Prints the permissions of a copy, or of a move; returns the exit code. */
async function permissions(request: CopyRequest, context: Context): Promise<number> {
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
