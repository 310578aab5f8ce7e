/**
 * What must stay at the source: by the plan of the copy before it, by what was found after it.
 *
 * @module
 */

import type { CopyPlan, CopyProblem, CopyResult, PlannedJob } from "../copy/types.ts";
import type { Host } from "../host/host.ts";
import type { CheckResult, Difference } from "../inspect/check_types.ts";
import { jobFolder, recordOf, runFolder } from "../workspace/layout.ts";
import type { Reason } from "./decide.ts";
import type { KeptFolder } from "./types.ts";

/** Reasons, by folders. */
export type Reasons = Map<string, Reason>;

function unchecked(reason: string): Reason {
  return { why: "unchecked", reason };
}

/** What will stay, as far as the plan tells. */
export function unfitByPlan(plan: CopyPlan, { errors }: CopyResult): Reasons {
  const found = unfitByErrors(plan, errors);
  for (const job of plan.jobs) {
    const reason = whyNotCopied(job);
    if (reason !== undefined) found.set(jobFolder(job), unchecked(reason));
  }
  const { action, reason } = plan.run;
  const run = runFolder(plan.experimentId, plan.runId);
  if (action === "leave" || action === "skip" && reason !== undefined) {
    found.set(run, unchecked(reason ?? "it stays at the destination as it is"));
  } else if (plan.referencesMissing !== undefined || plan.partials?.some(isIncomplete)) {
    found.set(run, unchecked(LACKING));
  }
  return found;
}

/** What could not be copied; what concerns no job, such as the list of jobs, concerns the run. */
function unfitByErrors(
  { experimentId, runId }: CopyPlan,
  errors: readonly CopyProblem[],
): Reasons {
  const run = runFolder(experimentId, runId);
  return new Map(
    errors.map(({ message, job }) => [job ? jobFolder(job) : run, unchecked(message)]),
  );
}

function isIncomplete({ incomplete }: PlannedJob): boolean {
  return incomplete;
}

const LACKING = "what it refers to will not be at the destination";

function whyNotCopied(job: PlannedJob): string | undefined {
  const { action, reason, leftOut, referencesMissing, incomplete } = job;
  if (leftOut !== undefined) return "some of its files are left out at the destination";
  if (referencesMissing !== undefined) return LACKING;
  if (action === "leave" || action === "missing" || action === "wait" || action === "omit") {
    return reason ?? "it is not copied";
  }
  return incomplete ? reason ?? "it is copied only in part" : undefined;
}

/** The differences that count: what the destination has beside is no loss. */
export function losses(check: CheckResult, isThere: (folder: string) => boolean): Difference[] {
  return check.differences.filter(({ kind, job }) =>
    kind !== "extra" && (job === undefined || kind !== "newer" || isThere(jobFolder(job)))
  );
}

/** What stays, as the copy and the check have found. */
export async function unfitByCheck(
  plan: CopyPlan,
  copied: CopyResult,
  check: CheckResult,
  destination: { host: Pick<Host, "existing">; root: string },
): Promise<Reasons> {
  const found = unfitByErrors(plan, copied.errors);
  const run = runFolder(plan.experimentId, plan.runId);
  for (const { code, message, job } of check.notes) {
    if (job !== undefined) found.set(jobFolder(job), unchecked(message));
    else if (code !== "job") found.set(run, unchecked(message));
  }
  if (copied.referencesMissing.length > 0) found.set(run, unchecked(LACKING));
  const folders = plan.jobs.map(jobFolder);
  const records = folders.map(recordOf);
  const { host, root } = destination;
  const recorded = new Set(await host.existing(root, records));
  for (const [index, folder] of folders.entries()) {
    if (recorded.has(records[index]!)) {
      found.set(folder, unchecked("the destination lacks some of its files"));
    }
  }
  for (const { kind, path, what, job } of check.differences) {
    if (kind === "extra") continue;
    found.set(job === undefined ? run : jobFolder(job), unchecked(`${kind}: ${path}: ${what}`));
  }
  return found;
}

/** What comes along since jobs name it: jobs that are none of the run, and shared folders. */
export function besidesOf(plan: CopyPlan): KeptFolder[] {
  const why = "besides" as const;
  const jobs = plan.jobs.filter(isBesides).map(({ taskId, jobId, bytes, files }) => {
    const job = { taskId, jobId };
    return { path: jobFolder(job), job, bytes, files, why, reason: "it is not a job of this run" };
  });
  const reason = "jobs may share it";
  const partials = (plan.partials ?? []).filter(({ source }) => source !== "absent")
    .map((one) => ({ path: jobFolder(one), bytes: one.bytes, files: one.files, why, reason }));
  return [...jobs, ...partials];
}

/** Whether a job comes along only since others name it. */
export function isBesides({ besides, linkedBy }: PlannedJob): boolean {
  return besides === true && linkedBy === undefined;
}
