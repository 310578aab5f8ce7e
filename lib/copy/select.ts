/**
 * Which jobs of a run the user wants: by their tasks, tags and states.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import { fnmatch } from "../settings/fnmatch.ts";
import { printable } from "../text/printable.ts";
import type { JobInfo } from "../workspace/jobs.ts";
import type { CopyOptions, JobState } from "./types.ts";

/** What the user wants of the jobs of a run. */
export type JobChoice = Pick<CopyOptions, "states" | "tasks" | "tags">;

/** The states that jobs can be chosen by. */
export const CHOSEN_STATES: readonly JobState[] = ["done", "failed", "running", "unfinished"];

/** Chooses jobs. */
export interface JobChooser {
  /** Whether a job may be wanted, by what `jobs.jsonl` tells of it. */
  isListed(job: Pick<JobInfo, "taskId" | "tags">): boolean;
  /** Whether a job of this state is wanted. */
  hasState(state: JobState): boolean;
}

/**
 * Makes a chooser. A job is wanted when it has one of the states, matches one of the patterns for
 * tasks, and for each tag one of its patterns; where nothing is said, all are.
 *
 * @throws {CopyError} `usage`, when a state is none.
 */
export function jobChooser({ states = [], tasks = [], tags = {} }: JobChoice): JobChooser {
  const unknown = states.find((state) => !CHOSEN_STATES.includes(state));
  if (unknown !== undefined) {
    throw new CopyError(
      "usage",
      `there is no job state '${printable(unknown)}'`,
      `choose ${CHOSEN_STATES.join(", ")}`,
    );
  }
  const ofTags = Object.entries(tags);
  return {
    isListed: ({ taskId, tags }) =>
      (tasks.length === 0 || tasks.some((pattern) => fnmatch(taskId, pattern))) &&
      ofTags.every(([key, patterns]) =>
        Object.hasOwn(tags, key) && patterns.some((pattern) => isTagged(tags[key], pattern))
      ),
    hasState: (state) => states.length === 0 || states.includes(state),
  };
}

/** A choice in the options of the program, each with its value. */
export function optionsOf(
  { states = [], tasks = [], tags = {} }: JobChoice,
): [option: string, value: string][] {
  return [
    ...(states.length > 0 ? [["--state", states.join(",")] as [string, string]] : []),
    ...tasks.map((pattern): [string, string] => ["--task", pattern]),
    ...Object.entries(tags).flatMap(([key, patterns]) =>
      patterns.map((pattern): [string, string] => ["--tag", `${key}=${pattern}`])
    ),
  ];
}

/** Whether a tag's value matches a pattern, as text or as a number: `1e-3` is `0.001`. */
function isTagged(value: unknown, pattern: string): boolean {
  if (typeof value === "number" && pattern.trim() !== "" && Number(pattern) === value) return true;
  return textsOf(value).some((text) => fnmatch(text, pattern));
}

/** How a tag's value may be written: as JSON, or as Python shows it. */
export function textsOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value === "boolean") return value ? ["true", "True"] : ["false", "False"];
  if (value === null) return ["null", "None"];
  return [JSON.stringify(value) ?? ""];
}
