/**
 * Cutting many jobs into loads of bounded size.
 *
 * @module
 */

import type { PlannedJob } from "./types.ts";

/** The most jobs of a load. */
export const BATCH_JOBS = 2000;

/** The most bytes of a load; a job that is larger is a load by itself. */
export const BATCH_BYTES = 4 * 2 ** 30;

/** Cuts the jobs to copy into batches, in their order. */
export function batches(jobs: PlannedJob[]): PlannedJob[][] {
  const cut: PlannedJob[][] = [];
  let bytes = 0;
  for (const job of jobs) {
    const batch = cut.at(-1);
    if (batch === undefined || batch.length === BATCH_JOBS || bytes + job.bytes > BATCH_BYTES) {
      cut.push([job]);
      bytes = job.bytes;
    } else {
      batch.push(job);
      bytes += job.bytes;
    }
  }
  return cut;
}
