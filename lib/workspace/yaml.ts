/**
 * YAML as experimaestro reads it, that is, as Python's `yaml.safe_load` does: YAML 1.1 with `yes`
 * and `no`, merge keys, and the last of equal keys; with the line and column of every value.
 *
 * @module
 */

import { YAMLException } from "js-yaml";
import { CopyError } from "../errors.ts";
import { printable } from "./layout.ts";
import { type Content, type Value, wrong } from "./validate.ts";
import { NOT_INDENTED } from "./yaml_events.ts";
import { readPlain } from "./yaml_scalar.ts";
import { type Collection, type Node, readTree } from "./yaml_tree.ts";

/** Deeper chains of `<<` are taken for one that leads back to itself. */
const MAX_MERGES = 64;

/**
 * Reads a YAML text.
 *
 * @param file What to call it in complaints.
 * @throws {CopyError} `settings`, when it is not YAML.
 */
export function readYaml(text: string, file: string): Value {
  const reader = new Reader(text, file);
  try {
    return reader.value(readTree(text));
  } catch (error) {
    if (!(error instanceof YAMLException) || error.mark === undefined) throw error;
    throw reader.complaint(error.reason, error.mark.position);
  }
}

/** The values of one text, each read when it is asked for. */
class Reader {
  /** What mappings hold that were read; a merged one is read once, however often it is merged. */
  readonly #read = new Map<Collection, Map<string, Value>>();

  constructor(
    private readonly text: string,
    private readonly file: string,
  ) {}

  /** The error for a text that is not YAML. */
  complaint(reason: string, position: number): CopyError {
    const begin = position - this.linesTo(position).at(-1)!.length;
    const isTabbed = /^ *\t/.test(this.text.slice(begin));
    const where = this.where(isTabbed ? this.text.indexOf("\t", begin) : position);
    const [what, hint] = isTabbed
      ? ["tabs are not allowed as indentation", "indent with blanks"]
      : explain(reason);
    return new CopyError("settings", `${where}: ${printable(what)}`, hint);
  }

  value(node: Node): Value {
    const where = () => this.where(node.start);
    const read = () => this.content(node);
    const value: Value = {
      get where() {
        return where();
      },
      get content() {
        return read();
      },
    };
    if (node.kind === "missing") {
      throw wrong(value, `there is no anchor &${printable(node.anchor)} before this`);
    }
    return value;
  }

  where(offset: number): string {
    const lines = this.linesTo(offset);
    return `${this.file}, line ${lines.length}, column ${lines.at(-1)!.length + 1}`;
  }

  linesTo(offset: number): string[] {
    return this.text.slice(0, offset).split(/\r\n?|\n/);
  }

  content(node: Node): Content {
    if (node.kind === "scalar") return node.isPlain ? readPlain(node.text) : node.text;
    if (node.kind === "list") return node.children.map((item) => this.value(item));
    return node.kind === "mapping" ? this.entries(node, 0) : null;
  }

  /** A mapping's own entries win over those merged in by `<<`, and a later one over an earlier. */
  entries(mapping: Collection, depth: number): Map<string, Value> {
    const known = this.#read.get(mapping);
    if (known !== undefined) return known;
    const merged: [string, Value][] = [];
    const own: [string, Value][] = [];
    for (let at = 0; at < mapping.children.length; at += 2) {
      const [key, value] = mapping.children.slice(at, at + 2) as [Node, Node];
      if (key.kind !== "scalar") continue;
      if (key.isPlain && key.text === "<<") merged.push(...this.merged(value, depth + 1));
      else own.push([key.text, this.value(value)]);
    }
    const entries = new Map([...merged, ...own]);
    this.#read.set(mapping, entries);
    return entries;
  }

  /** What a `<<` brings in: the entries of a mapping, or of several, of which the first wins. */
  merged(node: Node, depth: number): [string, Value][] {
    const sources = node.kind === "list" ? node.children.toReversed() : [node];
    return sources.flatMap((source) => {
      const isMapping = source.kind === "mapping";
      if (isMapping && depth < MAX_MERGES) return [...this.entries(source, depth)];
      const what = isMapping ? "this mapping is merged into itself" : "expected a mapping to merge";
      throw wrong(this.value(source), what);
    });
  }
}

/** What is wrong by the words of js-yaml, and what to do. */
function explain(reason: string): [what: string, hint: string] {
  if (reason === NOT_INDENTED) {
    return ["this is not indented enough", "indent it, or close the bracket or quote before it"];
  }
  const isDeep = /maxDepth/.test(reason);
  return [isDeep ? "lists and mappings are nested too deeply" : reason, "correct the YAML there"];
}
