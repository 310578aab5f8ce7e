/**
 * Rewrites jobs and the run while they pass in an archive. So no document has to be read before,
 * and none is written twice.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import { LONG, type MemberHead } from "../tar/header.ts";
import { type MemberDecision, type MemberVisitor, untrusted } from "../tar/visitor.ts";
import type { Dialect } from "../tar/dialect.ts";
import { Links } from "../tar/links.ts";
import { members, type OverlayEntry } from "../tar/write.ts";
import {
  isShared,
  JOB_META,
  jobFolder,
  type LinkedJob,
  PARAMS_FILE,
  placeOf,
} from "../workspace/layout.ts";
import { Findings, type Report, tooLarge, unusable } from "./findings.ts";
import { lead, type PassingRun, RunRewriter } from "./run_rewriter.ts";
import { type Content, count, isLike } from "../system/content.ts";
import type { EntryKind } from "../system/entry.ts";
import { DOCUMENTS, isOversized, runDocumentKind } from "../workspace/documents.ts";
import { jobPaths, type PathMap, withFormer } from "./path_map.ts";
import type { JobPath } from "./relocate.ts";

/** tar's letters for the kinds of entry that may pass; a pipe is brought by rsync where it can. */
const [FILE, HARD_LINK, LINK, FOLDER, PIPE] = ["0", "1", "2", "5", "6"];

/** What they are in a folder; all others are files. */
const KINDS: Readonly<Record<string, EntryKind>> = {
  [LINK!]: "link",
  [FOLDER!]: "folder",
  [PIPE!]: "other",
};

/** A name `.` or `..`, or an empty one: tar writes none of these. */
const ODD = /(^|\/)(\.\.?)?(\/|$)/;

/** The options of a rewriter. */
export interface PassingOptions {
  /** For some folders, the only paths that may come; empty for the folder itself. */
  named?: ReadonlyMap<string, ReadonlySet<string>>;
  /** The folders of jobs of which only a part comes. */
  parts?: ReadonlySet<string>;
  /** The entries to append at the end. */
  added?: () => OverlayEntry[];
  /** Which tar unpacks it. */
  dialect?: Dialect;
  /** Whether rsync brings nothing: what it brings elsewhere may pass, too. @default {false} */
  alone?: boolean;
  /** Writes the entries that are added. @default {owned by root, for GNU tar} */
  write?: (entries: OverlayEntry[]) => Iterable<Uint8Array>;
}

/** The reports on what has passed. */
export interface Passed<Job extends LinkedJob> {
  /** The report on each job, or why it must not be published. */
  jobs: Map<Job, Report | CopyError>;
  /** The report on the run; undefined when it was not part of the archive. */
  run: Report | undefined;
}

/** One job on its way, with the sum of what has passed of it. */
interface PassingJob<Job extends LinkedJob> extends Content {
  job: Job;
  findings: Findings;
  hasParams: boolean;
  /** Why it must not be published. */
  trouble: CopyError | undefined;
}

/** Rewrites jobs and a run as they pass. */
export class StreamRewriter<Job extends LinkedJob> implements MemberVisitor {
  readonly #jobs = new Map<string, PassingJob<Job>>();
  readonly #run: PassingRun | undefined;
  #runRewriter: RunRewriter | undefined;
  /** The links that have come: no later entry may be below one of them. */
  readonly #brought = new Links();
  /** Files whose bytes have changed. */
  readonly #changed = new Set<string>();

  readonly #runContent: Content = { names: 0, bytes: 0 };
  /** The folder of the latest entry, and the sizes of its files. */
  #folder = "";
  #sizes = new Map<string, number>();

  /** The folders with an entry that cannot go this way, and the first such entry. */
  readonly #left = new Map<string, string>();
  #ended = false;

  /** @param from The machine that sends the archive. */
  constructor(
    jobs: Job[],
    run: PassingRun | undefined,
    private readonly map: PathMap,
    private readonly from: string,
    private readonly options: PassingOptions = {},
  ) {
    for (const job of jobs) {
      const folder = jobFolder(job);
      const findings = new Findings(folder, map);
      const nothing = { names: 0, bytes: 0, hasParams: false, trouble: undefined };
      this.#jobs.set(folder, { job, findings, ...nothing });
    }
    this.#run = run;
  }

  /** The run. Jobs that came before it have told where the workspace was before. */
  get #ofRun(): RunRewriter | undefined {
    if (this.#run === undefined) return undefined;
    if (this.#runRewriter === undefined) {
      const former = [...this.#jobs.values()].flatMap(({ findings }) => findings.former ?? []);
      this.#runRewriter = new RunRewriter(this.#run, withFormer(this.map, former), this.#changed);
    }
    return this.#runRewriter;
  }

  /** Whether all has passed; otherwise rsync must bring some of it. */
  get whole(): boolean {
    return this.#ended && this.#left.size === 0;
  }

  /** Whether the end of the archive has come. */
  get ended(): boolean {
    return this.#ended;
  }

  /** The entries that cannot go this way, by the folders that they are in. */
  get left(): ReadonlyMap<string, string> {
    return this.#left;
  }

  /** The jobs that have passed and must not be published. */
  get troubled(): Job[] {
    return [...this.#jobs.values()].filter(({ trouble }) => trouble).map(({ job }) => job);
  }

  /** The jobs that the run links to. */
  get linked(): readonly LinkedJob[] {
    return this.#ofRun?.links ?? [];
  }

  /** What a job has named in the workspace so far; undefined of one that does not pass. */
  namedBy(job: Job): string[] | undefined {
    return this.#jobs.get(jobFolder(job))?.findings.finish().inside;
  }

  /** Counts what has passed in another archive as if it had come in this one, before the rest. */
  take(other: StreamRewriter<Job>): void {
    for (const [folder, passed] of other.#jobs) this.#jobs.set(folder, passed);
    for (const [folder, path] of other.#left) this.#left.set(folder, path);
    for (const name of other.#changed) this.#changed.add(name);
    this.#brought.addAll(other.#brought);
  }

  /** The folders that have passed otherwise than they were found. */
  differing(found: ReadonlyMap<string, Content>): string[] {
    return [...found].filter(([folder, content]) => {
      const passed = this.#jobs.get(folder) ?? this.#runContent;
      return !isLike(passed, content);
    }).map(([folder]) => folder);
  }

  /** The reports, once all has passed. */
  finish(): Passed<Job> {
    const jobs: Passed<Job>["jobs"] = new Map();
    for (const [folder, { job, findings, hasParams, trouble }] of this.#jobs) {
      const isPart = this.options.parts?.has(folder) === true || isShared(job);
      if (!hasParams && !isPart) findings.notes.push(`has no ${PARAMS_FILE}`);
      jobs.set(job, trouble ?? findings.finish());
    }
    return { jobs, run: this.#ofRun?.finish() };
  }

  visit(head: MemberHead, headers: () => Uint8Array): MemberDecision {
    const [folder, path] = placeOf(head.name);
    const passing = this.#jobs.get(folder);
    if (!this.#isAskedFor(head.name, folder) || !this.#isNamed(folder, path)) {
      throw untrusted(this.from, `${head.name}, which was not requested`);
    }
    this.#count(head, path, folder);
    // a wrong map of holes could make tar take the next headers for content
    if (head.sparse || head.long && !this.#isLong(head)) return this.#leave(head, "drop");
    const isThere = passing === undefined && this.#run!.linked?.has(path);
    if (isThere && head.type === LINK) return "drop";
    if (this.#brought.leadTo(head.name)) return this.#leave(head, "drop");
    if (head.type === LINK || head.type === HARD_LINK) this.#brought.add(head.name);
    if (head.type === HARD_LINK) return this.#visitHardLink(head, path, passing);
    if (head.type === PIPE && this.options.alone) return "pass";
    if (![FILE, LINK, FOLDER].includes(head.type)) return this.#leave(head, "drop");
    return passing === undefined
      ? this.#ofRun!.visit(head, path, headers)
      : this.#visitInJob(head, path, passing);
  }

  /** Whether the size of a file, which a record tells, may be told so: not every tar reads it. */
  #isLong({ size }: MemberHead): boolean {
    const { alone = false, dialect } = this.options;
    return alone && size >= LONG && dialect !== "plain";
  }

  #isNamed(folder: string, path: string): boolean {
    return this.options.named?.get(folder)?.has(path) !== false;
  }

  #count({ type, name, linkName, size }: MemberHead, path: string, folder: string): void {
    if (path === "") return;
    if (folder !== this.#folder) {
      this.#folder = folder;
      this.#sizes = new Map(); // one that grows old takes new memory that is freed late
    }
    const bytes = type === HARD_LINK ? this.#sizes.get(linkName) ?? NaN : size;
    const kind = KINDS[type] ?? "file";
    if (kind === "file") this.#sizes.set(name, bytes);
    count(this.#jobs.get(folder) ?? this.#runContent, { path, kind, size: bytes });
  }

  /** Notes an entry that cannot go this way: rsync will bring it. */
  #leave({ name }: MemberHead, decision: MemberDecision): MemberDecision {
    const [folder, path] = placeOf(name);
    if (!this.#left.has(folder)) this.#left.set(folder, path);
    return decision;
  }

  #isAskedFor(name: string, folder = placeOf(name)[0]): boolean {
    if (!this.#jobs.has(folder) && folder !== this.#run?.folder) return false;
    return !ODD.test(name === `${folder}/.` ? folder : name); // of a folder that is a link
  }

  /** Decides about a hard link. A document must not share its bytes with another file. */
  #visitHardLink(head: MemberHead, path: string, passing?: PassingJob<Job>): MemberDecision {
    const { linkName } = head;
    if (!this.#isAskedFor(linkName)) {
      throw untrusted(this.from, `${linkName}, which was not requested`);
    }
    if (passing !== undefined && !this.#isNamed(...placeOf(linkName))) { // it does not pass
      passing.trouble = new CopyError("job", `${path} is a hard link to what is already there`);
      return "drop";
    }
    if (this.#brought.leadTo(linkName)) return this.#leave(head, "drop"); // to a link, or through one
    const shared = DOCUMENTS.includes(path) || runDocumentKind(path) !== undefined ||
      this.#changed.has(linkName);
    return shared ? this.#leave(head, "pass") : "pass";
  }

  #visitInJob(head: MemberHead, path: string, passing: PassingJob<Job>): MemberDecision {
    if (head.type === LINK) {
      const { findings } = passing;
      if (path === JOB_META || DOCUMENTS.includes(path)) {
        passing.trouble = unusable(head.name, `${path} is a link: nothing is written through it`);
      }
      return lead(findings.link(path, head.linkName));
    }
    if (head.type !== FILE || !DOCUMENTS.includes(path)) return "pass";
    if (path === PARAMS_FILE) passing.hasParams = true;
    if (!isOversized(head)) return "read";
    if (path !== PARAMS_FILE) passing.findings.notes.push(tooLarge(path));
    else passing.trouble = unusable(head.name, `${path} is larger than 32 MiB`);
    return "pass";
  }

  /** At the end of the archive, appends the entries made anew and the links that the run lacks. */
  *end(): Generator<Uint8Array> {
    this.#ended = true;
    const { added, dialect = "gnu", write = (entries) => members(entries, {}) } = this.options;
    yield* write(added?.() ?? []);
    yield* this.#ofRun?.end(dialect, write) ?? [];
  }

  change({ name }: MemberHead, bytes: Uint8Array): Uint8Array[] {
    const [folder, path] = placeOf(name);
    const passing = this.#jobs.get(folder);
    const changed = passing === undefined
      ? this.#ofRun!.change(path, bytes)
      : this.#changeInJob(path, bytes, passing, jobPaths(passing.job, this.map));
    if (changed[0] !== bytes) this.#changed.add(name);
    return changed;
  }

  #changeInJob(
    path: string,
    bytes: Uint8Array,
    passing: PassingJob<Job>,
    jobPath: JobPath,
  ): Uint8Array[] {
    const { findings } = passing;
    if (path !== PARAMS_FILE) return findings.optionalDocument(path, "job-status", bytes, jobPath);
    try {
      return findings.document(path, "params", bytes);
    } catch (error) {
      if (!(error instanceof CopyError)) throw error;
      passing.trouble = error;
      return [bytes];
    }
  }
}
