/**
 * The output of `xpm-copy clean`: what copies have left behind.
 *
 * @module
 */

import type { Leftover } from "../inspect/clean.ts";
import { quoteCommand } from "../text/shell.ts";
import { printable } from "../text/printable.ts";
import { formatBytes, formatDuration } from "./format.ts";
import type { ReportStyle } from "./style.ts";
import { fitted, wrapSentence } from "./wrap.ts";

/** Lists what was left, the oldest first, with the command that removes it. */
export function renderLeftovers(
  leftovers: Leftover[],
  command: string[],
  now: Date,
  { columns }: Pick<ReportStyle, "columns">,
): string[] {
  const sorted = leftovers.toSorted((a, b) => a.modified < b.modified ? -1 : 1);
  const rows = sorted.map((leftover) => [
    leftover.state,
    age(leftover, now),
    formatBytes(leftover.bytes),
    what(leftover),
  ]);
  const lines = fitted([["STATE", "AGE", "SIZE", "WHAT"], ...rows], [2], columns);
  if (leftovers.some(({ state }) => state === "in use")) {
    const why = "What is in use stays: a copy is running there";
    lines.push("", ...wrapSentence(why, columns));
  }
  if (!leftovers.some(({ state }) => state === "left")) return lines;
  const kept = leftovers.some(({ kind, state }) => kind === "replaced" && state === "left");
  const warning = kept ? ", including the replaced folders you kept" : "";
  return [
    ...lines,
    "",
    ...wrapSentence(`Nothing was removed. To delete it${warning}:`, columns),
    `  ${quoteCommand(command)}`,
  ];
}

function age({ modified }: Leftover, now: Date): string {
  return formatDuration(Math.max(0, (now.getTime() - Date.parse(modified)) / 1000));
}

/** `neuralir 20260118_170744 from me@hpc:/xpm`, or the folder's name when that is unknown. */
function what({ kind, path, experimentId, runId, source }: Leftover): string {
  const copy = [experimentId, runId, source && `from ${source}`].filter(Boolean).join(" ");
  const name = path.slice(path.lastIndexOf("/") + 1);
  return printable(kind === "replaced" ? `replaced ${name}` : copy === "" ? name : copy);
}
