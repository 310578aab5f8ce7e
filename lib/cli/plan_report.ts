/**
 * The plan of a copy, as a dry run prints it.
 *
 * @module
 */

import { isOmitted, isWritten, unitsOf } from "../copy/decisions.ts";
import { isRefused } from "../copy/space.ts";
import type { CopyEvent, CopyPlan, CopyProblem, CopyRunsPlan, PlannedEnd } from "../copy/types.ts";
import { printable } from "../text/printable.ts";
import { jobFolder } from "../workspace/layout.ts";
import { formatRunId } from "../workspace/runs.ts";
import { count, formatBytes, table, width } from "./format.ts";
import {
  endLocation,
  fullJob,
  hasWork,
  hereOrThere,
  isPartial,
  REFERENCES,
  renderProblem,
  runName,
  somePaths,
} from "./names.ts";
import { renderRows } from "./plan_rows.ts";
import type { ReportStyle } from "./style.ts";
import { quoteCommand } from "../text/shell.ts";
import { beside, fitted, wrapSentence } from "./wrap.ts";

/**
 * Formats the plan: what is copied, from where and to where, and what happens to the jobs and the
 * run.
 *
 * @param mayFollow Whether the run could be followed, and is not.
 */
export function renderPlan(plan: CopyPlan, style: ReportStyle, mayFollow = false): string[] {
  const current = plan.run.isCurrent ? " (current)" : "";
  const head = `${printable(plan.experimentId)}, run ${printable(formatRunId(plan.runId))}`;
  return inParts([
    [head + current, ...renderEnds(plan, style)],
    renderRows({ ...plan, runs: [plan.run] }, style),
    renderNames(plan, style),
    renderReferences(plan, style),
    renderInProgress(plan, mayFollow, style),
    renderTotal(plan, hasWork(plan), style),
  ]);
}

/** Lines with an empty one between their parts. */
function inParts(parts: string[][]): string[] {
  return parts.filter((lines) => lines.length > 0)
    .flatMap((lines, at) => at === 0 ? lines : ["", ...lines]);
}

/** Formats the plan for several runs: each of them, then what happens in all. */
export function renderRunsPlan(plan: CopyRunsPlan, style: ReportStyle): string[] {
  const rows = plan.runs.map((one) => {
    const work = one.jobs.filter(isWritten);
    const none = isComplete(one)
      ? `already ${hereOrThere(one.destination)}`
      : "nothing to copy now";
    const what = work.length > 0
      ? count(work.length, "job")
      : isWritten(one.run)
      ? "the run"
      : none;
    const inProgress = one.run.inProgress ? "still in progress" : "";
    return [
      `  ${printable(one.experimentId)}`,
      printable(formatRunId(one.runId)),
      what,
      what === none ? "" : formatBytes(one.bytes),
      inProgress,
    ];
  });
  return inParts([
    [count(plan.runs.length + plan.failed.length, "run"), ...renderEnds(plan, style)],
    [
      ...fitted(rows, [3], style.columns),
      ...renderFailed(plan.failed, "cannot be copied:", style),
    ],
    renderRows({ ...plan, runs: plan.runs.map(({ run }) => run) }, style),
    renderNames(plan, style),
    renderReferences(plan, style),
    renderTotal(plan, plan.runs.some(hasWork), style),
  ]);
}

/** Formats the runs that cannot be copied, or could not, and why; `label` says which. */
export function renderFailed(
  failed: CopyRunsPlan["failed"],
  label: string,
  { paint, columns }: ReportStyle,
): string[] {
  return failed.flatMap(({ experimentId, runId, message, hint }) => {
    const run = runName({ experimentId, runId });
    const what = `${paint("bad", label)} ${run}: ${printable(message)}`;
    return [what, ...(hint === undefined ? [] : [`  ${printable(hint)}`])]
      .flatMap((line) => wrapSentence(line, columns));
  });
}

/**
 * Formats the end of a dry run: the command that copies, if there is anything to copy, and if a
 * check was asked for, that there was none. Without a command a question follows, unless the copy
 * would be refused.
 */
export function renderDryRunEnd(
  plan: CopyPlan,
  command: string[] | undefined,
  unchecked?: string[][],
): string[] {
  return renderRunsEnd({ ...plan, runs: [plan], failed: [] }, command, unchecked);
}

/** Formats the end of a dry run of several runs. */
export function renderRunsEnd(
  plan: Pick<CopyRunsPlan, "runs" | "failed" | "destination" | "warnings">,
  command: string[] | undefined,
  unchecked?: string[][],
): string[] {
  if (command === undefined) return isRefused(plan) ? [] : [""];
  const { runs, failed, destination } = plan;
  if (runs.some(hasWork)) return ["", ...renderCommand(command, unchecked)];
  const isThere = failed.length === 0 && runs.every(isComplete);
  return [
    "",
    isThere
      ? `Nothing to copy: ${whatIsThere(runs, hereOrThere(destination))}`
      : "Nothing can be copied now",
    ...renderUnchecked(unchecked),
  ];
}

/** What is at the destination already, when that is all that was asked for. */
function whatIsThere(plans: CopyPlan[], here: string): string {
  const jobs = plans.flatMap(({ jobs }) => jobs);
  if (jobs.every(isOmitted)) {
    const [what, have] = plans.length === 1 ? ["the run is", "has"] : ["the runs are", "have"];
    const none = jobs.length === 0 ? `and ${have} no jobs` : "and no job is selected";
    return `${what} ${here} already, ${none}`;
  }
  const all = jobs.some(isOmitted) ? "everything selected" : "everything";
  const what = jobs.some(isPartial) ? `${all} except files left out` : all;
  return `${what} is ${here} already`;
}

/** Whether all of a run is at the destination that was asked for. */
function isComplete(plan: CopyPlan): boolean {
  const { run, referencesMissing } = plan;
  return run.action === "skip" && !run.inProgress &&
    !unitsOf(plan).some((job) => job.incomplete) && referencesMissing === undefined;
}

/** Formats the command that does what a dry run has shown, and that nothing was checked. */
export function renderCommand(command: string[], unchecked?: string[][]): string[] {
  const what = command[1] === "move" ? "move" : "copy";
  return [
    `Nothing was written. To ${what}:`,
    `  ${quoteCommand(command)}`,
    ...renderUnchecked(unchecked),
  ];
}

/** Says that nothing was checked, though a check was asked for, and how to do it. */
function renderUnchecked(commands: string[][] | undefined): string[] {
  if (commands === undefined) return [];
  const newest = commands.at(-1);
  if (newest === undefined) return ["Nothing was checked: nothing is at the destination yet"];
  const what = commands.length > 1
    ? "one of the runs that are at the destination now, e.g. the newest"
    : "what is at the destination now";
  return [`Nothing was checked. To compare ${what}:`, `  ${quoteCommand(newest)}`];
}

/** Formats a warning, with its hint. */
export function renderWarning(
  problem: CopyProblem,
  { paint, verbose, columns }: ReportStyle,
): string[] {
  const { hint } = problem;
  return [
    `${paint("care", "warning:")} ${renderProblem(problem, verbose)}`,
    ...(hint !== undefined ? [`  ${printable(hint)}`] : []),
  ].flatMap((line) => wrapSentence(line, columns));
}

/** Formats the message that a connection was lost, and that another attempt follows. */
export function renderRetry(
  { message, seconds, attempt, attempts }: CopyEvent & { type: "retrying" },
  { paint, columns }: ReportStyle,
): string[] {
  const count = attempts === undefined ? `attempt ${attempt}` : `${attempt} of ${attempts}`;
  const when = `trying again in ${seconds} s (${count})`;
  const lost = wrapSentence(`${paint("care", "warning:")} ${printable(message)}`, columns);
  return [...lost, `  ${when}`];
}

/** What the plan of one run and that of several have in common. */
type Totals = Omit<CopyRunsPlan, "runs" | "failed">;

function renderEnds({ source, destination }: Totals, style: ReportStyle): string[] {
  const { columns } = style;
  const ends: [string, PlannedEnd][] = [["from", source], ["to", destination]];
  const rows = ends.map(([label, end]) => {
    const where = end.transferHost === undefined ? "" : ` on ${printable(end.transferHost)}`;
    const facts = end.isNew ? ["a new workspace"] : [];
    if (end.rsync !== "") facts.push(`rsync ${printable(end.rsync)}${where}`);
    if (label === "to" && end.freeBytes !== undefined) {
      facts.push(`${formatBytes(end.freeBytes)} free`);
    }
    return [`  ${label}`, endName(end), endLocation(end, style), facts.join(", ")];
  });
  // Workspaces that are named by their paths need no name beside them.
  const isUnnamed = rows.every(([, name]) => name === "");
  const lines = renderFacts(isUnnamed ? rows.map((row) => row.toSpliced(1, 1)) : rows, columns);
  const isFar = [source, destination].every(({ host }) => host !== undefined);
  const isRelayed = isFar && source.host !== destination.host;
  return isRelayed ? [...lines, "  by way of this machine, which stores nothing"] : lines;
}

/** Aligns rows; where they are too wide, their last cells go below the places. */
function renderFacts(rows: string[][], columns: number): string[] {
  const lines = table(rows);
  if (lines.every((line) => width(line) <= columns)) return lines;
  const labels = table(rows.map((row) => row.slice(0, -2).concat("|")));
  return rows.flatMap((row, at) => {
    const before = labels[at]!.slice(0, -1);
    const [place = "", facts = ""] = row.slice(-2);
    const below = " ".repeat(width(before));
    return [
      ...beside(before, place, columns),
      ...(facts === "" ? [] : beside(below, facts, columns)),
    ];
  });
}

function endName({ id }: PlannedEnd): string {
  return id.includes("/") ? "" : printable(id);
}

function renderReferences(plan: Totals, { paint, verbose, columns }: ReportStyle): string[] {
  const { referencesMissing: missing = [] } = plan;
  if (missing.length === 0) return [];
  const what = `${paint("bad", "not copied:")} ${REFERENCES}: ${somePaths(missing, verbose)}`;
  return wrapSentence(what, columns);
}

function renderNames(plan: Totals, { verbose }: ReportStyle): string[] {
  const rows = verbose ? unitsOf(plan) : [];
  return table(
    rows.map((job) => [
      `  ${job.action}`,
      job.sharedName === undefined ? fullJob(job) : printable(jobFolder(job)),
      job.source === "unseen" ? job.destination : `${job.source} -> ${job.destination}`,
      isWritten(job) || job.bytes > 0 ? formatBytes(job.bytes) : "", // not all were looked at
    ]),
    [3],
  );
}

function renderInProgress({ run }: CopyPlan, mayFollow: boolean, style: ReportStyle): string[] {
  if (!run.inProgress) return [];
  const follow = mayFollow ? ": add --follow to copy each job as it ends" : "";
  const what = `The run is marked as in progress${follow}; if it was killed, add --ended`;
  return wrapSentence(what, style.columns);
}

/** How much it is, if there is work, and what to know of it. */
function renderTotal(plan: Totals, hasWork: boolean, style: ReportStyle): string[] {
  const free = (plan.destination.freeBytes ?? -1) - plan.bytes;
  const rest = free < 0 ? "" : `; ${formatBytes(free)} will remain free`;
  const total = `Up to ${formatBytes(plan.bytes)} in ${count(plan.files, "file")}${rest}`;
  return [
    ...(hasWork ? wrapSentence(total, style.columns) : []),
    ...plan.warnings.flatMap((problem) => renderWarning(problem, style)),
  ];
}
