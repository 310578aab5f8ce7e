/**
 * Runs: their ids, their order in time, and the content of their `status.json`.
 *
 * @module
 */

import { isObject, parseJson, textOf } from "../text/json.ts";
import { CURRENT } from "./layout.ts";

const RUN_ID = /^(\d{4})(\d\d)(\d\d)_(\d\d)(\d\d)(\d\d)(?:\.(\d+))?$/;

/**
 * Shows a run's id as a date: `20260118_170744` becomes `2026-01-18 17:07:44`. An id with the
 * number of a second run in the same second, `20260118_170744.1`, becomes `2026-01-18 17:07:44
 * (1)`. Any other text is returned unchanged.
 *
 * Counterpart of experimaestro's `format_run_id`, which returns ids with a number unchanged.
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

/** Orders run ids by time, then by the number after the dot. Other names come first, by name. */
export function compareRuns(a: string, b: string): number {
  const [left, right] = [RUN_ID.exec(a), RUN_ID.exec(b)];
  if (left === null || right === null) {
    return left === right ? compareText(a, b) : left === null ? -1 : 1;
  }
  return compareText(a.slice(0, 15), b.slice(0, 15)) ||
    Number(left[7] ?? 0) - Number(right[7] ?? 0);
}

/**
 * The run that experimaestro treats as current when no link names one: the last by name. So `.2`
 * comes after `.10`, and other names come after dates.
 */
export function latestByName(runIds: string[]): string | undefined {
  return runIds.filter((runId) => runId !== CURRENT).sort(compareText).at(-1);
}

/** Orders texts by their code units. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The content of a run's `status.json`. */
export interface RunStatus {
  /** Whether it has ended: `ended_at` is set. */
  ended: boolean;
  /** When it started, as the file has it. */
  startedAt: string | undefined;
  /** The machine it ran on. */
  hostname: string | undefined;
  /** The state of each job, as experimaestro last recorded it. */
  jobStates: ReadonlyMap<string, string>;
  /** The tags of the run, given with `experiments tag`. */
  tags: string[];
  /** The jobs that the run's events call transient. */
  transientJobs?: ReadonlySet<string>;
}

/** Whether two runs of one id are not the same run: two machines began in the same second. */
export function areTwoRuns(...statuses: (Pick<RunStatus, "startedAt"> | undefined)[]): boolean {
  return new Set(statuses.flatMap((status) => status?.startedAt ?? [])).size > 1;
}

/** What marks a job as transient in a line of events: in current versions, and in 2.0. */
export const TRANSIENT: readonly RegExp[] = [
  /"scheduler_state": *"transient"/,
  /"transient": *[12]/,
];

/** The jobs that a run's events call transient, in the form that experimaestro writes. */
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
 * Whether experimaestro has written the file later, for a run of version 1.x that had none. Such a
 * file has no times, and says only that the run is over.
 */
function isRecovered(root: Record<string, unknown>): boolean {
  const isOver = root.status === "done" || root.status === "failed";
  return isOver && root.started_at === null && root.ended_at === null;
}

/** The state of a job that the run did not need. */
export const UNSCHEDULED = "unscheduled";

/** What a copy needs of a `status.json`, which has a line for each job. */
export function withoutStates(content: string | undefined): string | undefined {
  const root = readStatus(content);
  if (root === undefined) return content;
  const { status, started_at, ended_at, hostname, run_tags } = root;
  const job_states = Object.fromEntries(
    statesIn(root).filter(([, state]) => state === UNSCHEDULED),
  );
  return JSON.stringify({ status, started_at, ended_at, hostname, job_states, run_tags });
}

/** Reads a run's `status.json`; undefined when experimaestro cannot have written the text. */
export function readRunStatus(content: string | undefined): RunStatus | undefined {
  const root = readStatus(content);
  return root && {
    ended: textOf(root.ended_at) !== undefined || isRecovered(root),
    startedAt: textOf(root.started_at),
    hostname: textOf(root.hostname),
    jobStates: new Map(statesIn(root)),
    tags: Array.isArray(root.run_tags)
      ? root.run_tags.filter((tag) => textOf(tag) !== undefined)
      : [],
  };
}

function readStatus(content: string | undefined): Record<string, unknown> | undefined {
  if (content === undefined) return undefined;
  try {
    const root = parseJson(content);
    return isObject(root) ? root : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function statesIn({ job_states: states }: Record<string, unknown>): [string, string][] {
  return Object.entries(isObject(states) ? states : {})
    .flatMap(([id, state]) => typeof state === "string" ? [[id, state] as [string, string]] : []);
}
