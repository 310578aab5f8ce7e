/**
 * Plans what is done with a folder that several jobs share, `partials/TASK/NAME/ID`, from what was
 * found. It has no state: what is at the destination stays as it is, and what it lacks is told.
 *
 * @module
 */

import { jobFolder, type JobId, jobName } from "../workspace/layout.ts";
import { type Decision, leave } from "./decisions.ts";
import type { FoundJob } from "./found_job.ts";
import type { Inventory } from "./inventory.ts";
import type { JobToPlan } from "./job_links.ts";
import { type RunEnd, stateForRun } from "./job_state.ts";
import type { PlannedJob } from "./types.ts";
import { describeOther, isReplaceable, whyUnusable } from "./usable.ts";

/** What a shared folder depends on in the run that is copied. */
export interface SharedRun extends RunEnd {
  /** Whether it is in progress at the source: its next jobs may write in the folder. */
  inProgress: boolean;
}

/** Plans a shared folder that is at the source. */
export function planShared(
  job: JobToPlan,
  found: { source: Inventory; destination: Inventory },
  run: SharedRun,
  includeRunning: boolean,
): PlannedJob {
  const { taskId, jobId, sharedName, neededBy } = job;
  const folder = jobFolder(job);
  const [here, there] = [found.source.jobs.get(folder), found.destination.jobs.get(folder)];
  const writer = (here?.holders ?? []).find((one) => mayWrite(one, found.source, run));
  const busy = writer !== undefined
    ? `${jobName(writer.taskId)}/${writer.jobId.slice(0, 8)} writes in it`
    : run.inProgress
    ? "jobs of the run may still write in it"
    : undefined;
  const decision = decide(here, there, folder, includeRunning ? undefined : busy);
  return {
    ...{ taskId, jobId, sharedName: sharedName! },
    source: here === undefined ? "absent" : busy === undefined ? "done" : "running",
    destination: there === undefined ? "absent" : "done",
    bytes: here?.bytes ?? 0,
    files: here?.files ?? 0,
    ...decision,
    besides: true,
    ...(neededBy && { neededBy }),
  };
}

/** Whether a job with a lock is at work: a lock of one that was killed stays. */
function mayWrite(job: JobId, { jobs }: Inventory, run: RunEnd): boolean {
  const known = jobs.get(jobFolder(job));
  return known === undefined ? !run.ended : stateForRun(job, known, run) === "running";
}

function decide(
  here: FoundJob | undefined,
  there: FoundJob | undefined,
  folder: string,
  busy: string | undefined,
): Decision {
  if (here === undefined) return { action: "missing", incomplete: false };
  const unusable = whyUnusable(here, folder);
  if (unusable !== undefined) return { action: "missing", reason: unusable, incomplete: true };
  if (there !== undefined && !isReplaceable(there, folder)) {
    const what = describeOther(there.folders.get("")!.kind, there.linked?.target);
    return leave(`${what} is at the destination`, true);
  }
  if (there?.trouble !== undefined) return leave(`at the destination it ${there.trouble}`, true);
  if (there === undefined) {
    if (busy === undefined) return { action: "copy", incomplete: false };
    return { action: "wait", reason: busy, incomplete: true };
  }
  if (there.compared === "behind") {
    return leave("it lacks what the source has, or has it older; move it away to get it", true);
  }
  if (there.compared === "ahead") return leave("newer at the destination", false);
  return { action: "skip", incomplete: false };
}
