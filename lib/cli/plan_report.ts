/**
 * The plan of a copy, as a dry run prints it.
 *
 * @module
 */

import type {
  CopyEvent,
  CopyPlan,
  CopyProblem,
  JobAction,
  PlannedEnd,
  PlannedJob,
} from "../copy/types.ts";
import { printable } from "../text/printable.ts";
import { formatRunId } from "../workspace/runs.ts";
import type { Mark, Paint } from "./colour.ts";
import { count, formatBytes, formatCount, pad, table, width } from "./format.ts";
import {
  endLocation,
  fullJob,
  hereOrThere,
  isPartial,
  leftOutRemark,
  REFERENCES,
  renderProblem,
  someJobs,
  somePaths,
} from "./names.ts";
import { quoteCommand } from "../text/shell.ts";

/** How a report looks. */
export interface ReportStyle {
  /** Colours marks. */
  paint: Paint;
  /** Whether every job appears, with its full name. */
  verbose: boolean;
}

/** One line of the plan's table, or a further line with another remark. */
interface Row {
  action: string;
  mark?: Mark;
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

/**
 * Formats the plan: what is copied, from where and to where, and what happens to the jobs and the
 * run.
 */
export function renderPlan(plan: CopyPlan, style: ReportStyle): string[] {
  const current = plan.run.isCurrent ? " (current)" : "";
  const head = `${printable(plan.experimentId)}, run ${printable(formatRunId(plan.runId))}`;
  const rows = [...ACTIONS.flatMap((action) => jobRows(plan, action)), runRow(plan)];
  return [
    head + current,
    ...renderEnds(plan),
    "",
    ...renderRows(rows, style.paint),
    ...(style.verbose ? renderNames(plan) : []),
    ...renderReferences(plan, style),
    ...(plan.run.inProgress
      ? ["", "The run is marked as in progress; if it was killed, add --ended"]
      : []),
    ...renderTotal(plan, style.paint),
    ...plan.warnings.map((problem) => renderWarning(problem, style.paint)),
  ];
}

/** Formats the end of a dry run: the command that copies, if there is anything to copy. */
export function renderDryRunEnd(plan: CopyPlan, command: string[]): string[] {
  if (hasWork(plan)) return ["", "Nothing was written. To copy:", `  ${quoteCommand(command)}`];
  const complete = plan.run.action === "skip" && !plan.run.inProgress &&
    !plan.jobs.some((job) => job.incomplete) && plan.referencesMissing === undefined;
  const all = plan.jobs.some(({ action }) => action === "omit")
    ? "everything selected"
    : "everything";
  const what = plan.jobs.some(isPartial) ? `${all} except files left out` : all;
  const why = complete
    ? `Nothing to copy: ${what} is ${hereOrThere(plan.destination)} already`
    : "Nothing can be copied now";
  return ["", why];
}

/** Formats a warning. */
export function renderWarning(problem: CopyProblem, paint: Paint): string {
  return `${paint("care", "warning:")} ${renderProblem(problem)}`;
}

/** Formats the message that a connection was lost, and that another attempt follows. */
export function renderRetry(
  { message, seconds, attempt, attempts }: CopyEvent & { type: "retrying" },
  paint: Paint,
): string[] {
  const count = attempts === undefined ? `attempt ${attempt}` : `${attempt} of ${attempts}`;
  const when = `trying again in ${seconds} s (${count})`;
  return [`${paint("care", "warning:")} ${printable(message)}`, `  ${when}`];
}

/** Whether the plan would write anything. */
function hasWork(plan: CopyPlan): boolean {
  return plan.run.action === "copy" || plan.run.action === "replace" ||
    plan.jobs.some(({ action }) => action === "copy" || action === "replace");
}

function renderEnds({ source, destination }: CopyPlan): string[] {
  const ends: [string, PlannedEnd][] = [["from", source], ["to", destination]];
  const rows = ends.map(([label, end]) => {
    const where = end.transferHost === undefined ? "" : ` on ${printable(end.transferHost)}`;
    const facts = end.rsync === "" ? [] : [`rsync ${printable(end.rsync)}${where}`];
    if (label === "to" && end.freeBytes !== undefined) {
      facts.push(`${formatBytes(end.freeBytes)} free`);
    }
    return [`  ${label}`, endName(end), endLocation(end), facts.join(", ")];
  });
  // Workspaces that are named by their paths need no name beside them.
  const unnamed = rows.every(([, name]) => name === "");
  const lines = table(unnamed ? rows.map((row) => row.toSpliced(1, 1)) : rows);
  const isFar = [source, destination].every(({ host }) => host !== undefined);
  const isRelayed = isFar && source.host !== destination.host;
  return isRelayed ? [...lines, "  by way of this machine, which keeps nothing of it"] : lines;
}

function endName({ id }: PlannedEnd): string {
  return id.includes("/") ? "" : printable(id);
}

function jobRows(plan: CopyPlan, action: JobAction): Row[] {
  const jobs = plan.jobs.filter((job) => job.action === action);
  if (jobs.length === 0) return [];
  const bytes = jobs.reduce((sum, job) => sum + job.bytes, 0);
  const remarks = jobRemarks(action, jobs, hereOrThere(plan.destination));
  const mark = MARKS[action];
  const first: Row = {
    action,
    ...(mark === undefined ? {} : { mark }),
    number: formatCount(jobs.length),
    noun: jobs.length === 1 ? "job" : "jobs",
    size: action === "copy" || action === "replace" ? formatBytes(bytes) : "",
    remark: remarks[0] ?? "",
  };
  const more = remarks.slice(1).map((remark) => ({
    action: "",
    number: "",
    noun: "",
    size: "",
    remark,
  }));
  return [first, ...more];
}

/** One remark for all jobs without a special one, and one for each reason, with the jobs' names. */
function jobRemarks(action: JobAction, jobs: PlannedJob[], here: string): string[] {
  const common: Record<JobAction, string> = {
    copy: stateCounts(jobs),
    replace: "",
    skip: `already ${here}`,
    wait: "still running",
    leave: `left unchanged ${here}`,
    missing: "not at the source",
    omit: "not selected",
    removed: "removed when its experiment ended, as intended",
  };
  const quiet = action === "skip" || action === "removed" || action === "omit";
  const lacking = jobs.filter(({ leftOut }) => leftOut !== undefined && leftOut.by.length > 0);
  const others = jobs.filter((job) => !lacking.includes(job));
  const byReason = grouped(others, (job) => job.reason ?? "");
  const remarks: string[] = [];
  if (action === "copy") remarks.push(common.copy);
  if (lacking.length > 0) remarks.push(leftOutRemark(lacking));
  for (const [reason, some] of byReason) {
    if (reason === "" && action === "copy") continue;
    const why = reason === "" ? common[action] : printable(reason);
    if (quiet) remarks.push(why);
    else remarks.push(why === "" ? someJobs(some) : `${why}: ${someJobs(some)}`);
  }
  return remarks;
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
  const mark: Mark | undefined = run.inProgress || run.action === "leave"
    ? "care"
    : MARKS[run.action];
  return {
    action: run.action,
    ...(mark === undefined ? {} : { mark }),
    number: "1",
    noun: "run",
    size: run.action === "copy" || run.action === "replace" ? formatBytes(run.bytes) : "",
    remark: remarks.join(", "),
  };
}

function renderRows(rows: Row[], paint: Paint): string[] {
  const widest = (cell: (row: Row) => string) => Math.max(...rows.map((row) => width(cell(row))));
  const [action, number, size] = [
    widest((row) => row.action),
    widest((row) => row.number),
    widest((row) => row.size),
  ];
  return rows.map((row) => {
    const label = pad(row.action, action);
    return [
      `  ${row.mark === undefined ? label : paint(row.mark, label)}`,
      `${pad(row.number, number, "start")} ${pad(row.noun, 4)}`,
      pad(row.size, size, "start"),
      row.remark,
    ].join("   ").trimEnd();
  });
}

function renderReferences(plan: CopyPlan, { paint, verbose }: ReportStyle): string[] {
  const { referencesMissing: missing = [] } = plan;
  if (missing.length === 0) return [];
  return ["", `${paint("bad", "not copied:")} ${REFERENCES}: ${somePaths(missing, verbose)}`];
}

function renderNames(plan: CopyPlan): string[] {
  const rows = plan.jobs.map((job) => [
    `  ${job.action}`,
    fullJob(job),
    job.source === "unseen" ? job.destination : `${job.source} -> ${job.destination}`,
    formatBytes(job.bytes),
  ]);
  return rows.length === 0 ? [] : ["", ...table(rows, [3])];
}

function renderTotal(plan: CopyPlan, paint: Paint): string[] {
  if (!hasWork(plan)) return [];
  const total = `${formatBytes(plan.bytes)} in ${count(plan.files, "file")}`;
  const free = plan.destination.freeBytes;
  if (free === undefined) return ["", `Up to ${total}`];
  if (free >= plan.bytes) {
    return ["", `Up to ${total}; ${formatBytes(free - plan.bytes)} will remain free`];
  }
  const place = endLocation(plan.destination);
  return [
    "",
    `Up to ${total}`,
    `${paint("bad", "not enough space:")} ${formatBytes(free)} free at ${place}`,
  ];
}
