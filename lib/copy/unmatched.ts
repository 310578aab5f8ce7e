/**
 * What of a choice no job has: a misspelt pattern copies a run without jobs.
 *
 * @module
 */

import { printable } from "../text/printable.ts";
import { quote } from "../text/shell.ts";
import type { JobInfo } from "../workspace/jobs.ts";
import { isOmitted } from "./decisions.ts";
import { type JobChoice, jobChooser } from "./select.ts";
import type { CopyPlan, CopyProblem, CopyRunsPlan } from "./types.ts";

/**
 * The conditions that no job of a run meets, in the words of the program: `--task '*.trian'`. If
 * jobs meet each of them, and none meets all, one entry has all.
 *
 * @param isAny Whether any job was chosen.
 */
export function unmatched(choice: JobChoice, jobs: JobInfo[], isAny: boolean): string[] {
  const { tasks = [], tags = {}, states = [] } = choice;
  const kinds: JobChoice[][] = [
    tasks.map((task) => ({ tasks: [task] })),
    ...Object.entries(tags).map(([key, patterns]) =>
      patterns.map((pattern) => ({ tags: { [key]: [pattern] } }))
    ),
  ];
  const isMet = (one: JobChoice) => jobs.some(jobChooser(one).isListed);
  const unmet = kinds.map((some) => some.filter((one) => !isMet(one)));
  if (isAny) return unmet.flat().map(wordsOf);
  const never = unmet.filter((some, at) => some.length > 0 && some.length === kinds[at]!.length);
  if (never.length > 0) return never.flat().map(wordsOf);
  // the states of jobs that are not listed were not looked at
  const all = wordsOf({ tasks, tags, ...(isMet({ tasks, tags }) && { states }) });
  return all === "" ? [] : [all];
}

function wordsOf({ tasks = [], tags = {}, states = [] }: JobChoice): string {
  return [
    ...tasks.map((task) => `--task ${quote(task)}`),
    ...Object.entries(tags).flatMap(([key, patterns]) =>
      patterns.map((pattern) => `--tag ${quote(`${key}=${pattern}`)}`)
    ),
    ...(states.length > 0 ? [`--state ${states.join(",")}`] : []),
  ].join(" ");
}

/** The same of several runs: what no job of any of them has. */
export function unmatchedInAll(plans: CopyPlan[]): string[] {
  const each = plans.map((plan) => plan.unmatched ?? []);
  const all = [...new Set(each.flat())];
  if (plans.every(hasNone)) return all;
  return all.filter((one) => each.every((some) => some.includes(one)));
}

/** Warns of it. */
export function unmatchedWarnings(plan: Pick<CopyRunsPlan, "jobs" | "unmatched">): CopyProblem[] {
  const { unmatched = [] } = plan;
  if (unmatched.length === 0) return [];
  const what = hasNone(plan) ? "no job is selected: none matches" : "no job matches";
  return [{ code: "usage", message: printable(`${what} ${unmatched.join(", ")}`) }];
}

/** Whether no job was chosen. */
export function hasNone({ jobs }: Pick<CopyPlan, "jobs">): boolean {
  return jobs.every(isOmitted);
}
