/**
 * Hard links between jobs, or a job and the run. They are kept only where both are brought together,
 * by one tar stream or by one rsync.
 *
 * @module
 */

import { jobFolder, type JobId } from "../workspace/layout.ts";
import { runDocumentKind } from "../workspace/documents.ts";
import type { Inventory } from "./inventory.ts";

/** How many folders a warning names. */
const NAMED = 5;

/** Finds the folders that share a file at the source, and do not at the destination. */
export class HardLinks {
  /** When each folder that has a file was last brought, counted in calls of `bring`. */
  readonly #brought = new Map<string, Map<string, number>>();
  #time = 0;

  /** Notes jobs, and the folder of a run, that have been brought together. */
  bring(jobs: JobId[], source: Inventory, run?: string): void {
    this.#time++;
    for (const folder of jobs.map(jobFolder)) {
      this.#note(folder, source.jobs.get(folder)?.shared ?? []);
    }
    if (run === undefined) return;
    for (const { path, shared } of source.run.values()) {
      // a document is a file of its own everywhere
      if (shared !== undefined && !runDocumentKind(path)) this.#note(run, [shared]);
    }
  }

  #note(folder: string, files: Iterable<string>): void {
    for (const file of files) {
      const times = this.#brought.get(file) ?? new Map<string, number>();
      this.#brought.set(file, times.set(folder, this.#time));
    }
  }

  /** The warning about them; undefined when all hard links were kept. */
  warning(): string | undefined {
    const parted = new Set<string>();
    for (const times of this.#brought.values()) {
      const [[first, time] = ["", 0], ...others] = times;
      for (const [folder, when] of others) {
        if (when !== time) parted.add(first).add(folder);
      }
    }
    const folders = [...parted].sort();
    if (folders.length === 0) return undefined;
    const named = folders.slice(0, NAMED).join(", ");
    const more = folders.length > NAMED ? ` and ${folders.length - NAMED} more` : "";
    return `hard links between folders were not kept: ${named}${more}. ` +
      "Each of these folders has its own copy of the shared file";
  }
}
