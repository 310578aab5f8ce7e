/**
 * One document of YAML as js-yaml parses it. For that, all lines in brackets have to be indented; for
 * Python's reader a `]` may stand under its key, and here as well.
 *
 * @module
 */

import { type Event, EVENT_ID, parseEvents, YAMLException } from "js-yaml";

/** What a text holds. */
export interface Parsed {
  /** The text, with blanks before lines that js-yaml wants indented. */
  text: string;
  /** What is in it, by offsets in that text. */
  events: Event[];
  /** Where such an offset is in the text that was given. */
  original: (offset: number) => number;
}

/** Settings are a few levels deep, and each level takes some of the stack. */
const MAX_DEPTH = 100;
/** What js-yaml says of a line in brackets, or in quotes, that is not. */
export const NOT_INDENTED = "deficient indentation";
/** How such a line begins, unless it is that a bracket before it has not been closed. */
const IN_BRACKETS = /[\][{}"',]/;
/** What it is given. */
const INDENTATION = " ".repeat(256);
/** After each of them js-yaml begins anew. */
const MAX_INDENTED = 1000;

/**
 * Parses a text.
 *
 * @throws {YAMLException} When it is not YAML, or has a second document.
 */
export function parse(given: string): Parsed {
  const parsed = parseIndented(given);
  refuseSecond(given, parsed.events);
  return parsed;
}

function parseIndented(given: string): Parsed {
  const indented: number[] = [];
  const original = (offset: number) =>
    offset - INDENTATION.length * indented.filter((line) => line < offset).length;
  for (let text = given;;) {
    try {
      return { text, events: parseEvents(text, { maxDepth: MAX_DEPTH }), original };
    } catch (error) {
      if (!(error instanceof YAMLException) || error.mark === undefined) throw error;
      const { reason, mark: { position, column } } = error;
      const line = position - column;
      const isInBrackets = reason === NOT_INDENTED && /^ *$/.test(text.slice(line, position)) &&
        IN_BRACKETS.test(text.charAt(position));
      if (!isInBrackets || line === indented.at(-1) || indented.length === MAX_INDENTED) {
        YAMLException.throwAt(given, original(position), reason);
      }
      indented.push(line);
      text = text.slice(0, line) + INDENTATION + text.slice(line);
    }
  }
}

/** Settings are one document. */
function refuseSecond(text: string, events: Event[]): void {
  const documents = events.filter((event) => event.type === EVENT_ID.DOCUMENT);
  if (documents.length < 2) return;
  const markers = [...text.matchAll(/^---(?!\S)/gm)];
  const place = markers[documents[0]!.explicitStart ? 1 : 0]?.index ?? text.search(/^\.{3}(?!\S)/m);
  YAMLException.throwAt(text, place, "a second document begins; settings are one");
}
