/**
 * The output of `xpm-copy check`: the differences, and a summary.
 *
 * @module
 */

import type { Amount, Difference } from "../inspect/check_types.ts";
import { printable } from "../text/printable.ts";
import type { Mark } from "./colour.ts";
import { count, formatBytes, formatDuration, pad, width } from "./format.ts";
import type { Checked } from "./reporter.ts";
import type { ReportStyle } from "./style.ts";
import { beside, wrapSentence } from "./wrap.ts";

const MARKS: Record<Difference["kind"], Mark> = {
  missing: "bad",
  extra: "care",
  differs: "bad",
  newer: "care",
};

/** Shows a line for each difference, then the summary, which is left out when `quiet`. */
export function renderCheck(result: Checked, style: ReportStyle, quiet: boolean): string[] {
  const lines = result.differences.flatMap((difference) => renderDifference(difference, style));
  if (quiet) return lines;
  return [...lines, ...(lines.length > 0 ? [""] : []), ...summary(result, style)];
}

/** A difference on a line; where that is too long for the terminal, what differs goes below. */
function renderDifference({ kind, path, what }: Difference, { paint, columns }: ReportStyle) {
  const label = `${paint(MARKS[kind], pad(kind, 7))}  `;
  const line = `${label}${printable(path)}  ${printable(what)}`;
  if (width(line) <= columns) return [line];
  const below = " ".repeat(width(label) + 2);
  return [label + printable(path), ...beside(below, printable(what), columns)];
}

function summary(
  { differences, same, compared, leftOut, checksum, seconds }: Checked,
  { paint, columns }: ReportStyle,
): string[] {
  const found = differences.length > 0
    ? paint("bad", count(differences.length, "difference"))
    : same
    ? paint("good", "No differences")
    : paint("care", "No differences, but the list of jobs is damaged");
  const how = checksum ? "contents included" : "not the contents: --checksum compares these";
  return [
    `${found}: compared ${amount(compared)} in ${formatDuration(seconds)} (${how})`,
    ...(leftOut.files === 0 ? [] : [`Left out of the copy, as recorded there: ${amount(leftOut)}`]),
  ].flatMap((line) => wrapSentence(line, columns));
}

function amount({ jobs, files, bytes }: Amount): string {
  return `${count(jobs, "job")}, ${count(files, "file")} (${formatBytes(bytes)})`;
}
