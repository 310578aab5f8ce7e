/**
 * What the commands of the program have in common.
 *
 * @module
 */

import type { CopyEvent, CopyOptions, CopyPlan } from "../copy/types.ts";
import type { RequiredPermissions } from "../inspect/permissions.ts";
import { type Defaults, withDefaults } from "../settings/defaults.ts";
import type { Settings } from "../settings/settings.ts";
import type { Questions } from "./ask.ts";
import type { Sources } from "./choose.ts";
import { grantedCommand } from "./command_line.ts";
import { EXIT } from "./exit_codes.ts";
import type { Library } from "./library.ts";
import type { Reporter } from "./reporter.ts";
import type { CopyRequest, OutputChoice, WorkRequest } from "./requests.ts";
import { withSuggestions } from "./suggest.ts";
import type { Terminal } from "./terminal.ts";

/** What every command needs. */
export interface Context {
  terminal: Terminal;
  library: Library;
  reporter: Reporter;
  signal: AbortSignal;
}

/** Reads the settings and the defaults. */
export async function readSettings(
  library: Library,
  file: string | undefined,
): Promise<{ settings: Settings; defaults: Defaults }> {
  const settings = await library.loadSettings(file);
  const defaults = await library.loadDefaults(settings.file);
  return { settings: withDefaults(settings, defaults), defaults };
}

/** The options of connections that all machines of a command share. */
function hostOptions(request: WorkRequest) {
  const { connectTimeout, timeout } = request;
  return {
    ...("fsync" in request && { fsync: request.fsync }),
    ...(connectTimeout !== undefined && { connectTimeout }),
    ...(timeout !== undefined && { timeout }),
  };
}

/** Whether questions are allowed; they are drawn on standard error. */
function mayAsk({ json, quiet }: OutputChoice, { isTerminal, dumb }: Terminal): boolean {
  return isTerminal.in && isTerminal.err && !dumb && !json && !quiet;
}

/**
 * Begins a command that names workspaces: reads the settings, and makes a session, without a login
 * yet.
 */
export async function begin<R extends WorkRequest>(
  request: R,
  context: Context,
  onEvent: (event: CopyEvent) => void = (event) => context.reporter.event(event),
): Promise<Omit<Sources, "request"> & { request: R }> {
  const { terminal, library, signal } = context;
  const { settings, defaults } = await readSettings(library, request.settings);
  for (const message of [...settings.unknown ?? [], ...defaults.unknown ?? []]) {
    context.reporter.event({ type: "warning", problem: { code: "settings", message } });
  }
  const session = withSuggestions(
    library.session(onEvent, signal, hostOptions(request)),
    "similar" in request ? request.similar : undefined,
  );
  const questions = mayAsk(request, terminal) ? quietQuestions(context) : undefined;
  return { request, settings, defaults, session, questions };
}

/** Passes events on, and keeps the latest plan. */
export function notingPlan({ reporter }: Pick<Context, "reporter">) {
  let plan: CopyPlan | undefined;
  return {
    onEvent(event: CopyEvent): void {
      if (event.type === "planned") plan = event.plan;
      reporter.event(event);
    },
    plan(): CopyPlan {
      if (plan === undefined) throw new Error("the copy ended without a plan");
      return plan;
    },
  };
}

/** The options of what is written, where the defaults stand for what was not given. */
export function writingOptions(
  request: Pick<CopyRequest, "ended" | "create" | "keepReplaced" | "map">,
  defaults: Defaults,
) {
  return {
    ended: request.ended,
    create: request.create,
    keepReplaced: request.keepReplaced || defaults.keepReplaced === true,
    map: mapOf(request, defaults),
  };
}

/** The map of places outside, given or by default. */
export function mapOf({ map }: Pick<CopyRequest, "map">, defaults: Defaults) {
  return Object.keys(map).length > 0 ? map : defaults.map ?? {};
}

/** The limit of the bandwidth, given or by default, if there is one. */
export function limitOf(request: Pick<CopyRequest, "bandwidthLimit">, defaults: Defaults) {
  const bandwidthLimit = request.bandwidthLimit ?? defaults.bandwidthLimit;
  return bandwidthLimit === undefined ? {} : { bandwidthLimit };
}

/** The options of a copy, where the defaults stand for what was not given. */
export function copyOptions(request: CopyRequest, defaults: Defaults): CopyOptions {
  return {
    dryRun: !request.yes,
    ...writingOptions(request, defaults),
    ...limitOf(request, defaults),
    ...(request.streams !== undefined && { streams: request.streams }),
    ...(request.references ? {} : { references: false }),
    ...takenOf(request, defaults),
  };
}

/** What is taken of a run. */
type Taking =
  | "includeRunning"
  | "states"
  | "tasks"
  | "tags"
  | "exclude"
  | "maxSize"
  | "metadataOnly";

/** What the user wants of a run, where the defaults stand for what was not given. */
export function takenOf(
  request: Pick<CopyRequest, Taking>,
  defaults: Defaults,
): Pick<CopyOptions, Taking> {
  return {
    includeRunning: request.includeRunning || defaults.includeRunning === true,
    ...(request.states.length > 0 && { states: request.states }),
    ...(request.tasks.length > 0 && { tasks: request.tasks }),
    ...(Object.keys(request.tags).length > 0 && { tags: request.tags }),
    exclude: request.exclude.length > 0 ? request.exclude : defaults.exclude ?? [],
    ...(request.maxSize !== undefined && { maxSize: request.maxSize }),
    ...(request.metadataOnly && { metadataOnly: true }),
  };
}

/**
 * Asks whether to do now what was planned; Enter alone means no, and then `command` is shown, which
 * does it later, and what compares both ends, if a check was asked for.
 */
export async function agrees(
  questions: Questions,
  question: string,
  { reporter, signal }: Context,
  command: string[],
  unchecked?: string[][],
): Promise<boolean> {
  const isWanted = await questions.select(`${question} [y/N]`, ["no", "yes"]) === 1;
  signal.throwIfAborted();
  if (!isWanted) reporter.declined(command, unchecked);
  return isWanted;
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

/** Asks in the terminal; nothing else is drawn during a question. */
function quietQuestions({ terminal, reporter, signal }: Context): Questions {
  return {
    select(question, entries) {
      reporter.pause();
      return terminal.select(question, entries, signal);
    },
    typeLine(question, hint) {
      reporter.pause();
      return terminal.typeLine(question, hint, signal);
    },
  };
}
