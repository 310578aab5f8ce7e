/**
 * Plans what is done with the run itself, from what was found: no file is read here.
 *
 * @module
 */

import type { WorkspaceInfo } from "../host/host.ts";
import type { Entry } from "../system/entry.ts";
import { JOBS, runLink, STATUS_FILE } from "../workspace/layout.ts";
import {
  areTwoRuns,
  compareRuns,
  readRunStatus,
  readTransientJobs,
  type RunStatus,
} from "../workspace/runs.ts";
import { isTimeLater } from "../workspace/times.ts";
import type { FoundRunFolder } from "./inventory.ts";
import { type Ends, linkedByRun, type PlanOptions } from "./plan.ts";
import type { PlannedJob, PlannedRun } from "./types.ts";
import { describeOther } from "./usable.ts";

/** What is known of a run's state at both ends, from its `status.json` and its events. */
export function statusesOf(infos: Ends<Pick<WorkspaceInfo, "run">>): Ends<RunStatus | undefined> {
  const [source, destination] = [infos.source, infos.destination].map(({ run }) => {
    const status = readRunStatus(run?.status);
    return status && { ...status, transientJobs: readTransientJobs(run?.transient ?? "") };
  });
  return { source, destination };
}

/** Plans the run. */
export function planRun(
  runId: string,
  jobs: PlannedJob[],
  found: Ends<FoundRunFolder>,
  { source, destination }: Ends<RunStatus | undefined>,
  infos: Ends<WorkspaceInfo>,
  { ended = false }: PlanOptions = {},
): PlannedRun {
  const isOver = source === undefined || source.ended;
  const inProgress = !isOver && !ended;
  const decision = decideRun(jobs, found, source, destination, ended);
  const mayBecomeCurrent = !inProgress && decision.action !== "leave";
  const kept = mayBecomeCurrent ? keepsCurrent(runId, infos.destination) : undefined;
  const files: Entry[] = [];
  for (const entry of found.source.values()) if (entry.kind === "file") files.push(entry);
  return {
    ...decision,
    inProgress,
    ...(!isOver && ended && { takenAsEnded: true as const }),
    files: files.length,
    bytes: files.reduce((sum, { size }) => sum + size, 0),
    isCurrent: infos.source.current?.runId === runId,
    becomesCurrent: mayBecomeCurrent && movesCurrent(runId, infos),
    ...(kept !== undefined && { currentKept: kept }),
  };
}

function decideRun(
  jobs: PlannedJob[],
  found: Ends<FoundRunFolder>,
  source: RunStatus | undefined,
  destination: RunStatus | undefined,
  isOver: boolean,
): Pick<PlannedRun, "action" | "reason" | "blocked"> {
  if (found.destination.size === 0) return { action: "copy" };
  const { kind = "folder", target } = found.destination.get("") ?? {};
  if (kind !== "folder") {
    const blocked = describeOther(kind, target);
    return { action: "leave", reason: `${blocked} is at the destination`, blocked };
  }
  const ended = (source?.ended === true || isOver) && destination?.ended !== true;
  const went = ended && destination !== undefined && isStatusLater(found.destination, found.source);
  if (went || isInProgressThere(jobs, source, destination)) {
    return { action: "leave", reason: "in progress at the destination" };
  }
  if (areTwoRuns(source, destination)) {
    const blocked = "another run that has the same id";
    return { action: "leave", reason: `${blocked} is at the destination`, blocked };
  }
  if (source?.ended === false && !isOver && destination?.ended === true) {
    return { action: "skip", reason: "ended at the destination, in progress at the source" };
  }
  if (ended || isNewer(found.source, found.destination)) {
    return { action: "replace", reason: "newer at the source" };
  }
  if (linkedByRun(jobs).some((job) => !found.destination.has(runLink(job)))) {
    return { action: "replace", reason: "links to jobs are missing at the destination" };
  }
  return { action: "skip" };
}

/**
 * Whether the run runs there, rather than being a copy of one that ran at the source: a copy has
 * the source's start and host, and no job with a `.pid`.
 */
function isInProgressThere(
  jobs: PlannedJob[],
  source: RunStatus | undefined,
  destination: RunStatus | undefined,
): boolean {
  if (destination === undefined || destination.ended) return false;
  return destination.startedAt !== source?.startedAt ||
    destination.hostname !== source?.hostname ||
    jobs.some((job) => job.destination === "running");
}

/** Whether a run went on after the other: a copy that was marked as ended may come back to it. */
function isStatusLater(run: FoundRunFolder, other: FoundRunFolder): boolean {
  const [time, otherTime] = [run, other].map((folder) => folder.get(STATUS_FILE)?.mtime);
  return time !== undefined && otherTime !== undefined && isTimeLater(time, otherTime);
}

/** Whether a run's folder has something that the other lacks, or has only older. */
function isNewer(source: FoundRunFolder, destination: FoundRunFolder): boolean {
  for (const [path, entry] of source) {
    if (path === JOBS || path.startsWith(`${JOBS}/`)) continue; // links, made anew
    const there = destination.get(path);
    if (there === undefined) return true;
    if (entry.kind !== "folder" && isTimeLater(entry.mtime, there.mtime)) return true;
  }
  return false;
}

/**
 * Whether the link `current` is made, or moved: when there is none and no later run, or when it
 * names an older run that has ended. Without a link experimaestro takes the latest run, so a link
 * to an older one would change what it takes. experimaestro before 2.1.1 keeps its link elsewhere,
 * and would take this one for a run.
 */
export function movesCurrent(runId: string, { source, destination }: Ends<WorkspaceInfo>): boolean {
  const { current, currentStatus } = destination;
  if (current?.by === "older link") return false;
  if (current?.by !== "link" && source.current?.by === "older link") return false;
  if (current === undefined) return true;
  const order = compareRuns(runId, current.runId);
  if (current.by === "latest") return order >= 0;
  return order > 0 && !isInProgress(currentStatus);
}

/** The older run that keeps `current` at the destination, since it is in progress there. */
function keepsCurrent(
  runId: string,
  { current, currentStatus }: WorkspaceInfo,
): string | undefined {
  const isOlder = current?.by === "link" && compareRuns(runId, current.runId) > 0;
  return isOlder && isInProgress(currentStatus) ? current.runId : undefined;
}

function isInProgress(status: string | undefined): boolean {
  return readRunStatus(status)?.ended === false;
}
