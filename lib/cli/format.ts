/**
 * Formats sizes, times, counts and columns for people.
 *
 * @module
 */

import { unicodeWidth } from "@std/cli/unicode-width";
import { formatBytes, inUnit, unitOf, UNITS } from "../text/sizes.ts";

export { formatBytes };

// deno-lint-ignore no-control-regex
const UNSEEN = /\x1b\[\d+m|\x1b\]8;;[^\x1b]*\x1b\\/g;

/** A text of letters that take one column each. */
const ASCII = /^[ -~]*$/;

/** How many columns a text takes; colours and the addresses of links take none. */
export function width(text: string): number {
  if (ASCII.test(text)) return text.length; // nearly all texts, and the help is one of them
  return unicodeWidth(text.replace(UNSEEN, ""));
}

/** Shows part of a whole, in the unit of the whole: `0.3 of 18.6 GiB`. */
export function formatPart(bytes: number, total: number): string {
  const unit = unitOf(total);
  return `${inUnit(bytes, unit)} of ${inUnit(total, unit)} ${UNITS[unit]}`;
}

/** Shows bytes a second, without digits that change too fast to read: `94 MiB/s`. */
export function formatRate(bytesPerSecond: number): string {
  const unit = unitOf(bytesPerSecond);
  const value = bytesPerSecond / 1024 ** unit;
  return `${value.toFixed(unit > 0 && value < 9.95 ? 1 : 0)} ${UNITS[unit]}/s`;
}

/** Shows a duration: `0.4 s`, `42 s`, `3 min 24 s`, `2 h 5 min`, `1 day 3 h`. */
export function formatDuration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return two(Math.floor(whole / 60), "min", whole % 60, "s");
  const minutes = Math.round(whole / 60);
  if (minutes < 24 * 60) return two(Math.floor(minutes / 60), "h", minutes % 60, "min");
  const hours = Math.round(minutes / 60);
  const days = Math.floor(hours / 24);
  return two(days, days === 1 ? "day" : "days", hours % 24, "h");
}

function two(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** Shows the time left, in whole seconds, or in whole minutes above ten. */
export function formatTimeLeft(seconds: number): string {
  if (seconds >= 600) return formatDuration(Math.round(seconds / 60) * 60);
  const whole = Math.max(1, Math.ceil(seconds));
  return whole < 10 ? `${whole} s` : formatDuration(whole);
}

/** Shows a number with its noun: `1 job`, `5,312 files`. */
export function count(number: number, noun: string): string {
  return `${formatCount(number)} ${number === 1 ? noun : noun + "s"}`;
}

/** Shows a whole number with separators between thousands. */
export function formatCount(number: number): string {
  // not by `toLocaleString`, whose tables take 12 ms to load
  return String(number).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** Cuts a text to so many columns; a `…` marks the cut. */
export function clip(text: string, columns: number): string {
  if (width(text) <= columns) return text;
  let kept = "";
  let used = 0;
  for (const character of text) {
    used += width(character);
    if (used > columns - 1) break;
    kept += character;
  }
  return columns > 0 ? kept + "…" : "";
}

/** Pads a text with blanks, on its right (`end`) or on its left (`start`). */
export function pad(text: string, columns: number, side: "start" | "end" = "end"): string {
  const blanks = " ".repeat(Math.max(0, columns - width(text)));
  return side === "end" ? text + blanks : blanks + text;
}

/**
 * Aligns rows in columns, two blanks apart; `right` lists the columns that are aligned to the
 * right. No line ends with a blank.
 */
export function table(rows: string[][], right: number[] = []): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => widths[i] = Math.max(widths[i] ?? 0, width(cell)));
  }
  return rows.map((row) =>
    row.map((cell, i) => pad(cell, widths[i] ?? 0, right.includes(i) ? "start" : "end"))
      .join("  ").trimEnd()
  );
}
