/**
 * Warnings that were told before: of several copies, each would tell them again.
 *
 * @module
 */

import type { CopyProblem } from "./types.ts";

/** The same warnings, each message once. */
export function eachOnce(problems: CopyProblem[]): CopyProblem[] {
  return [...new Map(problems.map((problem) => [problem.message, problem])).values()];
}

/** Remembers warnings. */
export class Said {
  readonly #messages = new Set<string>();

  /** Whether a warning is told for the first time; the jobs that it names do not count. */
  isNew({ message }: CopyProblem): boolean {
    const same = message.replace(/ \(in .*\)/, "");
    if (this.#messages.has(same)) return false;
    this.#messages.add(same);
    return true;
  }
}
