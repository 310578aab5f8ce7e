/**
 * Failures of the program: how they are printed, and their exit codes.
 *
 * @module
 */

import { CopyError, type CopyErrorCode } from "../errors.ts";
import { systemMessage } from "../system/message.ts";
import { printable } from "../text/printable.ts";
import { EXIT } from "./exit_codes.ts";
import { count, formatBytes, formatCount } from "./format.ts";
import type { ProgressState } from "./progress.ts";
import type { ReportStyle } from "./style.ts";
import { wrapSentence } from "./wrap.ts";

/**
 * Why the program ended before its work was done. `system`: the operating system refused something.
 * `bug`: an error that nobody expected.
 */
export interface Failure {
  /** What kind of failure it is. */
  code: CopyErrorCode | "system" | "bug";
  /** One sentence. */
  message: string;
  /** What to do about it. */
  hint?: string;
  /** Where it happened in the program, for its developers. */
  stack?: string;
}

/** The exit code of a failure. */
export function exitCode({ code }: Failure): number {
  switch (code) {
    case "usage":
    case "settings":
      return EXIT.usage;
    case "not-found":
      return EXIT.notFound;
    case "connection":
      return EXIT.connection;
    case "interrupted":
      return EXIT.interrupted;
    default:
      return EXIT.failure;
  }
}

/** Turns an exception into a failure. After an interruption, every exception counts as one. */
export function toFailure(thrown: unknown, interrupted: boolean): Failure {
  let error = thrown;
  while (error instanceof SuppressedError) error = error.suppressed;
  if (interrupted || (error instanceof CopyError && error.code === "interrupted")) {
    return { code: "interrupted", message: "interrupted" };
  }
  if (error instanceof CopyError) {
    const { code, message, hint } = error;
    return { code, message, ...(hint === undefined ? {} : { hint }) };
  }
  if (!(error instanceof Error)) return { code: "bug", message: String(error) };
  const { message, stack = message } = error;
  if (error instanceof Deno.errors.NotCapable) return { code: "permission", message, stack };
  // The operating system's own names of errors: ENOSPC, EACCES ...
  if ("code" in error && /^E[A-Z0-9]+$/.test(String(error.code))) {
    return { code: "system", message: systemMessage(message), stack };
  }
  return { code: "bug", message: message || error.name, stack };
}

/** Formats a failure: the sentence, how far the copy had come, and what to do. */
export function renderFailure(
  failure: Failure,
  state: ProgressState,
  style: ReportStyle,
): string[] {
  const [first = "", ...more] = failure.message.trimEnd().split("\n").map(printable);
  const started = state.progress !== undefined && (state.samples.length > 0 || state.published > 0);
  const bytes = state.progress?.bytes ?? 0;
  const after = started && bytes > 0 ? ` after ${formatBytes(bytes)}` : "";
  const bug = failure.code === "bug" ? "internal error: " : "";
  const lines = [`${style.paint("bad", "xpm-copy:")} ${bug}${first}${after}`];
  lines.push(...more.map((line) => `  ${line}`));
  if (started) lines.push(`  ${whatStands(state)}`);
  const hint = failure.hint ?? defaultHint(failure, started);
  if (hint !== undefined) lines.push(...hint.split("\n").map((line) => `  ${printable(line)}`));
  if (failure.code === "permission") lines.push(`  ${ALL_FLAGS}`);
  const wrapped = lines.flatMap((line) => wrapSentence(line, style.columns));
  if (!style.verbose || failure.stack === undefined) return wrapped;
  return [...wrapped, ...failure.stack.split("\n").map((line) => `  ${printable(line)}`)];
}

/**
 * Formats the message that standard output could not be written, for a program that would have
 * ended with another code.
 */
export function renderUnwritten(why: string, code: number): string[] {
  const lines = [`xpm-copy: standard output could not be written: ${printable(why)}`];
  if (code === EXIT.complete) lines.push("  everything else was done");
  if (code === EXIT.incomplete) lines.push("  the copy ended and is incomplete");
  return lines;
}

const ALL_FLAGS = "`xpm-copy permissions` prints all the flags that a copy needs";

function whatStands({ published, progress }: ProgressState): string {
  const jobs = Math.max(published, progress?.jobs ?? 0);
  const total = progress?.totalJobs ?? jobs;
  if (jobs === 0) {
    return "no jobs are in place yet; files already received are kept in .xpm-staging";
  }
  const noun = `${formatCount(jobs)} of ${count(total, "job")}`;
  return `${noun} ${
    jobs === 1 ? "is" : "are"
  } complete and in place; the rest is kept in .xpm-staging`;
}

function defaultHint({ code }: Failure, started: boolean): string | undefined {
  if (code === "bug") return "please report it, with the output of the same command with --verbose";
  if (started) return "run the same command again to resume";
  return code === "interrupted" ? "nothing was copied" : undefined;
}
