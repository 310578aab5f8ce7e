/**
 * Whether what is at a job's place can be copied, or may be replaced.
 *
 * @module
 */

import type { EntryKind } from "../system/entry.ts";
import { printable } from "../text/printable.ts";
import { DOCUMENTS } from "../workspace/documents.ts";
import {
  type FolderId,
  isShared,
  JOB_META,
  jobFolder,
  type JobId,
  jobName,
  leadsTo,
  PARAMS_FILE,
} from "../workspace/layout.ts";
import type { FoundJob } from "./found_job.ts";
import type { Inventory } from "./inventory.ts";

/** Why a job cannot be copied as a folder; undefined when it is one, or a `move` link to one. */
export function whyUnusable(
  { folders, linked, trouble }: Pick<FoundJob, "folders" | "linked" | "trouble">,
  folder: string,
): string | undefined {
  const isFolder = folders.get("")?.kind === "folder";
  if (trouble !== undefined) return printable(trouble);
  if (isFolder && (linked === undefined || leadsTo(linked.target, folder))) return undefined;
  const leads = linked === undefined ? "no folder" : `a link to ${printable(linked.target)}`;
  return `${leads}, not a folder of this job`;
}

/** Whether a job may be replaced: it is a folder, or a `move` link, whatever that leads to. */
export function isReplaceable(
  { folders, linked }: Pick<FoundJob, "folders" | "linked">,
  folder: string,
): boolean {
  return linked === undefined ? folders.get("")?.kind === "folder" : leadsTo(linked.target, folder);
}

/** Whether a job is a link to the folder of another job of the workspace. */
export function leadsToJob({ jobs, links }: Inventory, folder: string): boolean {
  return links?.has(folder) === true && jobs.get(folder)?.folders.get("")?.kind === "folder";
}

/** Whether a job is done at the destination: then it is not scanned at the source. */
export function isDone(job: FolderId, found: Inventory): boolean {
  if (isShared(job)) return false;
  const folder = jobFolder(job);
  const there = found.jobs.get(folder);
  if (there === undefined) return false;
  return (whyUnusable(there, folder) === undefined || leadsToJob(found, folder)) &&
    there.markers.has(`${jobName(job.taskId)}.done`);
}

/** Whether a job, or the job that it is a link to, has a record of files left out. */
export function isRecorded(job: JobId, { records, links }: Inventory): boolean {
  const target = links?.get(jobFolder(job));
  return [job, ...(target ? [target] : [])].some((each) => records?.has(jobFolder(each)) === true);
}

/** What is there in place of a folder, in a few words. */
export function describeOther(kind: EntryKind, target: string | undefined): string {
  if (target !== undefined) return `a link to ${printable(target)}`;
  return kind === "file" ? "a file" : "a pipe or a device";
}

/** A link in place of a document, or of their folder: writing through it would leave the job. */
export function misplacedLink(job: FoundJob): string | undefined {
  const places = [...DOCUMENTS, JOB_META];
  return job.links.find((link) => places.includes(link.path))?.path;
}

/** Why a job cannot be rewritten; undefined when it can. */
export function unfitReason(job: FoundJob): string | undefined {
  const link = misplacedLink(job);
  if (link !== undefined) return `${link} is a link: nothing is written through it`;
  return job.oversized.includes(PARAMS_FILE) ? `${PARAMS_FILE} is larger than 32 MiB` : undefined;
}
