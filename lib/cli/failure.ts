/**
 * Failures of the program, and their exit codes.
 *
 * @module
 */

import { CopyError, type CopyErrorCode, firstError } from "../errors.ts";
import { systemMessage } from "../system/message.ts";
import { printable } from "../text/printable.ts";
import { EXIT } from "./exit_codes.ts";

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
  const error = firstError(thrown);
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
