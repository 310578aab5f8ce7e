/**
 * Cuts a command line into options and arguments, as `parseArgs` of `node:util` does. Deno takes
 * 8 ms to load that: as long as for most of what `--help` needs besides.
 *
 * @module
 */

import { type Option, OPTIONS } from "./options.ts";

/** An option, an argument that is none, or `--`, after which nothing is an option. */
export type Token =
  | { kind: "positional"; value: string }
  | { kind: "end" }
  | {
    kind: "option";
    /** Its name, without dashes; of an unknown letter, that letter. */
    name: string;
    /** As it was written: `--yes`, `-y`. */
    rawName: string;
    /** Its value; undefined when it has none. */
    value: string | undefined;
    /** Whether the value is part of the same word: `--to=local`, `-tlocal`. */
    inlineValue: boolean;
  };

/** The option of a name, if there is one. */
export function optionOf(name: string): Option | undefined {
  return Object.hasOwn(OPTIONS, name) ? OPTIONS[name] : undefined;
}

/** The name of the option with a letter; the letter itself, where there is none. */
export function nameOfLetter(letter: string): string {
  return Object.keys(OPTIONS).find((name) => OPTIONS[name]!.short === letter) ?? letter;
}

/** Whether the next word is the value of an option; one in brackets may be left out. */
export function needsValue(option: Option | undefined): boolean {
  return option?.value?.startsWith("[") === false;
}

/** Whether a word is the value of the option before, of which it may be left out. */
function isOptionalValue(option: Option | undefined, word: string | undefined): boolean {
  return option?.value?.startsWith("[") === true && word !== undefined && /^\d{1,6}$/.test(word);
}

/** Cuts a command line. */
export function tokensOf(args: string[]): Token[] {
  const tokens: Token[] = [];
  const rest = [...args];
  const add = (name: string, rawName: string, inline?: string) => {
    const option = optionOf(name);
    const takes = inline === undefined && (needsValue(option) || isOptionalValue(option, rest[0]));
    const value = takes ? rest.shift() : inline;
    tokens.push({ kind: "option", name, rawName, value, inlineValue: inline !== undefined });
  };
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === "--") {
      tokens.push({ kind: "end" });
      tokens.push(...rest.map((value) => ({ kind: "positional" as const, value })));
      break;
    }
    if (word.startsWith("--")) {
      const equals = word.indexOf("=", 3);
      if (equals < 0) add(word.slice(2), word);
      else add(word.slice(2, equals), word.slice(0, equals), word.slice(equals + 1));
    } else if (word.startsWith("-") && word !== "-") {
      for (let at = 1; at < word.length; at++) {
        const letter = word[at]!;
        const name = nameOfLetter(letter);
        const after = word.slice(at + 1);
        const isValue = after !== "" && needsValue(optionOf(name));
        add(name, `-${letter}`, isValue ? after : undefined);
        if (isValue) break;
      }
    } else tokens.push({ kind: "positional", value: word });
  }
  return tokens;
}
