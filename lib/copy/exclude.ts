/**
 * Which files of jobs to leave out: as rsync's filter rules, and as a function, so that sizes are
 * known before rsync starts.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import { bytesOf } from "../system/byte_text.ts";
import type { Entry } from "../system/entry.ts";
import { JOBS, PARTIALS } from "../workspace/layout.ts";
import { hasControl, printable } from "../text/printable.ts";
import type { CopyOptions } from "./types.ts";

/** What the user leaves out of jobs. */
export type FileChoice = Pick<CopyOptions, "exclude" | "maxSize" | "metadataOnly">;

/**
 * By what something below a job's folder is left out; undefined when it is copied. `there`: not by
 * the user, but since it is at the destination.
 */
export type Excludes = (
  entry: Pick<Entry, "path" | "kind" | "size">,
  folder?: string,
) => "pattern" | "size" | "there" | undefined;

/** What is at the destination of jobs that are completed, by their folders: no folders. */
export type Standing = ReadonlyMap<string, ReadonlySet<string>>;

/** One rule by which files are left out. */
interface FileRule {
  /** How the user named it: `'*.ckpt'`, `--max-size`. */
  name: string;
  /** What it leaves out. */
  excludes: Excludes;
}

/** One character of several: `[a-z]`, `[!0-9]`. */
const CLASS = /\[[!^]?[^\][/!^-][^\][/]*\]/g;

/** Refuses a pattern that would not mean the same to rsync as to us. */
function checked(pattern: string): string {
  if (pattern === "" || pattern === "/" || hasControl(pattern) || !isReadable(pattern)) {
    const shown = printable(pattern);
    const [, unknown] = /(\*\*|\\)/.exec(pattern) ?? [];
    throw new CopyError(
      "usage",
      unknown === undefined
        ? `invalid --exclude pattern '${shown}'`
        : `--exclude does not support '${unknown}': '${shown}'`,
      "use  *.ckpt,  logs/*.txt,  /out/big  or  tmp/",
    );
  }
  return pattern;
}

/** Whether a pattern has neither `**` nor `\`, and no class that is odd: `[`, `[]a]`, `[z-a]`. */
function isReadable(pattern: string): boolean {
  if (/\*\*|\\/.test(pattern) || pattern.replace(CLASS, "").includes("[")) return false;
  try {
    asExpression(pattern);
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

/** The folders of jobs, and those that jobs share, in rsync's rules. */
export const UNITS = [`/${JOBS}/*/*`, `/${PARTIALS}/*/*/*`];

/** rsync's rules. Documents and markers, which every job needs, are never left out. */
export function excludeRules(patterns: string[]): string[] {
  if (patterns.length === 0) return [];
  return [
    ...UNITS.flatMap((unit) => [
      `+ ${unit}/params.json`,
      ...["done", "failed"].map((ending) => `+ ${unit}/*.${ending}`),
      `+ ${unit}/.experimaestro/***`,
    ]),
    "+ /experiments/***",
    ...[`/${JOBS}`, `/${JOBS}/*`, `/${JOBS}/*/*`].map((folder) => `+ ${folder}/`),
    ...["", "/*", "/*/*", "/*/*/*"].map((below) => `+ /${PARTIALS}${below}/`),
    ...patterns.map(checked).flatMap(placesOf).map((place) => `- ${place}`),
  ];
}

/** A pattern of several names is tried below the job's folder only, never on the job's own name. */
function placesOf(pattern: string): string[] {
  if (pattern.startsWith("/")) return UNITS.map((unit) => `${unit}${pattern}`);
  if (!/\/./.test(pattern)) return [pattern];
  return UNITS.flatMap((unit) => [`${unit}/${pattern}`, `${unit}/**/${pattern}`]);
}

/** The patterns of what is left out by its name: with `metadataOnly`, all but what is never left out. */
export function patternsOf({ exclude = [], metadataOnly = false }: FileChoice): string[] {
  return metadataOnly ? [...exclude, "*"] : exclude;
}

/** Whether anything may be left out. */
export function leavesOut(choice: FileChoice): boolean {
  return patternsOf(choice).length > 0 || choice.maxSize !== undefined;
}

/** The rules, each by itself. */
function fileRules({ exclude = [], maxSize, metadataOnly = false }: FileChoice): FileRule[] {
  const byPattern = (name: string, pattern: string) => ({ name, excludes: byName([pattern]) });
  const rules: FileRule[] = exclude.map((pattern) => byPattern(`'${pattern}'`, pattern));
  if (metadataOnly) rules.push(byPattern("--metadata-only", "*"));
  if (maxSize !== undefined) rules.push({ name: "--max-size", excludes: bySize(maxSize) });
  return rules;
}

/** The names of the rules that leave out any of some files. */
export function rulesOf(choice: FileChoice, files: Parameters<Excludes>[0][]): string[] {
  return fileRules(choice)
    .filter(({ excludes }) => files.some((file) => excludes(file) !== undefined))
    .map(({ name }) => name);
}

/** All rules as one function. */
export function excluder(choice: FileChoice, standing: Standing = new Map()): Excludes {
  const patterns = patternsOf(choice);
  const rules = patterns.length > 0 ? [byName(patterns)] : [];
  if (choice.maxSize !== undefined) rules.push(bySize(choice.maxSize));
  return (entry, folder = "") => {
    if (standing.get(folder)?.has(entry.path)) return "there";
    for (const excludes of rules) {
      const by = excludes(entry);
      if (by !== undefined) return by;
    }
    return undefined;
  };
}

function bySize(maxSize: number): Excludes {
  if (!Number.isSafeInteger(maxSize) || maxSize < 0) {
    throw new CopyError("usage", `the largest size of a file cannot be ${maxSize} bytes`);
  }
  return ({ path, kind, size }) =>
    kind === "file" && size > maxSize && !isKept(path) ? "size" : undefined;
}

function byName(patterns: string[]): Excludes {
  const rules = patterns.map(checked).map(asExpression);
  return ({ path, kind }) => {
    if (isKept(path)) return undefined;
    const names = bytes(path).split("/");
    const isOut = names.some((_, index) => {
      const part = names.slice(0, index + 1).join("/");
      if (isKept(part)) return false;
      const folder = kind === "folder" || index < names.length - 1;
      return rules.some((rule) => (folder || !rule.folderOnly) && rule.expression.test(part));
    });
    return isOut ? "pattern" : undefined;
  };
}

function isKept(path: string): boolean {
  return path === "params.json" || /^[^/]*\.(done|failed)$/.test(path) ||
    path === ".experimaestro" || path.startsWith(".experimaestro/");
}

function asExpression(pattern: string): { expression: RegExp; folderOnly: boolean } {
  const body = bytes(pattern).replace(/^\/|\/$/g, "");
  const source = body.replace(/\[[^\]]+\]|[\s\S]/g, (token) => {
    if (token === "*") return "[^/]*";
    if (token === "?") return "[^/]";
    if (token.length > 1) return `(?!/)${token.replace(/^\[!/, "[^")}`;
    return token.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  });
  const start = pattern.startsWith("/") ? "^" : "(?:^|/)";
  return { expression: new RegExp(`${start}${source}$`), folderOnly: pattern.endsWith("/") };
}

/** A text with one character for each byte: `?` matches a byte in rsync. */
function bytes(text: string): string {
  // deno-lint-ignore no-control-regex
  if (/^[\u0000-\u007f]*$/.test(text)) return text;
  return String.fromCharCode(...bytesOf(text));
}
