/**
 * What is to be written over a staged load: jobs and the run, rewritten.
 *
 * @module
 */

import { delay } from "@std/async/delay";
import { CopyError } from "../errors.ts";
import type { OverlayEntry } from "../tar/write.ts";
import { readOriginals } from "../host/originals.ts";
import type { Staging } from "../host/host.ts";
import type { Watch } from "../system/process.ts";
import { jobFolder, JOBS, runFolder, runLink } from "../workspace/layout.ts";
import { readRunStatus } from "../workspace/runs.ts";
import type { Originals, Rewriting } from "../rewrite/findings.ts";
import type { PassedRun } from "../rewrite/rewriter.ts";
import { isWritten } from "./decisions.ts";
import { linkedByRun } from "./plan.ts";
import type { Load } from "./loads.ts";
import { type PathMap, pathMap } from "../rewrite/path_map.ts";
import { jobOriginals, linkJobs, rewriteJob, rewriteRun, runOriginals } from "./rewrite.ts";
import type { Survey } from "./survey.ts";
import type { PlannedJob } from "./types.ts";

/** What will be written over each job of a load, or why it must not be published. */
export type Rewritten = Map<PlannedJob, Rewriting | CopyError>;

/** How many jobs are rewritten before others have their turn: the load may still be on its way. */
const REWRITTEN_AT_ONCE = 50;

/** What is to be written over a load, and what there is to tell of it. */
export interface Prepared {
  /** The jobs. */
  jobs: Rewritten;
  /** What the run is made from, where it has not passed rewritten. */
  originals: Originals;
  /** The run, where it has. */
  passedRun: PassedRun | undefined;
  /** Jobs that could not be copied before. */
  failed: ReadonlySet<PlannedJob>;
}

/** Reads what has to be rewritten of a load, and rewrites its jobs. */
export async function prepare(
  load: Load,
  survey: Survey,
  watch: Watch,
): Promise<Pick<Prepared, "jobs" | "originals">> {
  const originals = await readBefore(load, survey, watch);
  return { jobs: await rewriteJobs(load, survey, originals), originals };
}

/** Rewrites the jobs of a load. */
async function rewriteJobs(
  { jobs }: Load,
  survey: Survey,
  originals: Originals,
): Promise<Rewritten> {
  const map = mapOf(survey);
  const rewritten: Rewritten = new Map();
  for (const [index, job] of jobs.entries()) {
    if (index % REWRITTEN_AT_ONCE === 0) await delay(0);
    try {
      const found = survey.found.source.jobs.get(jobFolder(job))!;
      rewritten.set(job, rewriteJob(job, found, originals, map));
    } catch (error) {
      if (!(error instanceof CopyError && error.code === "job")) throw error;
      rewritten.set(job, error);
    }
  }
  return rewritten;
}

/** A run links only to jobs that stand at the destination. */
export async function rewriteRunOf(
  staging: Staging,
  survey: Survey,
  { originals, passedRun, failed: before }: Prepared,
  failedNow: PlannedJob[],
): Promise<Rewriting[]> {
  const { plan, found, sights } = survey;
  if (!isWritten(plan.run)) return [];
  const failed = new Set([...before, ...failedNow]);
  const jobs = linkedByRun(plan.jobs).filter((job) => !failed.has(job));
  if (passedRun === undefined) {
    const folder = runFolder(plan.experimentId, plan.runId);
    const tags = readRunStatus(sights.destination.run?.status)?.tags ?? [];
    const run = { folder, found: found.source.run, jobs, tags };
    return [rewriteRun(run, originals, mapOf(survey))];
  }
  const { rewriting, folders, linked } = passedRun;
  const gone = [...failed].map(runLink).filter((path) => linked.has(path));
  const missing = jobs.filter((job) => !linked.has(runLink(job)));
  return [rewriting, await relink(staging, survey, gone, missing, folders)];
}

/** Takes the links to jobs that have failed out of a staged run; what has to be written then. */
export async function withoutJobs(
  jobs: PlannedJob[],
  staging: Staging,
  survey: Survey,
  { originals, passedRun }: Prepared,
): Promise<OverlayEntry[]> {
  const folders = passedRun?.folders ?? originals;
  return (await relink(staging, survey, jobs.map(runLink), [], folders)).overlay;
}

/** Takes links out of a staged run; what has to be written then, with links to jobs. */
async function relink(
  staging: Staging,
  survey: Survey,
  gone: string[],
  jobs: PlannedJob[],
  folders: Originals,
): Promise<Rewriting> {
  const { plan, found } = survey;
  const folder = runFolder(plan.experimentId, plan.runId);
  if (gone.length > 0) {
    await staging.discard(gone.map((path) => `${folder}/${path}`));
  }
  const run = { folder, found: found.source.run, jobs };
  return linkJobs(run, gone, folders, mapOf(survey));
}

/** Where the paths of the source lead at the destination. */
export function mapOf({ sights, found, mapped, formerRoots }: Survey): PathMap {
  const { source, destination } = sights;
  const moved = new Set<string>();
  for (const [folder, { linked }] of found.source.jobs) {
    const place = folder.slice(JOBS.length);
    if (linked?.realPath.endsWith(place)) moved.add(linked.realPath.slice(0, -place.length));
  }
  return pathMap({
    workspace: [source.path, source.realPath],
    moved: [...moved],
    jobs: source.jobsPath,
    experiments: source.experimentsPath,
    destination: destination.realPath,
    mapped,
    former: formerRoots,
  });
}

/**
 * Reads what will be rewritten, where it is on this machine: at the source, or staged. At the
 * source it can be read while the load is still being brought.
 */
function readBefore(
  { staging, jobs, withRun }: Load,
  survey: Survey,
  watch: Watch,
): Promise<Originals> {
  const { plan, can, sights, found } = survey;
  const map = mapOf(survey);
  const inStaging = !can.source.clone;
  const paths = jobs.flatMap((job) =>
    jobOriginals(job, found.source.jobs.get(jobFolder(job))!, map)
  );
  if (withRun && isWritten(plan.run)) {
    const folder = runFolder(plan.experimentId, plan.runId);
    paths.push(...runOriginals(folder, found.source.run, inStaging));
  }
  return readOriginals(inStaging ? staging : sights.source.realPath, paths, watch);
}
