/**
 * One very large file by several channels at once. Each brings a range of it to its place in the
 * staging folder. rsync comes after them: it compares the file as a whole, brings what is missing,
 * and sets its time. So whatever happens to a range, only time is lost.
 *
 * @module
 */

import { CopyError, LostConnection } from "../errors.ts";
import type { FilePart, WorkspaceInfo } from "../host/host.ts";
import { tapped } from "../system/streams.ts";
import { jobFolder, JOBS } from "../workspace/layout.ts";
import type { Context } from "./context.ts";
import { hasEnded, isCompleted } from "./decisions.ts";
import type { Load } from "./loads.ts";
import type { PlannedJob } from "./types.ts";

/** The unit of ranges, in bytes. */
const MIB = 1 << 20;

/** A range of a file, relative to the workspace. */
interface Range extends FilePart {
  path: string;
}

/**
 * Brings files that are larger than a lane's share of all, and answers how many bytes have come.
 *
 * @param bytes What all lanes bring.
 */
export async function bringRanges(
  jobs: PlannedJob[],
  bytes: number,
  lanes: number,
  load: Load,
  context: Context,
): Promise<number> {
  const { surveyed: { hosts, infos }, outcome, options, resumed, stagings } = context;
  if (lanes === 1 || resumed || options.bandwidthLimit) return 0;
  const staging = stagings.get(load.staging)!;
  const left = rangesOf(jobs, bytes / lanes, lanes, context);
  let come = 0;
  const work = async () => {
    for (let range = left.shift(); range !== undefined; range = left.shift()) {
      const { path, start } = range;
      const part = hosts.source.slice(realPathOf(path, infos.source), range);
      const counted = tapped(part, ({ length }) => outcome.progress(come += length, path));
      try {
        await staging.place(path, start, counted);
      } catch (error) {
        if (error instanceof LostConnection || isInterruption(error)) throw error;
        left.unshift(range); // perhaps this channel was refused: another one may bring it
        return;
      }
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: lanes }, work));
  for (const one of ended) if (one.status === "rejected") throw one.reason;
  return come;
}

/** Where a file of a job is, links above the job resolved. */
function realPathOf(path: string, { jobsPath, partialsPath }: WorkspaceInfo): string {
  const [top, ...below] = path.split("/");
  return [top === JOBS ? jobsPath : partialsPath, ...below].join("/");
}

function isInterruption(error: unknown): boolean {
  return error instanceof CopyError && error.code === "interrupted";
}

/** The ranges of all files with more than so many bytes, of jobs that change no more. */
function rangesOf(
  jobs: PlannedJob[],
  most: number,
  lanes: number,
  { surveyed: { found: { source } } }: Context,
): Range[] {
  return jobs.filter((job) => hasEnded(job) && !isCompleted(job)).flatMap((job) => {
    const { large, linked, holes, shared } = source.jobs.get(jobFolder(job))!;
    if (linked !== undefined || holes || shared !== undefined) return [];
    return large.filter(({ size }) => size > most).flatMap(({ path, size }) => {
      const count = Math.ceil(size / lanes / MIB);
      return Array.from({ length: Math.ceil(size / MIB / count) }, (_, index) => ({
        path: `${jobFolder(job)}/${path}`,
        start: index * count,
        count,
      }));
    });
  });
}
