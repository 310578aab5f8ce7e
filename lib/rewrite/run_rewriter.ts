/**
 * Rewrites a run while it passes in an archive: its documents and its links. Links to jobs are made
 * anew.
 *
 * @module
 */

import { tidy } from "../system/garbage.ts";
import { now } from "../system/time.ts";
import type { Dialect } from "../tar/dialect.ts";
import type { MemberHead } from "../tar/header.ts";
import type { Editor, MemberDecision } from "../tar/visitor.ts";
import type { OverlayEntry } from "../tar/write.ts";
import { isOversized, runDocumentKind } from "../workspace/documents.ts";
import {
  isInJobs,
  jobAt,
  jobFolder,
  type JobId,
  JOBS,
  type LinkedJob,
  parentOf,
  runLink,
  STATUS_FILE,
  unitOf,
} from "../workspace/layout.ts";
import { ByFolder } from "../workspace/by_folder.ts";
import { decode, Findings, type Report, tooLarge } from "./findings.ts";
import type { PathMap } from "./path_map.ts";
import { addTags, markEnded } from "./relocate.ts";

/** The run to rewrite. */
export interface PassingRun {
  /** Its folder, relative to the workspace. */
  folder: string;
  /** The jobs that it will link to; asked when its first member comes. */
  jobs(): Iterable<LinkedJob>;
  /** Tags that it has at the destination. */
  tags: readonly string[];
  /** Whether it is taken as ended: `status.json` says so from then on. */
  ended?: boolean | undefined;
  /** The links to jobs that are there already, by their paths in it. Default: none. */
  linked?: ReadonlySet<string>;
}

/** tar's letters for the kinds that are more than bytes. */
const [LINK, FOLDER] = ["2", "5"];

/** Rewrites the run as it passes. */
export class RunRewriter {
  readonly #findings: Findings;
  /** The jobs that it will link to; and by their ids, whether their links have passed. */
  readonly links: readonly LinkedJob[];
  readonly #passed = new ByFolder<boolean>();
  /** The headers of the folders that contain links to jobs. */
  readonly #folders = new Map<string, Uint8Array>();

  /** @param changed The names of files whose bytes have changed are added to it. */
  constructor(
    private readonly run: PassingRun,
    private readonly map: PathMap,
    private readonly changed: Set<string>,
  ) {
    // its documents name all jobs: to keep their paths would take much memory
    this.#findings = new Findings(
      run.folder,
      map,
      (path) => this.#jobAt(unitOf(path)) !== undefined,
    );
    this.links = [...run.jobs()];
    for (const job of this.links) this.#passed.set(job, run.linked?.has(runLink(job)) === true);
  }

  /** The job that it links to whose folder, or the link to it, has this path. */
  #jobAt(path: string): JobId | undefined {
    const id = jobAt(path, [JOBS]);
    return id && this.#passed.has(id) ? id : undefined;
  }

  /** Decides about a member. */
  visit(head: MemberHead, path: string, headers: () => Uint8Array): MemberDecision {
    if (head.type === FOLDER) {
      if (path === "" || isInJobs(path)) this.#folders.set(path, headers());
      return "pass";
    }
    if (isInJobs(path)) {
      const job = this.#jobAt(path);
      if (head.type !== LINK || job === undefined) return "drop";
      this.#passed.set(job, true);
      return { target: `${this.map.destination}/${jobFolder(job)}` };
    }
    if (head.type === LINK) return lead(this.#findings.link(path, head.linkName));
    const kind = runDocumentKind(path);
    if (kind === undefined) return "pass";
    if (isOversized(head, kind)) {
      this.#findings.notes.push(tooLarge(path, kind));
      return "pass";
    }
    return kind === "lines" ? this.#editLines(head.name, path) : "read";
  }

  /** Edits a document of lines as it comes: it may be too large to be read at once. */
  #editLines(name: string, path: string): Editor {
    const editor = this.#findings.lines(path);
    return {
      push: (bytes) => editor.push(bytes),
      finish: () => {
        const { held, changed } = editor.finish();
        if (changed) this.changed.add(name);
        return held;
      },
    };
  }

  /** The new bytes of a document, in parts. */
  change(path: string, bytes: Uint8Array): Uint8Array[] {
    const kind = runDocumentKind(path)!;
    const content = path === STATUS_FILE ? withStatus(bytes, this.run) : bytes;
    const changed = this.#findings.optionalDocument(path, kind, content);
    tidy(); // status.json has a line for each job
    return changed;
  }

  /** Adds the links to jobs that the run lacks at the source. */
  *end(
    dialect: Dialect,
    write: (entries: OverlayEntry[]) => Iterable<Uint8Array>,
  ): Generator<Uint8Array> {
    const missing = this.links.filter((job) => !this.#passed.get(job))
      .map((job) => [runLink(job), job] as const);
    if (missing.length === 0) return;
    // GNU tar sets the time of a folder again if the folder comes again before its new links
    const folders = new Set(missing.flatMap(([path]) => ["", JOBS, parentOf(path)]));
    for (const folder of [...folders].sort()) {
      const known = this.#folders.get(folder);
      if (known === undefined) yield* write([this.#newFolder(folder)]);
      else if (dialect === "gnu") yield known; // others get all folders again at the end
      const links = missing.filter(([path]) => parentOf(path) === folder);
      yield* write(links.map(([path, job]) => this.#newLink(path, job)));
    }
  }

  #newFolder(path: string): OverlayEntry {
    const folder = path === "" ? this.run.folder : `${this.run.folder}/${path}`;
    return { path: folder, kind: "folder", mode: 0o755, mtime: now() };
  }

  #newLink(path: string, job: LinkedJob): OverlayEntry {
    const target = `${this.map.destination}/${jobFolder(job)}`;
    return { path: `${this.run.folder}/${path}`, kind: "link", target, mtime: now() };
  }

  /** The report on it. */
  finish(): Report {
    return this.#findings.finish();
  }
}

export function lead(target: string | undefined): MemberDecision {
  return target === undefined ? "pass" : { target };
}

/** A run's `status.json` as it shall be; unchanged when it is not JSON, which is noted later. */
function withStatus(bytes: Uint8Array, { tags, ended }: PassingRun): Uint8Array {
  if (tags.length === 0 && !ended) return bytes;
  try {
    const content = decode(bytes);
    const tagged = addTags(content, tags);
    const changed = ended ? markEnded(tagged) : tagged;
    return changed === content ? bytes : new TextEncoder().encode(changed);
  } catch (error) {
    if (error instanceof SyntaxError) return bytes;
    throw error;
  }
}
