/**
 * Putting what was staged in its place: rewritten first, jobs before the run.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import { readOriginals } from "../host/originals.ts";
import type { Watch } from "../host/process.ts";
import { APPEARED, type Move, type Settlement } from "../host/host.ts";
import type { OverlayEntry } from "../host/overlay.ts";
import { EXPERIMENTS, jobFolder, JOBS, MARKER, runFolder } from "../workspace/layout.ts";
import { jobState } from "../workspace/jobs.ts";
import { compareText, readRunStatus } from "../workspace/runs.ts";
import { takeInventory } from "./inventory.ts";
import type { PassedRun } from "./passage.ts";
import { isWritten, runLink, willStand } from "./plan.ts";
import { type PathMap, pathMap } from "./relocate.ts";
import type { Originals, Rewriting } from "./folder_rewriting.ts";
import {
  currentLink,
  jobOriginals,
  linkJobs,
  rewriteJob,
  rewriteRun,
  runOriginals,
} from "./rewrite.ts";
import { batches } from "./stage.ts";
import type { Survey } from "./survey.ts";
import type { PlannedJob } from "./types.ts";

/** What is staged and published in one go. */
export interface Load {
  /** The staging folder, absolute. */
  staging: string;
  /** The jobs. */
  jobs: PlannedJob[];
  /** Whether the run is among it; it comes last. */
  withRun: boolean;
  /** Whether the staging folder has served after this load. */
  last: boolean;
}

/** Paths that files or links name, and that are not part of the copy. */
export interface LeftPaths {
  /** Outside the source workspace, as they stand there. */
  outside: Set<string>;
  /** In the source workspace, relative to it. */
  inside: Set<string>;
}

/** What became of a load. */
export interface Published {
  /** Jobs that stand at their place now. */
  jobs: PlannedJob[];
  /** Jobs that another copy has put there meanwhile, as good as ours. */
  found: PlannedJob[];
  /** Jobs that do not, and why. */
  failed: { job: PlannedJob; reason: string }[];
  /** What kept the run, or `current`, from its place. */
  runFailed: string[];
  /** What the user should know, of one job or of the run. */
  notes: { job?: PlannedJob; note: string }[];
  /** Paths that its jobs name, and that are not part of the copy. */
  left: LeftPaths;
}

/** A name for the staging of a copy: the same for the same copy, so that it is found again. */
export async function stagingName({ plan }: Survey): Promise<string> {
  const { source, experimentId, runId } = plan;
  const key = JSON.stringify([source.host ?? "", source.path, experimentId, runId]);
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(key));
  return [...new Uint8Array(digest)].slice(0, 8).map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
}

/**
 * Cuts a copy into loads. The run goes with the last jobs, unless `jobs` and `experiments` are on
 * different file systems: then it is a load by itself.
 */
export function loadsOf({ plan, sights: { destination } }: Survey, name: string): Load[] {
  const [forJobs, forRun] = [destination.jobsStaging, destination.experimentsStaging];
  const loads: Load[] = batches(plan.jobs.filter(isWritten)).map((jobs, index, all) => ({
    staging: `${forJobs}/${name}`,
    jobs,
    withRun: false,
    last: index === all.length - 1,
  }));
  const end = loads.at(-1);
  if (end !== undefined && forJobs === forRun) end.withRun = true;
  else if (isWritten(plan.run) || plan.run.becomesCurrent || !destination.marker) {
    loads.push({ staging: `${forRun}/${name}`, jobs: [], withRun: true, last: true });
  }
  return loads;
}

/** What will be written over each job of a load, or why it must not be published. */
export type Rewritten = Map<PlannedJob, Rewriting | CopyError>;

/** How many jobs are rewritten before others have their turn: the load may still be on its way. */
const REWRITTEN_AT_ONCE = 50;

/** What is to be written over a load, and what there is to tell of it. */
export interface Prepared {
  /** The jobs. */
  jobs: Rewritten;
  /** What the run is made from, where it has not passed rewritten. */
  originals: Originals;
  /** The run, where it has. */
  passedRun: PassedRun | undefined;
  /** Jobs that could not be copied before. */
  failed: ReadonlySet<PlannedJob>;
}

/** Reads what has to be rewritten of a load, and rewrites its jobs. */
export async function prepare(
  load: Load,
  survey: Survey,
  watch: Watch,
): Promise<Pick<Prepared, "jobs" | "originals">> {
  const originals = await readBefore(load, survey, watch);
  return { jobs: await rewriteJobs(load, survey, originals), originals };
}

/** Rewrites the jobs of a load. */
async function rewriteJobs(
  { jobs }: Load,
  survey: Survey,
  originals: Originals,
): Promise<Rewritten> {
  const map = mapOf(survey);
  const rewritten: Rewritten = new Map();
  for (const [index, job] of jobs.entries()) {
    if (index % REWRITTEN_AT_ONCE === 0) await new Promise((resolve) => setTimeout(resolve));
    try {
      const found = survey.found.source.jobs.get(jobFolder(job))!;
      rewritten.set(job, rewriteJob(job, found, originals, map));
    } catch (error) {
      if (!(error instanceof CopyError && error.code === "job")) throw error;
      rewritten.set(job, error);
    }
  }
  return rewritten;
}

/** Publishes a load whose jobs have been staged, with what is to be written over them. */
export async function publish(
  load: Load,
  survey: Survey,
  keep: string | undefined,
  prepared: Prepared,
): Promise<Published> {
  const published: Published = {
    jobs: [],
    found: [],
    failed: [],
    runFailed: [],
    notes: [],
    left: { outside: new Set(), inside: new Set() },
  };
  const overlay: OverlayEntry[] = [];
  const moves: Move[] = [];
  for (const job of load.jobs) {
    const rewriting = prepared.jobs.get(job)!;
    if (rewriting instanceof CopyError) {
      published.failed.push({ job, reason: rewriting.message });
    } else {
      take(rewriting, job);
      moves.push(moveOf(job, survey));
    }
  }
  moves.sort((a, b) => compareText(a.into, b.into) || compareText(a.kind, b.kind));
  if (load.withRun) {
    for (const rewriting of await rewriteRunOf(load, survey, prepared, published)) take(rewriting);
    moves.push(...runMoves(survey, overlay));
  }
  const failures = await survey.hosts.destination.settle({
    ...settlementOf(load, survey),
    overlay,
    moves,
    keep,
  });
  const reasons = new Map(failures.map(({ from, reason }) => [from, reason]));
  const appeared = load.jobs.filter((job) => reasons.get(jobFolder(job)) === APPEARED);
  published.found = await asGood(appeared, survey);
  const unpublished = new Set(published.failed.map(({ job }) => job));
  for (const job of load.jobs) {
    if (unpublished.has(job) || published.found.includes(job)) continue;
    const reason = reasons.get(jobFolder(job));
    if (reason === undefined) published.jobs.push(job);
    else published.failed.push({ job, reason });
  }
  published.runFailed = failures.filter(({ from }) => from.startsWith(`${EXPERIMENTS}/`))
    .map(({ reason }) => reason);
  return published;

  function take(rewriting: Rewriting, job?: PlannedJob): void {
    overlay.push(...rewriting.overlay);
    for (const note of rewriting.notes) published.notes.push({ ...(job && { job }), note });
    if (job === undefined) return; // the run only repeats what its jobs name
    for (const path of rewriting.outside) published.left.outside.add(path);
    for (const path of rewriting.inside) {
      if (!isCopied(path, survey)) published.left.inside.add(path);
    }
  }
}

/** Of jobs that appeared at the destination meanwhile, those that need no copy any more. */
async function asGood(jobs: PlannedJob[], { hosts, sights, plan }: Survey): Promise<PlannedJob[]> {
  if (jobs.length === 0) return [];
  const { destination } = hosts;
  const sight = await destination.look({ path: sights.destination.realPath });
  const { jobs: there } = await takeInventory(destination, sight, {
    jobs,
    run: runFolder(plan.experimentId, plan.runId),
    statesOnly: true,
    excludes: () => false,
  });
  return jobs.filter((job) => {
    const markers = there.get(jobFolder(job))?.markers ?? new Set<string>();
    const state = jobState(job.taskId, markers, false);
    return state === job.source || state === "done";
  });
}

/** Where the paths of the source lead at the destination. */
export function mapOf({ sights: { source, destination }, found }: Survey): PathMap {
  const moved = new Set<string>();
  for (const [folder, { linked }] of found.source.jobs) {
    const place = folder.slice(JOBS.length);
    if (linked?.realPath.endsWith(place)) moved.add(linked.realPath.slice(0, -place.length));
  }
  return pathMap({
    workspace: [source.path, source.realPath],
    moved: [...moved],
    jobs: source.jobsPath,
    experiments: source.experimentsPath,
    destination: destination.realPath,
  });
}

/**
 * Reads what will be rewritten, where it is on this machine: at the source, or staged. At the
 * source it can be read while the load is still being brought.
 */
function readBefore(
  { staging, jobs, withRun }: Load,
  survey: Survey,
  watch: Watch,
): Promise<Originals> {
  const { plan, hosts, sights, found } = survey;
  const map = mapOf(survey);
  const inStaging = hosts.source.name !== undefined;
  const paths = jobs.flatMap((job) =>
    jobOriginals(job, found.source.jobs.get(jobFolder(job))!, map)
  );
  if (withRun && isWritten(plan.run)) {
    const folder = runFolder(plan.experimentId, plan.runId);
    paths.push(...runOriginals(folder, found.source.run, inStaging));
  }
  return readOriginals(inStaging ? staging : sights.source.realPath, paths, watch);
}

/** Whether a path of the source workspace is part of the copy. */
function isCopied(path: string, { found, plan }: Survey): boolean {
  const folder = path.split("/").slice(0, 3).join("/");
  return path === "" || folder === runFolder(plan.experimentId, plan.runId) ||
    found.source.jobs.has(folder) || found.destination.jobs.has(folder);
}

function moveOf(job: PlannedJob, { sights: { destination } }: Survey): Move {
  return {
    kind: job.action === "replace" ? "replace" : "put",
    from: jobFolder(job),
    into: `${destination.jobsPath}/${job.taskId}`,
  };
}

/** A run links only to jobs that stand at the destination. */
async function rewriteRunOf(
  { staging }: Load,
  survey: Survey,
  { originals, passedRun, failed: before }: Prepared,
  published: Published,
): Promise<Rewriting[]> {
  const { plan, found, sights, hosts } = survey;
  if (!isWritten(plan.run)) return [];
  const map = mapOf(survey);
  const folder = runFolder(plan.experimentId, plan.runId);
  const failed = new Set([...before, ...published.failed.map(({ job }) => job)]);
  const jobs = plan.jobs.filter((job) => willStand(job) && !failed.has(job));
  const run = { folder, found: found.source.run, jobs };
  if (passedRun === undefined) {
    const tags = readRunStatus(sights.destination.run?.status)?.tags ?? [];
    return [rewriteRun({ ...run, tags }, originals, map)];
  }
  const { rewriting, folders, linked } = passedRun;
  const gone = [...failed].map(runLink).filter((path) => linked.has(path));
  if (gone.length > 0) {
    await hosts.destination.discard(staging, gone.map((path) => `${folder}/${path}`));
  }
  const missing = jobs.filter((job) => !linked.has(runLink(job)));
  return [rewriting, linkJobs({ ...run, jobs: missing }, gone, folders, map)];
}

function runMoves({ plan, sights: { destination } }: Survey, overlay: OverlayEntry[]): Move[] {
  const { run, experimentId, runId } = plan;
  const into = `${destination.experimentsPath}/${experimentId}`;
  const moves: Move[] = [];
  if (isWritten(run)) {
    const kind = run.action === "replace" ? "replace" : "put";
    moves.push({ kind, from: runFolder(experimentId, runId), into });
  }
  if (run.becomesCurrent) {
    const link = currentLink(experimentId, runId);
    overlay.push(link);
    moves.push({ kind: "link", from: link.path, into });
  }
  return moves;
}

function settlementOf(
  { staging, withRun, last }: Load,
  { plan, sights: { destination } }: Survey,
): Pick<Settlement, "staging" | "carry" | "marker" | "finished"> {
  const into = runFolder(plan.experimentId, plan.runId);
  const from = `${destination.experimentsPath}/${plan.experimentId}/${plan.runId}`;
  return {
    staging,
    carry: withRun && plan.run.action === "replace" ? { from, into } : undefined,
    marker: withRun && !destination.marker ? `${destination.realPath}/${MARKER}` : undefined,
    finished: last,
  };
}
