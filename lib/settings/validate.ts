/**
 * The values of a settings file, and checks of their types. Every error names the file and the path
 * of the key.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import { interpolate } from "./interpolate.ts";
import { hasControl, printable } from "../text/printable.ts";

/** The content of a value. YAML has dates, besides what JSON has. */
export type Content = null | boolean | number | string | Date | Value[] | Map<string, Value>;

/** A value of a settings file, with its place. */
export interface Value {
  /** The place, for people: `/home/me/settings.yaml: workspaces[1].ssh.host`. */
  readonly where: string;
  /** The content. It is read only on demand, since a YAML list may contain itself. */
  readonly content: Content;
}

/** A key that needs no quotes in the path of a value. */
const PLAIN_KEY = /^[\w-]+$/;

/**
 * Makes a value of a parsed file.
 *
 * @param path The place in the file: `workspaces[1].path`. Default: the whole file.
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

/** The error for an invalid value. */
export function wrong(value: Value, message: string, hint?: string): CopyError {
  return new CopyError("settings", `${value.where}: ${message}`, hint);
}

/** Does something with a value, and adds the place of the value to an error. */
export function placed<T>(value: Value, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof CopyError) || error.code !== "usage") throw error;
    throw wrong(value, error.message, error.hint);
  }
}

/** The value of a key; undefined when the key is missing, or has no value. */
export function optional(map: Map<string, Value>, key: string): Value | undefined {
  const value = map.get(key);
  return value === undefined || value.content === null ? undefined : value;
}

/**
 * The keys and values of a mapping.
 *
 * @throws {CopyError} `settings`, when the value is no mapping; `expected` says what belongs there.
 */
export function asMap(value: Value, expected: string): Map<string, Value> {
  const { content } = value;
  if (content instanceof Map) return content;
  throw wrong(value, `expected ${expected}`);
}

/**
 * The items of a list; none when the value is missing.
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
 * A text on one line, with environment variables replaced.
 *
 * @throws {CopyError} `settings`, when the value is no such text; `permission`, when it refers to a
 * variable that Deno was not granted to read.
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
 * A list of texts; empty when the value is missing.
 *
 * @throws {CopyError} As {@linkcode asText}.
 */
export function asTexts(value: Value | undefined, expected: string): string[] {
  return asList(value, expected).map((item) => asText(item));
}

/**
 * A whole number. A text of digits is accepted, since environment variables are texts.
 *
 * @throws {CopyError} `settings`, when the value is no whole number.
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
 * The value of an environment variable for jobs. Numbers and truth values become the texts that
 * Python makes of them, as far as YAML 1.2 distinguishes them.
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

/** The text that Python's `str` makes of a number. */
function asPython(number: number): string {
  if (Number.isSafeInteger(number)) return String(number);
  if (Number.isNaN(number)) return "nan";
  if (!Number.isFinite(number)) return number < 0 ? "-inf" : "inf";
  const [mantissa, power] = number.toExponential().split("e") as [string, string];
  const exponent = Number(power);
  if (exponent >= -4 && exponent < 16) return String(number);
  return `${mantissa}e${power[0]}${power.slice(1).padStart(2, "0")}`;
}
