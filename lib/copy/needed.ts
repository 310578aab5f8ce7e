/**
 * What jobs need besides: other jobs, and folders that jobs share, come along when files name them,
 * and what these name.
 *
 * @module
 */

import { Findings, type Report } from "../rewrite/findings.ts";
import {
  folderAt,
  type FolderId,
  idOf,
  jobFolder,
  PARAMS_FILE,
  unitOf,
} from "../workspace/layout.ts";
import type { ReadFile } from "../host/host.ts";
import { isOmitted, isWritten, unitsOf } from "./decisions.ts";
import type { JobToPlan } from "./job_links.ts";
import { tidied, tidy } from "../system/garbage.ts";
import { ByFolder } from "../workspace/by_folder.ts";
import { mapOf } from "./maps.ts";
import { type JobReport, reportsByFolder } from "./packings.ts";
import { addPath, byJob } from "./references.ts";
import type { Survey } from "./surveyed.ts";
import type { CopyOptions, CopyPlan, PlannedJob } from "./types.ts";

/** What is known before the plan. */
export type Surveyed = Omit<Survey, "plan" | "reports" | "outside" | "coming" | "standing">;

/** How to go on when more jobs are found to be needed. */
export interface Steps {
  /** Plans. */
  plan(jobs: JobToPlan[]): Promise<CopyPlan>;
  /** Looks at jobs at both ends. */
  look(jobs: JobToPlan[]): Promise<void>;
  /**
   * Reads the `params.json` of jobs; each comes with the job's folder.
   *
   * @param bytes How large they are together, at most.
   */
  read(jobs: FolderId[], bytes: number): AsyncIterable<ReadFile>;
}

/**
 * Plans the jobs of a run and, unless the user does not want them, those that they name. Reads the
 * documents of the jobs that will be written, and of those of which something was missing before.
 *
 * @param jobs The jobs of the run.
 */
export async function withNeeded(
  jobs: JobToPlan[],
  surveyed: Surveyed,
  { plan: makePlan, look, read }: Steps,
  { references = true }: Pick<CopyOptions, "references">,
): Promise<Pick<Survey, "plan" | "reports" | "outside">> {
  const listed: JobToPlan[] = [...jobs];
  const places = new ByFolder<number>();
  for (const [place, job] of jobs.entries()) places.set(job, place);
  const reports = reportsByFolder(jobs.length);
  const outside: Survey["outside"] = new Map();
  for (;;) {
    tidy();
    const plan = await makePlan(listed);
    tidy();
    const unread = unitsOf(plan).filter((job) =>
      isRead(job, surveyed) && !reports.has(jobFolder(job))
    );
    if (unread.length === 0) return { plan, reports, outside };
    await readJobs(unread, surveyed, { read, reports }, (folder, report) => {
      for (const path of report.outside) addPath(outside, path, byJob(folder));
      reports.set(folder, aboutOthers(report, folder));
    });
    if (!references) return { plan, reports, outside };
    tidy();
    const omitted = new Set(plan.jobs.filter(isOmitted).map(jobFolder));
    const isListed = (job: FolderId) => places.has(job) && !omitted.has(jobFolder(job));
    const needed = jobsNamedBy(unread, reports, isListed).map((job): JobToPlan => {
      const place = places.get(job);
      return place === undefined ? job : { ...listed[place]!, neededBy: job.neededBy! };
    });
    if (needed.length === 0) return { plan, reports, outside };
    for (const job of needed) {
      const place = places.get(job);
      if (place === undefined) places.set(job, listed.push(job) - 1);
      else listed[place] = job;
    }
    await look(needed);
  }
}

/** Whether it matters what a job names: it is written, or there is a record of what it lacks. */
function isRead(job: PlannedJob, { found }: Surveyed): boolean {
  if (job.linkTo !== undefined || !found.source.jobs.has(jobFolder(job))) return false;
  return isWritten(job) ||
    ["skip", "leave"].includes(job.action) && !!found.destination.records?.has(jobFolder(job));
}

/** The jobs and shared folders that some jobs name, each with those that name it. */
function jobsNamedBy(
  jobs: FolderId[],
  reports: Survey["reports"],
  isListed: (job: FolderId) => boolean,
): JobToPlan[] {
  const named = new Map<string, JobToPlan>();
  for (const by of tidied(jobs)) {
    const id = idOf(by);
    const own = jobFolder(by);
    for (const path of reports.get(own)?.inside ?? []) {
      const job = folderAt(path);
      if (job === undefined || isListed(job)) continue;
      const known = named.get(jobFolder(job));
      if (known === undefined) {
        const neededBy = [id];
        named.set(jobFolder(job), { ...job, tags: {}, transient: 0, besides: true, neededBy });
      } else if (jobFolder(known.neededBy!.at(-1)!) !== own) { // its paths come one after the other
        known.neededBy!.push(id);
      }
    }
  }
  return [...named.values()];
}

/** Finds what the links and the `params.json` of some jobs name, and tells that of each job. */
async function readJobs(
  jobs: PlannedJob[],
  surveyed: Surveyed,
  { read, reports }: Pick<Steps, "read"> & Pick<Survey, "reports">,
  tell: (folder: string, report: Report) => void,
): Promise<void> {
  const { jobs: found } = surveyed.found.source;
  const map = mapOf(surveyed);
  const tellOf = (folder: string, params?: Uint8Array) => {
    const findings = new Findings(folder, map);
    if (params !== undefined) findings.look(PARAMS_FILE, params);
    for (const { path, target } of found.get(folder)!.links) findings.link(path, target!);
    tell(folder, findings.finish());
  };
  const isReadable = (job: PlannedJob) => {
    const { documents, oversized } = found.get(jobFolder(job))!;
    return documents.includes(PARAMS_FILE) && !oversized.includes(PARAMS_FILE);
  };
  const readable = jobs.filter(isReadable);
  const amount = readable.reduce((sum, job) => {
    const { bytes, bulk } = found.get(jobFolder(job))!;
    return sum + bytes - bulk.bytes;
  }, 0);
  for await (const [folder, bytes] of read(readable, amount)) tellOf(folder, bytes);
  for (const job of tidied(jobs)) if (!reports.has(jobFolder(job))) tellOf(jobFolder(job));
}

/** What a report tells of the workspace, but for the job itself. */
function aboutOthers({ inside, former }: Report, folder: string): JobReport {
  const others = inside.filter((path) => unitOf(path) !== folder);
  return { inside: others, ...(former !== undefined && { former }) };
}
