/**
 * Counts what a copy has done, reports it as it goes, and makes the result.
 *
 * @module
 */

import {
  type FolderId,
  idOf,
  isInJobs,
  isShared,
  jobFolder,
  type JobId,
  unitOf,
} from "../workspace/layout.ts";
import { systemMessage } from "../system/message.ts";
import { printable } from "../text/printable.ts";
import { bytesIn } from "../text/sizes.ts";
import { isCompleted, isWritten, unitsOf } from "./decisions.ts";
import type { Load } from "./loads.ts";
import type { Published } from "./publish.ts";
import type { FailedJob } from "./publish_links.ts";
import { HardLinks } from "./hard_links.ts";
import type { Inventory } from "./inventory.ts";
import { addPath, type LeftPaths, noPaths, outsideWarning } from "./references.ts";
import { isRefused } from "./space.ts";
import type { Survey } from "./surveyed.ts";
import type { CopyOptions, CopyPlan, CopyProblem, CopyResult, PlannedJob } from "./types.ts";

/** What an interrupted copy has brought into the staging folder. */
export interface BroughtBefore {
  /** The jobs whose bulk is all there. */
  whole: PlannedJob[];
  /** The bytes that are there of others. */
  partly: Map<PlannedJob, number>;
}

/** What a copy has done so far, over all attempts. */
export class Outcome {
  readonly #plan: CopyPlan;
  readonly #options: CopyOptions;
  readonly #errors: CopyProblem[];
  #warnings: CopyProblem[] = [];
  #published: PlannedJob[] = [];
  /** How many of these are jobs: each file that comes asks for it. */
  #jobsPublished = 0;
  #left: LeftPaths = noPaths();
  #referencesMissing: string[];
  #kept: string[] = [];
  readonly #totalJobs: number;
  readonly #hardLinks: HardLinks;
  #runWritten = false;
  /** Jobs that another copy has brought meanwhile. */
  #found = 0;
  /** Bytes of the finished parts of the load under way. */
  #parts = 0;
  /** Bytes of the loads that are done. */
  #done = 0;
  /** The jobs of the load under way of which something has come. */
  readonly #begun = new Set<string>();
  /** What an interrupted copy had brought of jobs, before this one began, in bytes. */
  readonly #earlier: Map<string, number>;
  /** Jobs of which this copy has brought something, over all attempts, and that are not in place. */
  readonly #sent: Set<string>;
  /** The bytes that an interrupted copy had brought. */
  #before = 0;
  /** Those of them that are under way, by the rsync that brings them. */
  readonly #current = new Map<number, string>();

  /** @param earlier The outcome of an attempt that ended with a lost connection. */
  constructor({ plan, problems }: Survey, options: CopyOptions, earlier?: Outcome) {
    this.#hardLinks = earlier === undefined ? new HardLinks() : earlier.#hardLinks;
    this.#earlier = earlier === undefined ? new Map() : earlier.#earlier;
    this.#sent = earlier === undefined ? new Set() : earlier.#sent;
    this.#options = options;
    this.#errors = [...problems];
    this.#plan = earlier === undefined ? plan : earlier.#continued(plan);
    this.#referencesMissing = plan.referencesMissing ?? [];
    this.#totalJobs = this.#plan.jobs.filter(isWritten).length;
    if (earlier !== undefined) {
      this.#published = earlier.#published;
      this.#jobsPublished = earlier.#jobsPublished;
      this.#warnings = earlier.#warnings;
      this.#left = earlier.#left;
      this.#kept = earlier.#kept;
      this.#done = bytesIn(this.#published);
      this.#before = earlier.#before;
      return;
    }
    this.#warnings.push(...plan.warnings);
    options.onEvent?.({ type: "planned", plan });
    for (const problem of problems) options.onEvent?.({ type: "warning", problem, isError: true });
  }

  /** A new plan that shows the jobs copied before as they were planned then. */
  #continued(plan: CopyPlan): CopyPlan {
    const published = new Map(this.#published.map((job) => [jobFolder(job), job]));
    const known = (jobs: PlannedJob[]) => jobs.map((job) => published.get(jobFolder(job)) ?? job);
    return {
      ...plan,
      jobs: known(plan.jobs),
      ...(plan.partials && { partials: known(plan.partials) }),
      bytes: plan.bytes + bytesIn(this.#published),
    };
  }

  /** How many jobs and shared folders are in place now. */
  get published(): number {
    return this.#published.length;
  }

  /** Notes that a part of the load under way has come. */
  endPart(bytes: number): void {
    this.#parts += bytes;
    this.#current.clear();
  }

  /** Notes what is in the staging folder already: by an interrupted copy, or an attempt. */
  hasBefore({ whole, partly }: BroughtBefore): void {
    for (const job of whole) if (!isShared(job)) this.#begun.add(jobFolder(job));
    for (const [job, bytes] of [...whole.map((job) => [job, job.bytes] as const), ...partly]) {
      const folder = jobFolder(job);
      if (this.#sent.has(folder) || this.#earlier.has(folder)) continue;
      this.#earlier.set(folder, bytes);
      this.#before += bytes;
    }
    this.#parts += bytesIn(whole);
    if (this.#before > 0 || whole.length > 0) this.progress(0, undefined);
  }

  /** Notes that the next files come, of this folder: those of the folder before are there. */
  arriving(folder: string, lane = 0): void {
    if (this.#begun.has(folder) || !isInJobs(folder)) return;
    this.#begun.add(folder);
    this.#sent.add(folder);
    this.#current.set(lane, folder);
  }

  /** Reports how far the part under way has come; of several rsyncs, `lane` brings the file. */
  progress(bytes: number, file: string | undefined, lane?: number): void {
    if (file !== undefined) this.arriving(unitOf(file), lane);
    this.#tell(bytes, file === undefined ? {} : { file });
  }

  /** Reports that all of a load has come. To write it to the disk may take minutes. */
  settling({ jobs, withRun }: Load): void {
    this.#current.clear();
    this.#parts = bytesIn(jobs) + (withRun ? this.#plan.run.bytes : 0);
    this.#tell(0, { settling: true });
  }

  #tell(bytes: number, now: { file?: string; settling?: true }): void {
    const begun = this.#begun.size - this.#current.size;
    this.#options.onEvent?.({
      type: "progress",
      progress: {
        // rsync has yet to confirm what is partly there
        bytes: Math.min(Math.max(this.#done + this.#parts + bytes, this.#before), this.#plan.bytes),
        ...(this.#before > 0 && { bytesBefore: this.#before }),
        totalBytes: this.#plan.bytes,
        jobs: this.#jobsPublished,
        received: Math.min(this.#jobsPublished + begun, this.#totalJobs),
        totalJobs: this.#totalJobs,
        ...now,
      },
    });
  }

  /** Notes jobs, and the folder of the run, that have been brought together. */
  received(jobs: JobId[], source: Inventory, run?: string): void {
    this.#hardLinks.bring(jobs, source, run);
  }

  /** Notes a job that could not be copied. */
  fail({ job, reason, hint }: FailedJob): void {
    const message = printable(`${jobFolder(job)} was not copied: ${systemMessage(reason)}`);
    this.#addError({
      code: "job",
      message,
      ...(hint !== undefined && { hint: printable(hint) }),
      ...(!isShared(job) && { job: idOf(job) }),
    });
  }

  #warn(message: string, job?: FolderId): void {
    const problem: CopyProblem = {
      code: "job",
      message: printable(message),
      ...(job && !isShared(job) && { job: idOf(job) }),
    };
    this.#warnings.push(problem);
    this.#options.onEvent?.({ type: "warning", problem });
  }

  /** Paths in the source workspace that were named and are not part of the copy. */
  get named(): Iterable<string> {
    return new Set([...this.#left.inside.keys(), ...this.#referencesMissing]);
  }

  /** Notes which of them the destination lacks. */
  lacks(paths: string[]): void {
    this.#referencesMissing = paths;
  }

  /** Notes what became of a load. */
  take(load: Load, published: Published, keep: string | undefined): void {
    for (const failed of published.failed) this.fail(failed);
    for (const { job, note } of published.notes) {
      this.#warn(`${job === undefined ? "the run" : jobFolder(job)}: ${note}`, job);
    }
    this.#found += published.found.filter((job) => !isShared(job)).length;
    for (const job of published.jobs) {
      this.#published.push(job);
      if (!isShared(job)) this.#jobsPublished++;
      this.#sent.delete(jobFolder(job)); // it will not come again
      const replaced = job.action === "replace";
      this.#options.onEvent?.({ type: "published", job: idOf(job), replaced });
    }
    for (const where of ["outside", "inside"] as const) {
      for (const [path, by] of published.left[where]) addPath(this.#left[where], path, by);
    }
    const replacedRun = load.withRun && this.#plan.run.action === "replace";
    if (keep && (replacedRun || published.jobs.some((job) => job.action === "replace"))) {
      this.#kept.push(keep);
    }
    this.#parts = 0;
    this.#begun.clear();
    this.#current.clear();
    this.#done += bytesIn(load.jobs);
    if (load.withRun) this.#takeRun(published.runFailed);
    for (const { message, isError } of published.afterwards) {
      if (isError) this.#refuse(message);
      else this.#warn(message);
    }
    this.progress(0, undefined);
  }

  #refuse(message: string): void {
    this.#addError({ code: "refused", message: printable(message) });
  }

  #addError(problem: CopyProblem): void {
    this.#errors.push(problem);
    this.#options.onEvent?.({ type: "warning", problem, isError: true });
  }

  #takeRun(failures: string[]): void {
    for (const reason of failures) {
      this.#refuse(`the run could not be put in place: ${systemMessage(reason)}`);
    }
    this.#runWritten = failures.length === 0 && isWritten(this.#plan.run);
    if (this.#runWritten) this.#done += this.#plan.run.bytes;
  }

  /**
   * The outcome.
   *
   * @param duration How long it took, in seconds.
   */
  result(duration: number): CopyResult {
    const outside = outsideWarning(this.#left.outside, this.#plan);
    if (outside !== undefined) this.#warn(outside);
    const parted = this.#hardLinks.warning();
    if (parted !== undefined) this.#warn(parted);
    const plan = this.#plan;
    const ofAction = (...actions: PlannedJob["action"][]) =>
      plan.jobs.filter((job) => actions.includes(job.action));
    const left = ofAction("wait", "leave");
    const running = left.filter((job) => [job.source, job.destination].includes("running"));
    let before = 0;
    for (const job of this.#published) before += this.#earlier.get(jobFolder(job)) ?? 0;
    const shared = this.#published.length - this.#jobsPublished;
    return {
      experimentId: plan.experimentId,
      runId: plan.runId,
      dryRun: this.#options.dryRun === true,
      jobsCopied: this.#jobsPublished,
      jobsSkipped: ofAction("skip", "removed").length + this.#found,
      jobsOmitted: ofAction("omit").length,
      ...(shared > 0 && { partialsCopied: shared }),
      jobsReplaced: this.#published.filter((job) => job.action === "replace").map(idOf),
      jobsCompleted: this.#published.filter(isCompleted).map(idOf),
      jobsMissing: ofAction("missing").map(idOf),
      jobsRunning: running.map(idOf),
      jobsIncomplete: ofAction("leave").filter((job) => !running.includes(job)).map(idOf),
      referencesMissing: this.#referencesMissing,
      run: plan.run.action,
      runInProgress: plan.run.inProgress,
      ...(this.#kept.length > 0 && { replacedFolders: this.#kept }),
      errors: this.#errors,
      warnings: this.#warnings,
      bytes: bytesIn(this.#published) + (this.#runWritten ? plan.run.bytes : 0),
      ...(before > 0 && { bytesBefore: before }),
      duration,
      complete: this.#errors.length === 0 && !plan.run.inProgress && plan.run.action !== "leave" &&
        !unitsOf(plan).some((job) => job.incomplete) && this.#referencesMissing.length === 0 &&
        !isRefused(plan),
    };
  }
}
