/**
 * Which warnings were told before, and which errors a summary will tell.
 *
 * @module
 */

import { withoutJobs } from "../copy/said.ts";
import type { CopyEvent, CopyPlan, CopyProblem } from "../copy/types.ts";

/** The warnings of a command. */
export class Warnings {
  /** Those of a plan that was printed: the copy that follows repeats none. */
  readonly #ofPlan = new Set<string>();
  #errors: CopyProblem[] = [];

  /** Notes those that are printed with a plan. */
  printed({ warnings }: Pick<CopyPlan, "warnings">): void {
    for (const problem of warnings) this.#ofPlan.add(withoutJobs(problem));
  }

  /** Whether one is to be told as it comes. */
  isNews({ problem, isError }: CopyEvent & { type: "warning" }): boolean {
    if (isError) this.#errors.push(problem);
    return !isError && !this.#ofPlan.has(withoutJobs(problem));
  }

  /** Takes the errors: those that a summary has told, or will not tell. */
  takeErrors(): CopyProblem[] {
    return this.#errors.splice(0);
  }
}
