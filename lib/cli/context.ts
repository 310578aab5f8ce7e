/**
 * What the commands of the program have in common.
 *
 * @module
 */

import { type Defaults, withDefaults } from "../settings/defaults.ts";
import type { Settings } from "../settings/settings.ts";
import type { Questions } from "./choose.ts";
import type { Library } from "./library.ts";
import type { Reporter } from "./reporter.ts";
import type { OutputChoice, WorkRequest } from "./requests.ts";
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
export function hostOptions(request: WorkRequest) {
  const { connectTimeout, timeout } = request;
  return {
    ...("fsync" in request && { fsync: request.fsync }),
    ...(connectTimeout !== undefined && { connectTimeout }),
    ...(timeout !== undefined && { timeout }),
  };
}

/** Whether questions are allowed; they are drawn on standard error. */
export function mayAsk({ json, quiet }: OutputChoice, { isTerminal, dumb }: Terminal): boolean {
  return isTerminal.in && isTerminal.err && !dumb && !json && !quiet;
}

/** Asks whether to go on. Enter alone means no. */
export async function confirm(questions: Questions, question: string): Promise<boolean> {
  return await questions.select(`${question} [y/N]`, ["no", "yes"]) === 1;
}

/** Asks in the terminal; nothing else is drawn during a question. */
export function quietQuestions({ terminal, reporter, signal }: Context): Questions {
  return {
    select(question, entries) {
      reporter.pause();
      return terminal.select(question, entries, signal);
    },
  };
}
