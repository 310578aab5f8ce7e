/**
 * What goes as a tar stream: folders of many small files.
 *
 * @module
 */

import type { PackRequest } from "../transport/archive.ts";
import { isGnuTar } from "../transport/tar.ts";
import { jobFolder, JOBS, runFolder } from "../workspace/layout.ts";
import { hasClosedFolders, type Load } from "./loads.ts";
import { hasEnded } from "./decisions.ts";
import { leftBehindPlaces } from "../workspace/left_behind.ts";
import type { Known } from "./survey.ts";
import type { CopyOptions, PlannedJob } from "./types.ts";
import { misplacedLink } from "./usable.ts";

/** What of a load goes as a tar stream. */
export interface Small {
  /** The jobs. */
  jobs: PlannedJob[];
  /** The run's folder; undefined when it goes another way. */
  run: string | undefined;
}

/** Nothing of it. */
export const NOTHING: Small = { jobs: [], run: undefined };

/** What a folder's files may have on average, in bytes, to go as a tar stream. */
const STREAMED_SIZE = 1 << 18;

/**
 * Which jobs, and whether the run, go as a tar stream, which is faster for small files, and not by
 * rsync, which can do more: leave out what the user names, limit its rate.
 */
export function smallOf(load: Load, known: Known, options: CopyOptions): Small {
  const { plan, can, found: { source } } = known;
  if (options.exclude?.length || options.bandwidthLimit) return NOTHING;
  if (!isGnuTar(can.source.tar) || !isGnuTar(can.destination.tar)) return NOTHING;
  if (hasClosedFolders(load, known)) return NOTHING;
  // rsync looks for the markers before it reads the files, tar may do so after
  const jobs = load.jobs.filter(hasEnded).filter((job) => {
    const found = source.jobs.get(jobFolder(job))!;
    return found.linked === undefined && !found.special && !found.holes &&
      misplacedLink(found) === undefined && found.bytes <= found.files * STREAMED_SIZE;
  });
  // what only the destination has of a run is added to what rsync has brought
  const withRun = load.withRun && plan.run.action === "copy" &&
    ![...source.run.values()].some(({ kind, holes }) => kind === "other" || holes === true);
  return { jobs, run: withRun ? runFolder(plan.experimentId, plan.runId) : undefined };
}

/** What to pack of a load. */
export function packRequestOf({ jobs, run }: Small, load: Load, { sights }: Known): PackRequest {
  const places = leftBehindPlaces(load.jobs);
  return {
    root: sights.source.realPath,
    folders: [...jobs.map(jobFolder), ...(run === undefined ? [] : [run])],
    // the run's links to jobs are changed on their way
    leftBehind: places.filter((place) => !place.endsWith(`/${JOBS}`)),
  };
}

/** What one thing in an archive takes at most beside its bytes: two long names, and blocks. */
const MEMBER_SIZE = 16_384;

/** How many bytes a load can be at most in an archive: twice what was seen, and a little more. */
export function mostBytesOf({ jobs }: Load, { plan, found: { source } }: Known): number {
  const inJobs = jobs.map((job) => {
    const { bytes, files, folders, links } = source.jobs.get(jobFolder(job))!;
    return bytes + (files + folders.size + links.length) * MEMBER_SIZE;
  });
  const inRun = plan.run.bytes + source.run.size * MEMBER_SIZE;
  return 2 * inJobs.reduce((sum, bytes) => sum + bytes, inRun) + 2 ** 24;
}
