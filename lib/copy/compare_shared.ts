/**
 * Compares folders that jobs share with those at the destination.
 *
 * @module
 */

import type { Host, WorkspaceInfo } from "../host/host.ts";
import type { Entries } from "../system/content.ts";
import { DOCUMENTS } from "../workspace/documents.ts";
import { type FolderId, isShared, JOB_META, jobFolder } from "../workspace/layout.ts";
import { milliseconds, ROUNDED_MS } from "../workspace/times.ts";
import { entriesOf } from "./entries.ts";
import { excluder, type FileChoice } from "./exclude.ts";
import type { Compared } from "./found_job.ts";
import type { Inventory } from "./inventory.ts";
import type { Ends } from "./plan.ts";

/** Compares shared folders that are at both ends, entry by entry. */
export async function compareShared(
  hosts: Ends<Host>,
  infos: Ends<WorkspaceInfo>,
  jobs: FolderId[],
  found: Ends<Inventory>,
  choice: FileChoice,
): Promise<void> {
  const some = jobs.filter(isShared).map((job) => ({ folder: jobFolder(job), job }))
    .filter(({ folder }) => found.source.jobs.has(folder) && found.destination.jobs.has(folder));
  if (some.length === 0) return;
  const excludes = excluder(choice);
  const source = await entriesOf(hosts.source, infos.source.realPath, some, excludes);
  const { realPath } = infos.destination;
  const destination = await entriesOf(hosts.destination, realPath, some, () => undefined);
  for (const { folder } of some) {
    const ends = { source: source.get(folder)!, destination: destination.get(folder)! };
    const { jobs } = found.destination;
    jobs.set(folder, { ...jobs.get(folder)!, compared: compared(ends) });
  }
}

/**
 * Compares the content of a shared folder, by names, kinds, sizes and times. The folder for locks
 * does not count: experimaestro makes it wherever it runs.
 */
export function compared({ source, destination }: Ends<Entries>): Compared {
  let isAhead = [...destination.keys()].some((path) => !source.has(path) && path !== JOB_META);
  for (const [path, { kind, size, mtime }] of source) {
    if (path === JOB_META) continue;
    const there = destination.get(path);
    if (there === undefined || there.kind !== kind) return "behind";
    if (kind === "folder") continue;
    const later = milliseconds(there.mtime) - milliseconds(mtime);
    if (later < -ROUNDED_MS) return "behind";
    if (later > ROUNDED_MS) isAhead = true;
    else if (kind === "file" && there.size !== size && !DOCUMENTS.includes(path)) return "behind";
  }
  return isAhead ? "ahead" : "same";
}
