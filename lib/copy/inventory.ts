/**
 * What is at one end: the run, its jobs, their states and sizes.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import { bytesOf } from "../system/byte_text.ts";
import type { Host, LinkedFolder, WorkspaceInfo } from "../host/host.ts";
import type { Entry } from "../system/entry.ts";
import { LARGE } from "../transport/clone.ts";
import {
  isShared,
  jobFolder,
  type JobId,
  jobName,
  JOBS,
  LEFT_BEHIND_IN_RUN,
  leftBehindOf,
  type LinkedJob,
  RECORDS,
} from "../workspace/layout.ts";
import { printable } from "../text/printable.ts";
import { isTimeLater } from "../workspace/times.ts";
import { type Content, count } from "../system/content.ts";
import type { Excludes } from "./exclude.ts";
import { leaveOut, type LeftOut, recordedJob, type Shortfall } from "./left_out.ts";
import { noteHolder, type SharedFacts } from "./shared.ts";
import { DOCUMENTS, isOversized } from "../workspace/documents.ts";

/** A job's folder, as it was found. Only what a copy takes of it is counted. */
export interface FoundJob extends Content, SharedFacts {
  /** How many files a copy takes. */
  files: number;
  /** What rsync can bring of it: neither documents nor links. */
  bulk: Content;
  /** The names right in the folder that tell its state. */
  markers: Set<string>;
  /** When the latest thing in it was written, itself too; undefined when states were asked for. */
  latest: string | undefined;
  /** When the latest of the files that a copy takes was written; undefined when there is none. */
  latestFile: string | undefined;
  /**
   * Whether it holds something newer than all that differs at the source; absent until that is
   * asked.
   */
  hasOwnWork?: boolean;
  /** What the user leaves out of it; absent when that is nothing. */
  leftOut?: LeftOut;
  /**
   * How one that was copied without some files compares with the source; absent until that is
   * asked.
   */
  shortfall?: Shortfall;
  /** At the source, what would complete the job at the destination; absent until that is asked. */
  toCome?: FoundJob;
  /** When its `.pid` was written, in seconds since 1970; undefined when it has none. */
  pidTime: string | undefined;
  /** Which of its documents are there, as plain files. */
  documents: string[];
  /** Which of these are too large to be read. */
  oversized: string[];
  /** Whether one of them has another name; absent when none has. */
  hasSharedDocuments?: true;
  /** The folders in it, and itself under the empty name. */
  folders: Map<string, Entry>;
  /** The links in it. */
  links: Entry[];
  /** The large files in it. */
  large: Pick<Entry, "path" | "size">[];
  /** The names of its bulk that is no folder, when it is brought by name; absent otherwise. */
  rest?: string[];
  /** Whether a file in it is known to have holes. */
  holes: boolean;
  /**
   * Files in it with hard links, perhaps in other jobs, by their inodes; absent when there are
   * none.
   */
  shared?: Set<string>;
  /** Whether it holds sockets, pipes or devices. */
  special: boolean;
  /** Where the folder itself leads, when it is a link. */
  linked: LinkedFolder | undefined;
  /** Why it cannot be copied, nor its state be known for certain: a clause without its subject. */
  trouble: string | undefined;
}

/** A run's folder, as it was found: all that is in it, and itself under the empty name. */
export type FoundRunFolder = Map<string, Entry>;

/** What was found at one end. */
export interface Inventory {
  /** The jobs that are there, by folder. */
  jobs: Map<string, FoundJob>;
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
  run: string | undefined;
  /** Whether only presence and state of the jobs are wanted. */
  statesOnly: boolean;
  /** What the user leaves out. */
  excludes: Excludes;
  /** Asked right before a folder is scanned, since it may not be needed any more by then. */
  isNeeded?: (folder: string) => boolean;
  /** How many bytes a path below the workspace may have at most. Default: no limit. */
  longest?: number;
  /** Whether what is found will be packed. */
  toPack?: boolean;
}

/** Looks at a run and its jobs, all at once. */
export async function takeInventory(
  host: Host,
  info: WorkspaceInfo,
  { jobs, run, statesOnly, excludes, isNeeded, longest = Infinity, toPack = false }:
    InventoryRequest,
): Promise<Inventory> {
  const found: Inventory = { jobs: new Map(), run: new Map() };
  if (info.state === "absent") return found;
  const wanted = new Map(jobs.map((job) => [jobFolder(job), namesOf(job)]));
  const withRecords = run !== undefined && info.records;
  const folders = [
    ...(run === undefined ? [] : [run]),
    ...wanted.keys(),
    ...(withRecords ? [RECORDS] : []),
  ];
  const linked = await host.scan(
    {
      root: info.realPath,
      folders,
      jobStatesOnly: statesOnly,
      toPack,
      ...(isNeeded && { isNeeded }),
    },
    (folder, entry) => {
      if (folder === RECORDS) {
        const job = recordedJob(entry);
        if (job !== undefined) (found.records ??= new Map()).set(job, entry.mtime);
        return;
      }
      const trouble = tooLong(folder, entry.path, longest);
      const wantedJob = wanted.get(folder);
      if (wantedJob !== undefined) {
        addToJob(found.jobs, folder, wantedJob, entry, excludes);
        const job = found.jobs.get(folder);
        if (!statesOnly) noteTime(job, entry);
        if (job && trouble) job.trouble ??= trouble;
      }
      if (folder !== run || isLeftBehindInRun(entry.path)) return;
      if (trouble) throw new CopyError("refused", printable(`${run} ${trouble}`));
      found.run.set(entry.path, entry);
    },
  );
  if (linked.length > 0) found.linked = linked;
  for (const link of linked) {
    const job = found.jobs.get(link.folder);
    if (job !== undefined) job.linked = link;
    // a run in an experiment's folder that is a link has been seen as a run
    const self = found.run.get("");
    if (link.folder === run && self !== undefined && info.run === undefined) {
      found.run = new Map([["", { ...self, kind: "link", target: link.target }]]);
    }
  }
  return found;
}

/** What is wrong with a path that has more bytes than may be. */
function tooLong(folder: string, path: string, longest: number): string | undefined {
  if ((folder.length + path.length) * 3 < longest) return undefined; // 3 bytes a character at most
  const { length } = bytesOf(`${folder}/${path}`);
  return length > longest ? `contains a path that is too long for the system: ${path}` : undefined;
}

function noteTime(job: FoundJob | undefined, { mtime }: Entry): void {
  if (job !== undefined) job.latest = later(mtime, job.latest);
}

/** The later one of two times. */
function later(time: string, other: string | undefined): string {
  return other === undefined || isTimeLater(time, other) ? time : other;
}

/** Whether an entry of a run stays behind. Links to jobs are made anew, but plans look at them. */
function isLeftBehindInRun(path: string): boolean {
  return LEFT_BEHIND_IN_RUN.some((place) => place !== JOBS && isAt(path, place));
}

/** Whether a copy takes a thing of a run's folder along; links to jobs are made anew. */
export function isTakenOfRun({ path }: Pick<Entry, "path">): boolean {
  return path !== "" && !LEFT_BEHIND_IN_RUN.some((place) => isAt(path, place));
}

/** Whether a copy takes a thing of a job's folder along. */
export function isTakenOfJob(
  { path, kind, size }: Pick<Entry, "path" | "kind" | "size">,
  job: LinkedJob,
  excludes: Excludes,
  folder = jobFolder(job),
): boolean {
  return path !== "" && !leftBehindOf(job).some((place) => isAt(path, place)) &&
    excludes({ path, kind, size }, folder) === undefined;
}

/** What stays behind of a job, and its file with the number of its process. */
export function namesOf(job: LinkedJob) {
  const pid = `${jobName(job.taskId)}.pid`;
  return { leftBehind: leftBehindOf(job), pid, isShared: isShared(job) };
}

/** Whether a path is a place, or lies below it. */
function isAt(path: string, place: string): boolean {
  return path.startsWith(place) && (path.length === place.length || path[place.length] === "/");
}

/** Adds an entry to what was found of jobs: first the folder itself, then what is in it. */
export function addToJob(
  jobs: Map<string, FoundJob>,
  folder: string,
  { leftBehind, pid, isShared }: ReturnType<typeof namesOf>,
  entry: Entry,
  excludes: Excludes,
): void {
  if (entry.path === "") {
    // it may be no folder at all, but a file or a link that leads nowhere
    jobs.set(folder, {
      bytes: 0,
      files: 0,
      names: 0,
      bulk: { names: 0, bytes: 0 },
      markers: new Set(),
      latest: undefined,
      latestFile: undefined,
      pidTime: undefined,
      documents: [],
      oversized: [],
      folders: new Map([["", entry]]),
      links: [],
      large: [],
      holes: false,
      special: false,
      linked: undefined,
      trouble: entry.trouble,
    });
    return;
  }
  const job = jobs.get(folder);
  if (job === undefined) return;
  if (isMarker(entry.path)) job.markers.add(entry.path);
  if (entry.path === pid) job.pidTime = entry.mtime;
  if (isShared) noteHolder(job, entry.path);
  if (leftBehind.some((place) => isAt(entry.path, place))) return;
  const by = excludes(entry, folder);
  if (by === "there") return;
  if (by !== undefined) {
    job.leftOut = leaveOut(job.leftOut, entry, by === "size");
    return;
  }
  count(job, entry, isBulk(entry) ? job.bulk : undefined);
  if (entry.kind === "folder") job.folders.set(entry.path, entry);
  else if (entry.kind === "link") job.links.push(entry);
  else if (entry.kind === "other") job.special = true;
  else if (entry.kind === "file") {
    job.files++;
    job.latestFile = later(entry.mtime, job.latestFile);
    job.holes ||= entry.holes === true;
    if (entry.size >= LARGE) job.large.push({ path: entry.path, size: entry.size });
    if (DOCUMENTS.includes(entry.path)) {
      job.documents.push(entry.path);
      if (isOversized(entry)) job.oversized.push(entry.path);
      if (entry.shared !== undefined) job.hasSharedDocuments = true;
    } else if (entry.shared !== undefined) (job.shared ??= new Set()).add(entry.shared);
  }
}

/** Whether rsync can bring a thing of a job: documents and links are rewritten on another way. */
export function isBulk({ path, kind, size }: Pick<Entry, "path" | "kind" | "size">): boolean {
  const isDocument = kind === "file" && DOCUMENTS.includes(path) && !isOversized({ size });
  return kind !== "link" && !isDocument;
}

/** Whether a path is one of the markers, right in a job's folder, that tell its state. */
export function isMarker(path: string): boolean {
  const isNamed = path.endsWith(".done") || path.endsWith(".failed") || path.endsWith(".pid");
  return isNamed && !path.includes("/");
}
