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
import { bytesIn } from "../text/sizes.ts";
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
export interface PlannedRows
  extends Pick<CopyPlan, "jobs" | "partials" | "source" | "destination"> {
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

/** A row for jobs, shared folders or runs; only what is written has a size. */
function rowOf(
  action: JobAction,
  some: readonly { bytes: number }[],
  noun: string,
  remark: string,
  mark: Mark | undefined = MARKS[action],
): Row {
  return {
    action,
    mark,
    number: formatCount(some.length),
    noun: some.length === 1 ? noun : `${noun}s`,
    size: isWritten({ action }) ? formatBytes(bytesIn(some)) : "",
    remark,
  };
}

/** A row for the jobs of each reason; then for those of them whose files options leave out. */
function jobRows(plan: PlannedRows, action: JobAction): Row[] {
  const here = hereOrThere(plan.destination);
  const isWork = isWritten({ action });
  const jobs = plan.jobs.filter((job) => job.action === action);
  const whole = grouped(jobs.filter((job) => !lacks(job)), reasonOf);
  // of what is not written, the row says only what is left out
  const lacking = grouped(jobs.filter(lacks), isWork ? reasonOf : () => "");
  return [
    ...[...whole].map(([reason, some]) =>
      rowOf(action, some, "job", jobRemark(action, reason, some, here))
    ),
    ...[...lacking].map(([reason, some]) => {
      const why = isWork ? jobRemark(action, reason, some, here) : "";
      return rowOf(action, some, "job", (why === "" ? "" : `${why}; `) + leftOutRemark(some));
    }),
  ];
}

function reasonOf({ reason = "" }: PlannedJob): string {
  return reason;
}

/** Whether options leave out files of a job. */
function lacks({ leftOut }: PlannedJob): boolean {
  return leftOut !== undefined && leftOut.by.length > 0;
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
  const groups = grouped(partials.filter((one) => one.action === action), reasonOf);
  return [...groups].map(([reason, some]) => {
    const names = some.slice(0, MOST_SHARED).map(jobFolder).map(printable).join(", ");
    const remark = reason !== ""
      ? `${printable(reason)}: ${names}`
      : action === "copy"
      ? "named by jobs"
      : `already ${here}`;
    return rowOf(action, some, "shared folder", remark);
  });
}

/** The most shared folders that a row names. */
const MOST_SHARED = 3;

/** A row for all runs of which the same is to be said. */
function runRows({ runs, source, destination }: PlannedRows): Row[] {
  const here = hereOrThere(destination);
  const inProgress = source.isArchive ? EXPORTED : "still in progress at the source";
  const isOne = runs.length === 1 && !destination.isArchive;
  const remarkOf = (run: PlannedRun) => runRemark(run, here, isOne, inProgress);
  const groups = grouped(runs, (run) => `${run.action} ${remarkOf(run)}`);
  return [...groups.values()].map((some) => {
    const [run] = some as [PlannedRun];
    const isCare = some.some(({ inProgress }) => inProgress) || run.action === "leave";
    const mark = isCare ? "care" : MARKS[run.action];
    return rowOf(run.action, some, "run", remarkOf(run), mark);
  });
}

/** What is said of a run in progress whose source is a file. */
export const EXPORTED = "in progress when it was exported";

/** @param isOne Whether a workspace gets no other: which of several becomes current, their order tells. */
function runRemark(run: PlannedRun, here: string, isOne: boolean, inProgress: string): string {
  const remarks: string[] = [];
  if (run.reason !== undefined) remarks.push(printable(run.reason));
  else if (run.action === "skip") remarks.push(`already ${here}`);
  else if (run.action === "leave") remarks.push(`in progress ${here}`);
  else if (run.inProgress) remarks.push(inProgress);
  if (run.takenAsEnded) remarks.push("treated as ended");
  if (run.becomesCurrent && isOne) remarks.push(`becomes current ${here}`);
  if (run.currentKept !== undefined) {
    const kept = printable(formatRunId(run.currentKept));
    remarks.push(`current stays ${kept}, which is in progress ${here}`);
  }
  return remarks.join(", ");
}
