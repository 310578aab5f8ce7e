/**
 * What of a choice no job has: a misspelt pattern copies a run without jobs.
 *
 * @module
 */

import { nearest } from "../settings/nearest.ts";
import { printable } from "../text/printable.ts";
import { quoteCommand } from "../text/shell.ts";
import { isShared, jobName } from "../workspace/layout.ts";
import type { JobToPlan } from "./job_links.ts";
import { type JobChoice, jobChooser, optionsOf, textsOf } from "./select.ts";
import type { CopyPlan, CopyProblem } from "./types.ts";

/**
 * Warns of the patterns that no job of a run matches, each apart; where no job is chosen although
 * jobs match each of them, of all together.
 *
 * @param isAny Whether any job was chosen.
 */
export function choiceWarnings(
  choice: JobChoice,
  jobs: JobToPlan[],
  isAny: boolean,
): CopyProblem[] {
  const { tasks = [], tags = {}, states = [] } = choice;
  const each: JobChoice[] = [
    ...tasks.map((task) => ({ tasks: [task] })),
    ...Object.entries(tags).flatMap(([key, patterns]) =>
      patterns.map((pattern) => ({ tags: { [key]: [pattern] } }))
    ),
  ];
  const isMet = (one: JobChoice) => {
    const { isListed } = jobChooser(one);
    return jobs.some((job) => isOfRun(job) && isListed(job));
  };
  const unmet = each.filter((one) => !isMet(one));
  // the states of jobs that are not listed were not looked at
  const all = { tasks, tags, ...(isMet({ tasks, tags }) && { states }) };
  const some = isAny || unmet.length > 0 ? unmet : [all];
  const listed = some === unmet ? jobs.filter(isOfRun) : [];
  return some.filter((one) => wordsOf(one) !== "").map((one) => {
    const hint = meant(one, listed);
    return {
      code: "usage",
      message: printable(`no job matches ${wordsOf(one)}`),
      ...(hint !== undefined && { hint: printable(`did you mean ${wordsOf(hint)}?`) }),
    };
  });
}

/** What a pattern of tasks or of a tag may be meant for. */
function meant({ tasks: [task] = [], tags = {} }: JobChoice, jobs: JobToPlan[]) {
  if (task !== undefined) return taskMeant(task, jobs);
  const [[key, [pattern = ""]] = ["", []]] = Object.entries(tags);
  const keys = new Set(jobs.flatMap((job) => Object.keys(job.tags)));
  if (!keys.has(key)) {
    const near = nearest(key, [...keys]);
    return near === undefined ? undefined : { tags: { [near]: [pattern] } };
  }
  const values = jobs.flatMap((job) => Object.hasOwn(job.tags, key) ? textsOf(job.tags[key]) : []);
  const near = nearest(pattern, values);
  return near === undefined ? undefined : { tags: { [key]: [near] } };
}

/** What a pattern of tasks may be meant for: most often, it lacks the star. */
function taskMeant(task: string, jobs: JobToPlan[]): JobChoice | undefined {
  const known = new Map(jobs.flatMap(({ taskId }) => {
    const name = jobName(taskId);
    return [[name, `*.${name}`], [`*.${name}`, `*.${name}`], [taskId, taskId]];
  }));
  const near = nearest(task, [...known.keys()]);
  return near === undefined ? undefined : { tasks: [known.get(near)!] };
}

/** A choice in the words of the program: `--task '*.train' --tag width=2 --state done`. */
function wordsOf({ states = [], ...others }: JobChoice): string {
  const parts: JobChoice[] = [others, { states }];
  return quoteCommand(parts.flatMap(optionsOf).flat());
}

/** Whether a job is one of the run itself. */
function isOfRun(job: JobToPlan): boolean {
  return job.besides === undefined && !isShared(job);
}

/** The warnings of the plans of several runs, but for what only some of them lack. */
export function warningsOf(plans: CopyPlan[]): CopyProblem[] {
  const isOfAll = ({ message }: CopyProblem) =>
    plans.every(({ warnings }) => warnings.some((one) => one.message === message));
  return plans.flatMap(({ warnings }) => warnings)
    .filter((warning) => warning.code !== "usage" || isOfAll(warning));
}
