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
  /** Reads the `params.json` of jobs, by their folders. */
  read(folders: ReadonlySet<string>): AsyncIterable<ReadFile>;
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
  const listed = new Map(jobs.map((job) => [jobFolder(job), job]));
  const reports = reportsByFolder();
  const outside: Survey["outside"] = new Map();
  const known = new Set<string>();
  for (;;) {
    const plan = await makePlan([...listed.values()]);
    const unread = unitsOf(plan).filter((job) =>
      isRead(job, surveyed) && !known.has(jobFolder(job))
    );
    if (unread.length === 0) return { plan, reports, outside };
    await readJobs(unread, surveyed, read, (folder, report) => {
      known.add(folder);
      for (const path of report.outside) addPath(outside, path, byJob(folder));
      const others = aboutOthers(report, folder);
      if (others !== undefined) reports.set(folder, others);
    });
    if (!references) return { plan, reports, outside };
    const omitted = new Set(plan.jobs.filter(isOmitted).map(jobFolder));
    const isListed = (folder: string) => listed.has(folder) && !omitted.has(folder);
    const needed = jobsNamedBy(unread, reports, isListed)
      .map((job) => {
        const known = listed.get(jobFolder(job));
        return known === undefined ? job : { ...known, neededBy: job.neededBy! };
      });
    if (needed.length === 0) return { plan, reports, outside };
    for (const job of needed) listed.set(jobFolder(job), job);
    await look(needed);
  }
}

/** Whether it matters what a job names: it is written, or there is a record of what it lacks. */
function isRead(job: PlannedJob, { found }: Surveyed): boolean {
  if (job.linkTo !== undefined || !found.source.jobs.has(jobFolder(job))) return false;
  return isWritten(job) ||
    job.action === "skip" && found.destination.records?.has(jobFolder(job)) === true;
}

/** The jobs and shared folders that some jobs name, each with those that name it. */
function jobsNamedBy(
  jobs: FolderId[],
  reports: Survey["reports"],
  isListed: (folder: string) => boolean,
): JobToPlan[] {
  const named = new Map<string, JobToPlan>();
  for (const by of jobs) {
    const id = idOf(by);
    const own = jobFolder(by);
    for (const path of reports.get(own)?.inside ?? []) {
      const job = folderAt(path);
      if (job === undefined || isListed(jobFolder(job))) continue;
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
  read: Steps["read"],
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
  const readable = new Set<string>();
  for (const folder of jobs.map(jobFolder)) {
    const { documents, oversized } = found.get(folder)!;
    if (documents.includes(PARAMS_FILE) && !oversized.includes(PARAMS_FILE)) readable.add(folder);
    else tellOf(folder);
  }
  for await (const [folder, bytes] of read(readable)) {
    if (readable.delete(folder)) tellOf(folder, bytes);
  }
  for (const folder of readable) tellOf(folder);
}

/** What a report tells of the workspace, but for the job itself; undefined when that is nothing. */
function aboutOthers({ inside, former }: Report, folder: string): JobReport | undefined {
  const others = inside.filter((path) => unitOf(path) !== folder);
  if (others.length === 0 && former === undefined) return undefined;
  return { inside: others, ...(former !== undefined && { former }) };
}
