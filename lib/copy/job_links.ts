/**
 * Jobs that are links to other jobs of their workspace. `experimaestro deprecated list --fix` makes
 * them when a task was renamed, to keep its results. The folder is copied under its own name, and
 * the link is made anew.
 *
 * @module
 */

import { resolve } from "@std/path/posix/resolve";
import type { Host, LinkedFolder, WorkspaceInfo } from "../host/host.ts";
import type { JobInfo } from "../workspace/jobs.ts";
import {
  type FolderId,
  jobAt,
  jobFolder,
  type JobId,
  JOBS,
  type LinkedJob,
  parentOf,
} from "../workspace/layout.ts";
import { type Inventory, type InventoryRequest, takeInventory } from "./inventory.ts";
import { formerRoots } from "../rewrite/path_map.ts";

/** A job to plan. */
export interface JobToPlan extends JobInfo, LinkedJob {
  /** The job that it is a link to. */
  linkTo?: JobId;
  /** Whether it is not a job of the run, but jobs of the run are links to it, or name it. */
  besides?: true;
  /** The jobs that name it in their files; absent when it is copied for itself. */
  neededBy?: FolderId[];
}

/** Which of the jobs that were found are links to others, by their folders. */
export function jobLinks(
  { linked = [], jobs, run }: Inventory,
  info: WorkspaceInfo,
): Map<string, JobId> {
  const links = new Map<string, JobId>();
  const roots = [info.path, info.realPath, ...formerRoots(run)].map((root) => `${root}/${JOBS}`);
  for (const link of linked) {
    const job = jobs.has(link.folder) ? targetOf(link, [info.jobsPath, ...roots]) : undefined;
    if (job !== undefined && jobFolder(job) !== link.folder) links.set(link.folder, job);
  }
  return links;
}

/** The job that a link leads to: by its real path, or else by its text. */
function targetOf({ folder, target, realPath }: LinkedFolder, jobs: string[]): JobId | undefined {
  const [own] = jobs;
  return jobAt(realPath, [own!]) ?? jobAt(resolve(`${own}/..`, parentOf(folder), target), jobs);
}

/** The jobs of a run with their links noted, and the jobs beside the run that they lead to. */
export function withLinked(
  jobs: JobInfo[],
  links: ReadonlyMap<string, JobId> = new Map(),
): JobToPlan[] {
  if (links.size === 0) return jobs;
  const linkedBy = new Map<string, JobId[]>();
  for (const job of jobs) {
    const { taskId, jobId } = job;
    const target = links.get(jobFolder(job));
    if (target === undefined) continue;
    const others = linkedBy.get(jobFolder(target)) ?? [];
    linkedBy.set(jobFolder(target), [...others, { taskId, jobId }]);
  }
  const planned = jobs.map((job): JobToPlan => {
    const [linkTo, by] = [links.get(jobFolder(job)), linkedBy.get(jobFolder(job))];
    return { ...job, ...(linkTo && { linkTo }), ...(by && { linkedBy: by }) };
  });
  const known = new Set(jobs.map(jobFolder));
  const besides = [...links.values()].filter((target) => {
    const isNew = linkedBy.has(jobFolder(target)) && !known.has(jobFolder(target));
    known.add(jobFolder(target));
    return isNew;
  });
  const more = besides.map((job): JobToPlan => ({
    ...{ ...job, tags: {}, transient: 0, besides: true },
    linkedBy: linkedBy.get(jobFolder(job))!,
  }));
  return [...planned, ...more];
}

/** Scans also the jobs that jobs of the run are links to. */
export async function followLinks(
  host: Host,
  info: WorkspaceInfo,
  found: Inventory,
  request: InventoryRequest & { jobs: JobInfo[] },
): Promise<void> {
  const links = jobLinks(found, info);
  if (links.size === 0) return;
  found.links = links;
  const targets = withLinked(request.jobs, links).filter(({ linkedBy }) => linkedBy !== undefined);
  addJobs(found, await takeInventory(host, info, { ...request, jobs: targets, run: undefined }));
}

/** Scans at the destination the jobs beside the run that, at the source, its jobs are links to. */
export async function lookAtTargets(
  host: Host,
  info: WorkspaceInfo,
  there: Inventory,
  jobs: JobToPlan[],
): Promise<void> {
  const besides = jobs.filter((job) => job.besides);
  const wanted = { jobs: besides, statesOnly: true };
  if (besides.length > 0) addJobs(there, await takeInventory(host, info, wanted));
}

/** Adds what was found of further jobs. */
export function addJobs(found: Inventory, more: Inventory): void {
  for (const [folder, job] of more.jobs) found.jobs.set(folder, job);
  if (more.linked !== undefined) found.linked = [...found.linked ?? [], ...more.linked];
  if (more.links !== undefined) found.links = new Map([...found.links ?? [], ...more.links]);
}
