/**
 * Brings the bulk of a load: large files by the system where it can, then the rest by rsync.
 *
 * @module
 */

import { copyLarge } from "../transport/clone.ts";
import { rsyncVersion } from "../transport/rsync_version.ts";
import { DOCUMENTS } from "../workspace/documents.ts";
import { jobFolder, JOBS, PARTIALS } from "../workspace/layout.ts";
import { bytesIn } from "../text/sizes.ts";
import { nameAll } from "./bring_alone.ts";
import { broughtBefore, compareStaged } from "./compare.ts";
import type { Context } from "./context.ts";
import { patternsOf, UNITS } from "./exclude.ts";
import { hasEnded, isCompleted } from "./decisions.ts";
import { dealOut, lanesFor, type Part } from "./lanes.ts";
import { hasClosedFolders, haveHoles, type Load } from "./loads.ts";
import { sharedIn } from "./route.ts";
import { bringRanges } from "./ranges.ts";
import { type Bulk, failedJobs, notBySize, stage } from "./stage.ts";
import type { Survey } from "./surveyed.ts";
import { escaped } from "../workspace/left_behind.ts";
import type { PlannedJob } from "./types.ts";

/** The part of a load that is brought this way. */
export interface BulkOfLoad {
  /** The jobs. */
  jobs: PlannedJob[];
  /** The run's folder; undefined when the stream brings all of it. */
  run: string | undefined;
}

/** Rules that leave out documents, which the stream brings; a folder of that name is bulk. */
const WITHOUT_DOCUMENTS = UNITS.flatMap((unit) =>
  DOCUMENTS.flatMap((path) => [`+ ${unit}/${path}/`, `- ${unit}/${path}`])
);

/** Rules that leave out documents, except those that are too large to be rewritten. */
function rulesFor(
  jobs: PlannedJob[],
  named: ReadonlySet<PlannedJob>,
  survey: Survey,
): string[] {
  const large = jobs.map(jobFolder).flatMap((folder) =>
    survey.found.source.jobs.get(folder)!.oversized
      .map((path) => `+ /${escaped(`${folder}/${path}`)}`)
  );
  return [
    ...large,
    ...rulesBySize(jobs.filter((job) => !named.has(job)), survey),
    ...WITHOUT_DOCUMENTS,
  ];
}

/** Rules that leave out files for their size. */
function rulesBySize(jobs: PlannedJob[], { found: { source } }: Survey): string[] {
  return jobs.map(jobFolder).flatMap((folder) =>
    (source.jobs.get(folder)!.leftOut?.tooLarge ?? [])
      .map((path) => `- /${escaped(`${folder}/${path}`)}`)
  );
}

/** So many characters of rules are arguments; systems allow a program no more than about a million. */
const MOST_RULES = 200_000;

/** The jobs of which all that is to come is named: those that are completed, or need too many rules. */
function namedJobs(jobs: PlannedJob[], survey: Survey): PlannedJob[] {
  const length = rulesBySize(jobs, survey).reduce((sum, rule) => sum + rule.length, 0);
  const { jobs: found } = survey.found.source;
  const hasTooLarge = (job: PlannedJob) => found.get(jobFolder(job))!.leftOut?.tooLarge.length;
  return jobs.filter((job) => isCompleted(job) || length > MOST_RULES && hasTooLarge(job));
}

/** The request that brings the bulk of a load into its staging folder. */
function bulkOf(
  { jobs }: BulkOfLoad,
  named: ReadonlySet<PlannedJob>,
  load: Load,
  { surveyed, outcome, options, resumed, stagings, together }: Context,
): Omit<Bulk, "trust" | "shares"> {
  const { infos } = surveyed;
  return {
    ends: endsOf({ surveyed }),
    paths: { source: infos.source.realPath, destination: load.staging },
    together,
    named: namedIn([...named], surveyed),
    jobs,
    openFolders: hasClosedFolders(load, surveyed),
    sparse: haveHoles(load, surveyed),
    shared: stagings.get(load.staging)!.shared,
    without: rulesFor(jobs, named, surveyed),
    withoutLinks: true,
    exclude: patternsOf(options),
    bandwidthLimit: options.bandwidthLimit ?? 0,
    quiet: quietTime(jobs, resumed),
    onProgress: outcome.progress.bind(outcome),
  };
}

/** What rsync has to bring. */
function partsOf(
  { jobs, run }: BulkOfLoad,
  brought: PlannedJob[],
  { surveyed: { plan, found: { source } } }: Context,
): Part[] {
  const there = new Set(brought);
  const parts: Part[] = jobs.map((job) => {
    const { bulk, shared = [] } = source.jobs.get(jobFolder(job))!;
    return { folder: jobFolder(job), bytes: there.has(job) ? 0 : bulk.bytes, shared };
  });
  if (run !== undefined) {
    parts.push({ folder: run, bytes: plan.run.bytes, shared: sharedIn(source.run) });
  }
  return parts;
}

/** How rsync reaches the ends. */
function endsOf({ surveyed: { can } }: Pick<Context, "surveyed">): Bulk["ends"] {
  return { source: can.source.rsync, destination: can.destination.rsync };
}

/** What is to come of these jobs: names below their folders. */
function namedIn(jobs: PlannedJob[], { found: { source } }: Survey): Bulk["named"] {
  return new Map(
    jobs.map(jobFolder).map((folder) => {
      const { folders, rest = [] } = source.jobs.get(folder)!;
      const below = [...folders.keys()].filter((path) => path !== "");
      return [folder, [...below, ...rest].map((path) => `${folder}/${path}`)];
    }),
  );
}

/** Copies large files from one folder of this machine to another; answers how many bytes. */
async function bringLarge(
  jobs: PlannedJob[],
  { staging }: Load,
  context: Context,
): Promise<number> {
  const { surveyed, outcome, options, watch, resumed } = context;
  const { can, infos, found: { source } } = surveyed;
  if (!can.source.clone || !can.destination.clone || resumed || options.bandwidthLimit) return 0;
  // rsync sets the time of such a copy afterwards: if the file changed meanwhile, a wrong one
  const paths = jobs.filter(hasEnded).flatMap((job) => {
    const { linked, large } = source.jobs.get(jobFolder(job))!;
    return linked === undefined ? large.map(({ path }) => `${jobFolder(job)}/${path}`) : [];
  });
  const { jobsPath, partialsPath } = infos.source;
  let copied = 0;
  for (const [top, place] of [[JOBS, jobsPath], [PARTIALS, partialsPath]] as const) {
    const some = paths.filter((path) => path.startsWith(`${top}/`))
      .map((path) => path.slice(top.length + 1));
    const before = copied;
    const onBytes = (bytes: number, file: string) =>
      outcome.progress(copied = before + bytes, `${top}/${file}`);
    await copyLarge(place, `${staging}/${top}`, some, onBytes, watch);
  }
  return copied;
}

/** The least that rsync checks in a second: files, and bytes of files that are partly there. */
const LOOKED_AT = { files: 200, bytes: 5e7 };

/** How long rsync may work without a word, in seconds. */
function quietTime(jobs: PlannedJob[], resumed: boolean): number {
  const files = jobs.reduce((sum, job) => sum + job.files, 0);
  const bytes = resumed ? bytesIn(jobs) : 0;
  return files / LOOKED_AT.files + bytes / LOOKED_AT.bytes;
}

/** Brings the bulk of a load into its staging folder; answers which jobs are not whole, and why. */
export async function transferBulk(
  wanted: BulkOfLoad,
  load: Load,
  context: Context,
): Promise<Map<PlannedJob, string>> {
  const { surveyed, outcome, options, watch, stagings, together } = context;
  const { jobs, run } = wanted;
  if (jobs.length === 0 && run === undefined) return new Map();
  const staging = stagings.get(load.staging)!;
  const large = await bringLarge(jobs, load, context);
  outcome.endPart(large);
  await staging.verify(); // so that, after an interruption here, rsync need not compare bytes
  const { unverified } = staging;
  const isTrusted = staging.resumed && !unverified;
  const nothing = { whole: [], partly: new Map() };
  const before = isTrusted ? await broughtBefore(jobs, load, context) : nothing;
  outcome.hasBefore(before);
  const trust = unverified ? "bytes" : large > 0 ? "size" : "size and time";
  const parts = partsOf(wanted, before.whole, context);
  const bytes = bytesIn(parts);
  const ends = endsOf(context);
  const lanes = together ? 1 : await lanesFor(ends, bytes, options);
  const ranges = await bringRanges(jobs, bytes, lanes, load, context);
  const shares = dealOut(parts, lanes);
  const named = new Set(namedJobs(jobs, surveyed));
  await nameAll([...named].filter((job) => !isCompleted(job)), surveyed);
  const bulk: Bulk = { ...bulkOf(wanted, named, load, context), shares, trust };
  if (unverified && Object.values(ends).some(({ said }) => rsyncVersion(said) === "")) {
    await staging.discard(shares.flat()); // openrsync may not be able to compare bytes
  }
  let come = 0;
  // rsync counts what it confirms, too
  const onProgress: Bulk["onProgress"] = (bytes, file, lane) =>
    outcome.progress(come = Math.max(ranges, bytes), file, lane);
  const staged = await stage({ ...bulk, onProgress }, watch);
  const failed = failedJobs(staged, jobs);
  outcome.endPart(come);
  outcome.received(jobs.filter((job) => !failed.has(job)), surveyed.found.source);
  const how = { hasRanges: ranges > 0, hasLeftovers: context.resumed || staged.vanished };
  return await compareStaged(jobs, load, context, failed, how, async (folders) => {
    const some = jobs.filter((job) => folders.includes(jobFolder(job)));
    const byName = some.filter((job) => named.has(job));
    await nameAll(byName, surveyed);
    const again = { ...notBySize(bulk), shares: [folders], named: namedIn(byName, surveyed) };
    return failedJobs(await stage(again, watch), jobs);
  });
}
