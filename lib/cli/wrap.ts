/**
 * Wraps sentences at the width of the terminal. Files and pipes have no width: there a sentence is
 * one line, for `grep`.
 *
 * @module
 */

import { table, width } from "./format.ts";

/** A word with the blanks before it; a number stays with its unit. */
const WORD = /\s*(?:\(?\d[\d.,]* )?\S+/g;

/** The least room for a text beside what stands before it; with less it goes below. */
const LEAST = 24;

/** What two blanks set apart, up to the next two that are not in quotes: a command. */
const COMMAND = /^\s{2,}(?:'[^']*'|[^'\s]|\s(?!\s))+(?=\s{2}|$)/;

/** The words of a text, each with the blanks before it; a command counts as one. */
function unitsOf(text: string): string[] {
  const [before = ""] = /^(?:\S|^\s+|\s(?!\s))*/.exec(text) ?? [];
  const words = before.match(WORD) ?? [];
  const rest = text.slice(before.length);
  if (rest.trim() === "") return words;
  const [command = rest] = COMMAND.exec(rest) ?? [];
  return [...words, command, ...unitsOf(rest.slice(command.length))];
}

/**
 * Wraps a text at blanks. A word that is too long for a line, such as a path, gets one of its own,
 * so that it can be copied; so does a command, which two blanks separate from the text.
 *
 * @param first The width of the first line.
 */
export function wrap(text: string, columns: number, first: number = columns): string[] {
  const lines: string[] = [];
  let line = "";
  for (const unit of unitsOf(text)) {
    const room = lines.length === 0 ? first : columns;
    if (line !== "" && width(line + unit) > room) {
      lines.push(line);
      line = unit.trimStart();
    } else line += line === "" ? unit.trimStart() : unit;
  }
  return [...lines, line];
}

/** Wraps a sentence, which may be indented; its further lines are indented by two more. */
export function wrapSentence(sentence: string, columns: number): string[] {
  if (width(sentence) <= columns) return [sentence];
  const indent = /^ */.exec(sentence)![0];
  const room = columns - indent.length;
  const [first, ...more] = wrap(sentence.slice(indent.length), room - 2, room);
  return [indent + first, ...more.map((line) => `${indent}  ${line}`)];
}

/**
 * Wraps a text beside what stands before it on its first line; further lines begin below it. All of
 * them do where there is no room beside it, or not for a word.
 */
export function beside(before: string, text: string, columns: number): string[] {
  const room = columns - width(before);
  if (width(text) <= room || text === "") return [(before + text).trimEnd()];
  const label = before.trimEnd();
  const below = " ".repeat(Math.max(4, /^ */.exec(label)![0].length + 2));
  if (room < LEAST || wrap(text, room).some((line) => width(line) > room)) {
    const lines = wrap(text, columns - below.length).map((line) => below + line);
    return label === "" ? lines : [label, ...lines];
  }
  const [first, ...more] = wrap(text, room);
  const indent = " ".repeat(width(before));
  return [before + first, ...more.map((line) => indent + line)];
}

/** Aligns rows; where they are too wide, their last cells are wrapped. */
export function fitted(rows: string[][], right: number[], columns: number): string[] {
  const lines = table(rows, right);
  if (lines.every((line) => width(line) <= columns)) return lines;
  const before = table(rows.map((row) => [...row.slice(0, -1), "|"]), right);
  return rows.flatMap((row, at) => beside(before[at]!.slice(0, -1), row.at(-1)!, columns));
}
