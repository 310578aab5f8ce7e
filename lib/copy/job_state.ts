/**
 * The state of a job, by its folder and its run: the same rule for copies and for `ls`.
 *
 * @module
 */

import { jobState } from "../workspace/jobs.ts";
import type { JobId } from "../workspace/layout.ts";
import { milliseconds } from "../workspace/times.ts";
import type { FoundJob } from "./found_job.ts";
import type { JobState } from "./types.ts";

/** What the states of jobs depend on in their run. */
export interface RunEnd {
  /** Whether it has ended: then a `.pid` is stale. */
  ended: boolean;
  /**
   * When its `status.json` was written, in seconds since 1970: a job that was started later belongs
   * to another run. When undefined, every `.pid` is taken for this run's.
   */
  statusTime: string | undefined;
}

/** The state of a job for a run; `there` is undefined when the job has no folder. */
export function stateForRun(
  { taskId }: JobId,
  there: Pick<FoundJob, "markers" | "pidTime"> | undefined,
  { ended, statusTime }: RunEnd,
): Exclude<JobState, "unseen"> {
  if (there === undefined) return "absent";
  const isLater = there.pidTime !== undefined && statusTime !== undefined &&
    milliseconds(there.pidTime) > milliseconds(statusTime);
  return jobState(taskId, there.markers, ended && !isLater);
}
