/**
 * Values of a JSON text that become others, while every other byte stays.
 *
 * @module
 */

import { applyEdits, type JsonNode, member, parseAtOnce, plain, readJson } from "./json.ts";

/** A text that becomes another one. */
export interface Replacement {
  /** The object that it is in. */
  holder: Record<string, unknown>;
  /** Its key there. */
  key: string;
  /** What comes in its place, in quotes. */
  text: string;
}

/**
 * A JSON text with values replaced; undefined when it stays. It is read at once, which is several
 * times as fast, where the values can be told by their spelling alone, and else with care.
 *
 * @param find Finds what to replace; it may be asked twice.
 * @throws {SyntaxError} When it is not JSON; the message says at which line and column.
 */
export function replaceValues(
  content: string,
  find: (root: unknown) => Replacement[],
): string | undefined {
  try {
    const text = replaceSpelled(content, find(readSimple(content)));
    if (text !== undefined) return text === content ? undefined : text;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error; // what is wrong, and where, comes below
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

/** What Python writes where JSON has nothing. In a string, quotes beside it make no JSON of it. */
const PYTHONS = /(?:-?Infinity|NaN)(?!\s*:)/g;

/**
 * Reads a text in which each string has but one spelling.
 *
 * @throws {SyntaxError} When it is not JSON, has escapes, or could be nested too deeply.
 */
function readSimple(content: string): unknown {
  if (content.includes("\\")) throw new SyntaxError("it has escapes");
  return parseAtOnce(content.replace(PYTHONS, '""'));
}

/** How many values are replaced by their spelling: each takes a look at the whole text. */
const FEW = 8;

/**
 * Replaces a few values by their spelling; undefined where there are more, and where others, or
 * keys, are spelled the same.
 */
function replaceSpelled(content: string, replacements: Replacement[]): string | undefined {
  if (replacements.length > FEW) return undefined;
  const values = replacements.map(({ holder, key }) => holder[key] as string);
  for (const value of new Set(values)) {
    const [first, ...others] = replacements.filter((_, at) => values[at] === value);
    const parts = content.split(`"${value}"`);
    // of a path, the first quote cannot be the end of another string
    const isPlain = value.startsWith("/") && parts.length === 2 + others.length &&
      others.every(({ text }) => text === first!.text);
    if (!isPlain) return undefined;
    content = parts.join(first!.text);
  }
  return content;
}
