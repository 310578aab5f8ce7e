/**
 * Publishes what was staged: the jobs, then the run, the marker and `current`.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import type { Staging } from "../host/host.ts";
import {
  type Afterwards,
  clauseOf,
  type FailedMove,
  isOfJobs,
  type Move,
  type PublishRequest,
  type Why,
} from "../host/steps.ts";
import { EXPERIMENTS, jobFolder, MARKER } from "../workspace/layout.ts";
import { compareText } from "../workspace/runs.ts";
import type { Report } from "../rewrite/findings.ts";
import { findAppeared } from "./appeared.ts";
import { type Load, rankOf } from "./loads.ts";
import { isWritten } from "./decisions.ts";
import { movesCurrent } from "./plan_run.ts";
import { currentMove, runMoves } from "./publish_moves.ts";
import { type FailedJob, linkMoves, stagedAt } from "./publish_links.ts";
import { recordsOf } from "./publish_records.ts";
import { addPath, byJob, isCopied, type LeftPaths, noPaths } from "./references.ts";
import type { Survey } from "./surveyed.ts";
import type { PlannedJob } from "./types.ts";

/** What became of a load. */
export interface Published {
  /** Jobs that are in place now. */
  jobs: PlannedJob[];
  /** Jobs that another copy has put in place meanwhile, as good as ours. */
  found: PlannedJob[];
  /** Jobs that are not, and why. */
  failed: FailedJob[];
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
    if (report instanceof CopyError) {
      published.failed.push({ job, reason: report.message, hint: report.hint });
    } else {
      take(report, job);
      moves.push(come.moves.get(job)!);
    }
  }
  const ranks = new Map(load.jobs.map((job) => [jobFolder(job), rankOf(job)]));
  const rank = ({ from }: Move) => ranks.get(from)!;
  moves.sort((a, b) =>
    rank(a) - rank(b) || compareText(a.into, b.into) || compareText(a.kind, b.kind)
  );
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
  const named = (job: PlannedJob) => {
    const report = come.jobs.get(job);
    return report instanceof CopyError ? undefined : report?.inside;
  };
  const records = recordsOf(load, survey, named, failed, new Set([...before, ...failed]));
  const request = { ...afterMoves({ ...load, withRun }, survey), moves, keep, records };
  const failures = await settle(staging, request, load, survey, bringer);
  const causes = new Map(failures.map(({ from, why }) => [from, why]));
  const found = await findAppeared(load, causes, survey);
  published.found = found.jobs;
  const unpublished = new Set(published.failed.map(({ job }) => job));
  for (const job of [...load.jobs, ...load.links]) {
    if (unpublished.has(job) || published.found.includes(job)) continue;
    const why = causes.get(stagedAt(job));
    if (why === undefined) published.jobs.push(job);
    else published.failed.push({ job, reason: clauseOf(why) });
  }
  const ofRun = failures.filter(({ from }) =>
    from.startsWith(`${EXPERIMENTS}/`) && from !== found.run
  );
  // when the run failed, `current` was only held back by it: the run's reason is enough
  published.runFailed = ofRun.slice(0, 1).concat(
    ofRun.slice(1).filter(({ why }) => why !== "held"),
  )
    .map(({ why }) => clauseOf(why));
  if (come.runFailed !== undefined) published.runFailed.push(come.runFailed);
  published.afterwards = troublesOf(causes, request, staging);
  return published;

  function take(rewriting: Report, job?: PlannedJob): void {
    for (const note of rewriting.notes) published.notes.push({ ...(job && { job }), note });
    if (rewriting.former !== undefined) survey.formerRoots.add(rewriting.former);
    const by = byJob(job && jobFolder(job));
    for (const path of rewriting.outside) addPath(published.left.outside, path, by);
    for (const path of rewriting.inside) {
      if (!isCopied(path, survey, job === undefined)) addPath(published.left.inside, path, by);
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
  causes: ReadonlyMap<string, Why>,
  request: PublishRequest,
  staging: Staging,
): Trouble[] {
  return (Object.keys(AFTERWARDS) as Afterwards[]).flatMap((what) => {
    const why = causes.get(what);
    if (why === undefined) return [];
    const [said, isError] = AFTERWARDS[what](request, staging);
    return [{ what, message: `${said}: ${clauseOf(why)}`, isError }];
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
  const isHeldByJobs = failures.some(({ why }) => why === "held") &&
    failures.some((failure) => isOfJobs(failure) && failure.why !== "appeared");
  if (!isHeldByJobs) return failures;
  const failed = failures.filter(({ why }) => why !== "held");
  const causes = new Map(failed.map(({ from, why }) => [from, why]));
  const gone = [...load.jobs, ...load.links].filter((job) =>
    ![undefined, "appeared"].includes(causes.get(stagedAt(job)) as string | undefined)
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
  const { hosts: { destination }, infos, plan: { experimentId, runId } } = survey;
  const failures = await staging.settle(request);
  if (!failures.some(({ why }) => why === "moved")) return failures;
  const others = failures.filter(({ why }) => why !== "moved");
  const ofMoves = others.filter(({ from }) => !Object.hasOwn(AFTERWARDS, from));
  const info = await destination.look({ path: infos.destination.realPath, experimentId });
  const isMoved = movesCurrent(runId, { source: infos.source, destination: info });
  const moves = isMoved ? [currentMove(survey, info)] : [];
  const finished = request.finished && ofMoves.every(({ why }) => why === "appeared");
  const rest = { ...request, records: undefined, moves, finished };
  return [...others, ...await settleCurrent(staging, rest, survey)];
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
