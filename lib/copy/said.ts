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

/** What a warning says, without the jobs that it names. */
export function withoutJobs({ message }: CopyProblem): string {
  return message.replace(/ \(in .*\)/, "");
}

/** Remembers warnings. */
export class Said {
  readonly #messages = new Set<string>();

  /** Whether a warning is told for the first time; the jobs that it names do not count. */
  isNew(problem: CopyProblem): boolean {
    const same = withoutJobs(problem);
    if (this.#messages.has(same)) return false;
    this.#messages.add(same);
    return true;
  }
}
