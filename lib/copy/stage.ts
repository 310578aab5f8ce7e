/**
 * Brings the bulk of many jobs into a staging folder by rsync: one, or several at once.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import { sideBySide } from "../transport/side_by_side.ts";
import { type BulkRequest, transferBulk } from "../transport/bulk.ts";
import type { RsyncOutcome, RsyncRequest } from "../transport/rsync.ts";
import type { RsyncEnd } from "../transport/rsync_end.ts";
import type { RunOptions } from "../system/process.ts";
import { jobFolder, type JobId, type LinkedJob } from "../workspace/layout.ts";
import { excludeRules } from "./exclude.ts";
import type { Ends } from "./plan.ts";
import { leftBehindPlaces } from "../workspace/left_behind.ts";

/** What to bring, and how. */
export interface Bulk {
  /** How rsync reaches the ends. */
  ends: Ends<RsyncEnd>;
  /** The source workspace and the staging folder, absolute. */
  paths: Ends<string>;
  /** Whether both are on one other machine. */
  together?: boolean;
  /** The folders to bring, relative to the workspace; each share by an rsync of its own. */
  shares: string[][];
  /** What is brought of some of these folders, if not all: by name, folders without content. */
  named: ReadonlyMap<string, string[]>;
  /** The jobs among them. */
  jobs: LinkedJob[];
  /** How much is needed to take a file in the staging folder for the right one. */
  trust: RsyncRequest["trust"];
  /** Whether files may have holes. */
  sparse: boolean;
  /**
   * Whether folders must be writable for their owner until rsync is done: some are not at the
   * source.
   */
  openFolders: boolean;
  /** Group and modes for all of it, where the destination is shared; absent where it is not. */
  shared?: RsyncRequest["shared"];
  /** Rules for what is brought another way. */
  without?: string[];
  /** Whether links are brought another way. */
  withoutLinks?: boolean;
  /** Patterns of files of jobs that the user leaves out. */
  exclude: string[];
  /** At most so many KiB a second; 0 for no limit. */
  bandwidthLimit: number;
  /** How many seconds, beyond the timeout, rsync may work without any output. */
  quiet: number;
  /** Receives how many bytes have come, and the current file of one of several rsyncs. */
  onProgress: (bytes: number, file: string | undefined, lane?: number) => void;
}

/** How often folders are brought when files vanish meanwhile. */
const ATTEMPTS = 3;

/**
 * Brings folders into a staging folder; files that are partly there are continued. What has vanished
 * meanwhile may be there, too: a part of it, or zeros.
 */
export async function stage(bulk: Bulk, watch: RunOptions): Promise<RsyncOutcome> {
  const { ends, paths, shares, named, jobs, without = [], exclude, bandwidthLimit } = bulk;
  const from = { rsync: ends.source, path: paths.source };
  const to = { rsync: ends.destination, path: paths.destination };
  const request: Omit<BulkRequest, "folders"> = {
    ...bulk,
    bandwidthLimit: bandwidthLimit && Math.max(1, Math.floor(bandwidthLimit / shares.length)),
    rules: [
      ...leftBehindPlaces(jobs).map((place) => `- /${place}`),
      ...without,
      ...excludeRules(exclude),
    ],
  };
  const bring = async (request: Omit<BulkRequest, "folders">) => {
    const bytes: number[] = [];
    const outcomes = await sideBySide(shares, (folders, watch) => {
      const lane = bytes.push(0) - 1;
      const bringSome = (folders: string[], isFlat: boolean) => {
        const before = bytes[lane]!;
        const onProgress: RsyncRequest["onProgress"] = (come, file) => {
          bytes[lane] = before + come;
          bulk.onProgress(bytes.reduce((sum, some) => sum + some), file, lane);
        };
        return transferBulk(from, to, { ...request, folders, isFlat, onProgress }, watch);
      };
      return inTurn(folders, named, bringSome);
    }, watch);
    return together(outcomes);
  };
  let outcome = await bring(request);
  const { vanished } = outcome;
  for (let attempt = 1; outcome.vanished && attempt < ATTEMPTS; attempt++) {
    outcome = await bring(notBySize(request));
  }
  return { ...outcome, vanished };
}

/** Brings the folders of a share that are brought whole, then what is brought by name. */
async function inTurn(
  folders: string[],
  named: Bulk["named"],
  bring: (names: string[], isFlat: boolean) => Promise<RsyncOutcome>,
): Promise<RsyncOutcome> {
  // The slash makes rsync copy the content of a job's folder that is a link.
  const whole = folders.filter((folder) => !named.has(folder)).map((folder) => `${folder}/`);
  const names = folders.flatMap((folder) => named.get(folder) ?? []);
  const outcomes: RsyncOutcome[] = [];
  if (whole.length > 0) outcomes.push(await bring(whole, false));
  if (names.length > 0) outcomes.push(await bring(names, true));
  return together(outcomes);
}

/** The outcome of several rsyncs. */
function together(outcomes: RsyncOutcome[]): RsyncOutcome {
  return {
    complaints: outcomes.flatMap(({ complaints }) => complaints),
    vanished: outcomes.some(({ vanished }) => vanished),
  };
}

/** The same request, but a file is trusted by its time as well: it may have changed since. */
export function notBySize<T extends Pick<Bulk, "trust">>(bulk: T): T {
  return bulk.trust === "size" ? { ...bulk, trust: "size and time" } : bulk;
}

/**
 * The jobs that rsync complained about, each with what it said.
 *
 * @throws {CopyError} `program`, when a complaint concerns none of them.
 */
export function failedJobs<Job extends JobId>(
  outcome: RsyncOutcome,
  jobs: Job[],
): Map<Job, string> {
  const failed = new Map<Job, string>();
  const folders = jobs.map((job) => [job, jobFolder(job)] as const);
  for (const line of outcome.complaints) {
    const [job] = folders.find(([, folder]) =>
      line.includes(`${folder}/`) || line.includes(`${folder}"`)
    ) ?? [];
    if (job === undefined) {
      throw new CopyError("program", `rsync failed: ${line}`, "run the same command again");
    }
    if (!failed.has(job)) failed.set(job, line);
  }
  return failed;
}
