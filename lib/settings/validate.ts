/**
 * Values of a settings file, and the checks that they are what they should be. Every complaint
 * names the file and the path of the key.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import { interpolate } from "./interpolate.ts";
import { hasControl, printable } from "../text/printable.ts";

/** What a value is; YAML has dates beside what JSON has. */
export type Content = null | boolean | number | string | Date | Value[] | Map<string, Value>;

/** A value of a settings file, and where it is. */
export interface Value {
  /** For people: `/home/me/settings.yaml: workspaces[1].ssh.host`. */
  readonly where: string;
  /** What it is. Read only when it is asked for: YAML may hold a list that contains itself. */
  readonly content: Content;
}

/** A key that needs no quotes in the path of a value. */
const PLAIN_KEY = /^[\w-]+$/;

/**
 * A parsed file as a value.
 *
 * @param path Where in the file it is: `workspaces[1].path`. Default: the whole file.
 */
export function valueOf(parsed: unknown, file: string, path = ""): Value {
  return {
    where: path === "" ? file : `${file}: ${path}`,
    get content() {
      if (Array.isArray(parsed)) {
        return parsed.map((item, i) => valueOf(item, file, `${path}[${i}]`));
      }
      if (typeof parsed !== "object" || parsed === null || parsed instanceof Date) {
        return parsed as null | boolean | number | string | Date;
      }
      const entries = Object.entries(parsed);
      return new Map(entries.map(([key, item]) => [key, valueOf(item, file, join(path, key))]));
    },
  };
}

function join(path: string, key: string): string {
  if (!PLAIN_KEY.test(key)) return `${path}[${printable(JSON.stringify(key))}]`;
  return path === "" ? key : `${path}.${key}`;
}

/** The error for a value that is not what it should be. */
export function wrong(value: Value, message: string, hint?: string): CopyError {
  return new CopyError("settings", `${value.where}: ${message}`, hint);
}

/** The value of a key; undefined when the key is not there, or has nothing after it. */
export function optional(map: Map<string, Value>, key: string): Value | undefined {
  const value = map.get(key);
  return value === undefined || value.content === null ? undefined : value;
}

/**
 * The keys and values of a mapping.
 *
 * @throws {CopyError} `settings`, when the value is none; `expected` says what should be there.
 */
export function asMap(value: Value, expected: string): Map<string, Value> {
  const { content } = value;
  if (content instanceof Map) return content;
  throw wrong(value, `expected ${expected}`);
}

/**
 * The items of a list; none when there is no value.
 *
 * @throws {CopyError} `settings`, when the value is no list.
 */
export function asList(value: Value | undefined, expected: string): Value[] {
  if (value === undefined) return [];
  const { content } = value;
  if (Array.isArray(content)) return content;
  throw wrong(value, `expected ${expected}`);
}

/**
 * A text on one line, with environment variables put in.
 *
 * @throws {CopyError} `settings`, when the value is none; `permission`, when it asks for a variable
 * that Deno was not granted to read.
 */
export function asText(value: Value, expected = "text"): string {
  const { content } = value;
  if (typeof content !== "string") throw wrong(value, `expected ${expected}`, textHint(content));
  const text = interpolate(content, "required");
  if (hasControl(text)) {
    throw wrong(value, `'${printable(text)}' contains a control character`, "remove it");
  }
  return text;
}

function textHint(content: Content): string | undefined {
  if (content === null) return 'to mean the home folder, write "~" in quotes';
  const isCollection = typeof content === "object" && !(content instanceof Date);
  return isCollection ? undefined : "put it in quotes";
}

/**
 * A list of texts; empty when there is no value.
 *
 * @throws {CopyError} as {@linkcode asText} does.
 */
export function asTexts(value: Value | undefined, expected: string): string[] {
  return asList(value, expected).map((item) => asText(item));
}

/**
 * A whole number; a text of digits counts, since variables are text.
 *
 * @throws {CopyError} `settings`, when the value is none.
 */
export function asInteger(value: Value): number {
  const { content } = value;
  const text = typeof content === "string" ? interpolate(content, "required") : content;
  const isNumber = typeof text === "number" ||
    typeof text === "string" && /^\s*[-+]?\d+\s*$/.test(text);
  if (isNumber && Number.isSafeInteger(Number(text))) return Number(text);
  throw wrong(value, "expected a whole number");
}

/**
 * True or false.
 *
 * @throws {CopyError} `settings`, when the value is neither.
 */
export function asBoolean(value: Value): boolean {
  if (typeof value.content === "boolean") return value.content;
  throw wrong(value, "expected true or false");
}

/**
 * The value of an environment variable that jobs are given: numbers and truth values become the
 * text that Python makes of them, as far as YAML 1.2 tells them apart.
 *
 * @throws {CopyError} `settings`, when the value is anything else.
 */
export function asVariable(value: Value): string {
  const { content } = value;
  if (typeof content === "string") return interpolate(content, "optional");
  if (typeof content === "boolean") return content ? "True" : "False";
  if (typeof content === "number") return asPython(content);
  throw wrong(value, "expected text", content instanceof Date ? textHint(content) : undefined);
}

/** What Python's `str` makes of a number. */
function asPython(number: number): string {
  if (Number.isSafeInteger(number)) return String(number);
  if (Number.isNaN(number)) return "nan";
  if (!Number.isFinite(number)) return number < 0 ? "-inf" : "inf";
  const [mantissa, power] = number.toExponential().split("e") as [string, string];
  const exponent = Number(power);
  if (exponent >= -4 && exponent < 16) return String(number);
  return `${mantissa}e${power[0]}${power.slice(1).padStart(2, "0")}`;
}
