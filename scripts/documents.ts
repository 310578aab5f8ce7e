/**
 * Reads the project's documents: their blocks of code, their links, their headings.
 *
 * @module
 */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT } from "./modules.ts";

/** A block of code, possibly in a list. */
const FENCE = /^( *)```(\S*)\n([\s\S]*?)^\1```$/gm;

/** A block of code in a document. */
export interface Block {
  /** The document, by its path in the project. */
  path: string;
  /** The line on which it begins. */
  line: number;
  /** The language: `sh`, `console`, `ts` ... */
  language: string;
  /** The text in it. */
  body: string;
}

/** The documents, by their path in the project. */
export const DOCUMENTS: ReadonlyMap<string, string> = new Map(
  [".", "docs", "bench"].flatMap((folder) =>
    readdirSync(join(ROOT, folder)).filter((name) => name.endsWith(".md")).map((name) =>
      join(folder, name)
    )
  ).sort().map((path) => [path, readFileSync(join(ROOT, path), "utf8")]),
);

/** The blocks of code of a document. */
export function blocksOf(path: string, text: string): Block[] {
  return [...text.matchAll(FENCE)].map(({ index, 1: indent, 2: language, 3: inner }) => {
    const line = text.slice(0, index).split("\n").length + 1;
    const body = inner!.replace(new RegExp(`^${indent}`, "gm"), "");
    return { path, line, language: language!, body };
  });
}

/**
 * The commands in a block, as a script of the shell: all of a `sh` block, and the text after each
 * `$` in a `console` block. Undefined when there are none.
 */
export function scriptOf({ language, body }: Block): string | undefined {
  if (language === "sh") return body;
  if (language !== "console") return undefined;
  const commands = [...body.matchAll(/^\$ (.+\n)/gm)].map(([, command]) => command!);
  return commands.length === 0 ? undefined : commands.join("");
}

/** The commands of a script, one a line. A backslash at the end of a line continues it. */
export function linesOf(script: string): string[] {
  return script.replaceAll("\\\n", " ").split("\n")
    .map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith("#"));
}

/** The links and pictures of a document. */
export function linksOf(text: string): string[] {
  return [...text.replace(FENCE, "").matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link!);
}

/** Whether a link leads to another site. */
export function isExternal(link: string): boolean {
  return /^[a-z]+:/.test(link);
}

/** The anchors of a document's headings, as GitHub makes them. */
function anchorsOf(text: string): string[] {
  const headings = text.replace(FENCE, "").matchAll(/^#+ (.+)$/gm);
  return [...headings].map(([, heading]) =>
    heading!.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "").replaceAll(" ", "-")
  );
}

/** What is wrong with a relative link of a document; undefined when its target exists. */
export function faultOf(path: string, link: string): string | undefined {
  const [file = "", anchor] = link.split("#");
  const target = file === "" ? path : join(dirname(path), file);
  if (!existsSync(join(ROOT, target))) return `${path}: nothing at ${link}`;
  if (anchor === undefined) return undefined;
  const found = anchorsOf(DOCUMENTS.get(target) ?? "").includes(anchor);
  return found ? undefined : `${path}: no heading for ${link}`;
}

/**
 * A document as it reads outside of the repository: links and pictures have their addresses there.
 *
 * @param repository `OWNER/NAME` on GitHub.
 * @param tag The version that the document is of.
 */
export function withAddresses(text: string, repository: string, tag: string): string {
  const address = (what: string) => `https://github.com/${repository}/${what}/${tag}`;
  return text.replace(
    /(!?)(\[[^\]]*\]\()(?!\w+:|#)(?=[^)]+\))/g,
    (_, picture, before) => `${picture}${before}${address(picture ? "raw" : "blob")}/`,
  );
}
