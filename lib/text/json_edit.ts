/**
 * Replaces values of a JSON text, while every other byte stays the same.
 *
 * @module
 */

import { applyEdits, type JsonNode, member, parseAtOnce, plain, readJson } from "./json.ts";

/** A text value to replace. */
export interface Replacement {
  /** The object that holds the value. */
  holder: Record<string, unknown>;
  /** Its key in that object. */
  key: string;
  /** The new value, in quotes. */
  text: string;
}

/**
 * A JSON text with some values replaced; undefined when nothing changes. Where the values can be
 * found by their spelling alone, the runtime's own reader is used. Without it, a copy of 1,000 jobs
 * with documents of 1.7 kB takes 5 % more processor time (11 pairs); larger documents make it more.
 *
 * @param find Finds what to replace; it may be called twice.
 * @throws {SyntaxError} When it is not JSON; the message names the line and the column.
 */
export function replaceValues(
  content: string,
  find: (root: unknown) => Replacement[],
): string | undefined {
  try {
    const text = replaceSpelled(content, find(readSimple(content)));
    if (text !== undefined) return text === content ? undefined : text;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error; // our own reader will say where
  }
  const holders = new Map<object, JsonNode>();
  const replacements = find(plain(readJson(content), holders));
  if (replacements.length === 0) return undefined;
  return applyEdits(
    content,
    replacements.map(({ holder, key, text }) => {
      const { start, end } = member(holders.get(holder), key)!;
      return { start, end, text };
    }),
  );
}

/**
 * The values of a JSON text. Numbers that only Python writes may come as texts.
 *
 * @throws {SyntaxError} When it is not JSON; the message names the line and the column.
 */
export function readValues(content: string): unknown {
  try {
    return readSimple(content);
  } catch {
    return plain(readJson(content));
  }
}

/**
 * The numbers that only Python writes. Each is replaced by a pair of quotes: inside a string, these
 * make the text invalid as JSON.
 */
const PYTHONS = /(?:-?Infinity|NaN)(?!\s*:)/g;

/**
 * Reads a text in which each string has only one spelling.
 *
 * @throws {SyntaxError} When it is not JSON, has escapes, or may be nested too deeply.
 */
function readSimple(content: string): unknown {
  if (content.includes("\\")) throw new SyntaxError("it has escapes");
  return parseAtOnce(content.replace(PYTHONS, '""'));
}

/**
 * The most values that are replaced by their spelling: each one is a search through the whole text.
 */
const FEW = 8;

/**
 * Replaces a few values by their spelling. Undefined when there are more than a few, or when
 * another value or a key has the same spelling.
 */
function replaceSpelled(content: string, replacements: Replacement[]): string | undefined {
  if (replacements.length > FEW) return undefined;
  const values = replacements.map(({ holder, key }) => holder[key] as string);
  for (const value of new Set(values)) {
    const [first, ...others] = replacements.filter((_, at) => values[at] === value);
    const parts = content.split(`"${value}"`);
    // since the value begins with `/`, its first quote cannot be the end of another string
    const isPlain = value.startsWith("/") && parts.length === 2 + others.length &&
      others.every(({ text }) => text === first!.text);
    if (!isPlain) return undefined;
    content = parts.join(first!.text);
  }
  return content;
}
