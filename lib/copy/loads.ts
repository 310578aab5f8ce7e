/**
 * Cutting a copy into loads, and naming where they are put together.
 *
 * @module
 */

import { isShared, jobFolder } from "../workspace/layout.ts";
import { digestOf } from "../system/byte_text.ts";
import { isClosed } from "../system/entry.ts";
import { isWritten, unitsOf } from "./decisions.ts";
import { batches } from "./batches.ts";
import { isAlone } from "./alone.ts";
import type { FoundFolder } from "./found_job.ts";
import { anyOf } from "./paths_map.ts";
import type { SurveyData } from "./surveyed.ts";
import { isSettled } from "./recorded.ts";
import type { PlannedJob } from "./types.ts";

/** What is staged and published in one go. */
export interface Load {
  /** The staging folder, absolute. */
  staging: string;
  /** The jobs. */
  jobs: PlannedJob[];
  /**
   * The jobs that are links, to jobs of this load or of the destination: the links are made anew.
   */
  links: PlannedJob[];
  /**
   * Jobs at the destination that are whole now, though a record says otherwise: the record goes.
   */
  settled: PlannedJob[];
  /** Whether the run comes with it; it is published last. */
  withRun: boolean;
  /** Whether the staging folder is not needed after this load. */
  last: boolean;
}

/** The name of the staging folder: a copy that is run again finds what it has brought before. */
export async function stagingName({ plan }: SurveyData): Promise<string> {
  const { source, experimentId, runId } = plan;
  return await digestOf(JSON.stringify([source.host ?? "", source.path, experimentId, runId]), 8);
}

/** Whether a copy of the run has left something that need not be sent again. */
export async function isResumed(survey: SurveyData): Promise<boolean> {
  const name = await stagingName(survey);
  return survey.infos.destination.staged.some((folder) => folder.endsWith(`/${name}`));
}

/**
 * Cuts a copy into loads; an archive is written, or read, in one go. What jobs need comes before
 * them: when a copy is broken off, nothing is in place of which something needed is not. Jobs that
 * are links come with the last jobs. So does the run, unless `jobs` and `experiments` are on
 * different file systems: then it is a load by itself, as shared folders are on another one. A
 * staging folder that an earlier attempt left after its last rename is a load of nothing: it is only
 * removed.
 */
export function loadsOf(
  { plan, found, can, infos: { destination } }: SurveyData,
  name: string,
): Load[] {
  const { jobsStaging, experimentsStaging, partialsStaging } = destination;
  const [forJobs, forRun, forShared] = [jobsStaging, experimentsStaging, partialsStaging]
    .map((area) => `${area}/${name}`) as [string, string, string];
  const work = unitsOf(plan).filter(isWritten);
  const links = work.filter(isLink);
  const folders = neededFirst(work.filter((job) => !isLink(job)));
  const isApart = (job: PlannedJob) => isShared(job) && forShared !== forJobs;
  const cut = (some: PlannedJob[]) => !isAlone(can) ? batches(some) : some.length > 0 ? [some] : [];
  const loads = inLoads(cut(folders.filter(isApart)), forShared);
  const parts = cut(folders.filter((job) => !isApart(job)));
  if (parts.length === 0 && links.length > 0) parts.push([]);
  loads.push(...inLoads(parts, forJobs));
  const end = loads.at(-1);
  if (parts.length > 0) end!.links = links;
  if (parts.length > 0 && forJobs === forRun) end!.withRun = true;
  else if (isWritten(plan.run) || plan.run.becomesCurrent || !destination.marker) {
    loads.push({ staging: forRun, ...NOTHING, withRun: true });
  }
  const settled = plan.jobs.filter((job) => isSettled(job, found.destination));
  if (settled.length > 0 && loads.length === 0) loads.push({ staging: forJobs, ...NOTHING });
  if (settled.length > 0) loads.at(-1)!.settled = settled;
  for (const staging of new Set([forJobs, forRun, forShared])) {
    const isLeft = destination.staged.includes(staging);
    if (!isLeft || loads.some((load) => load.staging === staging)) continue;
    loads.push({ staging, ...NOTHING });
  }
  return loads;
}

/** Loads of one staging folder. */
function inLoads(parts: PlannedJob[][], staging: string): Load[] {
  return parts.map((jobs, index) => ({
    ...{ staging, jobs, links: [], settled: [], withRun: false },
    last: index === parts.length - 1,
  }));
}

/** Shared folders first, then the jobs that others need, those that were found last before others. */
export function neededFirst(jobs: PlannedJob[]): PlannedJob[] {
  return [
    ...jobs.filter(isShared),
    ...jobs.filter((job) => rankOf(job) === 1).reverse(),
    ...jobs.filter((job) => rankOf(job) === 2),
  ];
}

/** In which order jobs get their names: 0 for what others need first. */
export function rankOf(job: PlannedJob): number {
  return isShared(job) ? 0 : job.neededBy !== undefined ? 1 : 2;
}

/** A load in which nothing comes. */
const NOTHING = { jobs: [], links: [], settled: [], withRun: false, last: true };

function isLink({ linkTo }: PlannedJob): boolean {
  return linkTo !== undefined;
}

/** Whether a load has folders that their owner may not write. */
export function hasClosedFolders(
  { jobs, withRun }: Load,
  { found: { source } }: SurveyData,
): boolean {
  const isSuch = ({ kind, mode }: FoundFolder) => kind === "folder" && isClosed(mode);
  return jobs.some((job) => anyOf(source.jobs.get(jobFolder(job))!.folders.values(), isSuch)) ||
    withRun && anyOf(source.run.values(), isSuch);
}

/** Whether files of a load have holes. */
export function haveHoles({ jobs, withRun }: Load, { found: { source } }: SurveyData): boolean {
  return jobs.some((job) => source.jobs.get(jobFolder(job))!.holes) ||
    withRun && anyOf(source.run.values(), ({ holes }) => holes === true);
}
