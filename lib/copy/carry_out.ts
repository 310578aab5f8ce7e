/**
 * Carrying out a load: bringing it into its staging folder, rewriting it, publishing it.
 *
 * @module
 */

import { type Pack, UNVERIFIED } from "../host/host.ts";
import { copyLarge } from "../host/large.ts";
import { sift } from "../host/sift.ts";
import type { Watch } from "../host/process.ts";
import { rsyncVersion } from "../host/rsync.ts";
import { jobFolder, JOBS, parentOf, runFolder } from "../workspace/layout.ts";
import type { Ahead } from "./ahead.ts";
import { takeInventory } from "./inventory.ts";
import { Passage, type Passed } from "./passage.ts";
import { hasClosedFolders, haveHoles, type Load } from "./loads.ts";
import { hasEnded, isWritten, willStand } from "./plan.ts";
import { mapOf, prepare } from "./prepare.ts";
import { publish } from "./publish.ts";
import { runDocumentKind } from "./relocate.ts";
import { mostBytesOf, NOTHING, packRequestOf, smallOf } from "./small.ts";
import { failedJobs, notBySize, stage, type Staging } from "./stage.ts";
import type { Survey } from "./survey.ts";
import type { Tally } from "./tally.ts";
import type { CopyOptions, PlannedJob } from "./types.ts";

/** What every load of a copy goes with. */
export interface Context {
  surveyed: Survey;
  tally: Tally;
  options: CopyOptions;
  watch: Watch;
  /** Whether an earlier attempt, or load, has left something in the staging folders. */
  resumed: boolean;
  /** Whether the sizes and times there prove nothing: an archive was perhaps not whole. */
  unverified: boolean;
  /** The user at the destination, as a number. */
  owner: number;
  /** The jobs that could not be copied. */
  failed: Set<PlannedJob>;
  /** What has been packed already. */
  ahead: Ahead;
}

/** Stages a load, rewrites it and publishes it. */
export async function carryOut(load: Load, index: number, context: Context): Promise<void> {
  const { surveyed, tally, options, watch } = context;
  const passed = await passSmall(load, context);
  const rest = {
    ...load,
    jobs: load.jobs.filter((job) => passed?.jobs.has(job) !== true),
    withRun: load.withRun && passed?.run === undefined,
  };
  const isHere = surveyed.hosts.source.name === undefined;
  const early = isHere && rest.jobs.every(hasEnded) ? prepare(rest, surveyed, watch) : undefined;
  early?.catch(() => {}); // it is awaited later
  const failed = await bring(rest, context, passed !== undefined);
  for (const job of load.jobs) {
    const complaint = failed.get(job);
    if (complaint === undefined) continue;
    tally.fail(job, complaint);
    context.failed.add(job);
  }
  const brought = { ...rest, jobs: rest.jobs.filter((job) => !failed.has(job)) };
  const prepared = await (early ?? prepare(brought, surveyed, watch));
  const keep = options.keepReplaced === true ? keepFolder(load, index, surveyed) : undefined;
  const published = await publish(
    { ...load, jobs: load.jobs.filter((job) => !failed.has(job)) },
    surveyed,
    keep,
    {
      jobs: new Map([...prepared.jobs, ...passed?.jobs ?? []]),
      originals: prepared.originals,
      passedRun: passed?.run,
      failed: context.failed,
    },
  );
  tally.take(load, published, keep);
  for (const { job } of published.failed) context.failed.add(job);
  context.resumed ||= context.failed.size > 0; // they stay in the staging folder
}

/** What of a load has passed as a tar stream, rewritten on its way; undefined when nothing has. */
async function passSmall(load: Load, context: Context): Promise<Passed | undefined> {
  const { surveyed, tally, options, ahead } = context;
  const { plan, hosts } = surveyed;
  // rsync can continue what is half there
  const small = context.resumed ? NOTHING : smallOf(load, surveyed, options);
  const { jobs, run } = small;
  const request = packRequestOf(small, load, surveyed);
  const begun = ahead.take(request);
  if (request.folders.length === 0) return undefined;
  const passing = run === undefined
    ? undefined
    : { folder: run, jobs: plan.jobs.filter(willStand) };
  const passage = new Passage(jobs, passing, mapOf(surveyed), hosts.source.name ?? "tar");
  if (!await letPass(begun ?? hosts.source.pack(request), passage, load, context)) {
    context.resumed = context.unverified = true;
    return undefined;
  }
  const bytes = jobs.reduce((sum, job) => sum + job.bytes, run === undefined ? 0 : plan.run.bytes);
  tally.endPart(bytes);
  return passage.finish();
}

/** Unpacks an archive that passes into a staging folder; answers whether all of it has come. */
async function letPass(
  { stream, whole }: Pack,
  passage: Passage,
  load: Load,
  { surveyed, tally, owner }: Context,
): Promise<boolean> {
  const { source, destination } = surveyed.hosts;
  const sieved = sift(stream, passage, {
    from: source.name ?? "tar",
    mostBytes: mostBytesOf(load, surveyed),
    owner,
    onBytes: (bytes) => tally.progress(bytes, undefined),
  });
  const isOurs = source.name === undefined;
  try {
    const unpacked = await destination.unpack(load.staging, { stream: sieved, isOurs });
    return unpacked && await whole && passage.whole;
  } catch (error) {
    letGo(stream);
    throw error;
  }
}

/** Ends what makes a stream, of which perhaps nothing has been read; it is not waited for. */
function letGo(stream: AsyncIterable<Uint8Array>): void {
  try {
    stream[Symbol.asyncIterator]().return?.().catch(() => {});
  } catch {
    // who reads it will end it
  }
}

/** How a load gets into its staging folder. */
function stagingOf(
  load: Load,
  { surveyed, tally, options, resumed }: Context,
): Omit<Staging, "folders" | "trust"> {
  const { sights, hosts, tools: { source, destination } } = surveyed;
  const [here, there] = hosts.source.name === undefined
    ? [source, destination]
    : [destination, source];
  return {
    hosts,
    paths: { source: sights.source.realPath, destination: load.staging },
    taskIds: load.jobs.map(({ taskId }) => taskId),
    openFolders: hasClosedFolders(load, surveyed),
    sparse: haveHoles(load, surveyed),
    exclude: options.exclude ?? [],
    bandwidthLimit: options.bandwidthLimit ?? 0,
    quiet: quietTime(load, resumed),
    version: rsyncVersion(here.rsync),
    otherVersion: rsyncVersion(there.rsync),
    onProgress: (bytes: number, file: string | undefined) => tally.progress(bytes, file),
  };
}

/** Copies large files from one folder of this machine to another; answers how many bytes. */
async function bringLarge(load: Load, context: Context): Promise<number> {
  const { surveyed, tally, options, watch, resumed } = context;
  const { hosts, sights, found: { source } } = surveyed;
  const isHere = hosts.source.name === undefined && hosts.destination.name === undefined;
  if (!isHere || resumed || options.bandwidthLimit) return 0;
  const paths = load.jobs.flatMap((job) => {
    const { linked, large } = source.jobs.get(jobFolder(job))!;
    return linked === undefined ? large.map((path) => `${job.taskId}/${job.jobId}/${path}`) : [];
  });
  let copied = 0;
  const onBytes = (bytes: number, file: string) =>
    tally.progress(copied = bytes, `${JOBS}/${file}`);
  await copyLarge(sights.source.jobsPath, `${load.staging}/${JOBS}`, paths, onBytes, watch);
  return copied;
}

/**
 * Removes what an earlier attempt has rewritten: rsync could take it for what the source has, and it
 * knows nothing of the run's links to jobs.
 */
async function discardRewritten(load: Load, { surveyed, resumed }: Context): Promise<void> {
  const { plan, hosts, found: { source } } = surveyed;
  if (!resumed || hasClosedFolders(load, surveyed)) return;
  const places = load.jobs.map(jobFolder).flatMap((folder) =>
    source.jobs.get(folder)!.documents.map((path) => `${folder}/${path}`)
  );
  if (load.withRun) {
    const run = runFolder(plan.experimentId, plan.runId);
    const documents = [...source.run.keys()].filter((path) => runDocumentKind(path) !== undefined);
    // a host takes one name a line: where a name holds two, the folder that it is in goes
    const lines = documents.map((path) => path.replace(/\/[^/\n]*\n.*$/s, ""));
    places.push(...[JOBS, ...lines].map((path) => `${run}/${path}`));
  }
  await hosts.destination.discard(load.staging, places);
}

/** How many files rsync looks at in a second at least, and bytes of what is half there. */
const LOOKED_AT = { files: 200, bytes: 5e7 };

/** How long rsync may work without a word, in seconds. */
function quietTime({ jobs }: Load, resumed: boolean): number {
  const files = jobs.reduce((sum, job) => sum + job.files, 0);
  const bytes = resumed ? jobs.reduce((sum, job) => sum + job.bytes, 0) : 0;
  return files / LOOKED_AT.files + bytes / LOOKED_AT.bytes;
}

/**
 * Brings a load into its staging folder; answers which jobs rsync could not copy, and why.
 *
 * @param streamed Whether something of it has come as a tar stream, whole.
 */
async function bring(
  load: Load,
  context: Context,
  streamed: boolean,
): Promise<Map<PlannedJob, string>> {
  const { surveyed, tally, watch, resumed, unverified } = context;
  const { plan, hosts } = surveyed;
  const folders = load.jobs.map(jobFolder);
  if (load.withRun && isWritten(plan.run)) folders.push(runFolder(plan.experimentId, plan.runId));
  if (folders.length === 0) return new Map();
  const large = await bringLarge(load, context);
  tally.endPart(large);
  // rsync may take long, and sizes and times tell what it has brought
  if (streamed && !unverified) await hosts.destination.discard(load.staging, [UNVERIFIED]);
  const trust = unverified ? "bytes" : large > 0 ? "size" : "size and time";
  const staging: Staging = { ...stagingOf(load, context), folders, trust };
  if (unverified && [staging.version, staging.otherVersion].includes("")) {
    await hosts.destination.discard(load.staging, folders); // another rsync may compare no bytes
  } else await discardRewritten(load, context);
  let outcome = await stage(staging, watch);
  const stale = resumed ? await staleFolders(load, surveyed) : [];
  if (stale.length > 0) {
    await hosts.destination.discard(load.staging, stale);
    outcome = await stage(notBySize(staging), watch);
  }
  return failedJobs(outcome, load.jobs);
}

/**
 * What an earlier attempt has staged that this one does not take: the source has it no more, or
 * the user leaves it out. rsync is never told to delete.
 * Such folders are brought anew.
 */
async function staleFolders(
  { staging, jobs, withRun }: Load,
  { plan, hosts, sights, found }: Survey,
): Promise<string[]> {
  const run = runFolder(plan.experimentId, plan.runId);
  const staged = await takeInventory(
    hosts.destination,
    { ...sights.destination, state: "workspace", realPath: staging },
    { jobs, run, statesOnly: false, excludes: () => false },
  );
  const stale = jobs.map(jobFolder).filter((folder) =>
    staged.jobs.get(folder)?.names !== found.source.jobs.get(folder)?.names
  );
  const more = [...staged.run.keys()].some((path) => !found.source.run.has(path));
  return withRun && more ? [...stale, run] : stale;
}

/** A new folder for what a load replaces, another one than that of a copy at the same moment. */
function keepFolder({ staging }: Load, index: number, { plan }: Survey): string {
  const area = parentOf(staging);
  const stamp = new Date().toISOString().replace(/[-:]|\..*/g, "");
  const which = `${staging.slice(-4)}-${index}`;
  return `${area}/replaced/${stamp}-${which}-${plan.experimentId}-${plan.runId}`;
}
