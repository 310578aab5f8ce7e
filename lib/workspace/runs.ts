/**
 * Runs: their ids, their order in time, and what their `status.json` says.
 *
 * @module
 */

import { isObject, parseJson, textOf } from "../text/json.ts";
import { CURRENT } from "./layout.ts";

const RUN_ID = /^(\d{4})(\d\d)(\d\d)_(\d\d)(\d\d)(\d\d)(?:\.(\d+))?$/;

/**
 * Shows a run's id as a date: `20260118_170744` as `2026-01-18 17:07:44`, and with the number of
 * a run that started in the same second as another, `20260118_170744.1`, as
 * `2026-01-18 17:07:44 (1)`. Any other text comes back as it is.
 *
 * Answers to experimaestro's `format_run_id`, which leaves ids with a number as they are.
 *
 * @param runId The run's id.
 * @returns The date, for people.
 *
 * @example
 * ```ts
 * import { formatRunId } from "@xpm/copy";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(formatRunId("20260118_170744"), "2026-01-18 17:07:44");
 * assertEquals(formatRunId("20260118_170744.1"), "2026-01-18 17:07:44 (1)");
 * assertEquals(formatRunId("baseline"), "baseline");
 * ```
 */
export function formatRunId(runId: string): string {
  const match = RUN_ID.exec(runId);
  if (match === null) return runId;
  const [, year, month, day, hour, minute, second, number] = match;
  const date = `${year}-${month}-${day} ${hour}:${minute}:${second}`;
  return number === undefined ? date : `${date} (${number})`;
}

/** Orders run ids by time, then by the number after the dot; other names come first, by name. */
export function compareRuns(a: string, b: string): number {
  const [left, right] = [RUN_ID.exec(a), RUN_ID.exec(b)];
  if (left === null || right === null) {
    return left === right ? compareText(a, b) : left === null ? -1 : 1;
  }
  return compareText(a.slice(0, 15), b.slice(0, 15)) ||
    Number(left[7] ?? 0) - Number(right[7] ?? 0);
}

/**
 * The run that experimaestro takes for the current one when no link names it: the last by name, so
 * `.2` comes after `.10`, and other names after dates.
 */
export function latestByName(runIds: string[]): string | undefined {
  return runIds.filter((runId) => runId !== CURRENT).sort(compareText).at(-1);
}

/** Orders texts by their code units. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What a run's `status.json` says. */
export interface RunStatus {
  /** Whether it has ended: `ended_at` is there. */
  ended: boolean;
  /** When it started, as written. */
  startedAt: string | undefined;
  /** The machine it ran on. */
  hostname: string | undefined;
  /** The state of each job, as experimaestro last noted it. */
  jobStates: ReadonlyMap<string, string>;
  /** The tags that were given to the run, with `experiments tag`. */
  tags: string[];
  /** The jobs that the run's events call transient. */
  transientJobs?: ReadonlySet<string>;
}

/** What a line of events has that calls a job transient: of today's versions, and of 2.0. */
export const TRANSIENT: readonly RegExp[] = [
  /"scheduler_state": *"transient"/,
  /"transient": *[12]/,
];

/** The jobs that events of a run call transient, as experimaestro writes them. */
export function readTransientJobs(events: string): Set<string> {
  const ids = events.split("\n").map((line) => {
    try {
      const root = parseJson(line);
      if (!isObject(root)) return undefined;
      const { scheduler_state: state, transient, job_id: id } = root;
      return state === "transient" || transient === 1 || transient === 2 ? textOf(id) : undefined;
    } catch (error) {
      if (error instanceof SyntaxError) return undefined;
      throw error;
    }
  });
  return new Set(ids.filter((id) => id !== undefined));
}

/**
 * Whether experimaestro has written it for a run that had none, of version 1.x: it knows no times, only
 * that the run is over.
 */
function isRecovered(root: Record<string, unknown>): boolean {
  const isOver = root.status === "done" || root.status === "failed";
  return isOver && root.started_at === null && root.ended_at === null;
}

/** Reads a run's `status.json`; undefined when the text is not what experimaestro writes. */
export function readRunStatus(content: string | undefined): RunStatus | undefined {
  if (content === undefined) return undefined;
  try {
    const root = parseJson(content);
    if (!isObject(root)) return undefined;
    const { job_states: states, run_tags: tags } = root;
    return {
      ended: textOf(root.ended_at) !== undefined || isRecovered(root),
      startedAt: textOf(root.started_at),
      hostname: textOf(root.hostname),
      jobStates: new Map(
        Object.entries(isObject(states) ? states : {})
          .flatMap(([id, state]) => typeof state === "string" ? [[id, state] as const] : []),
      ),
      tags: Array.isArray(tags) ? tags.filter((tag) => textOf(tag) !== undefined) : [],
    };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
