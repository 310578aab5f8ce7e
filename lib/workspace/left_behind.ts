/**
 * What a copy leaves at the source: by its exact place.
 *
 * @module
 */

import {
  EXPERIMENTS,
  JOBS,
  LEFT_BEHIND_IN_RUN,
  leftBehindInJob,
  leftBehindOf,
  type LinkedJob,
} from "./layout.ts";

/** What stays behind: exactly these places, no other file of such a name. */
export function leftBehindPlaces(jobs: LinkedJob[]): string[] {
  const places = LEFT_BEHIND_IN_RUN.map((place) => `${EXPERIMENTS}/*/*/${place}`);
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

/** A name in a pattern that has a `*`, so that rsync takes a backslash for an escape. */
export function escaped(name: string): string {
  return name.replace(/[*?[\]\\]/g, "\\$&");
}
