/**
 * Publishes what was staged: the jobs, then the run, the marker and `current`.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import type { Staging, WorkspaceInfo } from "../host/host.ts";
import {
  type Afterwards,
  APPEARED,
  type FailedMove,
  HELD,
  isOfJobs,
  type Move,
  MOVED,
  type PublishRequest,
} from "../host/steps.ts";
import { now } from "../system/time.ts";
import type { OverlayEntry } from "../tar/write.ts";
import { CURRENT, EXPERIMENTS, jobFolder, MARKER, runFolder } from "../workspace/layout.ts";
import { compareText } from "../workspace/runs.ts";
import { isTimeLater, milliseconds } from "../workspace/times.ts";
import type { Report } from "../rewrite/findings.ts";
import { findAppeared } from "./appeared.ts";
import type { Load } from "./loads.ts";
import { isWritten } from "./decisions.ts";
import { movesCurrent } from "./plan_run.ts";
import { linkMoves, stagedAt } from "./publish_links.ts";
import { recordsOf } from "./publish_records.ts";
import { addPath, isCopied, type LeftPaths, noPaths } from "./references.ts";
import type { Survey } from "./survey.ts";
import type { PlannedJob } from "./types.ts";

/** What became of a load. */
export interface Published {
  /** Jobs that are in place now. */
  jobs: PlannedJob[];
  /** Jobs that another copy has put in place meanwhile, as good as ours. */
  found: PlannedJob[];
  /** Jobs that are not, and why. */
  failed: { job: PlannedJob; reason: string }[];
  /** Why the run, or `current`, is not in place. */
  runFailed: string[];
  /** What could not be done after the renames. */
  afterwards: Trouble[];
  /** What the user should know about one job, or about the run. */
  notes: { job?: PlannedJob; note: string }[];
  /** Paths that its jobs, or the run, refer to and that are not part of the copy. */
  left: LeftPaths;
}

/** A step after the renames that failed. */
export interface Trouble {
  /** Which step. */
  what: Afterwards;
  /** A sentence. */
  message: string;
  /** Whether it is an error: the copy is incomplete without it. */
  isError: boolean;
}

/** What has come of a load into its staging folder. */
export interface Come {
  /** The report on each job, or why it must not be published. */
  jobs: ReadonlyMap<PlannedJob, Report | CopyError>;
  /** The moves that put the jobs in place. */
  moves: ReadonlyMap<PlannedJob, Move>;
  /** The report on the run; undefined when it is not written. */
  run: Report | undefined;
  /** Why the run has not come whole; undefined when it has. */
  runFailed: string | undefined;
}

/** Brings a run again. */
export interface RunBringer {
  /** Brings the run again, without links to these jobs. */
  bringRun(gone: PlannedJob[]): Promise<Report | undefined>;
}

/**
 * Publishes a load that has come.
 *
 * @param before Jobs that failed in earlier loads.
 */
export async function publish(
  staging: Staging,
  load: Load,
  survey: Survey,
  keep: string | undefined,
  come: Come,
  before: ReadonlySet<PlannedJob>,
  bringer: RunBringer,
): Promise<Published> {
  const published: Published = {
    jobs: [],
    found: [],
    failed: [],
    runFailed: [],
    afterwards: [],
    notes: [],
    left: noPaths(),
  };
  const moves: Move[] = [];
  for (const job of load.jobs) {
    const report = come.jobs.get(job)!;
    if (report instanceof CopyError) published.failed.push({ job, reason: report.message });
    else {
      take(report, job);
      moves.push(come.moves.get(job)!);
    }
  }
  moves.sort((a, b) => compareText(a.into, b.into) || compareText(a.kind, b.kind));
  const gone = [...before, ...published.failed.map(({ job }) => job)];
  const linked = linkMoves(load, survey, gone);
  published.failed.push(...linked.failed);
  moves.push(...linked.moves);
  const withRun = load.withRun && come.runFailed === undefined;
  if (withRun) {
    if (come.run !== undefined) take(come.run);
    moves.push(...runMoves(survey));
  }
  const failed = new Set(published.failed.map(({ job }) => job));
  const records = recordsOf(load, survey, failed);
  const request = { ...afterMoves({ ...load, withRun }, survey), moves, keep, records };
  const failures = await settle(staging, request, load, survey, bringer);
  const reasons = new Map(failures.map(({ from, reason }) => [from, reason]));
  const found = await findAppeared(load, reasons, survey);
  published.found = found.jobs;
  const unpublished = new Set(published.failed.map(({ job }) => job));
  for (const job of [...load.jobs, ...load.links]) {
    if (unpublished.has(job) || published.found.includes(job)) continue;
    const reason = reasons.get(stagedAt(job));
    if (reason === undefined) published.jobs.push(job);
    else published.failed.push({ job, reason });
  }
  const ofRun = failures.filter(({ from }) =>
    from.startsWith(`${EXPERIMENTS}/`) && from !== found.run
  );
  // when the run failed, `current` was only held back by it: the run's reason is enough
  published.runFailed = ofRun.slice(0, 1).concat(
    ofRun.slice(1).filter(({ reason }) => reason !== HELD),
  )
    .map(({ reason }) => reason);
  if (come.runFailed !== undefined) published.runFailed.push(come.runFailed);
  published.afterwards = troublesOf(reasons, request, staging);
  return published;

  function take(rewriting: Report, job?: PlannedJob): void {
    for (const note of rewriting.notes) published.notes.push({ ...(job && { job }), note });
    if (rewriting.former !== undefined) survey.formerRoots.add(rewriting.former);
    const by = job === undefined ? [] : [jobFolder(job)];
    for (const path of rewriting.outside) addPath(published.left.outside, path, by);
    for (const path of rewriting.inside) {
      if (!isCopied(path, survey)) addPath(published.left.inside, path, by);
    }
  }
}

/** The sentence for a step after the renames that failed. */
type Told = (request: PublishRequest, staging: Staging) => [said: string, isError: boolean];

const AFTERWARDS: Record<Afterwards, Told> = {
  marker: ({ marker }) => [`${marker} could not be created`, true],
  disk: () => ["some copied data may not have reached the disk", true],
  records: () => ["records of files that are no longer missing could not be removed", false],
  replaced: (_, { folder }) => [`replaced folders are still in ${folder}/replaced`, true],
  staging: (_, { folder }) => [`${folder} could not be removed`, false],
};

function troublesOf(
  reasons: ReadonlyMap<string, string>,
  request: PublishRequest,
  staging: Staging,
): Trouble[] {
  return (Object.keys(AFTERWARDS) as Afterwards[]).flatMap((what) => {
    const reason = reasons.get(what);
    if (reason === undefined) return [];
    const [said, isError] = AFTERWARDS[what](request, staging);
    return [{ what, message: `${said}: ${reason}`, isError }];
  });
}

/** Settles. A run that was held back by jobs that failed is brought again without links to them. */
async function settle(
  staging: Staging,
  request: PublishRequest,
  load: Load,
  survey: Survey,
  bringer: RunBringer,
): Promise<FailedMove[]> {
  const failures = await settleCurrent(staging, request, survey);
  const isHeldByJobs = failures.some(({ reason }) => reason === HELD) &&
    failures.some((failure) => isOfJobs(failure) && failure.reason !== APPEARED);
  if (!isHeldByJobs) return failures;
  const failed = failures.filter(({ reason }) => reason !== HELD);
  const reasons = new Map(failed.map(({ from, reason }) => [from, reason]));
  const gone = [...load.jobs, ...load.links].filter((job) =>
    ![undefined, APPEARED].includes(reasons.get(stagedAt(job)))
  );
  if (isWritten(survey.plan.run)) await bringer.bringRun(gone);
  const again = await settleCurrent(staging, {
    ...request,
    records: undefined,
    moves: runMoves(survey),
    keep: request.keep && `${request.keep}-run`,
    finished: false, // the jobs that failed stay in the staging folder
  }, survey);
  return [...failed, ...again];
}

/**
 * Settles. When another copy has moved `current` meanwhile, whether ours moves it is decided again.
 */
async function settleCurrent(
  staging: Staging,
  request: PublishRequest,
  survey: Survey,
): Promise<FailedMove[]> {
  const { hosts: { destination }, infos: infos, plan: { experimentId, runId } } = survey;
  const failures = await staging.settle(request);
  if (!failures.some(({ reason }) => reason === MOVED)) return failures;
  const others = failures.filter(({ reason }) => reason !== MOVED);
  const ofMoves = others.filter(({ from }) => !Object.hasOwn(AFTERWARDS, from));
  const info = await destination.look({ path: infos.destination.realPath, experimentId });
  const isMoved = movesCurrent(runId, { source: infos.source, destination: info });
  const moves = isMoved ? [currentMove(survey, info)] : [];
  const finished = request.finished && ofMoves.every(({ reason }) => reason === APPEARED);
  const rest = { ...request, records: undefined, moves, finished };
  return [...others, ...await settleCurrent(staging, rest, survey)];
}

/** The moves that put the jobs of a load in place. */
export function movesOf(load: Load, survey: Survey): Map<PlannedJob, Move> {
  return new Map(load.jobs.map((job) => [job, moveOf(job, survey)]));
}

function moveOf(job: PlannedJob, { infos: { destination }, found }: Survey): Move {
  const { source, destination: there } = found;
  const from = jobFolder(job);
  const into = `${destination.jobsPath}/${job.taskId}`;
  if (job.action !== "replace") return { kind: "put", from, into };
  const seen = there.jobs.get(from)?.shortfall?.newest;
  if (seen !== undefined) return { kind: "replace", from, into, unlessNewer: afterwards(seen) };
  // it may have been resumed there; a time in the future must not hide that
  const latest = job.source === "done" ? undefined : source.jobs.get(from)?.latestFile;
  const now = String(Date.now() / 1000);
  const unlessNewer = latest !== undefined && isTimeLater(latest, now) ? now : latest;
  return { kind: "replace", from, into, unlessNewer };
}

/** A time right after another one, which may have been told in whole seconds. */
function afterwards(time: string): string {
  return `${Math.floor(milliseconds(time) / 1000) + 1}.001`;
}

function runMoves(survey: Survey): Move[] {
  const { plan: { run, experimentId, runId }, infos: { destination } } = survey;
  const into = `${destination.experimentsPath}/${experimentId}`;
  const moves: Move[] = [];
  if (isWritten(run)) {
    const kind = run.action === "replace" ? "replace" : "put";
    moves.push({ kind, from: runFolder(experimentId, runId), into });
  }
  if (run.becomesCurrent) moves.push(currentMove(survey, survey.infos.destination));
  return moves;
}

/**
 * The move that makes the run current, if `current` still names the run that it was seen to name.
 */
function currentMove({ plan, infos: infos }: Survey, seen: WorkspaceInfo): Move {
  const link = currentLink(plan.experimentId, plan.runId);
  const into = `${infos.destination.experimentsPath}/${plan.experimentId}`;
  const standing = seen.current?.by === "link" ? seen.current.runId : undefined;
  return { kind: "link", from: link.path, into, standing };
}

/** The link that makes a run the current one, in a staging folder. */
export function currentLink(experimentId: string, runId: string): OverlayEntry {
  return {
    path: `${EXPERIMENTS}/${experimentId}/${CURRENT}`,
    kind: "link",
    target: runId,
    mtime: now(),
  };
}

function afterMoves(
  { withRun, last }: Load,
  { infos: { destination } }: Survey,
): Pick<PublishRequest, "marker" | "finished"> {
  return {
    marker: withRun && !destination.marker ? `${destination.realPath}/${MARKER}` : undefined,
    finished: last,
  };
}
