/**
 * A job's folder, as a scan finds it: entry by entry, then summed up.
 *
 * @module
 */

import type { LinkedFolder } from "../host/host.ts";
import { type Content, count } from "../system/content.ts";
import type { Entry } from "../system/entry.ts";
import { LARGE } from "../transport/clone.ts";
import { DOCUMENTS, isOversized } from "../workspace/documents.ts";
import {
  isAt,
  isShared,
  jobFolder,
  type JobId,
  jobName,
  leftBehindOf,
  type LinkedJob,
  LOCKS_OF_PARTIAL,
} from "../workspace/layout.ts";
import { isTimeLater } from "../workspace/times.ts";
import type { Excludes } from "./exclude.ts";
import { leaveOut, type LeftOut, type Shortfall } from "./left_out.ts";

/** A folder in a job. */
export type FoundFolder = Pick<Entry, "path" | "kind" | "mode">;

/**
 * How a shared folder at the destination compares with the one at the source: the same, with
 * something newer or more only there (`ahead`), or without something that the source has.
 */
export type Compared = "same" | "ahead" | "behind";

/** A job's folder, as it was found. Only what a copy takes of it is counted. */
export interface FoundJob extends Readonly<Content> {
  /** How many files a copy takes. */
  readonly files: number;
  /** What rsync can bring of it: neither documents nor links. */
  readonly bulk: Readonly<Content>;
  /** The names right in the folder that tell its state. */
  readonly markers: ReadonlySet<string>;
  /** When the latest thing in it was written, itself too; undefined when states were asked for. */
  readonly latest: string | undefined;
  /** When the latest of the files that a copy takes was written; undefined when there is none. */
  readonly latestFile: string | undefined;
  /**
   * Whether it holds something newer than all that differs at the source; absent until that is
   * asked.
   */
  readonly hasOwnWork?: boolean;
  /** What the user leaves out of it; absent when that is nothing. */
  readonly leftOut?: LeftOut;
  /**
   * How one that was copied without some files compares with the source; absent until that is
   * asked.
   */
  readonly shortfall?: Shortfall;
  /** At the source, what would complete the job at the destination; absent until that is asked. */
  readonly toCome?: FoundJob;
  /** When its `.pid` was written, in seconds since 1970; undefined when it has none. */
  readonly pidTime: string | undefined;
  /** Which of its documents are there, as plain files. */
  readonly documents: readonly string[];
  /** Which of these are too large to be read. */
  readonly oversized: readonly string[];
  /** Whether one of them has another name; absent when none has. */
  readonly hasSharedDocuments?: true;
  /** The folders in it, and itself under the empty name. */
  readonly folders: ReadonlyMap<string, FoundFolder>;
  /** The links in it. */
  readonly links: readonly Entry[];
  /** The large files in it. */
  readonly large: readonly Pick<Entry, "path" | "size">[];
  /** The names of its bulk that is no folder, when it is brought by name; absent otherwise. */
  readonly rest?: readonly string[];
  /** Whether a file in it is known to have holes. */
  readonly holes: boolean;
  /**
   * Files in it with hard links, perhaps in other jobs, by their inodes; absent when there are
   * none.
   */
  readonly shared?: ReadonlySet<string>;
  /** Whether it holds sockets, pipes or devices. */
  readonly special: boolean;
  /** Where the folder itself leads, when it is a link. */
  readonly linked: LinkedFolder | undefined;
  /** Why it cannot be copied, nor its state be known for certain: a clause without its subject. */
  readonly trouble: string | undefined;
  /** Of a shared folder, the jobs that may write in it, by their locks; absent when none may. */
  readonly holders?: readonly JobId[];
  /** How its content compares; absent until that is asked. */
  readonly compared?: Compared;
}

/** A job whose entries are still coming. */
export type OpenJob = { -readonly [Key in keyof FoundJob]: FoundJob[Key] } & {
  bulk: Content;
  markers: Set<string>;
  documents: string[];
  oversized: string[];
  folders: Map<string, FoundFolder>;
  links: Entry[];
  large: Pick<Entry, "path" | "size">[];
  shared?: Set<string>;
  holders?: JobId[];
};

/** Begins a job with its folder itself; it may be a file, or a link that leads nowhere. */
export function beginJob({ path, kind, mode, trouble }: Entry): OpenJob {
  return {
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
    folders: new Map([[path, { path, kind, mode }]]),
    links: [],
    large: [],
    holes: false,
    special: false,
    linked: undefined,
    trouble,
  };
}

/** A job to which more entries come. */
export function reopenJob(job: FoundJob): OpenJob {
  const { bulk, markers, documents, oversized, folders, links, large, ...others } = job;
  const { shared, holders, ...rest } = others;
  return {
    ...rest,
    bulk: { ...bulk },
    markers: new Set(markers),
    documents: [...documents],
    oversized: [...oversized],
    folders: new Map(folders),
    links: [...links],
    large: [...large],
    ...(shared && { shared: new Set(shared) }),
    ...(holders && { holders: [...holders] }),
  };
}

/** What stays behind of a job, and its file with the number of its process. */
export function namesOf(job: LinkedJob) {
  const pid = `${jobName(job.taskId)}.pid`;
  return { leftBehind: leftBehindOf(job), pid, isShared: isShared(job) };
}

/** The file that tells that a job may write in a shared folder: `TASK@JOB.json`. */
const LOCK = new RegExp(`^${LOCKS_OF_PARTIAL}/jobs/(.+)[@/]([^@/]+)\\.json$`);

/** Adds an entry of a job's folder to what was found of it. */
export function addToJob(
  job: OpenJob,
  folder: string,
  { leftBehind, pid, isShared }: ReturnType<typeof namesOf>,
  entry: Entry,
  excludes: Excludes,
): void {
  if (isMarker(entry.path)) job.markers.add(entry.path);
  if (entry.path === pid) job.pidTime = entry.mtime;
  const [, taskId, lockedBy] = isShared ? LOCK.exec(entry.path) ?? [] : [];
  if (taskId !== undefined) (job.holders ??= []).push({ taskId, jobId: lockedBy! });
  if (leftBehind.some((place) => isAt(entry.path, place))) return;
  const by = excludes(entry, folder);
  if (by === "there") return;
  if (by !== undefined) {
    job.leftOut = leaveOut(job.leftOut, entry, by === "size");
    return;
  }
  count(job, entry, isBulk(entry) ? job.bulk : undefined);
  if (entry.kind === "folder") {
    const { path, kind, mode } = entry;
    job.folders.set(path, { path, kind, mode });
  } else if (entry.kind === "link") job.links.push(entry);
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

/** The later one of two times. */
export function later(time: string, other: string | undefined): string {
  return other === undefined || isTimeLater(time, other) ? time : other;
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
