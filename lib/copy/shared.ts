/**
 * Folders that several jobs share: what is noted of them besides what is noted of jobs.
 *
 * @module
 */

import { type JobId, LOCKS_OF_PARTIAL } from "../workspace/layout.ts";

/**
 * How a shared folder at the destination compares with the one at the source: the same, with
 * something newer or more only there (`ahead`), or without something that the source has.
 */
export type Compared = "same" | "ahead" | "behind";

/** What is noted of a shared folder besides. */
export interface SharedFacts {
  /** The jobs that may write in it, by their locks; absent when none may. */
  holders?: JobId[];
  /** How its content compares; absent until that is asked. */
  compared?: Compared;
}

/** The file that tells that a job may write in a shared folder: `TASK@JOB.json`. */
const LOCK = new RegExp(`^${LOCKS_OF_PARTIAL}/jobs/(.+)[@/]([^@/]+)\\.json$`);

/** Notes the job that may write in a shared folder, if a file in it tells of one. */
export function noteHolder(folder: SharedFacts, path: string): void {
  const [, taskId, jobId] = LOCK.exec(path) ?? [];
  if (taskId !== undefined) (folder.holders ??= []).push({ taskId, jobId: jobId! });
}
