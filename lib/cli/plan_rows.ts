/**
 * The rows of a plan: what is done with how many jobs, and why.
 *
 * @module
 */

import type { CopyPlan, JobAction, PlannedJob } from "../copy/types.ts";
import { printable } from "../text/printable.ts";
import { formatRunId } from "../workspace/runs.ts";
import type { Mark } from "./colour.ts";
import { formatBytes, formatCount, pad, width } from "./format.ts";
import { hereOrThere, leftOutRemark, someJobs } from "./names.ts";
import type { ReportStyle } from "./style.ts";
import { beside } from "./wrap.ts";

/** One row: jobs with the same action and the same reason, or the run. */
interface Row {
  action: JobAction;
  mark: Mark | undefined;
  number: string;
  noun: string;
  size: string;
  remark: string;
}

/** The order of actions in the plan. */
const ACTIONS: JobAction[] = [
  "copy",
  "replace",
  "skip",
  "wait",
  "leave",
  "missing",
  "removed",
  "omit",
];

const MARKS: Partial<Record<JobAction, Mark>> = {
  copy: "good",
  replace: "care",
  wait: "care",
  leave: "care",
  missing: "bad",
};

/** Formats the rows of a plan: of its jobs, then of its run. */
export function renderRows(plan: CopyPlan, style: ReportStyle): string[] {
  const rows = [...ACTIONS.flatMap((action) => jobRows(plan, action)), runRow(plan)];
  const widest = (cell: (row: Row) => string) => Math.max(...rows.map((row) => width(cell(row))));
  const [action, number, size] = [
    widest((row) => row.action),
    widest((row) => row.number),
    widest((row) => row.size),
  ];
  return rows.flatMap((row) => {
    const label = pad(row.action, action);
    const before = [
      `  ${row.mark === undefined ? label : style.paint(row.mark, label)}`,
      `${pad(row.number, number, "start")} ${pad(row.noun, 4)}`,
      pad(row.size, size, "start"),
      "",
    ].join("   ");
    return beside(before, row.remark, style.columns);
  });
}

/**
 * A row for all jobs without a special reason, one for each reason, and one for the jobs whose
 * files options leave out.
 */
function jobRows(plan: CopyPlan, action: JobAction): Row[] {
  const jobs = plan.jobs.filter((job) => job.action === action);
  const here = hereOrThere(plan.destination);
  const isWork = action === "copy" || action === "replace";
  const lacking = jobs.filter(({ leftOut }) => leftOut !== undefined && leftOut.by.length > 0);
  const others = jobs.filter((job) => !lacking.includes(job));
  const groups = [...grouped(others, (job) => job.reason ?? "")]
    .map(([reason, some]) => ({ some, remark: jobRemark(action, reason, some, here) }));
  if (lacking.length > 0) groups.push({ some: lacking, remark: lackingRemark(action, lacking) });
  return groups.map(({ some, remark }) => ({
    action,
    mark: MARKS[action],
    number: formatCount(some.length),
    noun: some.length === 1 ? "job" : "jobs",
    size: isWork ? formatBytes(some.reduce((sum, job) => sum + job.bytes, 0)) : "",
    remark,
  }));
}

function lackingRemark(action: JobAction, jobs: PlannedJob[]): string {
  return [...(action === "copy" ? [stateCounts(jobs)] : []), leftOutRemark(jobs)].join("; ");
}

function jobRemark(action: JobAction, reason: string, jobs: PlannedJob[], here: string): string {
  if (action === "copy" && reason === "") return stateCounts(jobs);
  const common: Record<JobAction, string> = {
    copy: "",
    replace: "",
    skip: `already ${here}`,
    wait: "still running",
    leave: `left unchanged ${here}`,
    missing: "not at the source",
    omit: "not selected",
    removed: "removed when its experiment ended, as intended",
  };
  const why = reason === "" ? common[action] : printable(reason);
  const isQuiet = action === "removed" || action === "omit" || action === "skip" && reason === "";
  return isQuiet ? why : [why, someJobs(jobs)].filter((part) => part !== "").join(": ");
}

function stateCounts(jobs: PlannedJob[]): string {
  return [...grouped(jobs, (job) => job.source)]
    .map(([state, some]) => `${formatCount(some.length)} ${state}`)
    .join(", ");
}

/** Groups jobs by a property (Node 20 has no `Map.groupBy`). */
function grouped(
  jobs: PlannedJob[],
  keyOf: (job: PlannedJob) => string,
): Map<string, PlannedJob[]> {
  const groups = new Map<string, PlannedJob[]>();
  for (const job of jobs) {
    const group = groups.get(keyOf(job));
    if (group === undefined) groups.set(keyOf(job), [job]);
    else group.push(job);
  }
  return groups;
}

function runRow({ run, destination }: CopyPlan): Row {
  const here = hereOrThere(destination);
  const remarks: string[] = [];
  if (run.reason !== undefined) remarks.push(printable(run.reason));
  else if (run.action === "skip") remarks.push(`already ${here}`);
  else if (run.action === "leave") remarks.push(`in progress ${here}`);
  else if (run.inProgress) remarks.push("still in progress at the source");
  if (run.takenAsEnded) remarks.push("treated as ended");
  if (run.becomesCurrent) remarks.push(`becomes current ${here}`);
  if (run.currentKept !== undefined) {
    const kept = printable(formatRunId(run.currentKept));
    remarks.push(`current stays ${kept}, which is in progress ${here}`);
  }
  return {
    action: run.action,
    mark: run.inProgress || run.action === "leave" ? "care" : MARKS[run.action],
    number: "1",
    noun: "run",
    size: run.action === "copy" || run.action === "replace" ? formatBytes(run.bytes) : "",
    remark: remarks.join(", "),
  };
}
