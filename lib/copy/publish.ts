/**
 * Putting what was staged in its place: rewritten first, jobs before the run.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import type { Sight, Staging } from "../host/host.ts";
import {
  type Afterwards,
  APPEARED,
  type FailedMove,
  HELD,
  isOfJobs,
  type Move,
  MOVED,
  type Settlement,
} from "../host/steps.ts";
import type { OverlayEntry } from "../tar/write.ts";
import { EXPERIMENTS, jobFolder, MARKER, runFolder } from "../workspace/layout.ts";
import { compareText } from "../workspace/runs.ts";
import { isTimeLater, milliseconds } from "../workspace/times.ts";
import type { Rewriting } from "../rewrite/findings.ts";
import { findAppeared } from "./appeared.ts";
import type { Load } from "./loads.ts";
import { isWritten } from "./decisions.ts";
import { movesCurrent } from "./plan_run.ts";
import { type Prepared, rewriteRunOf, withoutJobs } from "./prepare.ts";
import { linkMoves, stagedAt } from "./publish_links.ts";
import { recordsOf } from "./publish_records.ts";
import { addPath, isCopied, type LeftPaths, noPaths } from "./references.ts";
import { currentLink } from "./rewrite.ts";
import type { Survey } from "./survey.ts";
import type { PlannedJob } from "./types.ts";

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
  /** What could not be done when all had got its name. */
  afterwards: Trouble[];
  /** What the user should know, of one job or of the run. */
  notes: { job?: PlannedJob; note: string }[];
  /** Paths that its jobs, or the run, name, and that are not part of the copy. */
  left: LeftPaths;
}

/** What could not be done when all had got its name. */
export interface Trouble {
  /** What it is. */
  what: Afterwards;
  /** A sentence. */
  message: string;
  /** Whether something is not as it should be. */
  isError: boolean;
}

/** Publishes a load whose jobs have been staged, with what is to be written over them. */
export async function publish(
  staging: Staging,
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
    afterwards: [],
    notes: [],
    left: noPaths(),
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
  const gone = [...prepared.failed, ...published.failed.map(({ job }) => job)];
  const linked = linkMoves(load, survey, gone);
  published.failed.push(...linked.failed);
  overlay.push(...linked.overlay);
  moves.push(...linked.moves);
  if (load.withRun) {
    const failed = published.failed.map(({ job }) => job);
    for (const rewriting of await rewriteRunOf(staging, survey, prepared, failed)) take(rewriting);
    moves.push(...runMoves(survey, overlay));
  }
  const records = recordsOf(load, survey);
  const settlement = { ...settlementOf(load, survey), overlay, moves, keep, records };
  const failures = await settle(staging, settlement, load, survey, prepared);
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
  // `current` may be held by the run, whose own reason is told
  published.runFailed = ofRun.slice(0, 1).concat(
    ofRun.slice(1).filter(({ reason }) => reason !== HELD),
  )
    .map(({ reason }) => reason);
  published.afterwards = troublesOf(reasons, settlement, staging);
  return published;

  function take(rewriting: Rewriting, job?: PlannedJob): void {
    overlay.push(...rewriting.overlay);
    for (const note of rewriting.notes) published.notes.push({ ...(job && { job }), note });
    if (rewriting.former !== undefined) survey.formerRoots.add(rewriting.former);
    const by = job === undefined ? [] : [jobFolder(job)];
    for (const path of rewriting.outside) addPath(published.left.outside, path, by);
    for (const path of rewriting.inside) {
      if (!isCopied(path, survey)) addPath(published.left.inside, path, by);
    }
  }
}

/** What is said when something could not be done when all had got its name. */
type Told = (settlement: Settlement, staging: Staging) => [said: string, isError: boolean];

const AFTERWARDS: Record<Afterwards, Told> = {
  marker: ({ marker }) => [`${marker} could not be created`, true],
  disk: () => ["some copied data may not have reached the disk", true],
  records: () => ["records of files that are no longer missing could not be removed", false],
  replaced: (_, { folder }) => [`replaced folders are still in ${folder}/replaced`, true],
  staging: (_, { folder }) => [`${folder} could not be removed`, false],
};

function troublesOf(
  reasons: ReadonlyMap<string, string>,
  settlement: Settlement,
  staging: Staging,
): Trouble[] {
  return (Object.keys(AFTERWARDS) as Afterwards[]).flatMap((what) => {
    const reason = reasons.get(what);
    if (reason === undefined) return [];
    const [said, isError] = AFTERWARDS[what](settlement, staging);
    return [{ what, message: `${said}: ${reason}`, isError }];
  });
}

/** Settles; a run that was held, for jobs that could not be put in their place, goes without them. */
async function settle(
  staging: Staging,
  settlement: Settlement,
  load: Load,
  survey: Survey,
  prepared: Prepared,
): Promise<FailedMove[]> {
  const failures = await settleCurrent(staging, settlement, survey);
  const isHeldByJobs = failures.some(({ reason }) => reason === HELD) &&
    failures.some((failure) => isOfJobs(failure) && failure.reason !== APPEARED);
  if (!isHeldByJobs) return failures;
  const failed = failures.filter(({ reason }) => reason !== HELD);
  const reasons = new Map(failed.map(({ from, reason }) => [from, reason]));
  const gone = [...load.jobs, ...load.links].filter((job) =>
    ![undefined, APPEARED].includes(reasons.get(stagedAt(job)))
  );
  const overlay = isWritten(survey.plan.run)
    ? await withoutJobs(gone, staging, survey, prepared)
    : [];
  const again = await settleCurrent(staging, {
    ...settlement,
    carry: undefined,
    records: undefined,
    overlay,
    moves: runMoves(survey, overlay),
    keep: settlement.keep && `${settlement.keep}-run`,
    finished: false, // the jobs that failed stay in the staging folder
  }, survey);
  return [...failed, ...again];
}

/** Settles; when another copy has moved `current` meanwhile, whether ours moves it is asked anew. */
async function settleCurrent(
  staging: Staging,
  settlement: Settlement,
  survey: Survey,
): Promise<FailedMove[]> {
  const { hosts: { destination }, sights, plan: { experimentId, runId } } = survey;
  const failures = await staging.settle(settlement);
  if (!failures.some(({ reason }) => reason === MOVED)) return failures;
  const others = failures.filter(({ reason }) => reason !== MOVED);
  const ofMoves = others.filter(({ from }) => !Object.hasOwn(AFTERWARDS, from));
  const sight = await destination.look({ path: sights.destination.realPath, experimentId });
  const overlay: OverlayEntry[] = [];
  const isMoved = movesCurrent(runId, { source: sights.source, destination: sight });
  const moves = isMoved ? [currentMove(survey, sight, overlay)] : [];
  const finished = settlement.finished && ofMoves.every(({ reason }) => reason === APPEARED);
  const nothing = { carry: undefined, records: undefined };
  const rest = { ...settlement, ...nothing, overlay, moves, finished };
  return [...others, ...await settleCurrent(staging, rest, survey)];
}

function moveOf(job: PlannedJob, { sights: { destination }, found }: Survey): Move {
  const { source, destination: there } = found;
  const from = jobFolder(job);
  const into = `${destination.jobsPath}/${job.taskId}`;
  if (job.action !== "replace") return { kind: "put", from, into };
  const seen = there.jobs.get(from)?.shortfall?.newest;
  if (seen !== undefined) return { kind: "replace", from, into, unlessNewer: afterwards(seen) };
  // it may be resumed where it stands; a file of tomorrow would hide that
  const latest = job.source === "done" ? undefined : source.jobs.get(from)?.latestFile;
  const now = String(Date.now() / 1000);
  const unlessNewer = latest !== undefined && isTimeLater(latest, now) ? now : latest;
  return { kind: "replace", from, into, unlessNewer };
}

/** A time after another, also where that was told in whole seconds. */
function afterwards(time: string): string {
  return `${Math.floor(milliseconds(time) / 1000) + 1}.001`;
}

function runMoves(survey: Survey, overlay: OverlayEntry[]): Move[] {
  const { plan: { run, experimentId, runId }, sights: { destination } } = survey;
  const into = `${destination.experimentsPath}/${experimentId}`;
  const moves: Move[] = [];
  if (isWritten(run)) {
    const kind = run.action === "replace" ? "replace" : "put";
    moves.push({ kind, from: runFolder(experimentId, runId), into });
  }
  if (run.becomesCurrent) moves.push(currentMove(survey, survey.sights.destination, overlay));
  return moves;
}

/** Makes the run current, in place of the one that the link was seen to name. */
function currentMove({ plan, sights }: Survey, seen: Sight, overlay: OverlayEntry[]): Move {
  const link = currentLink(plan.experimentId, plan.runId);
  overlay.push(link);
  const into = `${sights.destination.experimentsPath}/${plan.experimentId}`;
  const standing = seen.current?.by === "link" ? seen.current.runId : undefined;
  return { kind: "link", from: link.path, into, standing };
}

function settlementOf(
  { withRun, last }: Load,
  { plan, sights: { destination } }: Survey,
): Pick<Settlement, "carry" | "marker" | "finished"> {
  const into = runFolder(plan.experimentId, plan.runId);
  const from = `${destination.experimentsPath}/${plan.experimentId}/${plan.runId}`;
  return {
    carry: withRun && plan.run.action === "replace" ? { from, into } : undefined,
    marker: withRun && !destination.marker ? `${destination.realPath}/${MARKER}` : undefined,
    finished: last,
  };
}
