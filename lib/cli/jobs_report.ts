/**
 * The output of `xpm-copy ls` of a run: its jobs.
 *
 * @module
 */

import type { JobList, JobSummary } from "../inspect/list_jobs.ts";
import type { JobState } from "../copy/types.ts";
import { printable } from "../text/printable.ts";
import { count, formatBytes, formatCount, formatDuration, table, width } from "./format.ts";
import { jobCounts, shortTime } from "./list_report.ts";
import { fullJob, shortJob } from "./names.ts";
import type { ReportStyle } from "./style.ts";
import { fitted, wrapSentence } from "./wrap.ts";

/**
 * Lists the jobs of a run, then sums them up. Columns without a value are left out. Where the
 * terminal is too narrow for all, the full name of a job comes last, and so gets a line of its own;
 * beside a short one the start is left out.
 */
export function renderJobs(
  { jobs, bytes }: Omit<JobList, "warnings">,
  { verbose, columns }: Pick<ReportStyle, "verbose" | "columns">,
): string[] {
  const rows = jobs.map((job) => [
    verbose ? fullJob(job) : shortJob(job),
    job.partial ? `${job.state}, partial` : job.state,
    job.bytes === undefined ? "" : formatBytes(job.bytes),
    job.startedAt === undefined ? "" : shortTime(job.startedAt),
    job.duration === undefined ? "" : formatDuration(job.duration),
    tagsOf(job),
  ]);
  const isWide = (cells: string[][]) =>
    table(cells.map((row) => row.slice(0, -1))).some((line) => width(line) > columns);
  const listed = [["JOB", "STATE", "SIZE", "STARTED", "DURATION", "TAGS"], ...rows];
  const all = verbose && isWide(listed)
    ? listed.map(([job = "", ...others]) => [...others, job])
    : listed;
  const withoutStart = isWide(all);
  const isShown = (column: number) =>
    all.slice(1).some((row) => row[column] !== "") &&
    !(withoutStart && all[0]![column] === "STARTED");
  const names = all[0]!.filter((_, column) => isShown(column));
  const shown = all.map((row) => row.filter((_, column) => isShown(column)));
  const right = ["SIZE", "DURATION"].map((name) => names.indexOf(name)).filter((at) => at >= 0);
  return [...fitted(shown, right, columns), "", ...wrapSentence(sums(jobs, bytes), columns)];
}

/** A job's tags, `lr=0.1 model=bert`. */
function tagsOf({ tags }: JobSummary): string {
  return Object.entries(tags).map(([key, value]) => {
    const text = typeof value === "string" ? value : JSON.stringify(value) ?? "";
    return printable(`${key}=${text}`);
  }).join(" ");
}

function sums(jobs: JobSummary[], bytes: number | undefined): string {
  const jobStates: Partial<Record<JobState, number>> = {};
  for (const { state } of jobs) jobStates[state] = (jobStates[state] ?? 0) + 1;
  const size = bytes === undefined ? "" : `, ${formatBytes(bytes)}`;
  const partial = jobs.filter((job) => job.partial).length;
  const lacking = partial === 0 ? "" : `; ${formatCount(partial)} partial`;
  return `${count(jobs.length, "job")}${size}: ${jobCounts({ jobStates })}${lacking}`;
}
