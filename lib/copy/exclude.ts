/**
 * The patterns of `--exclude`: as rsync's filter rules, and as a function, so that sizes are known
 * before rsync starts.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import { bytesOf } from "../system/byte_text.ts";
import { JOBS } from "../workspace/layout.ts";
import { hasControl, printable } from "../text/printable.ts";

/** Whether something below a job's folder is left out. */
export type Excludes = (path: string, isFolder: boolean) => boolean;

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

/** rsync's rules. Documents and markers, which every job needs, are never left out. */
export function excludeRules(patterns: string[]): string[] {
  if (patterns.length === 0) return [];
  return [
    `+ /${JOBS}/*/*/params.json`,
    ...["done", "failed"].map((ending) => `+ /${JOBS}/*/*/*.${ending}`),
    `+ /${JOBS}/*/*/.experimaestro/***`,
    "+ /experiments/***",
    `+ /${JOBS}/`,
    `+ /${JOBS}/*/`,
    `+ /${JOBS}/*/*/`,
    ...patterns.map(checked).flatMap(placesOf).map((place) => `- ${place}`),
  ];
}

/** A pattern of several names is tried below the job's folder only, never on the job's own name. */
function placesOf(pattern: string): string[] {
  const job = `/${JOBS}/*/*`;
  if (pattern.startsWith("/")) return [`${job}${pattern}`];
  return /\/./.test(pattern) ? [`${job}/${pattern}`, `${job}/**/${pattern}`] : [pattern];
}

/** The same rules as a function. */
export function excluder(patterns: string[]): Excludes {
  const rules = patterns.map(checked).map(asExpression);
  return (path, isFolder) => {
    if (rules.length === 0 || isKept(path)) return false;
    const names = bytes(path).split("/");
    return names.some((_, index) => {
      const part = names.slice(0, index + 1).join("/");
      if (isKept(part)) return false;
      const folder = isFolder || index < names.length - 1;
      return rules.some((rule) => (folder || !rule.folderOnly) && rule.expression.test(part));
    });
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
