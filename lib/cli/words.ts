/**
 * Reads the words of a command line: options with their values, and arguments.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import { printable } from "../text/printable.ts";
import { nearest } from "../settings/nearest.ts";
import { OPTIONS } from "./options.ts";
// Not `@std/cli/parse-args`: it takes `--yes=no` for yes, and treats an option without its value
// like one with an empty value.
import { needsValue, optionOf, tokensOf } from "./tokens.ts";
import { type Given, HELP } from "./values.ts";

/** Reads the words of a command line by the table of options; what is no option is positional. */
export function readWords(args: string[]): { given: Given; positionals: string[] } {
  const given: Given = new Map();
  const positionals: string[] = [];
  for (const token of tokensOf(args)) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const { name, rawName, value } = token;
    const option = optionOf(name);
    if (option === undefined) throw unknownOption(rawName);
    const values = given.get(name) ?? [];
    given.set(name, values);
    if (needsValue(option)) {
      values.push(checkValue(rawName, value, token.inlineValue));
    } else if (option.value !== undefined) {
      if (value !== undefined) values.push(value);
    } else if (value !== undefined) {
      throw new CopyError("usage", `${rawName} takes no value`, `write ${rawName} alone`);
    }
  }
  return { given, positionals };
}

function unknownOption(rawName: string): CopyError {
  const known = Object.keys(OPTIONS).map((name) => `--${name}`);
  const near = nearest(rawName, known);
  return new CopyError(
    "usage",
    `unknown option ${printable(rawName)}`,
    near === undefined ? HELP : `did you mean ${near}?`,
  );
}

function checkValue(rawName: string, value: string | undefined, inline: boolean): string {
  if (value === undefined || value === "") {
    throw new CopyError("usage", `${rawName} needs a value`, HELP);
  }
  if (!inline && value.startsWith("-")) {
    throw new CopyError(
      "usage",
      `${rawName} needs a value, but ${printable(value)} follows`,
      `if that is the value, write ${rawName}=${printable(value)}`,
    );
  }
  return value;
}
