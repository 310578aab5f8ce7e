/**
 * What is known of jobs and shared folders, by their ids.
 *
 * @module
 */

import type { FolderId } from "./layout.ts";

/**
 * A map from jobs and shared folders. Its keys are the ids that are there already: as a key, the path
 * of a job's folder takes as much memory as all else that a plan keeps of the job.
 */
export class ByFolder<Value> {
  readonly #tops = new Map<string, Map<string, Value>>();

  /** The value of a job or a shared folder. */
  get(folder: FolderId): Value | undefined {
    return this.#tops.get(topOf(folder))?.get(folder.jobId);
  }

  /** Whether it has a job or a shared folder. */
  has(folder: FolderId): boolean {
    return this.#tops.get(topOf(folder))?.has(folder.jobId) === true;
  }

  /** Sets the value of a job or a shared folder. */
  set(folder: FolderId, value: Value): void {
    const known = this.#tops.get(topOf(folder));
    if (known === undefined) this.#tops.set(topOf(folder), new Map([[folder.jobId, value]]));
    else known.set(folder.jobId, value);
  }
}

/** What the folders of a task have in common; no id has a slash. */
function topOf({ taskId, sharedName }: FolderId): string {
  return sharedName === undefined ? taskId : `${taskId}/${sharedName}`;
}
