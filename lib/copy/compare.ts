/**
 * Compares what rsync has brought with the source. What is missing is brought again, or named.
 *
 * @module
 */

import { isUtf8 } from "../system/byte_text.ts";
import { jobFolder } from "../workspace/layout.ts";
import {
  type Difference,
  differenceOf,
  type Entries,
  isLike,
  isUnchanged,
} from "../system/content.ts";
import type { Context } from "./context.ts";
import { entriesOf } from "./entries.ts";
import { excluder, type Excludes } from "./exclude.ts";
import { type FoundJob, isBulk } from "./found_job.ts";
import { takeInventory } from "./inventory.ts";
import { hasClosedFolders, type Load } from "./loads.ts";
import { hasEnded } from "./decisions.ts";
import type { BroughtBefore } from "./progress.ts";
import type { PlannedJob } from "./types.ts";

/** What an interrupted copy has brought of some jobs. */
export async function broughtBefore(
  jobs: PlannedJob[],
  load: Load,
  context: Context,
): Promise<BroughtBefore> {
  const suspects = await new Ends(load, context).suspects(jobs, true);
  const partly = new Map(suspects.map(({ job, staged }) => [job, bytesOf(staged, job)]));
  return { whole: jobs.filter((job) => hasEnded(job) && !partly.has(job)), partly };
}

/** What is staged of a job, at most; a file with holes may have got its size before its content. */
function bytesOf(staged: FoundJob | undefined, { bytes }: PlannedJob): number {
  return staged === undefined || staged.holes ? 0 : Math.min(bytes, staged.bulk.bytes || 0);
}

/** A job's folder that was brought. */
interface Brought {
  folder: string;
  job: PlannedJob;
  /** Whether it changes no more at the source. */
  ended: boolean;
  /** What was found in the staging folder; absent for nothing. */
  staged?: FoundJob | undefined;
}

/** Brings some folders again; answers the jobs that could not be copied, and why. */
type Again = (folders: string[]) => Promise<Map<PlannedJob, string>>;

/**
 * Compares the bulk of staged jobs with what was found, by names, kinds and sizes. Where they
 * differ, both ends are scanned again: leftovers of an earlier attempt are removed, missing files
 * are brought. A job that has ended, still differs, and has not changed at the source meanwhile has
 * failed.
 *
 * @param failed The jobs that have failed before.
 * @param how.hasRanges Whether ranges of large files have come: rsync has confirmed none of a file
 * that has vanished at the source meanwhile, although its size is right.
 * @param how.hasLeftovers Whether there may be files that the source no longer has.
 * @returns All jobs that have failed, and why.
 */
export async function compareStaged(
  jobs: PlannedJob[],
  load: Load,
  context: Context,
  failed: ReadonlyMap<PlannedJob, string>,
  { hasRanges, hasLeftovers }: { hasRanges: boolean; hasLeftovers: boolean },
  again: Again,
): Promise<Map<PlannedJob, string>> {
  const lost = new Map(failed);
  const ends = new Ends(load, context);
  const mayHaveRanges = (job: PlannedJob) =>
    (hasRanges || context.resumed) &&
    context.surveyed.found.source.jobs.get(jobFolder(job))!.large.length > 0;
  const come = jobs.filter((job) => !failed.has(job));
  const suspects = await ends.suspects(come, hasLeftovers, mayHaveRanges);
  if (suspects.length === 0) return lost;
  await ends.lookAgain(suspects);
  const [there, staged] = [await ends.there(suspects), await ends.staged(suspects)];
  const found = suspects.map((one) => ({
    one,
    ...bulkDifference(there.get(one.folder)!, staged.get(one.folder)!),
  }));
  const differing = found.filter(({ lost, extra }) => lost.size > 0 || extra.length > 0);
  if (differing.length === 0) return lost;
  await ends.discard(differing.map(({ one, extra }) => [one.folder, extra]));
  const folders = differing.map(({ one }) => one.folder);
  for (const [job, complaint] of await again(folders)) lost.set(job, complaint);
  const held = differing.map(({ one }) => one).filter(({ job, ended }) => ended && !lost.has(job));
  for (const [{ job }, what] of await ends.stillDiffering(held, there)) lost.set(job, what);
  return lost;
}

/** As {@linkcode differenceOf}, for bulk only: documents and links come later, by the stream. */
function bulkDifference(there: Entries, come: Entries): Difference {
  const { lost, extra } = differenceOf(there, come);
  const isLost = ([path]: [string, string]) => isBulk(there.get(path)!);
  return { lost: new Map([...lost].filter(isLost)), extra };
}

/** Both ends of a load that was brought. */
class Ends {
  readonly #excludes: Excludes;

  constructor(private readonly load: Load, private readonly context: Context) {
    this.#excludes = excluder(context.options, context.surveyed.standing);
  }

  /**
   * The jobs that differ from what was found. One that still runs may only differ by old leftovers.
   *
   * @param hasLeftovers Whether there may be any.
   * @param isDoubtful Tells of which jobs names and sizes prove nothing.
   */
  async suspects(
    jobs: PlannedJob[],
    hasLeftovers: boolean,
    isDoubtful: (job: PlannedJob) => boolean = () => false,
  ): Promise<Brought[]> {
    const { load, context: { surveyed } } = this;
    const { hosts, infos, found: { source } } = surveyed;
    const held = jobs.map((job) => ({ folder: jobFolder(job), job, ended: hasEnded(job) }))
      .filter(({ ended }) => ended || hasLeftovers);
    if (held.length === 0) return [];
    const staged = await takeInventory(
      hosts.destination,
      { ...infos.destination, state: "workspace", realPath: load.staging },
      { jobs: held.map(({ job }) => job), statesOnly: false },
    );
    return held.map((one) => ({ ...one, staged: staged.jobs.get(one.folder) }))
      .filter(({ folder, job, staged }) =>
        isDoubtful(job) || !isCome(source.jobs.get(folder)!, staged)
      );
  }

  /** Scans some jobs of the source again, so that the stream brings what they hold now. */
  async lookAgain(some: Brought[]): Promise<void> {
    const { hosts, infos, found: { source } } = this.context.surveyed;
    const jobs = some.map(({ job }) => job);
    const wanted = { jobs, statesOnly: false, excludes: this.#excludes };
    const now = await takeInventory(hosts.source, infos.source, wanted);
    for (const [folder, job] of now.jobs) source.jobs.set(folder, job);
  }

  /** What the source holds of some folders now. */
  there(some: Brought[]): Promise<Map<string, Entries>> {
    const { hosts, infos } = this.context.surveyed;
    return entriesOf(hosts.source, infos.source.realPath, some, this.#excludes);
  }

  /** What has come of them. */
  staged(some: Brought[]): Promise<Map<string, Entries>> {
    const { hosts } = this.context.surveyed;
    return entriesOf(hosts.destination, this.load.staging, some, () => undefined);
  }

  /**
   * Removes what is not at the source. Where folders are closed to their owner, jobs go as a whole.
   */
  async discard(extra: [folder: string, paths: string[]][]): Promise<void> {
    const { surveyed } = this.context;
    const closed = hasClosedFolders(this.load, surveyed);
    const places = extra.filter(([, paths]) => paths.length > 0).flatMap(([folder, paths]) =>
      closed ? [folder] : paths.map((path) => [folder, ...nameable(path)].join("/"))
    );
    if (places.length > 0) {
      await this.context.stagings.get(this.load.staging)!.discard([...new Set(places)]);
    }
  }

  /** The jobs that have come otherwise than they were at the source, and still are there. */
  async stillDiffering(
    some: Brought[],
    before: ReadonlyMap<string, Entries>,
  ): Promise<[Brought, string][]> {
    if (some.length === 0) return [];
    const come = await this.staged(some);
    const found = some.map((one) => {
      const there = before.get(one.folder)!;
      const { lost, extra } = bulkDifference(there, come.get(one.folder)!);
      return {
        one,
        there,
        lost: [...lost, ...extra.map((path) => [path, "is not there"] as const)],
      };
    }).filter(({ lost }) => lost.length > 0);
    if (found.length === 0) return [];
    const after = await this.there(found.map(({ one }) => one));
    return found.flatMap(({ one, there, lost }) => {
      const now = after.get(one.folder)!;
      const [path, what] = lost.find(([path]) => {
        const entry = there.get(path);
        return entry === undefined ? !now.has(path) : isUnchanged(entry, now.get(path));
      }) ?? [];
      return path === undefined ? [] : [[one, `what was received differs: ${path} ${what}`]];
    });
  }
}

/**
 * The names of a path, up to the first that cannot be passed on: the ssh host takes one a line, and
 * Deno only UTF-8. The folder that holds such a name is removed instead.
 */
function nameable(path: string): string[] {
  const names = path.split("/");
  const end = names.findIndex((name) => name.includes("\n") || !isUtf8(name));
  return end < 0 ? names : names.slice(0, end);
}

/** Whether a job's bulk has come, with no link or document that the stream will not replace. */
function isCome(found: FoundJob, staged: FoundJob | undefined): boolean {
  if (staged === undefined || !isLike(found.bulk, staged.bulk)) return false;
  const links = new Set(found.links.map(({ path }) => path));
  return staged.links.every(({ path }) => links.has(path)) &&
    staged.documents.every((path) => found.documents.includes(path));
}
