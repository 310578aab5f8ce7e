/**
 * All entries of some folders: for a few of them, where sums do not tell enough.
 *
 * @module
 */

import type { Host } from "../host/host.ts";
import type { LinkedJob } from "../workspace/layout.ts";
import type { Entries } from "../system/content.ts";
import type { Entry } from "../system/entry.ts";
import type { Excludes } from "./exclude.ts";
import { isTakenOfJob } from "./found_job.ts";
import { isTakenOfRun } from "./inventory.ts";

/** A folder to look at. */
export interface WantedFolder {
  /** Relative to the root. */
  folder: string;
  /** The job whose folder it is; undefined for a run. */
  job: LinkedJob | undefined;
}

/**
 * All entries of some folders that a copy takes.
 *
 * @param tellFolder Called with each of the folders itself.
 */
export async function entriesOf(
  host: Host,
  root: string,
  some: WantedFolder[],
  excludes: Excludes,
  tellFolder: (folder: string, entry: Entry) => void = () => {},
): Promise<Map<string, Entries>> {
  const found = new Map(some.map(({ folder }) => [folder, new Map()]));
  const jobs = new Map(some.map(({ folder, job }) => [folder, job]));
  const request = { root, folders: [...found.keys()], jobStatesOnly: false };
  await host.scan(request, (folder, entry) => {
    const job = jobs.get(folder);
    if (entry.path === "") tellFolder(folder, entry);
    const isTaken = job ? isTakenOfJob(entry, job, excludes, folder) : isTakenOfRun(entry);
    if (isTaken) found.get(folder)?.set(entry.path, entry);
  });
  return found;
}
