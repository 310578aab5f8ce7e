/**
 * What has to be written over a staged job or run, so that it belongs to the destination.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import type { FileContent } from "../host/files.ts";
import type { Entry } from "../host/host.ts";
import {
  EXPERIMENTS,
  JOB_META,
  jobFolder,
  JOBS,
  PARAMS_FILE,
  STATUS_FILE,
} from "../workspace/layout.ts";
import { type FoundJob, type FoundRunFolder, misplacedLink } from "./inventory.ts";
import type { OverlayEntry } from "../host/overlay.ts";
import { runLink } from "./plan.ts";
import {
  addTags,
  type DocumentKind,
  type PathMap,
  relocate,
  type Relocated,
  relocatePath,
  runDocumentKind,
} from "./relocate.ts";
import type { PlannedJob } from "./types.ts";

/** Reads a file of a staged copy, or of the source: it has the same bytes. */
export type Read = (path: string) => FileContent | undefined;

/** What to write over a folder, and what to say about it. */
export interface Rewriting {
  /** What to write, paths relative to the staging folder. */
  overlay: OverlayEntry[];
  /** What the user should know. */
  notes: string[];
  /** Absolute paths outside the source workspace that its files name. */
  outside: string[];
}

/**
 * Rewrites a job.
 *
 * @throws {CopyError} `job`, when the job cannot be rewritten, and so must not be published.
 */
export function rewriteJob(job: PlannedJob, found: FoundJob, read: Read, map: PathMap): Rewriting {
  const folder = jobFolder(job);
  const link = misplacedLink(found);
  if (link !== undefined) {
    throw new CopyError("job", `${link} is a link: nothing is written through it`);
  }
  const rewriting = new FolderRewriting(folder, found.folders, map);
  const params = read(`${folder}/${PARAMS_FILE}`);
  if (params === undefined) rewriting.notes.push(`has no ${PARAMS_FILE}`);
  else rewriting.document(PARAMS_FILE, "params", params);
  const status = `${JOB_META}/${STATUS_FILE}`;
  const statusFile = read(`${folder}/${status}`);
  if (statusFile !== undefined) {
    rewriting.optionalDocument(status, "job-status", statusFile, `${map.destination}/${folder}`);
  }
  for (const link of found.links) rewriting.link(link);
  return rewriting.finish();
}

/** What a run's rewriting needs to know. */
export interface RunToRewrite {
  /** The run's folder, relative to the workspace. */
  folder: string;
  /** What the source has of it. */
  found: FoundRunFolder;
  /** The jobs that will stand at the destination. */
  jobs: PlannedJob[];
  /** Tags that the run has at the destination. */
  tags: string[];
}

/** Rewrites a run: its documents, its links, and its links to jobs, which are made anew. */
export function rewriteRun(run: RunToRewrite, read: Read, map: PathMap): Rewriting {
  const folders = new Map([...run.found].filter(([, entry]) => entry.kind === "folder"));
  const rewriting = new FolderRewriting(run.folder, folders, map);
  for (const [path, entry] of run.found) {
    if (isInJobs(path)) {
      if (entry.kind === "folder") rewriting.touch(path); // left behind, made anew
      continue;
    }
    if (entry.kind === "link") rewriting.link(entry);
    const kind = entry.kind === "file" ? runDocumentKind(path) : undefined;
    const file = kind && read(`${run.folder}/${path}`);
    if (file === undefined) continue;
    const tagged = path === STATUS_FILE ? withTags(file, run.tags) : file;
    rewriting.optionalDocument(path, kind!, tagged, undefined, tagged !== file);
  }
  for (const job of run.jobs) {
    const path = runLink(job);
    const mtime = run.found.get(path)?.mtime ?? now();
    rewriting.add(path, { kind: "link", target: `${map.destination}/${jobFolder(job)}`, mtime });
  }
  return rewriting.finish();
}

function isInJobs(path: string): boolean {
  return path === JOBS || path.startsWith(`${JOBS}/`);
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

function withTags(file: FileContent, tags: string[]): FileContent {
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

function now(): string {
  return (Date.now() / 1000).toFixed(3);
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new SyntaxError("not UTF-8");
  }
}

/** Gathers what has to be written over one folder. */
class FolderRewriting {
  readonly notes: string[] = [];
  readonly #overlay: OverlayEntry[] = [];
  readonly #outside = new Set<string>();
  /** The folders whose times writing will change. */
  readonly #touched = new Set<string>();

  constructor(
    private readonly folder: string,
    private readonly folders: ReadonlyMap<string, Entry>,
    private readonly map: PathMap,
  ) {}

  /** Relocates a document that the folder cannot be published without. */
  document(path: string, kind: DocumentKind, file: FileContent): void {
    try {
      this.#take(path, file, relocate(kind, decode(file.bytes), this.map), false);
    } catch (error) {
      throw unusable(path, error);
    }
  }

  /** Relocates a document; one that is not JSON stays as it is, and is noted. */
  optionalDocument(
    path: string,
    kind: DocumentKind,
    file: FileContent,
    jobPath?: string,
    changed = false,
  ): void {
    try {
      this.#take(path, file, relocate(kind, decode(file.bytes), this.map, jobPath), changed);
    } catch (error) {
      this.notes.push(unusable(path, error).message);
    }
  }

  #take(path: string, file: FileContent, relocated: Relocated, changed: boolean): void {
    for (const outside of relocated.outside) this.#outside.add(outside);
    this.notes.push(...relocated.notes.map((note) => `${path}: ${note}`));
    if (relocated.text === undefined && !changed) return;
    const bytes = relocated.text === undefined
      ? file.bytes
      : new TextEncoder().encode(relocated.text);
    this.add(path, { kind: "file", bytes, mode: file.mode, mtime: file.mtime });
  }

  /** Relocates a link that leads into the source workspace. */
  link(link: Entry): void {
    const target = relocatePath(link.target!, this.map);
    if (target !== undefined) this.add(link.path, { kind: "link", target, mtime: link.mtime });
    else if (link.target!.startsWith("/")) this.#outside.add(link.target!);
  }

  /** Adds something; the folders it is in will have their times restored. */
  add(path: string, what: Unplaced): void {
    this.#overlay.push({ ...what, path: `${this.folder}/${path}` });
    this.touch(path.slice(0, Math.max(0, path.lastIndexOf("/"))));
  }

  /** Gives a folder, and those it is in, the times of the source again. */
  touch(path: string): void {
    for (let at = path.length; at > 0; at = path.lastIndexOf("/", at - 1)) {
      this.#touched.add(path.slice(0, at));
    }
    this.#touched.add("");
  }

  finish(): Rewriting {
    for (const path of this.#touched) {
      const { mode, mtime } = this.folders.get(path) ?? { mode: 0o755, mtime: now() };
      const full = path === "" ? this.folder : `${this.folder}/${path}`;
      this.#overlay.push({ path: full, kind: "folder", mode, mtime });
    }
    return { overlay: this.#overlay, notes: this.notes, outside: [...this.#outside] };
  }
}

/** An overlay entry without its path. */
type Unplaced = OverlayEntry extends infer T ? T extends unknown ? Omit<T, "path"> : never : never;

function unusable(path: string, error: unknown): CopyError {
  if (!(error instanceof SyntaxError)) throw error;
  return new CopyError("job", `${path} is not JSON (${error.message})`);
}
