/**
 * Rewriting jobs, and the run, while they pass as an archive: nothing has to be read before, nor
 * written over them afterwards.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import type { Original } from "../system/entry.ts";
import type { MemberHead } from "../tar/header.ts";
import { type Editor, type Sieve, untrusted, type Verdict } from "../tar/sieve.ts";
import { Links } from "../tar/links.ts";
import {
  isInJobs,
  JOB_META,
  jobFolder,
  type LinkedJob,
  PARAMS_FILE,
  runLink,
} from "../workspace/layout.ts";
import { Findings, type Originals, type Rewriting, tooLarge } from "./findings.ts";
import { type Content, count, isLike } from "../system/content.ts";
import { DOCUMENTS, isOversized, runDocumentKind } from "../workspace/documents.ts";
import { jobPaths, type PathMap, withFormer } from "./path_map.ts";
import type { JobPath } from "./relocate.ts";

/** tar's letters for the kinds that a copy takes this way. */
const [FILE, HARD_LINK, LINK, FOLDER] = ["0", "1", "2", "5"];

/** What no name that tar makes holds. */
const ODD = /(^|\/)(\.\.?)?(\/|$)/;

/** The run that passes. */
export interface PassingRun {
  /** Its folder, relative to the workspace. */
  folder: string;
  /** The jobs that it shall link to. */
  jobs: LinkedJob[];
}

/** The run, as it has passed. */
export interface PassedRun {
  /** What there is to tell of it. */
  rewriting: Rewriting;
  /** Its folders, with their times. */
  folders: Originals;
  /** The jobs that it links to, by their links. */
  linked: Set<string>;
}

/** What has passed. */
export interface Passed<Job extends LinkedJob> {
  /** What there is to tell of each job, or why it must not be published. */
  jobs: Map<Job, Rewriting | CopyError>;
  /** The run, when it was among it. */
  run: PassedRun | undefined;
}

/** One job on its way: what has passed of it is counted. */
interface PassingJob<Job extends LinkedJob> extends Content {
  job: Job;
  findings: Findings;
  hasParams: boolean;
  /** Why it must not be published. */
  trouble: CopyError | undefined;
}

/** Jobs and a run that pass. */
export class Passage<Job extends LinkedJob> implements Sieve {
  readonly #jobs = new Map<string, PassingJob<Job>>();
  readonly #run: PassingRun | undefined;
  #runFindings: Findings | undefined;
  readonly #runFolders = new Map<string, Original>();
  readonly #links = new Map<string, LinkedJob>();
  readonly #linked = new Set<string>();
  /** The links that have come: nothing may come after them that lies below. */
  readonly #brought = new Links();
  /** Files whose bytes have changed. */
  readonly #changed = new Set<string>();

  readonly #runContent: Content = { names: 0, bytes: 0 };
  /** The folder of which something has passed last, and the sizes of its files. */
  #folder = "";
  readonly #sizes = new Map<string, number>();

  /** Whether something could not be rewritten, and whether the end has come. */
  #left = false;
  #ended = false;

  /** @param from Who sends it. */
  constructor(
    jobs: Job[],
    run: PassingRun | undefined,
    private readonly map: PathMap,
    private readonly from: string,
  ) {
    for (const job of jobs) {
      const folder = jobFolder(job);
      const findings = new Findings(folder, map);
      const nothing = { names: 0, bytes: 0, hasParams: false, trouble: undefined };
      this.#jobs.set(folder, { job, findings, ...nothing });
    }
    this.#run = run;
    for (const job of run?.jobs ?? []) this.#links.set(runLink(job), job);
  }

  /** What is found in the run, which comes after its jobs: they tell where the workspace was before. */
  get #ofRun(): Findings {
    if (this.#runFindings === undefined) {
      const former = [...this.#jobs.values()].flatMap(({ findings }) => findings.former ?? []);
      this.#runFindings = new Findings(this.#run?.folder ?? "", withFormer(this.map, former));
    }
    return this.#runFindings;
  }

  /** Whether all has passed, rewritten; if not, the archive's way is not theirs. */
  get whole(): boolean {
    return this.#ended && !this.#left;
  }

  /** Whether what has passed is what was found: of each job, and of the run when it is given. */
  isLike(jobs: ReadonlyMap<string, Content>, run: Content | undefined): boolean {
    return (run === undefined || isLike(this.#runContent, run)) &&
      [...this.#jobs].every(([folder, passed]) => isLike(passed, jobs.get(folder)));
  }

  /** What there is to tell, once all has passed. */
  finish(): Passed<Job> {
    const jobs: Passed<Job>["jobs"] = new Map();
    for (const { job, findings, hasParams, trouble } of this.#jobs.values()) {
      if (!hasParams) findings.notes.push(`has no ${PARAMS_FILE}`);
      jobs.set(job, trouble ?? findings.finish());
    }
    const run = this.#run && {
      rewriting: this.#ofRun.finish(),
      folders: this.#runFolders,
      linked: this.#linked,
    };
    return { jobs, run };
  }

  meet(head: MemberHead): Verdict {
    const [folder, path] = placeOf(head.name);
    const passing = this.#jobs.get(folder);
    if (!this.#isAskedFor(head.name, folder)) {
      throw untrusted(this.from, `${head.name}, which was not requested`);
    }
    this.#count(head, path, folder);
    // a map of holes could make tar read on, over what comes next
    if (head.sparse) return this.#leave("drop");
    if (this.#brought.leadTo(head.name)) return this.#leave("drop");
    if (head.type === LINK || head.type === HARD_LINK) this.#brought.add(head.name);
    if (head.type === HARD_LINK) return this.#meetHardLink(head, path);
    if (![FILE, LINK, FOLDER].includes(head.type)) return this.#leave("drop");
    return passing === undefined
      ? this.#meetInRun(head, path)
      : this.#meetInJob(head, path, passing);
  }

  #count({ type, name, linkName, size }: MemberHead, path: string, folder: string): void {
    if (path === "") return;
    if (folder !== this.#folder) this.#sizes.clear();
    this.#folder = folder;
    const bytes = type === HARD_LINK ? this.#sizes.get(linkName) ?? NaN : size;
    const kind = type === LINK ? "link" : type === FOLDER ? "folder" : "file";
    if (kind === "file") this.#sizes.set(name, bytes);
    count(this.#jobs.get(folder) ?? this.#runContent, { path, kind, size: bytes });
  }

  /** The archive's way is not for this: rsync will bring it. */
  #leave(verdict: Verdict): Verdict {
    this.#left = true;
    return verdict;
  }

  #isAskedFor(name: string, folder = placeOf(name)[0]): boolean {
    if (!this.#jobs.has(folder) && folder !== this.#run?.folder) return false;
    return !ODD.test(name);
  }

  /** Two names for one file, of which only one shall change. */
  #meetHardLink({ linkName }: MemberHead, path: string): Verdict {
    if (!this.#isAskedFor(linkName)) {
      throw untrusted(this.from, `${linkName}, which was not requested`);
    }
    if (this.#brought.leadTo(linkName)) return this.#leave("drop"); // to a link, or through one
    const shared = DOCUMENTS.includes(path) || runDocumentKind(path) !== undefined ||
      this.#changed.has(linkName);
    return shared ? this.#leave("pass") : "pass";
  }

  #meetInJob(head: MemberHead, path: string, passing: PassingJob<Job>): Verdict {
    if (head.type === LINK) {
      const { findings } = passing;
      if (path === JOB_META || DOCUMENTS.includes(path)) {
        passing.trouble = new CopyError("job", `${path} is a link: nothing is written through it`);
      }
      return lead(findings.link(path, head.linkName));
    }
    if (head.type !== FILE || !DOCUMENTS.includes(path)) return "pass";
    if (path === PARAMS_FILE) passing.hasParams = true;
    if (!isOversized(head)) return "read";
    if (path !== PARAMS_FILE) passing.findings.notes.push(tooLarge(path));
    else passing.trouble = new CopyError("job", `${path} is larger than 32 MiB`);
    return "pass";
  }

  #meetInRun(head: MemberHead, path: string): Verdict {
    if (head.type === FOLDER) {
      const { mode, mtime } = head;
      this.#runFolders.set(head.name, { bytes: new Uint8Array(), mode, mtime });
      return "pass";
    }
    if (isInJobs(path)) {
      const job = this.#links.get(path);
      if (head.type !== LINK || job === undefined) return "drop";
      this.#linked.add(path);
      return { target: `${this.map.destination}/${jobFolder(job)}` };
    }
    if (head.type === LINK) return lead(this.#ofRun.link(path, head.linkName));
    const kind = runDocumentKind(path);
    if (kind === undefined) return "pass";
    if (isOversized(head, kind)) {
      this.#ofRun.notes.push(tooLarge(path, kind));
      return "pass";
    }
    return kind === "lines" ? this.#editLines(head.name, path) : "read";
  }

  /** A document of lines is not read at once: it may be large. */
  #editLines(name: string, path: string): Editor {
    const editor = this.#ofRun.lines(path);
    return {
      push: (bytes) => editor.push(bytes),
      finish: () => {
        const { parts, changed } = editor.finish();
        if (changed) this.#changed.add(name);
        return parts;
      },
    };
  }

  end(): void {
    this.#ended = true;
  }

  change({ name }: MemberHead, bytes: Uint8Array): Uint8Array[] {
    const [folder, path] = placeOf(name);
    const passing = this.#jobs.get(folder);
    const changed = passing === undefined
      ? this.#ofRun.optionalDocument(path, runDocumentKind(path)!, bytes)
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

function lead(target: string | undefined): Verdict {
  return target === undefined ? "pass" : { target };
}

/** The folder of a job or a run that something is in, which is three names deep; and the path there. */
function placeOf(name: string): [folder: string, path: string] {
  let end = -1;
  for (let depth = 0; depth < 3; depth++) {
    end = name.indexOf("/", end + 1);
    if (end < 0) return [name, ""];
  }
  return [name.slice(0, end), name.slice(end + 1)];
}
