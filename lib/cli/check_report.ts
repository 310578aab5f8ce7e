/**
 * The output of `xpm-copy check`: the differences, and a summary.
 *
 * @module
 */

import type { Amount, CheckResult, Difference } from "../inspect/check_types.ts";
import { printable } from "../text/printable.ts";
import type { Mark, Paint } from "./colour.ts";
import { count, formatBytes, formatDuration, pad } from "./format.ts";

const MARKS: Record<Difference["kind"], Mark> = {
  missing: "bad",
  extra: "care",
  differs: "bad",
  newer: "care",
};

/** Shows a line for each difference, then the summary, which is left out when `quiet`. */
export function renderCheck(result: CheckResult, paint: Paint, quiet: boolean): string[] {
  const lines = result.differences.map(({ kind, path, what }) =>
    `${paint(MARKS[kind], pad(kind, 7))}  ${printable(path)}  ${printable(what)}`
  );
  if (quiet) return lines;
  return [...lines, ...(lines.length > 0 ? [""] : []), ...summary(result, paint)];
}

function summary({ differences, compared, leftOut, checksum, seconds }: CheckResult, paint: Paint) {
  const found = differences.length === 0
    ? paint("good", "No differences")
    : paint("bad", count(differences.length, "difference"));
  const how = checksum ? "contents included" : "not the contents: --checksum compares these";
  return [
    `${found}: compared ${amount(compared)} in ${formatDuration(seconds)} (${how})`,
    ...(leftOut.files === 0 ? [] : [`Left out of the copy, as recorded there: ${amount(leftOut)}`]),
  ];
}

function amount({ jobs, files, bytes }: Amount): string {
  return `${count(jobs, "job")}, ${count(files, "file")} (${formatBytes(bytes)})`;
}
