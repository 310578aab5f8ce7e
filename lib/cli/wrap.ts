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

/**
 * Wraps a text at blanks. A word that is too long for a line, such as a path, gets one of its own,
 * so that it can be copied. Two blanks separate a command from the text; they are kept.
 *
 * @param first The width of the first line.
 */
export function wrap(text: string, columns: number, first: number = columns): string[] {
  const lines: string[] = [];
  let line = "";
  for (const [word] of text.matchAll(WORD)) {
    const room = lines.length === 0 ? first : columns;
    if (line !== "" && width(line + word) > room) {
      lines.push(line);
      line = word.trimStart();
    } else line += line === "" ? word.trimStart() : word;
  }
  return [...lines, line];
}

/**
 * Wraps a sentence, which may be indented; its further lines are indented by two more. One with a
 * command in it, which two blanks separate, stays one line, so that the command can be pasted.
 */
export function wrapSentence(sentence: string, columns: number): string[] {
  if (width(sentence) <= columns || /\S {2}\S/.test(sentence)) return [sentence];
  const indent = /^ */.exec(sentence)![0];
  const room = columns - indent.length;
  const [first, ...more] = wrap(sentence, room - 2, room);
  return [indent + first, ...more.map((line) => `${indent}  ${line}`)];
}

/**
 * Wraps a text beside what stands before it on its first line; further lines begin below it. All of
 * them do where there is no room beside it, or not for a word that has room below.
 */
export function beside(before: string, text: string, columns: number): string[] {
  const room = columns - width(before);
  if (width(text) <= room || text === "") return [(before + text).trimEnd()];
  const label = before.trimEnd();
  const below = " ".repeat(Math.max(4, /^ */.exec(label)![0].length + 2));
  const isTooLong = (at: number) => wrap(text, at).some((line) => width(line) > at);
  if (room < LEAST || isTooLong(room) && !isTooLong(columns - below.length)) {
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
