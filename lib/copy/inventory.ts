/**
 * What is at one end: the run, its jobs, their states and sizes.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import { bytesOf } from "../system/byte_text.ts";
import type { Host, LinkedFolder, WorkspaceInfo } from "../host/host.ts";
import type { Entry } from "../system/entry.ts";
import { tidy } from "../system/garbage.ts";
import { ByFolder } from "../workspace/by_folder.ts";
import {
  folderAt,
  isAt,
  jobFolder,
  type JobId,
  JOBS,
  LEFT_BEHIND_IN_RUN,
  type LinkedJob,
  RECORDS,
} from "../workspace/layout.ts";
import { printable } from "../text/printable.ts";
import type { Excludes } from "./exclude.ts";
import {
  addToJob,
  beginJob,
  type FoundJob,
  later,
  namesOf,
  type OpenJob,
  reopenJob,
} from "./found_job.ts";
import { recordedJob } from "./left_out.ts";
import type { PathsMap } from "./paths_map.ts";
import { entriesByPath, jobsByFolder } from "./packings.ts";

/** A run's folder, as it was found: all that is in it, and itself under the empty name. */
export type FoundRunFolder = PathsMap<Entry>;

/** What was found at one end. */
export interface Inventory {
  /** The jobs that are there, by folder. */
  jobs: PathsMap<FoundJob>;
  /** The run's folder; empty when it is not there. */
  run: FoundRunFolder;
  /**
   * The folders of jobs with a record of files left out, each with when that was written; absent when
   * there is none, or not asked.
   */
  records?: Map<string, string>;
  /** Which of these folders are links, or are in a folder that is one; absent when none is. */
  linked?: LinkedFolder[];
  /** Which jobs are links to others of the workspace, by their folders; absent when none is. */
  links?: Map<string, JobId>;
}

/** What to look for. */
export interface InventoryRequest {
  /** The jobs. */
  jobs: LinkedJob[];
  /** The run's folder; undefined when only jobs are looked at. */
  run?: string | undefined;
  /** Whether only presence and state of the jobs are wanted. */
  statesOnly: boolean;
  /** What the user leaves out. Default: nothing. */
  excludes?: Excludes;
  /** Asked right before a folder is scanned, since it may not be needed any more by then. */
  isNeeded?: (folder: string) => boolean;
  /** How many bytes a path below the workspace may have at most. Default: no limit. */
  longest?: number;
  /** Whether what is found will be packed. */
  toPack?: boolean;
}

/** After so many entries garbage may be worth to be collected: of a folder they come all at once. */
const MANY = 5000;

/** Looks at a run and its jobs, all at once. */
export async function takeInventory(
  host: Host,
  info: WorkspaceInfo,
  request: InventoryRequest,
): Promise<Inventory> {
  const { jobs, run, statesOnly, excludes = () => undefined, isNeeded } = request;
  const { longest = Infinity, toPack = false } = request;
  const found: Inventory = {
    jobs: jobsByFolder(jobs.length),
    run: entriesByPath(run === undefined ? 0 : jobs.length), // it has a link to each
  };
  if (info.state === "absent") return found;
  const wanted = new ByFolder<LinkedJob>();
  for (const job of jobs) wanted.set(job, job);
  const adding = new Adding(found.jobs, wanted);
  const withRecords = run !== undefined && info.records;
  // one by one: of many jobs the paths take more memory than what is found
  const folders = {
    *[Symbol.iterator]() {
      if (run !== undefined) yield run;
      for (const job of jobs) if (wanted.get(job) === job) yield jobFolder(job);
      if (withRecords) yield RECORDS;
    },
  };
  let count = 0;
  const linked = await host.scan(
    {
      root: info.realPath,
      folders,
      jobStatesOnly: statesOnly,
      toPack,
      ...(isNeeded && { isNeeded }),
    },
    (folder, entry) => {
      if (++count % MANY === 0) tidy();
      if (folder === RECORDS) {
        const job = recordedJob(entry);
        if (job !== undefined) (found.records ??= new Map()).set(job, entry.mtime);
        return;
      }
      const trouble = tooLong(folder, entry.path, longest);
      const job = adding.add(folder, entry, excludes);
      if (job !== undefined && !statesOnly) job.latest = later(entry.mtime, job.latest);
      if (job !== undefined && trouble !== undefined) job.trouble ??= trouble;
      if (folder !== run || isLeftBehindInRun(entry.path)) return;
      if (trouble) throw new CopyError("refused", printable(`${run} ${trouble}`));
      found.run.set(entry.path, entry);
    },
  );
  adding.close();
  tidy();
  if (linked.length > 0) found.linked = linked;
  for (const link of linked) {
    const job = found.jobs.get(link.folder);
    if (job !== undefined) found.jobs.set(link.folder, { ...job, linked: link });
    // a run in an experiment's folder that is a link has been seen as a run
    const self = found.run.get("");
    if (link.folder === run && self !== undefined && info.run === undefined) {
      found.run = new Map([["", { ...self, kind: "link", target: link.target }]]);
    }
  }
  return found;
}

/** Adds entries to jobs. Those of a job usually come one after the other: then it is packed. */
class Adding {
  #folder: string | undefined;
  #job: OpenJob | undefined;
  #names: ReturnType<typeof namesOf> | undefined;

  constructor(
    private readonly jobs: PathsMap<FoundJob>,
    private readonly wanted: ByFolder<LinkedJob>,
  ) {}

  /** Adds an entry: first the folder itself, then what is in it. Answers the job, if it is one. */
  add(folder: string, entry: Entry, excludes: Excludes): OpenJob | undefined {
    if (folder !== this.#folder) {
      this.close();
      this.#folder = folder;
      const id = folderAt(folder);
      const wanted = id && this.wanted.get(id);
      this.#names = wanted && namesOf(wanted);
      const known = entry.path === "" ? undefined : this.jobs.get(folder);
      this.#job = known && reopenJob(known);
    }
    if (this.#names === undefined) return undefined;
    if (entry.path === "") this.#job = beginJob(entry);
    else if (this.#job !== undefined) addToJob(this.#job, folder, this.#names, entry, excludes);
    return this.#job;
  }

  /** Packs the job whose entries came last. */
  close(): void {
    if (this.#folder !== undefined && this.#job !== undefined) {
      this.jobs.set(this.#folder, this.#job);
    }
  }
}

/** What is wrong with a path that has more bytes than may be. */
function tooLong(folder: string, path: string, longest: number): string | undefined {
  if ((folder.length + path.length) * 3 < longest) return undefined; // 3 bytes a character at most
  const { length } = bytesOf(`${folder}/${path}`);
  return length > longest ? `contains a path that is too long for the system: ${path}` : undefined;
}

/** Whether an entry of a run stays behind. Links to jobs are made anew, but plans look at them. */
function isLeftBehindInRun(path: string): boolean {
  return LEFT_BEHIND_IN_RUN.some((place) => place !== JOBS && isAt(path, place));
}

/** Whether a copy takes a thing of a run's folder along; links to jobs are made anew. */
export function isTakenOfRun({ path }: Pick<Entry, "path">): boolean {
  return path !== "" && !LEFT_BEHIND_IN_RUN.some((place) => isAt(path, place));
}
