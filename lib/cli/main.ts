/**
 * The program: a function from arguments to exit code.
 *
 * @module
 */

import { parseArguments } from "./arguments.ts";
import { EXIT } from "./exit_codes.ts";
import { exitCode, type Failure, renderUnwritten, toFailure } from "./failure.ts";
import type { Library } from "./library.ts";
import type { Reporter } from "./reporter.ts";
import type { CompletionsRequest, OutputChoice, ReportChoice } from "./requests.ts";
import type { Terminal } from "./terminal.ts";
import { VERSION } from "./version.ts";

/**
 * Runs the program.
 *
 * @param args The arguments, without the program's name.
 * @param terminal The terminal for output and questions.
 * @param library The library. Default: the real one.
 * @returns The exit code; `xpm-copy --help` lists the codes.
 */
export async function main(
  args: string[],
  terminal: Terminal,
  library?: Library,
): Promise<number> {
  const code = await run(args, terminal, library);
  const failure = terminal.outputFailure();
  if (failure === undefined) return code;
  for (const line of renderUnwritten(failure, code)) terminal.stderr(`${line}\n`);
  return code === EXIT.complete || code === EXIT.incomplete ? EXIT.failure : code;
}

async function run(args: string[], terminal: Terminal, library?: Library): Promise<number> {
  let request;
  try {
    request = parseArguments(args);
  } catch (error) {
    return fail(error, await chooseReporter(terminal, unreadable(args), false));
  }
  if (request.command === "help") {
    const { helpOf, helpText } = await import("./help.ts");
    const columns = terminal.isTerminal.out ? terminal.columns() : undefined;
    terminal.stdout(request.of === undefined ? helpText(columns) : helpOf(request.of, columns));
  }
  if (request.command === "version") terminal.stdout(`xpm-copy ${VERSION}\n`);
  if (request.command === "completions") terminal.stdout(await completions(request));
  if (
    request.command === "help" || request.command === "version" ||
    request.command === "completions"
  ) return EXIT.complete;

  const copying = request.command === "export" && !request.grants ||
    (request.command === "copy" || request.command === "import" || request.command === "move") &&
      request.yes;
  const mayFollow = request.command === "copy" && request.follow === undefined;
  const reporter = await chooseReporter(terminal, request, copying, mayFollow);
  return await interruptibly(terminal, reporter, async (signal) => {
    const { execute } = await import("./commands.ts");
    return await execute(request, { terminal, library, reporter, signal });
  });
}

/** The script for a shell, or what it may offer for a word. */
async function completions({ shell, words, settings }: CompletionsRequest): Promise<string> {
  if (words.length === 0) return (await import("./completions.ts")).COMPLETIONS[shell];
  const { completionLines } = await import("./known.ts");
  return (await completionLines(words, settings)).map((line) => `${line}\n`).join("");
}

/** Makes the reporter; its modules are loaded only where they are needed, as the start counts. */
async function chooseReporter(
  terminal: Terminal,
  choice: ReportChoice,
  copying: boolean,
  mayFollow = false,
): Promise<Reporter> {
  if (choice.json) {
    const { JsonReporter } = await import("./json_reporter.ts");
    return new JsonReporter(terminal, choice.verbose);
  }
  const { TextReporter } = await import("./text_reporter.ts");
  return new TextReporter(terminal, choice, copying, mayFollow);
}

/** The output for a command line that is invalid. */
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

/** Runs work that the first signal stops; the second signal ends the program at once. */
async function interruptibly(
  terminal: Terminal,
  reporter: Reporter,
  work: (signal: AbortSignal) => Promise<number>,
): Promise<number> {
  const stop = new AbortController();
  const unlisten = terminal.onSignal(() => {
    if (stop.signal.aborted) return terminal.exit(EXIT.interrupted);
    stop.abort(); // an open question leaves the screen first
    reporter.stopping();
  });
  try {
    const code = await work(stop.signal);
    reporter.end(code);
    return code;
  } catch (error) {
    // Ctrl-C also ends ssh and rsync, and this program may notice that before its own signal.
    await new Promise((resolve) => setTimeout(resolve, 20));
    return fail(error, reporter, stop.signal.aborted);
  } finally {
    unlisten();
  }
}
