/**
 * The output of `xpm-copy move`: what is removed at the source, and what stays there.
 *
 * @module
 */

import { isLeft, type KeptFolder, type MovedFolder, type MoveResult } from "../move/types.ts";
import { printable } from "../text/printable.ts";
import { EXPERIMENTS, JOBS } from "../workspace/layout.ts";
import { bytesIn } from "../text/sizes.ts";
import type { Paint } from "./colour.ts";
import { count, formatBytes } from "./format.ts";
import { fullJob, shortJob } from "./names.ts";
import { renderCommand } from "./plan_report.ts";
import { grouped } from "./plan_rows.ts";
import type { ReportStyle } from "./style.ts";
import { fitted, wrapSentence } from "./wrap.ts";

/** The most folders that are named without `--verbose`. */
const NAMED = 20;

/** Shows what a move would remove; with the command that moves, unless a question follows. */
export function renderMovePlan(
  { removed, kept }: MoveResult,
  command: string[] | undefined,
  style: ReportStyle,
): string[] {
  return [
    ...wrapSentence(
      "At the source, once all of it is copied and its checksums are the same:",
      style.columns,
    ),
    `  remove   ${amount(removed)}`,
    ...renderKept("keep", kept, style),
    "",
    ...(command === undefined ? [] : renderCommand(command)),
  ];
}

/** Shows what was removed, and what stays. */
export function renderMoved({ removed, kept }: MoveResult, style: ReportStyle): string[] {
  const what = removed.length === 0
    ? style.paint("care", "Nothing was removed at the source")
    : `Removed at the source: ${amount(removed)}`;
  return [what, ...renderKept("kept", kept, style)];
}

/** `41 jobs and the run (18.6 GiB)`. */
function amount(folders: readonly MovedFolder[]): string {
  const jobs = folders.filter(({ job }) => job !== undefined).length;
  const runs = folders.filter(isRun).length;
  const shared = folders.length - jobs - runs;
  const parts = [
    ...(jobs > 0 ? [count(jobs, "job")] : []),
    ...(shared > 0 ? [count(shared, "shared folder")] : []),
    ...(runs > 0 ? ["the run"] : []),
  ];
  return parts.length === 0 ? "nothing" : `${parts.join(" and ")} (${sizeOf(folders)})`;
}

function sizeOf(folders: readonly MovedFolder[]): string {
  return formatBytes(bytesIn(folders));
}

function isRun({ path }: MovedFolder): boolean {
  return path.startsWith(`${EXPERIMENTS}/`);
}

function renderKept(
  label: "keep" | "kept",
  kept: readonly KeptFolder[],
  { paint, verbose, columns }: ReportStyle,
): string[] {
  if (kept.length === 0) return [];
  // a list of jobs that stay for one reason would drive the plan off the screen
  const groups = verbose ? kept.map((folder) => [folder]) : [...grouped(kept, groupOf).values()];
  const some = verbose ? groups : groups.slice(0, NAMED);
  const rows = fitted(
    some.map((folders) => [
      `    ${namesOf(folders, verbose)}`,
      sizeOf(folders),
      reasonOf(folders[0]!, paint),
    ]),
    [1],
    columns,
  );
  const more = kept.length - some.flat().length;
  return [
    `  ${label}     ${amount(kept)}`,
    ...rows,
    ...(more > 0 ? [`    and ${more} more; --verbose names all`] : []),
  ];
}

/** Jobs that stay for the same reason go together; the run has a line of its own. */
function groupOf({ path, job, reason }: KeptFolder): string {
  return job === undefined ? path : `${JOBS} ${reason}`;
}

function namesOf([first, ...more]: readonly MovedFolder[], verbose: boolean): string {
  const { job, path } = first!;
  if (job === undefined) return isRun(first!) ? "the run" : printable(path);
  const name = verbose ? fullJob(job) : shortJob(job);
  return more.length === 0 ? name : `${name} and ${more.length} more`;
}

function reasonOf(folder: KeptFolder, paint: Paint): string {
  const reason = printable(folder.reason);
  return isLeft(folder) ? paint("care", reason) : reason;
}
