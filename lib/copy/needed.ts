/**
 * What jobs need besides: other jobs, and folders that jobs share, come along when files name them,
 * and what these name.
 *
 * @module
 */

import { Findings, type Report } from "../rewrite/findings.ts";
import { folderAt, type FolderId, idOf, jobFolder, PARAMS_FILE } from "../workspace/layout.ts";
import type { ReadFile } from "../host/host.ts";
import { isOmitted, isWritten, unitsOf } from "./decisions.ts";
import type { JobToPlan } from "./job_links.ts";
import { mapOf } from "./maps.ts";
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
): Promise<Pick<Survey, "plan" | "reports">> {
  const listed = new Map(jobs.map((job) => [jobFolder(job), job]));
  const reports = new Map<string, Report>();
  for (;;) {
    const plan = await makePlan([...listed.values()]);
    const unread = unitsOf(plan).filter((job) =>
      isRead(job, surveyed) && !reports.has(jobFolder(job))
    );
    if (unread.length === 0) return { plan, reports };
    for (const [folder, report] of await readJobs(unread, surveyed, read)) {
      reports.set(folder, report);
    }
    if (!references) return { plan, reports };
    const omitted = new Set(plan.jobs.filter(isOmitted).map(jobFolder));
    const needed = jobsNamedBy(unread, reports)
      .filter((job) => !listed.has(jobFolder(job)) || omitted.has(jobFolder(job)))
      .map((job) => {
        const known = listed.get(jobFolder(job));
        return known === undefined ? job : { ...known, neededBy: job.neededBy! };
      });
    if (needed.length === 0) return { plan, reports };
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
function jobsNamedBy(jobs: FolderId[], reports: ReadonlyMap<string, Report>): JobToPlan[] {
  const named = new Map<string, JobToPlan>();
  for (const by of jobs) {
    const id = idOf(by);
    const own = jobFolder(by);
    for (const path of reports.get(own)?.inside ?? []) {
      if (`${path}/`.startsWith(`${own}/`)) continue;
      const job = folderAt(path);
      if (job === undefined) continue;
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

/** What the links and the `params.json` of some jobs name, by the jobs' folders. */
async function readJobs(
  jobs: PlannedJob[],
  surveyed: Surveyed,
  read: Steps["read"],
): Promise<Map<string, Report>> {
  const { found: { source } } = surveyed;
  const map = mapOf(surveyed);
  const reports = new Map<string, Report>();
  const folders = jobs.map(jobFolder);
  const readable = folders.filter((folder) => {
    const { documents, oversized } = source.jobs.get(folder)!;
    return documents.includes(PARAMS_FILE) && !oversized.includes(PARAMS_FILE);
  });
  const findings = new Map(folders.map((folder) => [folder, new Findings(folder, map)]));
  for await (const [folder, bytes] of read(new Set(readable))) {
    if (bytes !== undefined) findings.get(folder)!.look(PARAMS_FILE, bytes);
  }
  for (const [folder, found] of findings) {
    for (const { path, target } of source.jobs.get(folder)!.links) found.link(path, target!);
    reports.set(folder, found.finish());
  }
  return reports;
}
