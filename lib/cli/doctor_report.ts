/**
 * The output of `xpm-copy doctor`: what was checked, and what to do.
 *
 * @module
 */

import type { Diagnosis, Finding } from "../inspect/doctor.ts";
import { printable } from "../text/printable.ts";
import type { Mark, Paint } from "./colour.ts";
import { pad, width } from "./format.ts";
import type { ReportStyle } from "./style.ts";
import { beside, wrapSentence } from "./wrap.ts";

/** The greatest width of the output, in columns, which a file has too. */
const WIDEST = 80;
/** The column of a result, after the state and the name of the check. */
const COLUMN = "  problem  filesystem  ".length;
/** The indentation of a hint that does not fit beside its result. */
const INDENT = 4;

const MARKS: Record<Finding["state"], Mark> = { ok: "good", warning: "care", problem: "bad" };

/**
 * Shows the findings about this machine, or about a workspace.
 *
 * @param only Whether only problems are shown.
 * @returns The lines; none when there is nothing to show.
 */
export function renderDiagnosis(
  diagnosis: Diagnosis,
  { paint, columns }: ReportStyle,
  only = false,
): string[] {
  const findings = diagnosis.findings.filter(({ state }) => !only || state === "problem");
  if (findings.length === 0) return [];
  const rows = findings.flatMap((finding) => row(finding, paint, Math.min(columns, WIDEST)));
  return [title(diagnosis), ...rows, ...(only ? [] : verdict(diagnosis, paint))];
}

/** `cluster me@hpc:/home/me/experiments`; for this machine a fixed title. */
function title({ workspace, host, path }: Diagnosis): string {
  if (workspace === undefined) return "this machine";
  const place = path === undefined ? "" : host === undefined ? path : `${host}:${path}`;
  const parts = place === workspace ? [place] : [workspace, place];
  return parts.map(printable).join("  ").trimEnd();
}

function row({ check, state, message, hint }: Finding, paint: Paint, columns: number): string[] {
  const before = `  ${paint(MARKS[state], pad(state, 7))}  ${pad(check, 10)}  `;
  const lines = beside(before, printable(message), columns);
  const hints = hint?.split("\n").flatMap((line) => hintLines(printable(line), columns));
  return [...lines, ...hints ?? []];
}

/** The lines of a hint, below its result; one with a long command begins further to the left. */
function hintLines(hint: string, columns: number): string[] {
  const isLong = width(hint) > columns - COLUMN && /\S {2}\S/.test(hint);
  if (isLong) return wrapSentence(" ".repeat(INDENT) + hint, columns);
  return beside(" ".repeat(COLUMN), hint, columns);
}

function verdict({ workspace, from, to }: Diagnosis, paint: Paint): string[] {
  const say = (mark: Mark, text: string) => [`  ${paint(mark, text)}`];
  if (workspace === undefined) return from || to ? [] : say("bad", "No copy would work.");
  if (from && to) return say("good", "Copies from and to it would work.");
  if (to) return say("care", "Copies to it would work, copies from it would not.");
  if (from) return say("care", "Copies from it would work, copies to it would not.");
  return say("bad", "No copy from or to it would work.");
}
