/**
 * Comparing what rsync has brought with what is at the source: what is missing is brought, or named.
 *
 * @module
 */

import { isUtf8 } from "../system/byte_text.ts";
import { jobFolder, runFolder } from "../workspace/layout.ts";
import { contentOf, differenceOf, type Entries, isLike, isUnchanged } from "../system/content.ts";
import type { Context } from "./context.ts";
import { entriesOf } from "./entries.ts";
import { excluder, type Excludes } from "./exclude.ts";
import { isTakenOfRun, takeInventory } from "./inventory.ts";
import { hasClosedFolders, type Load } from "./loads.ts";
import { hasEnded, isWritten } from "./decisions.ts";
import type { PlannedJob } from "./types.ts";

/** What has not come whole, and why. */
export interface Lost {
  /** Of the jobs. */
  jobs: Map<PlannedJob, string>;
  /** Of the run; undefined when it has come whole. */
  run: string | undefined;
}

/** A folder that was brought: of a job, or of the run. */
interface Brought {
  folder: string;
  job: PlannedJob | undefined;
  /** Whether it changes no more at the source. */
  ended: boolean;
}

/** Brings some folders again; answers the jobs that could not be copied, and why. */
type Again = (folders: string[]) => Promise<Map<PlannedJob, string>>;

/**
 * Compares a staged load with what was found, by names, kinds and sizes. Where they differ both ends
 * are looked at anew: what an earlier attempt has left is removed, what is missing is brought again.
 * What is then still not as it is at the source, and has not changed there meanwhile, is lost.
 *
 * @param failed The jobs that could not be copied.
 */
export async function compareStaged(
  load: Load,
  context: Context,
  failed: Map<PlannedJob, string>,
  again: Again,
): Promise<Lost> {
  const lost: Lost = { jobs: new Map(failed), run: undefined };
  const ends = new Ends(load, context);
  const suspects = await ends.suspects(failed);
  if (suspects.length === 0) return lost;
  const [there, come] = [await ends.there(suspects), await ends.staged(suspects)];
  const found = suspects.map((one) => ({
    one,
    ...differenceOf(there.get(one.folder)!, come.get(one.folder)!),
  }));
  const differing = found.filter(({ lost, extra }) => lost.size > 0 || extra.length > 0);
  if (differing.length === 0) return lost;
  await ends.discard(differing.map(({ one, extra }) => [one.folder, extra]));
  const folders = differing.map(({ one }) => one.folder);
  for (const [job, complaint] of await again(folders)) lost.jobs.set(job, complaint);
  const held = differing.map(({ one }) => one)
    .filter(({ job, ended }) => ended && (job === undefined || !lost.jobs.has(job)));
  for (const [{ job }, what] of await ends.stillDiffering(held, there)) {
    if (job === undefined) lost.run = what;
    else lost.jobs.set(job, what);
  }
  return lost;
}

/** What a load was brought from, and where to. */
class Ends {
  readonly #excludes: Excludes;

  constructor(private readonly load: Load, private readonly context: Context) {
    this.#excludes = excluder(context.options.exclude ?? []);
  }

  /** What has come otherwise than it was found; of what still changes only what an earlier attempt left. */
  async suspects(failed: ReadonlyMap<PlannedJob, string>): Promise<Brought[]> {
    const { load, context: { resumed } } = this;
    const { plan, hosts, sights, found: { source } } = this.context.surveyed;
    const isHeld = ({ ended }: Brought) => ended || resumed;
    const jobs = load.jobs.filter((job) => !failed.has(job))
      .map((job) => ({ folder: jobFolder(job), job, ended: hasEnded(job) }));
    const run = {
      folder: runFolder(plan.experimentId, plan.runId),
      job: undefined,
      ended: !plan.run.inProgress,
    };
    const held = jobs.filter(isHeld);
    const holdsRun = load.withRun && isWritten(plan.run) && isHeld(run);
    if (held.length === 0 && !holdsRun) return [];
    const staged = await takeInventory(
      hosts.destination,
      { ...sights.destination, state: "workspace", realPath: load.staging },
      {
        jobs: held.map(({ job }) => job),
        run: holdsRun ? run.folder : undefined,
        statesOnly: false,
        excludes: () => false,
      },
    );
    const suspects: Brought[] = held.filter(({ folder }) =>
      !isLike(source.jobs.get(folder)!, staged.jobs.get(folder))
    );
    const [here, there] = [staged, source].map(({ run }) =>
      contentOf([...run.values()].filter(isTakenOfRun))
    );
    return holdsRun && !isLike(here!, there) ? [...suspects, run] : suspects;
  }

  /** What the source holds of some folders now. */
  there(some: Brought[]): Promise<Map<string, Entries>> {
    const { hosts, sights } = this.context.surveyed;
    return entriesOf(hosts.source, sights.source.realPath, some, this.#excludes);
  }

  /** What has come of them. */
  staged(some: Brought[]): Promise<Map<string, Entries>> {
    const { hosts } = this.context.surveyed;
    return entriesOf(hosts.destination, this.load.staging, some, () => false);
  }

  /** Removes what is not at the source; a folder whose owner may not write there goes as a whole. */
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

  /** What has come otherwise than it was, and still is. */
  async stillDiffering(
    some: Brought[],
    before: ReadonlyMap<string, Entries>,
  ): Promise<[Brought, string][]> {
    if (some.length === 0) return [];
    const come = await this.staged(some);
    const found = some.map((one) => {
      const there = before.get(one.folder)!;
      const { lost, extra } = differenceOf(there, come.get(one.folder)!);
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
      return path === undefined ? [] : [[one, `what has come differs: ${path} ${what}`]];
    });
  }
}

/**
 * The names of a path, up to one that cannot be said: a host takes one a line, and Deno only UTF-8.
 * The folder that such a name is in goes instead.
 */
function nameable(path: string): string[] {
  const names = path.split("/");
  const end = names.findIndex((name) => name.includes("\n") || !isUtf8(name));
  return end < 0 ? names : names.slice(0, end);
}
