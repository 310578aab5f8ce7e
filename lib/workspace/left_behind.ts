/**
 * The files that a copy leaves at the source, each by its exact place.
 *
 * @module
 */

import {
  EXPERIMENTS,
  isShared,
  JOBS,
  LEFT_BEHIND_IN_RUN,
  leftBehindInJob,
  leftBehindOf,
  type LinkedJob,
  LOCKS_OF_PARTIAL,
  PARTIALS,
} from "./layout.ts";

/** The places of these files. No other file of the same name is left out: `out/uv.lock` is data. */
export function leftBehindPlaces(jobs: LinkedJob[]): string[] {
  const places = LEFT_BEHIND_IN_RUN.map((place) => `${EXPERIMENTS}/*/*/${place}`);
  if (jobs.some(isShared)) {
    places.push(`${PARTIALS}/*/*/*/${LOCKS_OF_PARTIAL}`);
  }
  for (const taskId of new Set(jobs.map(({ taskId }) => taskId))) {
    for (const place of leftBehindInJob(taskId)) {
      places.push(`${JOBS}/${escaped(taskId)}/*/${escaped(place)}`);
    }
  }
  for (const job of jobs.filter(({ linkedBy }) => linkedBy !== undefined)) {
    for (const place of leftBehindOf(job)) {
      places.push(`${JOBS}/*/${escaped(job.jobId)}/${escaped(place)}`);
    }
  }
  return places;
}

/** What no argument of a program can hold, or another machine not be told: not a backslash. */
const UNTELLABLE = /\p{Cc}|[\udc80-\udcff]/gu;

/**
 * Escapes a name for a pattern. A backslash is an escape to rsync only where the pattern has one of
 * `*?[` as well, so a name's own is put in brackets. A control character, or a byte that is not
 * UTF-8, becomes a `?`.
 */
export function escaped(name: string): string {
  return name.replace(/[*?[]|\\/g, (one) => one === "\\" ? "[\\\\]" : `\\${one}`)
    .replace(UNTELLABLE, "?");
}
