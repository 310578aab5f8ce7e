/**
 * The program: a function from arguments to exit code.
 *
 * @module
 */

import config from "../../deno.json" with { type: "json" };
import type { CopyEvent, CopyOptions, CopyPlan } from "../copy/types.ts";
import { type Defaults, withDefaults } from "../workspace/defaults.ts";
import { findWorkspace } from "../workspace/find.ts";
import type { Settings } from "../workspace/settings.ts";
import {
  type CleanRequest,
  type CopyRequest,
  type ListRequest,
  type OutputChoice,
  parseArguments,
} from "./arguments.ts";
import { copyCommand, grantedCommand } from "./command_line.ts";

import { choose, noExperiment, type Questions } from "./choose.ts";
import { EXIT, exitCode, type Failure, toFailure } from "./failure.ts";
import { HELP_TEXT } from "./help.ts";
import { JsonReporter } from "./json_reporter.ts";
import { type Library, library as realLibrary } from "./library.ts";
import type { Reporter } from "./reporter.ts";
import type { Terminal } from "./terminal.ts";
import { TextReporter } from "./text_reporter.ts";

/** What a command works with. */
interface Context {
  terminal: Terminal;
  library: Library;
  reporter: Reporter;
  signal: AbortSignal;
}

/**
 * Runs the program.
 *
 * @param args The arguments, without the program's name.
 * @param terminal Where it prints and asks.
 * @param library What does the work.
 * @returns The exit code; `xpm-copy --help` tells what they mean.
 */
export async function main(
  args: string[],
  terminal: Terminal,
  library: Library = realLibrary,
): Promise<number> {
  let request;
  try {
    request = parseArguments(args);
  } catch (error) {
    return fail(error, chooseReporter(terminal, unreadable(args), false));
  }
  if (request.command === "help") terminal.stdout(HELP_TEXT);
  if (request.command === "version") terminal.stdout(`xpm-copy ${config.version}\n`);
  if (request.command === "help" || request.command === "version") return EXIT.complete;

  const copying = request.command === "copy" && request.yes;
  const reporter = chooseReporter(terminal, request, copying);
  return await interruptibly(terminal, reporter, (signal) => {
    const context = { terminal, library, reporter, signal };
    switch (request.command) {
      case "ls":
        return list(request, context);
      case "clean":
        return cleanUp(request, context);
      case "permissions":
        return permissions(request, context);
      case "copy":
        return copy(request, context);
    }
  });
}

function chooseReporter(terminal: Terminal, choice: OutputChoice, copying: boolean): Reporter {
  return choice.json
    ? new JsonReporter(terminal, choice.verbose)
    : new TextReporter(terminal, choice, copying);
}

/** How to speak of a command line that was not understood. */
function unreadable(args: string[]): OutputChoice {
  const json = args.includes("--json");
  return { json, quiet: false, verbose: false, progress: false, color: "auto" };
}

function fail(error: unknown, reporter: Reporter, interrupted = false): number {
  const failure: Failure = toFailure(error, interrupted);
  const code = exitCode(failure);
  reporter.failed(failure);
  reporter.end(code);
  return code;
}

/** Does some work; the first signal stops it, the second one ends the program at once. */
async function interruptibly(
  terminal: Terminal,
  reporter: Reporter,
  work: (signal: AbortSignal) => Promise<number>,
): Promise<number> {
  const stop = new AbortController();
  const unlisten = terminal.onSignal(() => {
    if (stop.signal.aborted) return terminal.exit(EXIT.interrupted);
    reporter.stopping();
    stop.abort();
  });
  try {
    const code = await work(stop.signal);
    reporter.end(code);
    return code;
  } catch (error) {
    // Ctrl-C reaches ssh and rsync too, and their end may be known before the signal is.
    await new Promise((resolve) => setTimeout(resolve, 20));
    return fail(error, reporter, stop.signal.aborted);
  } finally {
    unlisten();
  }
}

async function readSettings(
  library: Library,
  file: string | undefined,
): Promise<{ settings: Settings; defaults: Defaults }> {
  const settings = await library.loadSettings(file);
  const defaults = await library.loadDefaults(settings.file);
  return { settings: withDefaults(settings, defaults), defaults };
}

async function list(request: ListRequest, context: Context): Promise<number> {
  const { library, reporter, signal } = context;
  const { settings } = await readSettings(library, request.settings);
  if (request.workspace === undefined) {
    reporter.workspaces(settings.workspaces);
    return EXIT.complete;
  }
  const workspace = findWorkspace(request.workspace, settings);
  await using session = library.session(
    (event) => reporter.event(event),
    signal,
    hostOptions(request),
  );
  const { experimentId } = request;
  if (experimentId === undefined) {
    reporter.experiments(workspace, await session.summarize(workspace, { sizes: true }));
    return EXIT.complete;
  }
  const found = await session.summarize(workspace, { experimentId, sizes: true });
  const experiment = found.find((one) => one.experimentId === experimentId);
  if (experiment === undefined) throw noExperiment(experimentId, workspace);
  reporter.runs(workspace, experiment);
  return EXIT.complete;
}

async function cleanUp(request: CleanRequest, context: Context): Promise<number> {
  const { library, reporter, signal } = context;
  const { settings } = await readSettings(library, request.settings);
  const workspace = findWorkspace(request.workspace, settings);
  const onEvent = (event: CopyEvent) => reporter.event(event);
  await using session = library.session(onEvent, signal, hostOptions(request));
  const leftovers = await session.clean(workspace, request.yes);
  const settingsWords = request.settings === undefined ? [] : ["--settings", request.settings];
  const command = ["xpm-copy", "clean", request.workspace, ...settingsWords, "--yes"];
  reporter.leftovers(workspace, leftovers, command);
  return EXIT.complete;
}

async function copy(request: CopyRequest, context: Context): Promise<number> {
  const { terminal, library, reporter, signal } = context;
  const { settings, defaults } = await readSettings(library, request.settings);
  let plan: CopyPlan | undefined;
  const onEvent = (event: CopyEvent) => {
    if (event.type === "planned") plan = event.plan;
    reporter.event(event);
  };
  await using session = library.session(onEvent, signal, hostOptions(request));
  const questions = mayAsk(request, terminal) ? quietQuestions(terminal, reporter) : undefined;
  const choice = await choose({ request, settings, defaults, session, questions });
  const { from, to, experimentId, runId } = choice;
  const options = copyOptions(request, defaults);
  const result = await session.copy(from.workspace, to.workspace, experimentId, runId, options);
  if (plan === undefined) throw new Error("the copy ended without a plan");
  if (result.dryRun) {
    reporter.planned(plan, result, copyCommand(request, choice, plan.runId));
    return EXIT.complete;
  }
  reporter.copied(result, plan);
  return result.complete ? EXIT.complete : EXIT.incomplete;
}

async function permissions(request: CopyRequest, context: Context): Promise<number> {
  const { terminal, library, reporter, signal } = context;
  const { settings, defaults } = await readSettings(library, request.settings);
  await using session = library.session(
    (event) => reporter.event(event),
    signal,
    hostOptions(request),
  );
  const questions = mayAsk(request, terminal) ? quietQuestions(terminal, reporter) : undefined;
  const choice = await choose({ request, settings, defaults, session, questions });
  const { from, to, experimentId, runId } = choice;
  const options = copyOptions(request, defaults);
  const needed = await session.permissions(
    ...[from.workspace, to.workspace, experimentId, runId, options] as const,
  );
  const access = await library.settingsAccess(settings, defaults, request.settings);
  const all = {
    ...needed,
    read: [...new Set([...access.read, ...needed.read])],
    env: [...new Set([...needed.env, ...access.env])],
  };
  reporter.permissions(all, grantedCommand(all, request, choice));
  return EXIT.complete;
}

/** What all machines of a command have to know. */
function hostOptions(request: CopyRequest | ListRequest | CleanRequest) {
  const { connectTimeout, timeout } = request;
  return {
    ...(request.command === "copy" && { fsync: request.fsync }),
    ...(connectTimeout !== undefined && { connectTimeout }),
    ...(timeout !== undefined && { timeout }),
  };
}

// The questions are written to standard output.
function mayAsk({ json, quiet }: CopyRequest, { isTerminal, dumb }: Terminal): boolean {
  return isTerminal.in && isTerminal.out && !dumb && !json && !quiet;
}

/** The questions of a terminal where nothing is drawn while they are asked. */
function quietQuestions(terminal: Terminal, reporter: Reporter): Questions {
  return {
    columns: () => terminal.columns(),
    select(question, entries) {
      reporter.pause();
      return terminal.select(question, entries);
    },
  };
}

function copyOptions(request: CopyRequest, defaults: Defaults): CopyOptions {
  const bandwidthLimit = request.bandwidthLimit ?? defaults.bandwidthLimit;
  return {
    dryRun: !request.yes,
    includeRunning: request.includeRunning || defaults.includeRunning === true,
    keepReplaced: request.keepReplaced || defaults.keepReplaced === true,
    create: request.create,
    exclude: request.exclude.length > 0 ? request.exclude : defaults.exclude ?? [],
    ...(bandwidthLimit === undefined ? {} : { bandwidthLimit }),
  };
}
