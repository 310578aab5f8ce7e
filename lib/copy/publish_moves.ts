/**
 * The moves of a load, and the guards that keep a folder from being replaced. These are the rules;
 * a host only checks the guards, right before a move.
 *
 * @module
 */

import type { WorkspaceInfo } from "../host/host.ts";
import type { Guards, Move } from "../host/steps.ts";
import { now } from "../system/time.ts";
import type { OverlayEntry } from "../tar/write.ts";
import { CURRENT, EXPERIMENTS, jobFolder, jobName, runFolder } from "../workspace/layout.ts";
import { isTimeLater, milliseconds } from "../workspace/times.ts";
import { isCompleted, isWritten } from "./decisions.ts";
import type { Load } from "./loads.ts";
import type { Survey } from "./surveyed.ts";
import type { PlannedJob } from "./types.ts";

/** The moves that put the jobs of a load in place. */
export function movesOf(load: Load, survey: Survey): Map<PlannedJob, Move> {
  return new Map(load.jobs.map((job) => [job, moveOf(job, survey)]));
}

function moveOf(job: PlannedJob, { infos: { destination }, found }: Survey): Move {
  const { source, destination: there } = found;
  const from = jobFolder(job);
  if (job.sharedName !== undefined) {
    const into = `${destination.partialsPath}/${job.taskId}/${job.sharedName}`;
    return { kind: "put", from, into }; // nothing replaces one
  }
  const into = `${destination.jobsPath}/${job.taskId}`;
  if (isCompleted(job)) {
    const { newest } = there.jobs.get(from)!.shortfall!;
    return { kind: "fill", from, into, unless: guardsOfPart(job.taskId, newest) };
  }
  if (job.action !== "replace") return { kind: "put", from, into };
  const latest = job.source === "done" ? undefined : source.jobs.get(from)?.latestFile;
  return { kind: "replace", from, into, unless: guardsOf(job.taskId, latest) };
}

/**
 * The guards of a job that the plan replaces: it stays if it is done by then, has begun to run
 * since the claim, or holds something newer.
 *
 * @param latest The newest time at the source, of a job that is not done there: if it was resumed
 * at the destination, it holds something newer.
 */
export function guardsOf(taskId: string, latest?: string): Guards {
  const name = jobName(taskId);
  const today = now();
  // a time in the future must not hide that
  const newer = latest !== undefined && isTimeLater(latest, today) ? today : latest;
  return { exists: `${name}.done`, begun: `${name}.pid`, newer };
}

/**
 * The guards of a job that the plan completes: it stays if it has begun to run since the claim, or
 * if anything was written in it since it was compared with the source.
 *
 * @param newest The newest time in it then.
 */
export function guardsOfPart(taskId: string, newest: string): Guards {
  return { begun: `${jobName(taskId)}.pid`, newer: afterwards(newest) };
}

/** A time right after another one, which may have been told in whole seconds. */
function afterwards(time: string): string {
  return `${Math.floor(milliseconds(time) / 1000) + 1}.001`;
}

/** The moves that put the run in place, and make it current. */
export function runMoves(survey: Survey): Move[] {
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
export function currentMove({ plan, infos }: Survey, seen: WorkspaceInfo): Move {
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
