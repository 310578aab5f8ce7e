/**
 * The summary at the end of a copy.
 *
 * @module
 */

import { isDamage } from "../copy/damaged_list.ts";
import { isWritten } from "../copy/decisions.ts";
import type { CopyPlan, CopyResult, CopyRunsResult } from "../copy/types.ts";
import { jobFolder, type JobId } from "../workspace/layout.ts";
import { printable } from "../text/printable.ts";
import { count, formatBytes, formatCount, formatDuration, formatRate } from "./format.ts";
import {
  firstOf,
  fullJob,
  hereOrThere,
  isPartial,
  REFERENCES,
  renderProblem,
  runName,
  shortJob,
  someJobs,
  somePaths,
  someRuns,
} from "./names.ts";
import { renderFailed } from "./plan_report.ts";
import { EXPORTED } from "./plan_rows.ts";
import type { ReportStyle } from "./style.ts";
import { wrapSentence } from "./wrap.ts";

/** Formats the summary of a copy with this plan; `run` names it, if it is one of several. */
export function renderSummary(
  result: CopyResult,
  plan: CopyPlan,
  style: ReportStyle,
  run = "",
): string[] {
  const here = hereOrThere(plan.destination);
  const removed = plan.jobs.filter(({ action }) => action === "removed").length;
  const partial = plan.jobs.filter(isPartial);
  const skipped = result.jobsSkipped - removed;
  const lines = [run + headline(result, skipped, here, partial.length > 0, style)];
  if (partial.length > 0) {
    const bytes = partial.reduce((sum, { leftOut }) => sum + leftOut!.bytes, 0);
    const what = bytes === 0 ? "files" : formatBytes(bytes);
    const some = count(partial.length, "job");
    lines.push(`  left out ${what} of ${some}: ${jobNames(partial, style)}`);
  }
  const { partialsCopied = 0 } = result;
  if (partialsCopied > 0 && result.jobsCopied > 0) {
    lines.push(`  with ${count(partialsCopied, "shared folder")} of partials`);
  }
  if (result.jobsOmitted > 0) lines.push(`  not selected: ${count(result.jobsOmitted, "job")}`);
  const replaced = result.jobsReplaced;
  if (replaced.length > 0) {
    lines.push(`  replaced ${count(replaced.length, "job")}: ${jobNames(replaced, style)}`);
  }
  const completed = result.jobsCompleted;
  if (completed.length > 0) {
    lines.push(`  completed ${count(completed.length, "job")}: ${jobNames(completed, style)}`);
  }
  for (const folder of result.replacedFolders ?? []) {
    const place = plan.destination.host === undefined
      ? style.link?.(printable(folder), folder)
      : undefined;
    lines.push(`  replaced folders are kept in ${place ?? printable(folder)}`);
  }
  const failed = new Set(result.errors.map(({ job }) => job && fullJob(job)));
  const unfinished = plan.jobs.filter((job) =>
    isWritten(job) && job.source !== "done" && job.source !== "failed" && !failed.has(fullJob(job))
  );
  if (unfinished.length > 0) {
    lines.push(`  copied unfinished jobs: ${jobNames(unfinished, style)}`);
  }
  if (result.jobsIncomplete.length > 0) {
    lines.push(`  unchanged ${here}: ${jobNames(result.jobsIncomplete, style)}`);
  }
  if (!result.complete) lines.push(...renderRest(result, plan, style));
  return lines.flatMap((line) => wrapSentence(line, style.columns));
}

/** Says how far a run that is followed has come. */
export function renderFollowed({ jobsCopied, jobsRunning }: CopyResult): string {
  const running = jobsRunning.length === 0 ? "" : `, ${formatCount(jobsRunning.length)} running`;
  return `${
    count(jobsCopied, "job")
  } copied so far${running}; still following the run (Ctrl-C stops)`;
}

/** Formats the summary of one of several runs. */
export function renderOneOfSome(result: CopyResult, plan: CopyPlan, style: ReportStyle): string[] {
  return renderSummary(result, plan, style, `${runName(result)}: `);
}

/** Formats the end of the copy of several runs. */
export function renderSums(result: CopyRunsResult, style: ReportStyle): string[] {
  const lines = [`In all: ${sums(result)}`];
  const incomplete = result.runs.filter(({ complete }) => !complete);
  if (incomplete.length > 0) lines.push(`  incomplete: ${someRuns(incomplete)}`);
  if (result.failed.length > 0) lines.push(`  not copied: ${count(result.failed.length, "run")}`);
  return [
    ...renderFailed(result.failed, "not copied:", style),
    ...lines.flatMap((line) => wrapSentence(line, style.columns)),
  ];
}

/** What was copied in all; then how many runs needed nothing, so that the runs add up. */
function sums(result: CopyRunsResult): string {
  const { runs, jobsCopied, duration } = result;
  const copied = runs.filter((run) => !isNothing(run)).length;
  const same = runs.filter((run) => run.complete && isNothing(run)).length;
  const whole = `${count(same, "run")} needed nothing`;
  if (copied === 0) return same > 0 ? whole : "nothing was copied";
  const jobs = jobsCopied > 0 ? `${count(jobsCopied, "job")} for ` : "";
  const what = `copied ${jobs}${count(copied, "run")} (${amount(result)}) in ` +
    formatDuration(duration);
  return same > 0 ? `${what}; ${whole}` : what;
}

/** Whether nothing of a run was copied. */
function isNothing({ run, jobsCopied, partialsCopied = 0 }: CopyResult): boolean {
  return jobsCopied === 0 && partialsCopied === 0 && run !== "copy" && run !== "replace";
}

function headline(
  result: CopyResult,
  skipped: number,
  here: string,
  isPartial: boolean,
  { paint }: ReportStyle,
): string {
  const { partialsCopied = 0 } = result;
  if (isNothing(result)) {
    if (result.run !== "skip" || !result.complete) return `Nothing was copied`;
    const jobs = skipped === 0 ? "" : `${count(skipped, "job")} and `;
    const rest = isPartial ? ", except files left out" : "";
    return `Nothing to copy: ${jobs}the run ${
      skipped === 0 ? "was" : "were"
    } ${here} already${rest}`;
  }
  const what = result.jobsCopied > 0
    ? count(result.jobsCopied, "job")
    : partialsCopied > 0
    ? count(partialsCopied, "shared folder")
    : "the run";
  const already = skipped === 0
    ? ""
    : `; ${result.jobsCopied === 0 ? count(skipped, "job") : formatCount(skipped)} ${
      skipped === 1 ? "was" : "were"
    } ${here} already`;
  const time = formatDuration(result.duration);
  return `${paint("good", "Copied")} ${what} (${amount(result)}) in ${time}` + rate(result) +
    already;
}

/** How much was copied: `18.6 GiB`, `18.6 GiB, 12.1 GiB from before`. */
function amount({ bytes, bytesBefore }: Pick<CopyResult, "bytes" | "bytesBefore">): string {
  const before = bytesBefore === undefined ? "" : `, ${formatBytes(bytesBefore)} from before`;
  return formatBytes(bytes) + before;
}

/**
 * The rate at which this copy has sent. A very short one has none: it would only measure the start
 * of programs.
 */
function rate({ bytes, bytesBefore = 0, duration }: CopyResult): string {
  const sent = bytes - bytesBefore;
  return sent >= 1024 ** 2 && duration >= 1 ? `, ${formatRate(sent / duration)}` : "";
}

function jobNames(jobs: JobId[], { verbose }: ReportStyle): string {
  return verbose ? jobs.map(fullJob).join(", ") : someJobs(jobs);
}

/** Formats what is still missing, and what to do about it. */
function renderRest(result: CopyResult, plan: CopyPlan, style: ReportStyle): string[] {
  const { jobsRunning: running, referencesMissing: named, errors } = result;
  const there = new Map(
    plan.jobs.filter(({ action, source }) => action === "missing" && source !== "absent")
      .map((job) => [fullJob(job), job]),
  );
  const missing = result.jobsMissing.filter((job) => !there.has(fullJob(job)));
  const unusable = result.jobsMissing.flatMap((job) => there.get(fullJob(job)) ?? []);
  const here = hereOrThere(plan.destination);
  const { isArchive } = plan.source;
  const where = isArchive ? "in the file" : "at the source";
  const counts: string[] = [];
  if (running.length > 0) counts.push(`${formatCount(running.length)} still running`);
  if (missing.length > 0) counts.push(`${formatCount(missing.length)} missing ${where}`);
  if (unusable.length > 0) counts.push(`${formatCount(unusable.length)} unusable ${where}`);
  const runs = new Set(running.map(fullJob));
  const left = plan.jobs.filter((job) =>
    job.action === "leave" && job.incomplete && !runs.has(fullJob(job))
  );
  if (left.length > 0) counts.push(`${formatCount(left.length)} left unchanged`);
  const shared = (plan.partials ?? []).filter(({ incomplete }) => incomplete);
  if (shared.length > 0) counts.push(count(shared.length, "shared folder"));
  if (named.length > 0) counts.push(`${count(named.length, "path")} that jobs refer to`);
  const failed = errors.filter((error) => !isDamage(error)).length; // its jobs may have come
  if (failed > 0) counts.push(`${formatCount(failed)} failed`);
  const { blocked } = plan.run;
  if (blocked !== undefined) counts.push(`the run (${printable(blocked)} is in its place ${here})`);
  else if (result.run === "leave") counts.push(`the run (in progress ${here})`);

  const lines: string[] = [];
  if (counts.length > 0) {
    lines.push(`${style.paint("bad", "Not copied:")} ${counts.join(", ")}`);
  }
  if (running.length > 0) lines.push(`  still running: ${jobNames(running, style)}`);
  if (missing.length > 0) lines.push(`  missing ${where}: ${jobNames(missing, style)}`);
  const useless = unusable.map((job) => [`  ${shortJob(job)}: ${printable(job.reason ?? "")}`]);
  for (const one of shared) lines.push(`  ${printable(`${jobFolder(one)}: ${one.reason ?? ""}`)}`);
  if (named.length > 0) {
    lines.push(`  ${REFERENCES}: ${somePaths(named, style.verbose)}`);
    lines.push("  copy them by other means, e.g. rsync");
  }
  lines.push(
    ...firstOf([
      ...useless,
      ...errors.map((error) => [
        `  ${renderProblem(error, style.verbose)}`,
        ...(error.hint === undefined ? [] : [`    ${printable(error.hint)}`]),
      ]),
    ], style),
  );
  if (result.runInProgress) {
    lines.push(`  the run ${isArchive ? `was ${EXPORTED}` : "is still in progress at the source"}`);
  }

  return [...lines, ...nextSteps(result, plan).map((line) => `  ${line}`)];
}

/** What brings the rest. An import cannot: its file stays as it is. */
function nextSteps(result: CopyResult, { source, destination, run }: CopyPlan): string[] {
  const { jobsRunning: running, runInProgress, errors } = result;
  const again = "run the same command again";
  const steps: string[] = [];
  if (source.isArchive && runInProgress) {
    steps.push("export the run again when it has ended, and import that file");
  } else if (running.length > 0) {
    const finished = running.length === 1 ? "it has finished" : "they have finished";
    steps.push(`${again} when ${finished}`);
  } else if (run.blocked !== undefined) steps.push(`move it away, then ${again}`);
  else if (runInProgress || result.run === "leave") steps.push(`${again} when it has ended`);
  else if (errors.length > 0 && errors.every(({ hint }) => hint === undefined)) {
    steps.push(`${again} to copy the rest`);
  }
  if (runInProgress) steps.push("or add --ended, if the run was killed");
  if (!destination.isArchive || steps.length + errors.length === 0) return steps;
  const file = printable(destination.path);
  return [...steps, `${file} is not overwritten: remove it first, or give another name with -o`];
}
