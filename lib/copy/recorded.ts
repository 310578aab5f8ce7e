/**
 * Decides on jobs that have a record: an earlier copy has left out some of their files.
 *
 * @module
 */

import { printable } from "../text/printable.ts";
import { jobFolder } from "../workspace/layout.ts";
import { type Decision, isCompleted, isWritten, leave } from "./decisions.ts";
import { type FileChoice, rulesOf } from "./exclude.ts";
import type { Inventory } from "./inventory.ts";
import type { Shortfall } from "./left_out.ts";
import { bytesIn, formatBytes } from "../text/sizes.ts";
import type { CopyProblem, JobState, PlannedJob } from "./types.ts";

/** What is known of a job that has a record. */
export interface Recorded {
  /** Its states. */
  source: JobState;
  destination: JobState;
  /** How it compares with the source; undefined when it is not there. */
  shortfall: Shortfall | undefined;
  /** Whether it is missing at the source on purpose. */
  removed: boolean;
}

/** Reconsiders a decision to skip a job, or to leave it, because of its record. */
export function decideRecorded(
  decision: Decision,
  { source, destination, shortfall, removed }: Recorded,
): Decision {
  const isAtRest = decision.action === "skip" ||
    decision.action === "leave" && !decision.incomplete;
  if (!isAtRest || removed && shortfall === undefined) return decision;
  if (shortfall === undefined) {
    return leave("some of its files were left out, and it is no longer at the source", true);
  }
  if (!shortfall.lacks) {
    const isSkipped = decision.action === "skip" && !shortfall.isWhole;
    return isSkipped
      ? { ...decision, reason: "at the destination, without the files left out" }
      : decision;
  }
  if (source !== destination || decision.action === "leave") {
    return leave(`some of its files were left out, and it is ${source} at the source`, true);
  }
  if (shortfall.changed !== undefined) {
    return leave(`some of its files were left out, and ${shortfall.changed}`, true);
  }
  return { action: "complete", reason: "an earlier copy left out some files", incomplete: false };
}

/** Whether a job that has a record lacks nothing any more: then the record is removed. */
export function isSettled(job: PlannedJob, { jobs, records }: Inventory): boolean {
  const folder = jobFolder(job);
  return job.action === "skip" && job.referencesMissing === undefined &&
    records?.has(folder) === true &&
    jobs.get(folder)?.shortfall?.isWhole === true;
}

/** Notes of a job that will be written what this copy leaves out of it. */
export function withLeftOut(
  job: PlannedJob,
  { jobs }: Inventory,
  choice: FileChoice,
): PlannedJob {
  const found = isWritten(job) ? jobs.get(jobFolder(job)) : undefined;
  const { leftOut } = (isCompleted(job) ? found?.toCome : found) ?? {};
  if (leftOut === undefined || leftOut.files === 0) return job;
  const { files, bytes, first } = leftOut;
  const some = first.map(({ path, bytes }) => ({ path, kind: "file" as const, size: bytes }));
  return { ...job, leftOut: { files, bytes, by: rulesOf(choice, some) } };
}

/** The warnings about jobs that still lack files, or lack some at the source as well. */
export function leftOutWarnings(
  jobs: PlannedJob[],
  found: { source: Inventory; destination: Inventory },
): CopyProblem[] {
  const partial = jobs.filter((job) => lacksAtSource(job, found.source));
  return [againLeftOut(jobs, found.destination), lackingAtSource(partial)]
    .filter((message) => message !== undefined)
    .map((message) => ({ code: "job", message: printable(message) }));
}

/**
 * Whether a job is at the destination, or will be copied, without files that the source lacks as
 * well.
 */
function lacksAtSource(job: PlannedJob, { records }: Inventory): boolean {
  return records?.has(jobFolder(job)) === true && (isWritten(job) || job.leftOut !== undefined);
}

function lackingAtSource({ length }: PlannedJob[]): string | undefined {
  if (length === 0) return undefined;
  return `${some(length)} at the source ${lack(length)} files that an earlier copy left out; ` +
    `to get them, copy from where ${length === 1 ? "it is" : "they are"} complete`;
}

function againLeftOut(jobs: PlannedJob[], { jobs: there }: Inventory): string | undefined {
  const found = jobs.filter(({ action, leftOut }) => action === "skip" && leftOut !== undefined)
    .flatMap((job) => there.get(jobFolder(job))?.shortfall ?? [])
    .filter(({ by }) => by.length > 0);
  if (found.length === 0) return undefined;
  const files = found.reduce((sum, { files }) => sum + files, 0);
  const bytes = bytesIn(found);
  const by = [...new Set(found.flatMap(({ by }) => by))];
  const kind = by.every((name) => name.startsWith("'")) ? "pattern" : "option";
  const these = by.length === 1 ? `this ${kind}` : `these ${kind}s`;
  const what = files === 0 ? "empty folders" : `${count(files)} (${formatBytes(bytes)})`;
  return `${some(found.length)} at the destination ${lack(found.length)} ${what} ` +
    `left out by ${by.join(", ")}; to get them, copy without ${these}`;
}

function some(jobs: number): string {
  return jobs === 1 ? "1 job" : `${jobs} jobs`;
}

function lack(jobs: number): string {
  return jobs === 1 ? "lacks" : "lack";
}

function count(files: number): string {
  return files === 1 ? "1 file" : `${files} files`;
}
