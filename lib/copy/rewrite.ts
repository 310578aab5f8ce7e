/**
 * What has to be written over a staged job or run, so that it belongs to the destination.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import { isClosed, type Original } from "../system/entry.ts";
import {
  EXPERIMENTS,
  isInJobs,
  JOB_META,
  jobFolder,
  PARAMS_FILE,
  parentOf,
  runLink,
  STATUS_FILE,
} from "../workspace/layout.ts";
import { FolderRewriting } from "./folder_rewriting.ts";
import { decode, type Originals, type Rewriting, tooLarge } from "../rewrite/findings.ts";
import { now } from "../system/time.ts";
import type { FoundJob, FoundRunFolder } from "./inventory.ts";
import { isOversized, runDocumentKind } from "../workspace/documents.ts";
import type { OverlayEntry } from "../tar/write.ts";
import { jobPaths, type PathMap, relocatePath } from "../rewrite/path_map.ts";
import { addTags } from "../rewrite/relocate.ts";
import type { PlannedJob } from "./types.ts";
import { misplacedLink } from "./usable.ts";

/** What has to be read to rewrite a job, relative to the workspace. */
export function jobOriginals(job: PlannedJob, found: FoundJob, map: PathMap): string[] {
  const links = found.links.filter(({ target }) => relocatePath(target!, map) !== undefined);
  const closed = [...found.folders].filter(([path, { mode }]) => path !== "" && isClosed(mode));
  const named = [
    ...found.documents.filter((path) => !found.oversized.includes(path)),
    ...links.map(({ path }) => path),
    ...closed.map(([path]) => path),
  ];
  return withFolders(jobFolder(job), named);
}

/** What has to be read to rewrite a run, relative to the workspace. */
export function runOriginals(folder: string, found: FoundRunFolder, inStaging: boolean): string[] {
  const wanted = [...found].filter(([path, entry]) => {
    if (path === "" || inStaging && isInJobs(path)) return false;
    if (entry.kind === "folder" || entry.kind === "link") return true;
    const kind = runDocumentKind(path);
    return kind !== undefined && !isOversized(entry, kind);
  });
  return withFolders(folder, wanted.map(([path]) => path));
}

/** Paths in a folder with the folders they are in; of a folder that is a link what it leads to. */
function withFolders(folder: string, paths: string[]): string[] {
  const folders = new Set(paths.flatMap(foldersOf));
  return [`${folder}/.`, ...new Set([...folders, ...paths])]
    .map((path) => path === `${folder}/.` ? path : `${folder}/${path}`);
}

/** The folders that a path is in, but for the first: `a/b` and `a` for `a/b/c`. */
function foldersOf(path: string): string[] {
  const folders: string[] = [];
  for (let at = path.lastIndexOf("/"); at > 0; at = path.lastIndexOf("/", at - 1)) {
    folders.push(path.slice(0, at));
  }
  return folders;
}

/**
 * Rewrites a job.
 *
 * @throws {CopyError} `job`, when the job cannot be rewritten, and so must not be published.
 */
export function rewriteJob(
  job: PlannedJob,
  found: FoundJob,
  originals: Originals,
  map: PathMap,
): Rewriting {
  const folder = jobFolder(job);
  const link = misplacedLink(found);
  if (link !== undefined) {
    throw new CopyError("job", `${link} is a link: nothing is written through it`);
  }
  if (found.oversized.includes(PARAMS_FILE)) {
    throw new CopyError("job", `${PARAMS_FILE} is larger than 32 MiB`);
  }
  const rewriting = new FolderRewriting(folder, found.folders, originals, map);
  const params = originals.get(`${folder}/${PARAMS_FILE}`);
  if (params !== undefined) rewriting.document(PARAMS_FILE, "params", params);
  else if (found.documents.includes(PARAMS_FILE)) {
    throw new CopyError("job", `${PARAMS_FILE} cannot be read`);
  } else rewriting.note(`has no ${PARAMS_FILE}`);
  const status = `${JOB_META}/${STATUS_FILE}`;
  const statusFile = originals.get(`${folder}/${status}`);
  if (statusFile !== undefined) {
    rewriting.optionalDocument(status, "job-status", statusFile, jobPaths(job, map));
  } else if (found.oversized.includes(status)) rewriting.note(tooLarge(status));
  else if (found.documents.includes(status)) rewriting.note(`${status} ${UNREAD}`);
  for (const link of found.links) rewriting.link(link);
  return rewriting.finish();
}

/** What is said of a document that was not read, though it is there. */
const UNREAD = "could not be read: its paths stay as they are";

/** What a run's rewriting needs to know. */
export interface RunToRewrite {
  /** The run's folder, relative to the workspace. */
  folder: string;
  /** What the source has of it. */
  found: FoundRunFolder;
  /** The jobs that it links to. */
  jobs: PlannedJob[];
  /** Tags that the run has at the destination. */
  tags: string[];
}

/** Rewrites a run: its documents, its links, and its links to jobs, which are made anew. */
export function rewriteRun(run: RunToRewrite, originals: Originals, map: PathMap): Rewriting {
  const folders = new Map([...run.found].filter(([, entry]) => entry.kind === "folder"));
  const rewriting = new FolderRewriting(run.folder, folders, originals, map);
  for (const [path, entry] of run.found) {
    // Folders of jobs are made anew, others may have got what only the destination has.
    if (entry.kind === "folder") rewriting.touch(path);
    if (isInJobs(path)) continue;
    if (entry.kind === "link") rewriting.link(entry);
    const kind = entry.kind === "file" ? runDocumentKind(path) : undefined;
    if (kind === undefined) continue;
    const file = originals.get(`${run.folder}/${path}`);
    if (file === undefined) {
      rewriting.note(isOversized(entry, kind) ? tooLarge(path, kind) : `${path} ${UNREAD}`);
      continue;
    }
    const tagged = path === STATUS_FILE ? withTags(file, run.tags) : file;
    rewriting.optionalDocument(path, kind, tagged, undefined, tagged !== file);
  }
  addJobLinks(rewriting, run, map);
  return rewriting.finish();
}

/**
 * Links a run, whose own links have come with it, to further jobs, and puts the times of its
 * folders right where links have gone.
 *
 * @param gone Links that have gone, relative to the run.
 */
export function linkJobs(
  { folder, found, jobs }: Omit<RunToRewrite, "tags">,
  gone: string[],
  originals: Originals,
  map: PathMap,
): Rewriting {
  const folders = new Map([...found].filter(([, entry]) => entry.kind === "folder"));
  const rewriting = new FolderRewriting(folder, folders, originals, map);
  addJobLinks(rewriting, { found, jobs }, map);
  for (const path of gone) rewriting.touch(parentOf(path));
  return rewriting.finish();
}

function addJobLinks(
  rewriting: FolderRewriting,
  { found, jobs }: Pick<RunToRewrite, "found" | "jobs">,
  map: PathMap,
): void {
  for (const job of jobs) {
    const path = runLink(job);
    const mtime = found.get(path)?.mtime ?? now();
    rewriting.addLink(path, `${map.destination}/${jobFolder(job)}`, mtime);
  }
}

/** The link that makes a run the current one. */
export function currentLink(experimentId: string, runId: string): OverlayEntry {
  return {
    path: `${EXPERIMENTS}/${experimentId}/current`,
    kind: "link",
    target: runId,
    mtime: now(),
  };
}

function withTags(file: Original, tags: string[]): Original {
  if (tags.length === 0) return file;
  try {
    const content = decode(file.bytes);
    const tagged = addTags(content, tags);
    return tagged === content ? file : { ...file, bytes: new TextEncoder().encode(tagged) };
  } catch (error) {
    if (error instanceof SyntaxError) return file; // it will be noted
    throw error;
  }
}
