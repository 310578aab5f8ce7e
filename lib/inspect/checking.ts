/**
 * One check: job by job, then the run, then the bytes of all files.
 *
 * @module
 */

import { BATCH_JOBS } from "../copy/batches.ts";
import type { JobToPlan } from "../copy/job_links.ts";
import { mapOf, type Mapped } from "../copy/maps.ts";
import type { Ends } from "../copy/plan.ts";
import type { CopyProblem } from "../copy/types.ts";
import { formerRoots, readMapped } from "../rewrite/path_map.ts";
import {
  folderAt,
  type FolderId,
  jobFolder,
  JOBS,
  type LinkedJob,
  parentOf,
  runLink,
} from "../workspace/layout.ts";
import { readRunStatus } from "../workspace/runs.ts";
import { type CheckedEnds, heldIn, lookAtNeeded } from "./check_ends.ts";
import { judgeJobs } from "./check_jobs.ts";
import { judgeRun, linkedThere, linksAtNeither } from "./check_run.ts";
import { addContents, addInOrder, compareSums, type Summed, whatDiffers } from "./check_sums.ts";
import { type Compared, compareFolders, type Expected, type Held } from "./compare_folders.ts";
import type { Entry } from "../system/entry.ts";
import { addTo, described } from "./amounts.ts";
import { type CheckedJobs, isComputedTwice, notCompared } from "./computed.ts";
import type { CheckOptions, CheckResult, Difference } from "./check_types.ts";
import {
  documentsIn,
  type FolderRewriter,
  isDocumentIn,
  jobRewriter,
  runRewriter,
  sumsOf,
  targetsIn,
} from "./expected.ts";
import type { Excludes } from "../copy/exclude.ts";
import { readRecords } from "./left_out_there.ts";
import { Modes } from "./modes.ts";

/** A folder that is compared. */
interface Folder {
  /** Relative to a workspace. */
  folder: string;
  /** The job whose folder it is; undefined of the run. */
  job: LinkedJob | undefined;
  rewriter: FolderRewriter;
  held: Ends<Held>;
}

/** A check under way. */
export class Checking {
  readonly #result: Omit<CheckResult, "experimentId" | "seconds" | "same">;
  readonly #modes = new Modes();
  /** The files whose bytes are still to be compared. */
  readonly #files: Summed[] = [];
  readonly #mapped: Mapped;
  /** The jobs that the copy before has skipped, and that are no copies. */
  readonly #own: FolderId[] = [];

  constructor(
    private readonly ends: CheckedEnds,
    private readonly options: CheckOptions,
    private readonly jobs?: CheckedJobs,
  ) {
    const { runId, infos, found, problems } = ends;
    this.#result = {
      ...{ runId, differences: [], checksum: options.checksum === true },
      notes: jobs === undefined ? [...problems] : [], // a copy before has said them
      ...{ compared: { jobs: 0, files: 0, bytes: 0 }, leftOut: { jobs: 0, files: 0, bytes: 0 } },
    };
    this.#mapped = {
      ...{ infos, found },
      mapped: readMapped(options.map),
      formerRoots: formerRoots(found.source.run),
    };
  }

  /** Compares all. */
  async run(): Promise<Omit<CheckResult, "experimentId" | "seconds">> {
    const { ends, options } = this;
    const known = new Set<string>();
    for (let jobs = ends.jobs; jobs.length > 0;) {
      for (const job of jobs) known.add(jobFolder(job));
      const named = await this.#compareAll(this.#judge(jobs));
      const needed = named.filter((job) =>
        !known.has(jobFolder(job)) && this.jobs?.isWanted(job) !== false
      );
      jobs = needed.length === 0 ? [] : await lookAtNeeded(ends, needed);
    }
    await this.#compareRun();
    if (this.#own.length > 0) {
      this.#result.notes.push({ code: "job", message: notCompared(this.#own) });
    }
    if (this.#result.checksum) {
      addContents(this.#result.differences, await compareSums(ends, this.#files, options));
    }
    return { ...this.#result, same: this.#result.differences.length + ends.problems.length === 0 };
  }

  /** Tells what is known of some jobs without their files; answers those to compare. */
  #judge(jobs: JobToPlan[]): JobToPlan[] {
    const judged = [...judgeJobs(this.ends, jobs, this.options.ended === true)]
      .filter(([job]) => this.jobs?.isWanted(job) !== false);
    for (const [job, { difference, note }] of judged) {
      if (difference?.kind === "newer" && this.jobs?.wasSkipped(job)) this.#own.push(job);
      else if (difference !== undefined) this.#result.differences.push(difference);
      if (note !== undefined) this.#note(note);
    }
    return judged.filter(([, { compare }]) => compare).map(([job]) => job);
  }

  /** Says what the user should know besides; a copy before has said it. */
  #note(note: CopyProblem): void {
    if (this.jobs === undefined) this.#result.notes.push(note);
  }

  /** Compares jobs, many at a time; answers the jobs that they name, each once. */
  async #compareAll(jobs: JobToPlan[]): Promise<FolderId[]> {
    const named = new Map<string, FolderId>();
    for (let at = 0; at < jobs.length; at += BATCH_JOBS) {
      const batch = await this.#compareJobs(jobs.slice(at, at + BATCH_JOBS));
      for (const path of batch.flatMap((rewriter) => rewriter.named)) {
        const job = folderAt(path);
        if (job !== undefined) named.set(jobFolder(job), job);
      }
    }
    return [...named.values()];
  }

  async #compareJobs(jobs: JobToPlan[]): Promise<FolderRewriter[]> {
    const map = mapOf(this.#mapped);
    const folders = await this.#gather(new Map(jobs.map((job) => [jobFolder(job), job])));
    const recorded = folders.map(({ folder }) => folder)
      .filter((folder) => this.ends.found.destination.records?.has(folder));
    const { hosts, infos } = this.ends;
    const records = await readRecords(
      hosts.destination,
      infos.destination.realPath,
      recorded,
    );
    const all = folders.map(({ folder, job, held }) => {
      return { folder, job, held, rewriter: jobRewriter(folder, job!, map) };
    });
    await this.#compare(all, (folder) => ({
      isLeftOut: records.get(folder) ?? NOTHING,
      isOptional: () => false,
    }));
    this.#result.compared.jobs += jobs.filter(({ sharedName }) => sharedName === undefined).length;
    for (const { rewriter } of all) {
      if (rewriter.former !== undefined) this.#mapped.formerRoots.add(rewriter.former);
    }
    return all.map(({ rewriter }) => rewriter);
  }

  async #compareRun(): Promise<void> {
    const { ends, options } = this;
    const { run, infos } = ends;
    const judged = judgeRun(ends, options.ended === true);
    for (const note of judged.notes) this.#note(note);
    if (judged.compare) {
      const linked = linkedThere(ends);
      const tags = readRunStatus(infos.destination.run?.status)?.tags ?? [];
      const passing = { folder: run, jobs: () => linked, tags, ended: options.ended };
      const rewriter = runRewriter(passing, mapOf(this.#mapped));
      const [found] = await this.#gather(new Map([[run, undefined]]));
      const links = linked.map(runLink);
      const made = new Set(["", JOBS, ...links, ...links.map(parentOf)]);
      const isOptional = (path: string) => made.has(path);
      await this.#compare([{ ...found!, rewriter }], () => ({ isLeftOut: NOTHING, isOptional }));
      this.#result.differences.push(...linksAtNeither(run, linked, found!.held));
    }
    this.#result.differences.push(...judged.differences);
  }

  /** Looks at all that is in some folders, at both ends. */
  async #gather(
    folders: ReadonlyMap<string, LinkedJob | undefined>,
  ): Promise<Omit<Folder, "rewriter">[]> {
    const { hosts, infos } = this.ends;
    const [source, destination] = await Promise.all([
      heldIn(hosts.source, infos.source, folders),
      heldIn(hosts.destination, infos.destination, folders),
    ]);
    return [...folders].map(([folder, job]) => ({
      ...{ folder, job },
      held: { source: source.get(folder)!, destination: destination.get(folder)! },
    }));
  }

  async #compare(
    folders: Folder[],
    rules: (folder: string) => Pick<Expected, "isLeftOut" | "isOptional">,
  ): Promise<void> {
    const documents = await this.#readDocuments(folders);
    for (const { held: { source, destination } } of folders) {
      for (const [path, here] of source.entries) {
        const there = destination.entries.get(path);
        if (there !== undefined) this.#modes.see(here, there);
      }
    }
    const read: string[] = [];
    const compared = folders.map((one) => {
      const { folder, job, rewriter, held: { source, destination } } = one;
      const targets = targetsIn(source.entries, rewriter);
      const found = compareFolders(source, destination, {
        target: (path) => targets.get(path),
        isDocument: (entry) => isDocumentIn(job !== undefined, entry),
        ...rules(folder),
      }, this.#modes);
      for (const { path } of found.documents) read.push(`${folder}/${path}`);
      return [one, found] as const;
    });
    const { hosts, infos } = this.ends;
    const there = await sumsOf(hosts.destination, infos.destination.realPath, read);
    for (const [one, found] of compared) {
      this.#tell(one, found, { source: documents, destination: there });
    }
  }

  /** The sums that the documents of some folders should have at the destination. */
  async #readDocuments(folders: Folder[]): Promise<ReadonlyMap<string, string | undefined>> {
    const { hosts, infos } = this.ends;
    const owners = new Map<string, Folder>();
    for (const one of folders) {
      for (const path of documentsIn(one.job !== undefined, one.held.source.entries)) {
        owners.set(`${one.folder}/${path}`, one);
      }
    }
    return await sumsOf(
      hosts.source,
      infos.source.realPath,
      [...owners.keys()],
      (path, bytes) => {
        const { folder, rewriter } = owners.get(path)!;
        return rewriter.document(path.slice(folder.length + 1), bytes);
      },
    );
  }

  /** Adds what was found of a folder to the result. */
  #tell(
    { folder, job, held }: Folder,
    found: Compared,
    sums: Ends<ReadonlyMap<string, string | undefined>>,
  ): void {
    if (job !== undefined && this.jobs?.wasSkipped(job) && isComputedTwice(job, held)) {
      this.#own.push(job);
      return;
    }
    const about = (path: string) => ({
      path: path === "" ? folder : `${folder}/${path}`,
      ...(job !== undefined && asJob(job)),
    });
    const differences: Difference[] = [
      ...found.missing.map((entry) => ({
        ...{ kind: "missing" as const, what: described(entry) },
        ...about(entry.path),
      })),
      ...found.extra.map((entry) => ({
        ...{ kind: "extra" as const, what: described(entry) },
        ...about(entry.path),
      })),
      ...found.differing.map(({ path, aspects, what }) => ({
        ...{ kind: "differs" as const, what, aspects },
        ...about(path),
      })),
    ];
    addContents(
      differences,
      found.documents.flatMap(({ path }) => {
        const [wanted, there] = [sums.source, sums.destination].map((all) =>
          all.get(`${folder}/${path}`)
        );
        const what = whatDiffers(wanted, there, "content differs from the rewritten source");
        const content = { kind: "differs" as const, aspects: ["content" as const] };
        return what === undefined ? [] : [{ ...content, what, ...about(path) }];
      }),
    );
    addInOrder(this.#result.differences, differences);
    if (found.leftOut.length > 0) this.#result.leftOut.jobs++;
    addTo(this.#result.leftOut, found.leftOut);
    const isThere = ({ path }: Entry) => held.destination.entries.has(path);
    addTo(this.#result.compared, [...held.source.entries.values()].filter(isThere));
    for (const { path, size } of this.#result.checksum ? found.files : []) {
      this.#files.push({ ...about(path), size });
    }
  }
}

/** The job that a difference is in; none when it is in a folder that jobs share. */
function asJob({ taskId, jobId, sharedName }: FolderId): Pick<Difference, "job"> {
  return sharedName === undefined ? { job: { taskId, jobId } } : {};
}

const NOTHING: Excludes = () => undefined;
