/**
 * Completes the last word of a command line, for the scripts of `completions.ts`.
 *
 * @module
 */

import {
  type Argument,
  type Command,
  COMMAND_TABLE,
  commandOf,
  COMMANDS,
  GRANTED,
  SHELLS,
} from "./command_table.ts";
import { OPTIONS, takes } from "./options.ts";
import { needsValue, optionOf, tokensOf } from "./tokens.ts";

/** A word that a shell may offer, and what it means. */
export interface Offer {
  /** The word. */
  word: string;
  /** Its meaning, in a few words; absent: there is nothing to say. */
  about?: string;
}

/** What is known of the user's workspaces, without any login. */
export interface Known {
  /** The workspaces of the settings. */
  workspaces(): Offer[];
  /** The experiments of a workspace. */
  experiments(workspace: string | undefined): string[];
  /** The runs of an experiment. */
  runs(workspace: string | undefined, experimentId: string): string[];
  /** The tasks of a workspace. */
  tasks(workspace: string | undefined): string[];
}

/** The words before the one to complete, as far as they are understood. */
interface Before {
  command: Command | "help" | undefined;
  /** The arguments after the command. */
  rest: string[];
  /** The options, each with its last value. */
  given: Map<string, string>;
  /** The option that the next word is the value of. */
  open: string | undefined;
  /** Whether the next word may be an option. */
  mayBeOption: boolean;
}

/** What may stand for the last word; nothing where the shell may complete names of files. */
export function complete(words: string[], known: Known): Offer[] {
  const word = words.at(-1) ?? "";
  const before = understand(words.slice(0, -1));
  const [, name = "", value] = /^--([a-z-]+)=(.*)$/s.exec(word) ?? [];
  const offers = value !== undefined
    ? ofValue(name, value, before, known).map((one) => ({ ...one, word: `--${name}=${one.word}` }))
    : before.open !== undefined
    ? ofValue(before.open, word, before, known)
    : word.startsWith("-") && before.mayBeOption
    ? ofOptions(before)
    : ofArguments(before, known);
  return offers.filter((offer) => offer.word.startsWith(word));
}

function understand(words: string[]): Before {
  const given: Before["given"] = new Map();
  const positionals: string[] = [];
  const tokens = tokensOf(words);
  let open: string | undefined;
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const option = optionOf(token.name);
    const name = option?.is ?? token.name;
    given.set(name, token.value ?? "");
    if (token.value === undefined && needsValue(option)) open = name; // it is the last one
  }
  const mayBeOption = tokens.every(({ kind }) => kind !== "end");
  const [first, ...rest] = positionals;
  const command = first === "help" ? first : commandOf(first);
  const common = { given, open, mayBeOption };
  if (command === undefined) {
    return { command: first === undefined ? undefined : "copy", rest: positionals, ...common };
  }
  const granted = command === "permissions" ? GRANTED.find((one) => one === rest[0]) : undefined;
  const of = granted === "export" || granted === "import" ? granted : command;
  return { command: of, rest: granted === undefined ? rest : rest.slice(1), ...common };
}

function ofOptions({ command, given }: Before): Offer[] {
  const taker = command === "help" ? undefined : command ?? "copy";
  return Object.entries(OPTIONS)
    .filter(([name, { many, is }]) =>
      is === undefined && (many || !given.has(name)) && taker !== undefined && takes(taker, name)
    )
    .map(([name, { help }]) => ({ word: `--${name}`, about: help.split("\n")[0]! }));
}

function ofValue(name: string, value: string, before: Before, known: Known): Offer[] {
  const option = optionOf(name);
  if (option === undefined) return [];
  const { choices, many, kind } = option;
  if (choices === undefined) return kind === undefined ? [] : ofKind(kind, before, known);
  const list = many ? value.slice(0, value.lastIndexOf(",") + 1) : ""; // `done,` of `done,fai`
  return choices.map((choice) => ({ word: list + choice }));
}

function ofArguments(before: Before, known: Known): Offer[] {
  const { command, rest } = before;
  if (command === "help") return rest.length === 0 ? ofCommands() : [];
  if (command === undefined) return [...ofCommands(), ...ofKind("experiment", before, known)];
  const table: readonly Argument[] = COMMAND_TABLE[command].takes;
  const argument = table[rest.length] ?? (COMMAND_TABLE[command].many ? table.at(-1) : undefined);
  return argument === undefined ? [] : ofKind(argument.kind, before, known);
}

function ofCommands(): Offer[] {
  return COMMANDS.map((word) => ({ word, about: COMMAND_TABLE[word].about }));
}

function ofKind(kind: Argument["kind"], { command, rest, given }: Before, known: Known): Offer[] {
  const [place, experiment] = command === "ls" ? rest : [given.get("from"), rest[0]];
  const words = (list: string[]) => list.map((word) => ({ word }));
  switch (kind) {
    case "workspace":
      return known.workspaces();
    case "experiment":
      return words(known.experiments(place));
    case "run":
      return experiment === undefined ? [] : words(known.runs(place, experiment));
    case "task":
      return words(known.tasks(place));
    case "shell":
      return words([...SHELLS]);
    case "file":
      return [];
  }
}
