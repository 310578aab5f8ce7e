/**
 * What is done with jobs of which an earlier copy has left files out, as their records tell.
 *
 * @module
 */

import { printable } from "../text/printable.ts";
import { jobFolder } from "../workspace/layout.ts";
import { type Decision, leave } from "./decisions.ts";
import type { Inventory } from "./inventory.ts";
import type { Shortfall } from "./left_out.ts";
import { mebibytes } from "./space.ts";
import type { CopyProblem, JobState, PlannedJob } from "./types.ts";

/** What is known of a job that has a record. */
export interface Recorded {
  /** Its states. */
  source: JobState;
  destination: JobState;
  /** How it compares; undefined when it is not at the source. */
  shortfall: Shortfall | undefined;
  /** Whether it is missing at the source on purpose. */
  removed: boolean;
}

/** Decides anew of a job that would be skipped, when an earlier copy has left files of it out. */
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
  if (shortfall.own !== undefined) {
    return leave(`some of its files were left out, and ${shortfall.own}`, true);
  }
  return { action: "replace", reason: "some of its files were left out", incomplete: false };
}

/** Whether a job is whole, although there is a record of what it lacks: the record may go. */
export function isSettled(job: PlannedJob, { jobs, records }: Inventory): boolean {
  const folder = jobFolder(job);
  return job.action === "skip" && records?.has(folder) === true &&
    jobs.get(folder)?.shortfall?.isWhole === true;
}

/** What is said of jobs that stay without files which are left out again; undefined of none. */
export function leftOutWarning(
  jobs: PlannedJob[],
  { jobs: there }: Inventory,
): CopyProblem | undefined {
  const known = jobs.filter(({ leftOut }) => leftOut !== undefined);
  if (known.length === 0) return undefined;
  const found = known.map((job) => there.get(jobFolder(job))!.shortfall!);
  const files = found.reduce((sum, { files }) => sum + files, 0);
  const bytes = found.reduce((sum, { bytes }) => sum + bytes, 0);
  const patterns = [...new Set(found.flatMap(({ patterns }) => patterns))];
  const named = patterns.map((pattern) => `'${pattern}'`).join(", ");
  const some = known.length === 1 ? "1 job" : `${known.length} jobs`;
  const these = patterns.length === 1 ? "this pattern" : "these patterns";
  const message = `${some} at the destination ${known.length === 1 ? "lacks" : "lack"} ` +
    `${count(files)} (${mebibytes(bytes)}) left out by ${named}; ` +
    `to get them, copy without ${these}`;
  return { code: "job", message: printable(message) };
}

function count(files: number): string {
  return files === 1 ? "1 file" : `${files} files`;
}
