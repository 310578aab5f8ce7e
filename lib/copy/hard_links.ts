/**
 * Hard links between jobs. They are kept only where both jobs are brought together, by one tar
 * stream or by one rsync.
 *
 * @module
 */

import { jobFolder, type JobId } from "../workspace/layout.ts";
import type { Inventory } from "./inventory.ts";

/** How many jobs a warning names. */
const JOBS_NAMED = 5;

/** Finds the jobs that share a file at the source, and do not at the destination. */
export class HardLinks {
  /** When a file was brought first, counted in calls of `bring`, and with which job. */
  readonly #first = new Map<string, { time: number; folder: string }>();
  readonly #parted = new Set<string>();
  #time = 0;

  /** Notes jobs that have been brought together. */
  bring(jobs: JobId[], { jobs: found }: Inventory): void {
    this.#time++;
    for (const folder of jobs.map(jobFolder)) {
      for (const file of found.get(folder)?.shared ?? []) {
        const first = this.#first.get(file);
        if (first === undefined) this.#first.set(file, { time: this.#time, folder });
        else if (first.time !== this.#time) this.#parted.add(first.folder).add(folder);
      }
    }
  }

  /** The warning about them; undefined when all hard links were kept. */
  warning(): string | undefined {
    const jobs = [...this.#parted].sort();
    if (jobs.length === 0) return undefined;
    const named = jobs.slice(0, JOBS_NAMED).join(", ");
    const more = jobs.length > JOBS_NAMED ? ` and ${jobs.length - JOBS_NAMED} more` : "";
    return `hard links between jobs were not kept: ${named}${more}. ` +
      "Each of these jobs has its own copy of the shared file";
  }
}
