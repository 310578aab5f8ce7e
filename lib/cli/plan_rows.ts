/**
 * The rows of a plan: what is done with how many jobs, and why.
 *
 * @module
 */

import { isWritten } from "../copy/decisions.ts";
import type { CopyPlan, JobAction, PlannedJob, PlannedRun } from "../copy/types.ts";
import { printable } from "../text/printable.ts";
import { jobFolder } from "../workspace/layout.ts";
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
  "complete",
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
  complete: "good",
  wait: "care",
  leave: "care",
  missing: "bad",
};

/** What the rows show: a plan of one run, or of several. */
export interface PlannedRows extends Pick<CopyPlan, "jobs" | "partials" | "destination"> {
  /** What is done with the runs. */
  runs: PlannedRun[];
}

/** Formats the rows of a plan: of its jobs, then of its runs. */
export function renderRows(plan: PlannedRows, style: ReportStyle): string[] {
  const rows = [
    ...ACTIONS.flatMap((action) => jobRows(plan, action)),
    ...ACTIONS.flatMap((action) => sharedRows(plan, action)),
    ...runRows(plan),
  ];
  const widest = (cell: (row: Row) => string) => Math.max(...rows.map((row) => width(cell(row))));
  const [action, number, noun, size] = [
    widest((row) => row.action),
    widest((row) => row.number),
    widest((row) => row.noun),
    widest((row) => row.size),
  ];
  return rows.flatMap((row) => {
    const label = pad(row.action, action);
    const before = [
      `  ${row.mark === undefined ? label : style.paint(row.mark, label)}`,
      `${pad(row.number, number, "start")} ${pad(row.noun, Math.max(noun, 4))}`,
      pad(row.size, size, "start"),
      "",
    ].join("   ");
    return beside(before, row.remark, style.columns);
  });
}

/** A row for the jobs of each reason; one more for those of them whose files options leave out. */
function jobRows(plan: PlannedRows, action: JobAction): Row[] {
  const here = hereOrThere(plan.destination);
  const lacks = ({ leftOut }: PlannedJob) => leftOut !== undefined && leftOut.by.length > 0;
  const jobs = plan.jobs.filter((job) => job.action === action)
    .sort((one, other) => Number(lacks(one)) - Number(lacks(other)));
  const isWork = isWritten({ action });
  const keyOf = (job: PlannedJob) =>
    `${lacks(job)} ${isWork || !lacks(job) ? job.reason ?? "" : ""}`;
  return [...grouped(jobs, keyOf).values()].map((some) => {
    const [{ reason = "" }] = some as [PlannedJob];
    const isWhole = !some.some(lacks);
    const why = isWhole || isWork ? jobRemark(action, reason, some, here) : "";
    return {
      action,
      mark: MARKS[action],
      number: formatCount(some.length),
      noun: some.length === 1 ? "job" : "jobs",
      size: isWork ? formatBytes(some.reduce((sum, job) => sum + job.bytes, 0)) : "",
      remark: [why, isWhole ? "" : leftOutRemark(some)].filter((part) => part !== "").join("; "),
    };
  });
}

function jobRemark(action: JobAction, reason: string, jobs: PlannedJob[], here: string): string {
  if (action === "copy" && reason === "") return stateCounts(jobs);
  const common: Record<JobAction, string> = {
    copy: "",
    replace: "",
    complete: "",
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
export function grouped<T>(things: readonly T[], keyOf: (thing: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const thing of things) {
    const group = groups.get(keyOf(thing));
    if (group === undefined) groups.set(keyOf(thing), [thing]);
    else group.push(thing);
  }
  return groups;
}

/** A row for all folders that jobs share, with the same action and for the same reason. */
function sharedRows({ partials = [], destination }: PlannedRows, action: JobAction): Row[] {
  const here = hereOrThere(destination);
  const isWork = action === "copy" || action === "replace";
  const some = partials.filter((one) => one.action === action);
  return [...grouped(some, ({ reason = "" }) => reason)].map(([reason, group]) => ({
    action,
    mark: MARKS[action],
    number: formatCount(group.length),
    noun: group.length === 1 ? "shared folder" : "shared folders",
    size: isWork ? formatBytes(group.reduce((sum, { bytes }) => sum + bytes, 0)) : "",
    remark: reason !== ""
      ? `${printable(reason)}: ${
        group.slice(0, MOST_SHARED).map(jobFolder).map(printable).join(", ")
      }`
      : action === "copy"
      ? "named by jobs"
      : `already ${here}`,
  }));
}

/** The most shared folders that a row names. */
const MOST_SHARED = 3;

/** A row for all runs of which the same is to be said. */
function runRows({ runs, destination }: PlannedRows): Row[] {
  const here = hereOrThere(destination);
  const isOne = runs.length === 1;
  const groups = grouped(runs, (run) => `${run.action} ${runRemark(run, here, isOne)}`);
  return [...groups.values()].map((some) => {
    const { action } = some[0]!;
    return {
      action,
      mark: some.some(({ inProgress }) => inProgress) || action === "leave"
        ? "care"
        : MARKS[action],
      number: formatCount(some.length),
      noun: some.length === 1 ? "run" : "runs",
      size: isWritten({ action })
        ? formatBytes(some.reduce((sum, { bytes }) => sum + bytes, 0))
        : "",
      remark: runRemark(some[0]!, here, isOne),
    };
  });
}

/** @param isOne Whether it is the only one: which of several becomes current, their order tells. */
function runRemark(run: PlannedRun, here: string, isOne: boolean): string {
  const remarks: string[] = [];
  if (run.reason !== undefined) remarks.push(printable(run.reason));
  else if (run.action === "skip") remarks.push(`already ${here}`);
  else if (run.action === "leave") remarks.push(`in progress ${here}`);
  else if (run.inProgress) remarks.push("still in progress at the source");
  if (run.takenAsEnded) remarks.push("treated as ended");
  if (run.becomesCurrent && isOne) remarks.push(`becomes current ${here}`);
  if (run.currentKept !== undefined) {
    const kept = printable(formatRunId(run.currentKept));
    remarks.push(`current stays ${kept}, which is in progress ${here}`);
  }
  return remarks.join(", ");
}
