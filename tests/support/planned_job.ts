/**
 * A job of a plan, for tests of rules that need one.
 *
 * @module
 */

import type { PlannedJob } from "../../mod.ts";

/** A done job that the destination lacks. */
export function plannedJob(taskId: string, jobId: string): PlannedJob {
  return {
    taskId,
    jobId,
    action: "copy",
    source: "done",
    destination: "absent",
    bytes: 0,
    files: 0,
    incomplete: false,
  };
}
