/**
 * The terminal, as far as the program needs it. The rules of what it says there:
 *
 * - Standard output carries what was asked for: the plan of a dry run, the summary of a copy, a
 *   list, or with `--json` the objects. Everything else goes to standard error.
 * - An error is one sentence after `xpm-copy: `, then indented lines with what to do about it. It
 *   has no full stop. A warning is the same after `warning: `.
 * - Sentences begin with a capital only when they stand alone. Workspace, experiment, run, job,
 *   task and tag are what experimaestro calls so.
 * - Colour marks state, nothing else, and nothing is lost without it.
 * - What is drawn and drawn again is on standard error, in a terminal only, and is cleared before
 *   anything else is written. Nothing is drawn while ssh may be asking for a password.
 * - A question is asked only in a terminal. Whatever can be asked has an option or an argument.
 * - Text from outside (ids, paths, messages of other programs) never brings escape sequences in.
 * - Only this folder prints.
 *
 * @module
 */

import { promptSelect } from "@std/cli/unstable-prompt-select";

/** What the program needs of the terminal (or the pipe, or the log) it runs in. */
export interface Terminal {
  /** Whether standard input, output and error are terminals. */
  readonly isTerminal: { in: boolean; out: boolean; err: boolean };
  /** Whether the user wants no colour, as `NO_COLOR` says. */
  readonly noColor: boolean;
  /** Whether the terminal only knows how to print line after line: `TERM=dumb`. */
  readonly dumb: boolean;
  /** Writes to standard output. */
  stdout(text: string): void;
  /** Writes to standard error. */
  stderr(text: string): void;
  /** How many columns a line has. */
  columns(): number;
  /** Seconds that have passed since some moment; never goes back. */
  seconds(): number;
  /**
   * Asks the user to choose; answers with the place of the chosen entry. A user who leaves by
   * Ctrl-C leaves the program.
   */
  select(question: string, entries: string[]): number | undefined;
  /** Calls `listener` for each signal that asks the program to end; returns how to stop that. */
  onSignal(listener: () => void): () => void;
  /** Ends the program at once. */
  exit(code: number): void;
}

/** The terminal that this process runs in. */
export function realTerminal(): Terminal {
  return {
    isTerminal: {
      in: Deno.stdin.isTerminal(),
      out: Deno.stdout.isTerminal(),
      err: Deno.stderr.isTerminal(),
    },
    noColor: Deno.noColor,
    dumb: readEnv("TERM") === "dumb",
    stdout: writer(Deno.stdout),
    stderr: writer(Deno.stderr),
    columns: readColumns,
    seconds: () => performance.now() / 1000,
    select,
    onSignal,
    exit: (code) => Deno.exit(code),
  };
}

function readEnv(name: string): string | undefined {
  try {
    return Deno.env.get(name);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return undefined;
    throw error;
  }
}

/** Writes whole texts; when the reader has gone (`| head`), what follows is dropped. */
function writer(stream: { writeSync(bytes: Uint8Array): number }): (text: string) => void {
  const encoder = new TextEncoder();
  let gone = false;
  return (text) => {
    let bytes = encoder.encode(text);
    while (bytes.length > 0 && !gone) {
      try {
        bytes = bytes.subarray(stream.writeSync(bytes));
      } catch (error) {
        if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
        gone = true;
      }
    }
  };
}

function readColumns(): number {
  try {
    return Deno.consoleSize().columns || 80;
  } catch {
    return 80;
  }
}

function select(question: string, entries: string[]): number | undefined {
  // On Ctrl-C the prompt ends the process with code 0, as if all had been done.
  const leave = () => Deno.exit(130);
  addEventListener("unload", leave);
  try {
    const labelled = entries.map((label, value) => ({ label, value }));
    return promptSelect<number>(question, labelled, { clear: true })?.value;
  } finally {
    removeEventListener("unload", leave);
  }
}

function onSignal(listener: () => void): () => void {
  const signals: Deno.Signal[] = Deno.build.os === "windows"
    ? ["SIGINT", "SIGBREAK"]
    : ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) Deno.addSignalListener(signal, listener);
  return () => {
    for (const signal of signals) Deno.removeSignalListener(signal, listener);
  };
}
