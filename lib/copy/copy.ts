/**
 * The copy: survey, stage, rewrite, publish, in this order.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import { asCopyError } from "../host/access.ts";
import type { Claim } from "../host/host.ts";
import { Hosts } from "../host/hosts.ts";
import { isGnuTar } from "../host/pack.ts";
import type { Watch } from "../host/process.ts";
import { EXPERIMENTS, jobFolder, JOBS, runFolder } from "../workspace/layout.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { isClosed } from "./folder_rewriting.ts";
import { takeInventory } from "./inventory.ts";
import { isWritten } from "./plan.ts";
import { type Load, loadsOf, publish, readBefore, rewriteJobs, stagingName } from "./publish.ts";
import { withRetries } from "./retry.ts";
import { explainFull, requireSpace } from "./space.ts";
import { failedFolders, stage, stream } from "./stage.ts";
import { type Request, type Survey, survey } from "./survey.ts";
import { Tally } from "./tally.ts";
import type { CopyOptions, CopyPlan, CopyResult, PlannedJob } from "./types.ts";

/**
 * Copies a run of an experiment, with all its jobs, from one workspace to another: both on this
 * machine, or one of them on another, reached by ssh. What the destination has is not sent again;
 * nothing half-done is ever in sight there; an interrupted copy goes on where it stopped.
 *
 * Answers to experimaestro's `copy_experiment`, but leaves a workspace that experimaestro accepts
 * (marker, `current`, links to jobs, paths in all its files), tells running and unfinished jobs
 * from finished ones, and refreshes a run that is there.
 *
 * Needs `--allow-run=rsync,tar` (and `ssh`), `--allow-read` and `--allow-write` of the local
 * workspaces' real paths and of the temporary folder, `--allow-env`.
 *
 * @param source Where from.
 * @param destination Where to; made when it is not there.
 * @param experimentId The experiment.
 * @param runId The run; `current` for the one that the source's `current` names.
 * @param options How to copy.
 * @returns What was done. Jobs that could not be copied are in it, not thrown.
 * @throws {CopyError} When nothing could be copied, the connection was lost, or `signal` fired;
 * the code tells which.
 *
 * @example
 * ```ts
 * import { copyExperiment, CopyError } from "@xpm/copy";
 * import { assertRejects } from "@std/assert";
 *
 * const source = { id: "cluster", path: "/no/such/workspace" };
 * const destination = { id: "archive", path: "/no/such/archive" };
 * await assertRejects(
 *   () => copyExperiment(source, destination, "neuralir", "current", { dryRun: true }),
 *   CopyError,
 *   "there is no folder /no/such/workspace",
 * );
 * ```
 */
export async function copyExperiment(
  source: Workspace,
  destination: Workspace,
  experimentId: string,
  runId: string,
  options: CopyOptions = {},
): Promise<CopyResult> {
  await using hosts = new Hosts(options);
  return await copyBetween(hosts, source, destination, experimentId, runId, options);
}

/**
 * Tells what `copyExperiment` would do, and writes nothing: what the dry run shows, as data.
 *
 * experimaestro has no such function. Needs the same permissions as `copyExperiment`.
 *
 * @param source Where from.
 * @param destination Where to.
 * @param experimentId The experiment.
 * @param runId The run; `current` for the one that the source's `current` names.
 * @param options How to copy.
 * @returns The plan.
 * @throws {CopyError} As `copyExperiment`.
 *
 * @example
 * ```ts
 * import { CopyError, planCopy } from "@xpm/copy";
 * import { assertRejects } from "@std/assert";
 *
 * const workspace = { id: "main", path: "/no/such/workspace" };
 * await assertRejects(() => planCopy(workspace, workspace, "../etc", "current"), CopyError);
 * ```
 */
export async function planCopy(
  source: Workspace,
  destination: Workspace,
  experimentId: string,
  runId: string,
  options: CopyOptions = {},
): Promise<CopyPlan> {
  await using hosts = new Hosts(options);
  const workspaces = { source, destination };
  const { plan } = await survey(hosts, { workspaces, experimentId, runId }, options);
  return plan;
}

/** Copies between machines that are open, or will be. */
export async function copyBetween(
  hosts: Hosts,
  source: Workspace,
  destination: Workspace,
  experimentId: string,
  runId: string,
  options: CopyOptions,
): Promise<CopyResult> {
  const started = performance.now();
  const request = { workspaces: { source, destination }, experimentId, runId };
  let tally: Tally | undefined;
  const attempt = () =>
    attemptCopy(hosts, request, options, (surveyed) => {
      return tally = new Tally(surveyed, options, tally);
    });
  const attempts = { attempt, reset: () => hosts.close(true), done: () => tally?.published ?? 0 };
  await withRetries(attempts, options);
  const result = tally!.result((performance.now() - started) / 1000);
  options.onEvent?.({ type: "done", result });
  return result;
}

/** Copies, or fails. */
async function attemptCopy(
  hosts: Hosts,
  request: Request,
  options: CopyOptions,
  begin: (surveyed: Survey) => Tally,
): Promise<void> {
  const claims: Claim[] = [];
  let plan: CopyPlan | undefined;
  try {
    let surveyed = await survey(hosts, request, options);
    plan = surveyed.plan;
    const name = await stagingName(surveyed);
    const loads = () => options.dryRun === true ? [] : loadsOf(surveyed, name);
    claims.push(...await claimAll(surveyed, loads(), options));
    if (claims.some((claim) => claim.changed)) surveyed = await survey(hosts, request, options);
    const tally = begin(surveyed);
    const resumed = claims.some((claim) => claim.resumed);
    if (options.dryRun !== true) requireSpace(surveyed.plan, resumed);
    const owner = claims[0]?.owner ?? 0;
    const context = { surveyed, tally, options, watch: hosts.watch, resumed, owner };
    for (const [index, load] of loads().entries()) await carryOut(load, index, context);
  } catch (error) {
    if (options.signal?.aborted) throw new CopyError("interrupted", "the copy was interrupted");
    throw asCopyError(explainFull(error, plan));
  } finally {
    for (const claim of claims) await claim.release();
  }
}

/** Claims the staging folders; another copy of the same run to the same place is waited for. */
async function claimAll(
  { hosts, sights, plan: { source, experimentId, runId } }: Survey,
  loads: Load[],
  options: CopyOptions,
): Promise<Claim[]> {
  const { jobsPath, experimentsPath } = sights.destination;
  const places = [{ name: JOBS, path: jobsPath }, { name: EXPERIMENTS, path: experimentsPath }];
  const from = source.host === undefined ? source.path : `${source.host}:${source.path}`;
  const about = JSON.stringify({ source: from, experimentId, runId });
  const claims: Claim[] = [];
  for (const staging of new Set(loads.map((load) => load.staging))) {
    const onWait = () => options.onEvent?.({ type: "waiting", folder: staging });
    claims.push(await hosts.destination.claim({ staging, places, about }, onWait));
  }
  return claims;
}

/** What every load of a copy goes with. */
interface Context {
  surveyed: Survey;
  tally: Tally;
  options: CopyOptions;
  watch: Watch;
  /** Whether an earlier attempt has left something in the staging folders. */
  resumed: boolean;
  /** The user at the destination, as a number. */
  owner: number;
}

/** Stages a load, rewrites it and publishes it. */
async function carryOut(load: Load, index: number, context: Context): Promise<void> {
  const { surveyed, tally, options, watch } = context;
  const isHere = surveyed.hosts.source.name === undefined;
  const prepare = async (load: Load) => {
    const originals = await readBefore(load, surveyed, watch);
    return [originals, await rewriteJobs(load, surveyed, originals)] as const;
  };
  const early = isHere && load.jobs.every(hasEnded) ? prepare(load) : undefined;
  early?.catch(() => {}); // it is awaited later
  const failed = await bring(load, context);
  for (const job of load.jobs) {
    const complaint = failed.get(jobFolder(job));
    if (complaint !== undefined) tally.fail(job, complaint);
  }
  const jobs = load.jobs.filter((job) => !failed.has(jobFolder(job)));
  const keep = options.keepReplaced === true ? keepFolder(load, index, surveyed) : undefined;
  const brought = { ...load, jobs };
  const prepared = await (early ?? prepare(brought));
  tally.take(load, await publish(brought, surveyed, keep, ...prepared), keep);
}

/** Whether a job writes no more; of another one a marker must not be newer than its files. */
function hasEnded({ source }: PlannedJob): boolean {
  return source === "done" || source === "failed";
}

/** Brings a load into its staging folder; answers which jobs rsync could not copy, and why. */
async function bring(
  load: Load,
  context: Context,
): Promise<Map<string, string>> {
  const { surveyed, tally, options, watch, resumed } = context;
  const { plan, sights, hosts, rsyncVersions: [version, otherVersion] } = surveyed;
  const folders = load.jobs.map(jobFolder);
  if (load.withRun && isWritten(plan.run)) folders.push(runFolder(plan.experimentId, plan.runId));
  if (folders.length === 0) return new Map();
  const staging = {
    hosts,
    paths: { source: sights.source.realPath, destination: load.staging },
    folders,
    taskIds: load.jobs.map(({ taskId }) => taskId),
    openFolders: hasClosedFolders(load, surveyed),
    exclude: options.exclude ?? [],
    bandwidthLimit: options.bandwidthLimit ?? 0,
    quiet: quietTime(load, resumed),
    version,
    otherVersion,
    onProgress: (bytes: number, file: string | undefined) => tally.progress(bytes, file),
  };
  const streamed = streamable(folders, load, context);
  if (streamed.length > 0 && await stream({ ...staging, folders: streamed }, context.owner)) {
    const gone = new Set(streamed);
    staging.folders = folders.filter((folder) => !gone.has(folder));
    if (staging.folders.length === 0) return new Map();
  }
  let outcome = await stage(staging, watch);
  const stale = resumed ? await staleFolders(load, surveyed) : [];
  if (stale.length > 0) {
    await hosts.destination.discard(load.staging, stale);
    outcome = await stage(staging, watch);
  }
  return failedFolders(outcome, load.jobs);
}

/** How many files rsync looks at in a second at least, and bytes of what is half there. */
const LOOKED_AT = { files: 200, bytes: 5e7 };

/** How long rsync may work without a word, in seconds. */
function quietTime({ jobs }: Load, resumed: boolean): number {
  const files = jobs.reduce((sum, job) => sum + job.files, 0);
  const bytes = resumed ? jobs.reduce((sum, job) => sum + job.bytes, 0) : 0;
  return files / LOOKED_AT.files + bytes / LOOKED_AT.bytes;
}

/** What a folder's files may have on average, in bytes, to go as a tar stream. */
const STREAMED_SIZE = 1 << 18;

/**
 * Which folders go as a tar stream, which is faster for small files, and not by rsync, which can do
 * more: continue what is half there, leave out what the user names, limit its rate.
 */
function streamable(
  folders: string[],
  load: Load,
  { surveyed, options, resumed }: Context,
): string[] {
  const { sights, found: { source } } = surveyed;
  if (resumed || options.exclude?.length || options.bandwidthLimit) return [];
  if (!isGnuTar(sights.source.tar) || !isGnuTar(sights.destination.tar)) return [];
  if (hasClosedFolders(load, surveyed)) return [];
  // rsync looks for the markers before it reads the files, tar may do so after
  const unsettled = new Set(load.jobs.filter((job) => !hasEnded(job)).map(jobFolder));
  return folders.filter((folder) => {
    if (unsettled.has(folder)) return false;
    const job = source.jobs.get(folder);
    if (job === undefined) return ![...source.run.values()].some(({ kind }) => kind === "other");
    return job.linked === undefined && !job.special && job.bytes <= job.files * STREAMED_SIZE;
  });
}

/** Whether a load has folders that their owner may not write. */
function hasClosedFolders({ jobs, withRun }: Load, { found: { source } }: Survey): boolean {
  const inJobs = jobs.flatMap((job) => [...source.jobs.get(jobFolder(job))!.folders.values()]);
  const inRun = withRun ? [...source.run.values()] : [];
  return [...inJobs, ...inRun].some(({ kind, mode }) => kind === "folder" && isClosed(mode));
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

/** A new folder for what a load replaces. */
function keepFolder({ staging }: Load, index: number, { plan }: Survey): string {
  const area = staging.slice(0, staging.lastIndexOf("/"));
  const stamp = new Date().toISOString().replace(/[-:]|\..*/g, "");
  return `${area}/replaced/${stamp}-${index}-${plan.experimentId}-${plan.runId}`;
}
