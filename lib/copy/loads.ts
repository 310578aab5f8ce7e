/**
 * Cutting a copy into loads, and naming where they are put together.
 *
 * @module
 */

import { jobFolder } from "../workspace/layout.ts";
import { bytesOf } from "../system/byte_text.ts";
import { isClosed } from "../system/entry.ts";
import { isWritten } from "./decisions.ts";
import { batches } from "./batches.ts";
import { isAlone } from "./alone.ts";
import type { SurveyData } from "./survey.ts";
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
  const key = JSON.stringify([source.host ?? "", source.path, experimentId, runId]);
  // not by `node:crypto`, which Deno takes 14 ms to load
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", bytesOf(key)), 0, 8);
  return [...sum].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Cuts a copy into loads; an archive is written, or read, in one go. Jobs that are links come with
 * the last jobs. So does the run, unless `jobs` and `experiments` are on different file systems: then
 * it is a load by itself. A staging folder that an earlier attempt left after its last rename is a
 * load of nothing: it is only removed.
 */
export function loadsOf(
  { plan, found, can, infos: { destination } }: SurveyData,
  name: string,
): Load[] {
  const [forJobs, forRun] = [destination.jobsStaging, destination.experimentsStaging];
  const [links, folders] = [isLink, (job: PlannedJob) => !isLink(job)]
    .map((is) => plan.jobs.filter(isWritten).filter(is)) as [PlannedJob[], PlannedJob[]];
  const parts = !isAlone(can) ? batches(folders) : folders.length > 0 ? [folders] : [];
  if (parts.length === 0 && links.length > 0) parts.push([]);
  const loads: Load[] = parts.map((jobs, index, all) => ({
    staging: `${forJobs}/${name}`,
    jobs,
    links: index === all.length - 1 ? links : [],
    settled: [],
    withRun: false,
    last: index === all.length - 1,
  }));
  const end = loads.at(-1);
  if (end !== undefined && forJobs === forRun) end.withRun = true;
  else if (isWritten(plan.run) || plan.run.becomesCurrent || !destination.marker) {
    loads.push({ staging: `${forRun}/${name}`, ...NOTHING, withRun: true });
  }
  const settled = plan.jobs.filter((job) => isSettled(job, found.destination));
  if (settled.length > 0 && loads.length === 0) {
    loads.push({ staging: `${forJobs}/${name}`, ...NOTHING });
  }
  if (settled.length > 0) loads.at(-1)!.settled = settled;
  for (const staging of new Set([`${forJobs}/${name}`, `${forRun}/${name}`])) {
    const isLeft = destination.staged.includes(staging);
    if (!isLeft || loads.some((load) => load.staging === staging)) continue;
    loads.push({ staging, ...NOTHING });
  }
  return loads;
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
  const inJobs = jobs.flatMap((job) => [...source.jobs.get(jobFolder(job))!.folders.values()]);
  const inRun = withRun ? [...source.run.values()] : [];
  return [...inJobs, ...inRun].some(({ kind, mode }) => kind === "folder" && isClosed(mode));
}

/** Whether files of a load have holes. */
export function haveHoles({ jobs, withRun }: Load, { found: { source } }: SurveyData): boolean {
  return jobs.some((job) => source.jobs.get(jobFolder(job))!.holes) ||
    withRun && [...source.run.values()].some(({ holes }) => holes === true);
}
