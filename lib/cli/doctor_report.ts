/**
 * What `xpm-copy doctor` shows: what was checked, and what to do.
 *
 * @module
 */

import type { Diagnosis, Finding } from "../inspect/doctor.ts";
import { printable } from "../text/printable.ts";
import type { Mark, Paint } from "./colour.ts";
import { pad, width } from "./format.ts";

/** How wide a screen is, in columns. */
const SCREEN = 80;
/** Where what was found begins: after the state and what was checked. */
const COLUMN = "  problem  filesystem  ".length;
/** Where a hint begins that has no place there. */
const INDENT = 4;

const MARKS: Record<Finding["state"], Mark> = { ok: "good", warning: "care", problem: "bad" };

/**
 * Shows what was found of this machine, or of a workspace.
 *
 * @param only Whether nothing but problems is shown.
 * @returns No line, when there is nothing to show.
 */
export function renderDiagnosis(diagnosis: Diagnosis, paint: Paint, only = false): string[] {
  const findings = diagnosis.findings.filter(({ state }) => !only || state === "problem");
  if (findings.length === 0) return [];
  const rows = findings.flatMap((finding) => row(finding, paint));
  return [title(diagnosis), ...rows, ...(only ? [] : verdict(diagnosis, paint))];
}

/** `cluster  me@hpc:/home/me/experiments`; of this machine only that. */
function title({ workspace, host, path }: Diagnosis): string {
  if (workspace === undefined) return "this machine";
  const place = path === undefined ? "" : host === undefined ? path : `${host}:${path}`;
  const parts = place === workspace ? [place] : [workspace, place];
  return parts.map(printable).join("  ").trimEnd();
}

function row({ check, state, message, hint }: Finding, paint: Paint): string[] {
  const [first = "", ...more] = wrap(printable(message), SCREEN - COLUMN);
  const below = " ".repeat(COLUMN);
  return [
    `  ${paint(MARKS[state], pad(state, 7))}  ${pad(check, 10)}  ${first}`,
    ...more.map((line) => below + line),
    ...(hint === undefined ? [] : hintLines(printable(hint))),
  ];
}

/** A hint below what was found; one with a long command is not cut, so that it can be pasted. */
function hintLines(hint: string): string[] {
  const isLong = width(hint) > SCREEN - COLUMN && /\S {2}\S/.test(hint);
  if (isLong) return [" ".repeat(INDENT) + hint];
  return wrap(hint, SCREEN - COLUMN).map((line) => " ".repeat(COLUMN) + line);
}

/** Sets a text in lines; a word that is longer than a line has one for itself. */
function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = "";
  // two blanks set a command apart
  for (const [word] of text.matchAll(/\s*\S+/g)) {
    if (line !== "" && width(line + word) > columns) {
      lines.push(line);
      line = word.trimStart();
    } else line += line === "" ? word.trimStart() : word;
  }
  return [...lines, line];
}

function verdict({ workspace, from, to }: Diagnosis, paint: Paint): string[] {
  const say = (mark: Mark, text: string) => [`  ${paint(mark, text)}`];
  if (workspace === undefined) return from || to ? [] : say("bad", "No copy would work.");
  if (from && to) return say("good", "Copies from and to it would work.");
  if (to) return say("care", "Copies to it would work, copies from it would not.");
  if (from) return say("care", "Copies from it would work, copies to it would not.");
  return say("bad", "No copy from or to it would work.");
}
