/**
 * A list in which the user chooses an entry, or a line to type: how each key changes it, and how it
 * looks.
 *
 * @module
 */

import { clip, width } from "./format.ts";
import type { Key } from "./keys.ts";

/** A question, its entries, and the present state of the choice. */
export interface Menu {
  readonly question: string;
  readonly entries: readonly string[];
  /** The text that the user has typed. An entry matches when it contains each word of the text. */
  readonly filter: string;
  /** The indices of the entries that match. */
  readonly matches: readonly number[];
  /** Which of the matches is marked. */
  readonly at: number;
  /** Which of the matches is the first visible one. */
  readonly top: number;
  /** How to answer; shown until something was typed. */
  readonly hint: string;
  /** Whether there are no entries: what is typed is the answer. */
  readonly takesText: boolean;
}

/** The user's answer: the index of an entry, or undefined for none. */
export interface Answer {
  readonly answer: number | undefined;
  /** What was typed, where that is the answer. */
  readonly text?: string;
}

/** The lines to draw, and the column of the cursor in the first line. */
export interface Drawing {
  readonly lines: string[];
  readonly cursor: number;
}

const HINT = "arrows to move, Enter to choose";
/** The fewest entries that are worth a filter. */
const MANY = 3;

/** The initial menu. */
export function openMenu(question: string, entries: readonly string[]): Menu {
  const matches = [...entries.keys()];
  const hint = entries.length < MANY ? HINT : `type to filter, ${HINT}`;
  return { question, entries, filter: "", matches, at: 0, top: 0, hint, takesText: false };
}

/** The initial line to type. */
export function openLine(question: string, hint: string): Menu {
  return { ...openMenu(question, []), hint, takesText: true };
}

/**
 * The menu after a key, or the answer.
 *
 * @param rows The number of lines of the terminal.
 */
export function press(menu: Menu, key: Key, rows: number): Menu | Answer {
  if ("text" in key) return filtered(menu, menu.filter + key.text);
  const { filter, matches, at } = menu;
  const seen = seenAtOnce(rows);
  switch (key.name) {
    case "enter":
      if (menu.takesText && filter.trim() !== "") return { answer: undefined, text: filter.trim() };
      return at < matches.length ? { answer: matches[at] } : menu;
    case "interrupt":
    case "end-of-input":
      return { answer: undefined };
    case "escape":
      return filter === "" ? { answer: undefined } : filtered(menu, "");
    case "up":
      return moved(menu, at - 1, seen);
    case "down":
      return moved(menu, at + 1, seen);
    case "page-up":
      return moved(menu, at - seen, seen);
    case "page-down":
      return moved(menu, at + seen, seen);
    case "home":
      return moved(menu, 0, seen);
    case "end":
      return moved(menu, matches.length - 1, seen);
    case "backspace":
      return filtered(menu, [...graphemes.segment(filter)].slice(0, -1).map(textOf).join(""));
    case "erase-word":
      return filtered(menu, filter.replace(/\S*\s*$/, ""));
    case "erase-line":
      return filtered(menu, "");
  }
}

const graphemes = new Intl.Segmenter();
const textOf = ({ segment }: { segment: string }) => segment;

/** The menu with another filter. The marked entry stays marked as long as it matches. */
function filtered(menu: Menu, filter: string): Menu {
  const words = comparable(filter).split(/\s+/);
  const matches = [...menu.entries.keys()].filter((place) => {
    const entry = comparable(menu.entries[place]!);
    return words.every((word) => entry.includes(word));
  });
  const at = Math.max(0, matches.indexOf(menu.matches[menu.at] ?? -1));
  return { ...menu, filter, matches, at, top: 0 };
}

function comparable(text: string): string {
  return text.normalize("NFKC").toLowerCase();
}

function moved(menu: Menu, to: number, seen: number): Menu {
  const at = Math.max(0, Math.min(to, menu.matches.length - 1));
  return { ...menu, at, top: topFor({ ...menu, at }, seen) };
}

/** The first visible match, chosen so that the marked one is visible and no line stays empty. */
function topFor({ matches, at, top }: Menu, seen: number): number {
  const near = Math.max(at - seen + 1, Math.min(top, at));
  return Math.max(0, Math.min(near, matches.length - seen));
}

/**
 * How many entries are visible at once. The question takes one line, and the note about other
 * entries another.
 */
function seenAtOnce(rows: number): number {
  return Math.max(1, rows - 2);
}

/**
 * Draws a menu for a terminal of a given size. It leaves the last column free, and fits its lines.
 */
export function render(menu: Menu, columns: number, rows: number): Drawing {
  const room = columns - 1;
  const seen = seenAtOnce(rows);
  const top = topFor(menu, seen);
  const places = menu.matches.slice(top, top + seen);
  const head = clip(`${menu.question} `, Math.max(1, room - 1));
  const typed = lastOf(menu.filter, room - width(head));
  const first = head + (menu.filter === "" ? fit(menu, room - width(head)) : typed);
  const entries = places.map((place, index) => {
    const marker = top + index === menu.at ? "> " : "  ";
    return clip(marker + menu.entries[place]!, room).trimEnd();
  });
  const rest = statusOf(menu, top, seen);
  const lines = [first, ...entries, ...(rest === undefined ? [] : [clip(`  ${rest}`, room)])];
  return { lines: lines.slice(0, Math.max(2, rows)), cursor: width(head + typed) };
}

/** The least room for a hint. */
const LEAST = 4;

/** The hint in brackets: of a menu without its first parts, where there is no room for them. */
function fit({ hint, takesText }: Pick<Menu, "hint" | "takesText">, columns: number): string {
  if (columns < LEAST) return "";
  const text = `(${hint})`;
  const rest = hint.indexOf(", ");
  if (takesText || rest < 0 || width(text) <= columns) return clip(text, columns);
  return fit({ hint: hint.slice(rest + 2), takesText }, columns);
}

/** The note about entries that are not visible. */
function statusOf(
  { entries, matches, takesText }: Menu,
  top: number,
  seen: number,
): string | undefined {
  if (takesText) return undefined;
  if (matches.length === 0) return "no match; Esc clears the filter";
  if (matches.length > seen) {
    return `${top + 1} to ${Math.min(top + seen, matches.length)} of ${matches.length}`;
  }
  return matches.length < entries.length ? `${matches.length} of ${entries.length}` : undefined;
}

/** The end of a text, as much as fits. */
function lastOf(text: string, columns: number): string {
  let kept = text;
  while (width(kept) > columns) kept = kept.slice(kept.codePointAt(0)! > 0xffff ? 2 : 1);
  return kept;
}

/** The line that remains on the screen after the answer. */
export function renderAnswer(
  { question, entries }: Menu,
  { answer, text = "" }: Answer,
  columns: number,
): string {
  const label = answer === undefined ? text : entries[answer]!.trim();
  return clip(`${question} ${label}`.trimEnd(), columns - 1);
}
