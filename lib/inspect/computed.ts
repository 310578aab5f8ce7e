/**
 * Jobs that were computed at both ends, each for itself. They are no copies: they differ in their
 * times and logs.
 *
 * @module
 */

import type { Ends } from "../copy/plan.ts";
import { type FolderId, jobFolder, type JobId, jobName, PARAMS_FILE } from "../workspace/layout.ts";
import { isSameTime } from "../workspace/times.ts";
import type { Held } from "./compare_folders.ts";

/** Which jobs are checked, and how, right after a copy. */
export interface CheckedJobs {
  /** Whether a job is checked. */
  isWanted(job: FolderId): boolean;
  /** Whether the copy has skipped it, since it was done there: then it may be no copy at all. */
  wasSkipped(job: FolderId): boolean;
}

/** Whether a job was computed at both ends: a copy keeps the times of `params.json` and its marker. */
export function isComputedTwice({ taskId }: JobId, { source, destination }: Ends<Held>): boolean {
  const differ = (path: string) => {
    const [here, there] = [source.entries.get(path), destination.entries.get(path)];
    return here !== undefined && there !== undefined && !isSameTime(here.mtime, there.mtime);
  };
  const markers = ["done", "failed"].map((state) => `${jobName(taskId)}.${state}`);
  return differ(PARAMS_FILE) && markers.some(differ);
}

/** How many jobs a sentence names. */
const JOBS_NAMED = 5;

/** Says after a copy that these jobs were not compared. */
export function notCompared(jobs: FolderId[]): string {
  const named = jobs.slice(0, JOBS_NAMED).map(jobFolder).join(", ");
  const more = jobs.length > JOBS_NAMED ? ` and ${jobs.length - JOBS_NAMED} more` : "";
  const [some, were] = jobs.length === 1 ? ["1 job", "was"] : [`${jobs.length} jobs`, "were"];
  return `${some} ${were} computed at the destination as well, so ${were} not copied, nor ` +
    `compared (xpm-copy check does): ${named}${more}`;
}
