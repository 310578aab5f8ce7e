/**
 * Cuts a command line into options and arguments, as `parseArgs` of `node:util` does. Deno takes
 * 8 ms to load that: as long as for most of what `--help` needs besides.
 *
 * @module
 */

/** An option, or an argument that is none. */
export type Token =
  | { kind: "positional"; value: string }
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

/** What is known of an option. */
export interface KnownOption {
  /** Its letter. */
  short?: string | undefined;
  /** Whether the next word is its value. */
  hasValue: boolean;
}

/** Cuts a command line. After `--` nothing is an option. */
export function tokensOf(args: string[], options: ReadonlyMap<string, KnownOption>): Token[] {
  const tokens: Token[] = [];
  const rest = [...args];
  const add = (name: string, rawName: string, inline?: string) => {
    const takes = inline === undefined && options.get(name)?.hasValue === true;
    const value = takes ? rest.shift() : inline;
    tokens.push({ kind: "option", name, rawName, value, inlineValue: inline !== undefined });
  };
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === "--") {
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
        const name = [...options].find(([, { short }]) => short === letter)?.[0] ?? letter;
        const after = word.slice(at + 1);
        const isValue = after !== "" && options.get(name)?.hasValue === true;
        add(name, `-${letter}`, isValue ? after : undefined);
        if (isValue) break;
      }
    } else tokens.push({ kind: "positional", value: word });
  }
  return tokens;
}
