/**
 * A list of which one entry is chosen: what each key makes of it, and how it looks.
 *
 * @module
 */

import { clip, width } from "./format.ts";
import type { Key } from "./keys.ts";

/** A question, its entries, and how far the user has come. */
export interface Menu {
  readonly question: string;
  readonly entries: readonly string[];
  /** What the user has typed: an entry matches when each word of it is somewhere in there. */
  readonly filter: string;
  /** The places of the entries that match. */
  readonly matches: readonly number[];
  /** Which of them would be chosen. */
  readonly at: number;
  /** Which of them is the first to be seen. */
  readonly top: number;
}

/** The user has answered: with the place of an entry, or that it is to be none. */
export interface Answer {
  readonly answer: number | undefined;
}

/** What is drawn, and in which column of its first line the cursor is. */
export interface Drawing {
  readonly lines: string[];
  readonly cursor: number;
}

const HINT = "type to filter, arrows to move, Enter to choose";

/** A menu as it is shown first. */
export function openMenu(question: string, entries: readonly string[]): Menu {
  return { question, entries, filter: "", matches: [...entries.keys()], at: 0, top: 0 };
}

/**
 * The menu after a key, or the answer.
 *
 * @param rows How many lines the terminal has.
 */
export function press(menu: Menu, key: Key, rows: number): Menu | Answer {
  if ("text" in key) return filtered(menu, menu.filter + key.text);
  const { filter, matches, at } = menu;
  const seen = seenAtOnce(rows);
  switch (key.name) {
    case "enter":
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

/** Another filter: the entry that would be chosen stays, as long as it matches. */
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

/** The first entry to be seen, so that the one that would be chosen is seen, and no room wasted. */
function topFor({ matches, at, top }: Menu, seen: number): number {
  const near = Math.max(at - seen + 1, Math.min(top, at));
  return Math.max(0, Math.min(near, matches.length - seen));
}

/** How many entries are seen at once: beside them there are a question and a line on the others. */
function seenAtOnce(rows: number): number {
  return Math.max(1, rows - 2);
}

/** Draws a menu for a terminal of that size. No line takes its last column, nor more than its rows. */
export function render(menu: Menu, columns: number, rows: number): Drawing {
  const room = columns - 1;
  const seen = seenAtOnce(rows);
  const top = topFor(menu, seen);
  const places = menu.matches.slice(top, top + seen);
  const head = clip(`${menu.question} `, Math.max(1, room - 1));
  const typed = lastOf(menu.filter, room - width(head));
  const first = head + (menu.filter === "" ? clip(`(${HINT})`, room - width(head)) : typed);
  const entries = places.map((place, index) => {
    const marker = top + index === menu.at ? "> " : "  ";
    return clip(marker + menu.entries[place]!, room).trimEnd();
  });
  const rest = statusOf(menu, top, seen);
  const lines = [first, ...entries, ...(rest === undefined ? [] : [clip(`  ${rest}`, room)])];
  return { lines: lines.slice(0, Math.max(2, rows)), cursor: width(head + typed) };
}

/** What is said of entries that are not seen. */
function statusOf({ entries, matches }: Menu, top: number, seen: number): string | undefined {
  if (matches.length === 0) return "no match; Esc clears the filter";
  if (matches.length > seen) {
    return `${top + 1} to ${Math.min(top + seen, matches.length)} of ${matches.length}`;
  }
  return matches.length < entries.length ? `${matches.length} of ${entries.length}` : undefined;
}

/** As much of the end of a text as there is room for. */
function lastOf(text: string, columns: number): string {
  let kept = text;
  while (width(kept) > columns) kept = kept.slice(kept.codePointAt(0)! > 0xffff ? 2 : 1);
  return kept;
}

/** What stays on the screen of a question that was answered. */
export function renderAnswer(
  { question, entries }: Menu,
  { answer }: Answer,
  columns: number,
): string {
  const label = answer === undefined ? "" : entries[answer]!.trim();
  return clip(`${question} ${label}`.trimEnd(), columns - 1);
}
