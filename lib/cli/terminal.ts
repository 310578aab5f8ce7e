/**
 * The terminal, as far as the program needs it. The rules for its output:
 *
 * - Standard output carries the result: the plan of a dry run, the summary of a copy, a list, or
 *   with `--json` the objects. Everything else goes to standard error.
 * - An error is one sentence after `xpm-copy: `, then indented lines with what to do about it. It
 *   has no full stop. A warning is the same after `warning: `.
 * - Sentences begin with a capital only when they stand alone. Workspace, experiment, run, job,
 *   task and tag have experimaestro's meanings.
 * - Colour marks a state and nothing else; without colour, no information is lost. Nor is it without
 *   links and title, which appear where there may be colour, in terminals that are known to have
 *   them; the title is put back at the end.
 * - Drawings appear on standard error, in a terminal only, and are erased before anything else is
 *   written. Nothing is drawn while ssh may be asking for a password.
 * - A question is asked only in a terminal. For every question there is an option or an argument.
 * - Text from outside (ids, paths, messages of other programs) never contains escape sequences.
 * - Output that cannot be written stops no work; a message follows on standard error at the end,
 *   and the exit code is 1. A reader that has gone (`| head`) is no error.
 * - Only this folder prints.
 *
 * @module
 */

import { type Shown, shownBy } from "./escapes.ts";
import { makeOutput } from "./output.ts";
import type { Keyboard, Tty } from "./select.ts";

/** The terminal (or the pipe, or the log) that the program runs in. */
export interface Terminal {
  /** Whether standard input, output and error are terminals. */
  readonly isTerminal: { in: boolean; out: boolean; err: boolean };
  /** Whether the user wants no colour: `NO_COLOR`. */
  readonly noColor: boolean;
  /** Whether the terminal can only print line after line: `TERM=dumb`. */
  readonly dumb: boolean;
  /** What it can show besides text. */
  readonly shows: Shown;
  /** The name of this machine, for links; empty when unknown. */
  readonly hostname: string;
  /** Writes to standard output. */
  stdout(text: string): void;
  /** Writes to standard error. */
  stderr(text: string): void;
  /** Why standard output could not be written; undefined when it could. */
  outputFailure(): string | undefined;
  /** The number of columns of a line. */
  columns(): number;
  /** Seconds since some moment, which never decrease. */
  seconds(): number;
  /**
   * Asks the user to choose; returns the index of the entry, or undefined when the user wants none
   * or `signal` fires.
   */
  select(question: string, entries: string[], signal: AbortSignal): Promise<number | undefined>;
  /** Asks the user to type a line, in the same way; `hint` says what, until something is typed. */
  typeLine(question: string, hint: string, signal: AbortSignal): Promise<string | undefined>;
  /**
   * Calls `listener` for each signal that asks the program to end; returns a function that stops
   * that.
   */
  onSignal(listener: () => void): () => void;
  /** Ends the program at once. */
  exit(code: number): void;
}

/** The terminal that this process runs in. */
export function realTerminal(): Terminal {
  const [out, err] = [makeOutput(Deno.stdout, false), makeOutput(Deno.stderr, true)];
  return {
    isTerminal: {
      in: Deno.stdin.isTerminal(),
      out: Deno.stdout.isTerminal(),
      err: Deno.stderr.isTerminal(),
    },
    noColor: Deno.noColor,
    dumb: readEnv("TERM") === "dumb",
    shows: shownBy(readEnv),
    hostname: readHostname(),
    stdout: out.write,
    stderr: err.write,
    outputFailure: out.failure,
    columns: () => size().columns,
    seconds: () => performance.now() / 1000,
    ...questions(err.write),
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

function readHostname(): string {
  const { state } = Deno.permissions.querySync({ name: "sys", kind: "hostname" });
  return state === "granted" ? Deno.hostname() : "";
}

function size(): { columns: number; rows: number } {
  try {
    const { columns, rows } = Deno.consoleSize();
    return { columns: columns || 80, rows: rows || 24 };
  } catch {
    return { columns: 80, rows: 24 };
  }
}

/** Makes the functions that ask. The code for questions is loaded with the first one. */
function questions(write: Tty["write"]): Pick<Terminal, "select" | "typeLine"> {
  const tty: Tty = {
    async read() {
      const bytes = new Uint8Array(1024);
      const length = await Deno.stdin.read(bytes);
      return length === null ? undefined : bytes.subarray(0, length);
    },
    setRaw: (raw) => Deno.stdin.setRaw(raw),
    write,
    size,
    onResize: (listener) => Deno.build.os === "windows" ? () => {} : on(["SIGWINCH"], listener),
  };
  let keyboard: Keyboard | undefined;
  return {
    async select(question, entries, signal) {
      const { Keyboard, select } = await import("./select.ts");
      return await select(tty, keyboard ??= new Keyboard(tty), question, entries, signal);
    },
    async typeLine(question, hint, signal) {
      const { Keyboard, typeLine } = await import("./select.ts");
      return await typeLine(tty, keyboard ??= new Keyboard(tty), question, hint, signal);
    },
  };
}

function onSignal(listener: () => void): () => void {
  return on(
    Deno.build.os === "windows" ? ["SIGINT", "SIGBREAK"] : ["SIGINT", "SIGTERM", "SIGHUP"],
    listener,
  );
}

function on(signals: Deno.Signal[], listener: () => void): () => void {
  for (const signal of signals) Deno.addSignalListener(signal, listener);
  return () => {
    for (const signal of signals) Deno.removeSignalListener(signal, listener);
  };
}
