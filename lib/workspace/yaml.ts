/**
 * YAML as experimaestro reads it, that is, as Python's `yaml.safe_load` does: YAML 1.1 with `yes`
 * and `no`, merge keys, and the last of equal keys; with the line and column of every value.
 *
 * @module
 */

import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Scalar,
  type YAMLMap,
  type YAMLParseError,
} from "yaml";
import { CopyError } from "../errors.ts";
import { printable } from "./layout.ts";
import { type Content, type Value, wrong } from "./validate.ts";
import { readPlain } from "./yaml_scalar.ts";

/** Deeper chains of `<<` are taken for one that leads back to itself. */
const MAX_MERGES = 64;

/**
 * Reads a YAML text.
 *
 * @param file What to call it in complaints.
 * @throws {CopyError} `settings`, when it is not YAML.
 */
export function readYaml(text: string, file: string): Value {
  const lines = new LineCounter();
  const document = parse(text, lines);
  const reader = new Reader(document, lines, file);
  const [error] = document.errors;
  if (error !== undefined) throw reader.complaint(error);
  return reader.value(document.contents, 0);
}

/** The syntax alone: every scalar a string, since what is a number or a truth value differs. */
function parse(text: string, lineCounter: LineCounter): Document {
  try {
    return parseDocument(text, {
      version: "1.1",
      schema: "failsafe",
      resolveKnownTags: false,
      uniqueKeys: false,
      prettyErrors: false,
      lineCounter,
    });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
    throw new CopyError(
      "permission",
      "permission to read the environment variables LOG_TOKENS and LOG_STREAM was not given",
      "add  --allow-env=LOG_TOKENS,LOG_STREAM  (the reader of YAML looks at them)",
    );
  }
}

/** The values of one document, each read when it is asked for. */
class Reader {
  constructor(
    private readonly document: Document,
    private readonly lines: LineCounter,
    private readonly file: string,
  ) {}

  complaint({ code, message, pos }: YAMLParseError): CopyError {
    const what = code === "MULTIPLE_DOCS"
      ? "a second document begins; settings are one"
      : message.replace(/^[A-Z](?![A-Z])/, (first) => first.toLowerCase());
    const hint = code === "TAB_AS_INDENT" ? "indent with blanks" : "correct the YAML there";
    return new CopyError("settings", `${this.where(pos[0])}: ${printable(what)}`, hint);
  }

  /** @param parent Where the value's parent begins, for a value that is not written at all. */
  value(node: unknown, parent: number): Value {
    const target = isAlias(node) ? node.resolve(this.document) : node;
    const start = startOf(target) ?? startOf(node) ?? parent;
    const read = () => this.content(target, start);
    const value: Value = {
      where: this.where(start),
      get content() {
        return read();
      },
    };
    if (isAlias(node) && target === undefined) {
      throw wrong(value, `there is no anchor &${printable(node.source)} before this`);
    }
    return value;
  }

  where(offset: number): string {
    const { line, col } = this.lines.linePos(offset);
    return `${this.file}, line ${line}, column ${col}`;
  }

  content(node: unknown, start: number): Content {
    if (isMap(node)) return this.entries(node, 0);
    if (isSeq(node)) return node.items.map((item) => this.value(item, start));
    return isScalar(node) ? scalar(node) : null;
  }

  /** A mapping's own entries win over those merged in by `<<`, and a later one over an earlier. */
  entries(map: YAMLMap, depth: number): Map<string, Value> {
    const start = startOf(map) ?? 0;
    const merged = new Map<string, Value>();
    const own = new Map<string, Value>();
    for (const { key, value } of map.items) {
      if (!isScalar(key)) continue;
      if (key.type === "PLAIN" && key.source === "<<") {
        for (const [name, content] of this.merged(value, startOf(key) ?? start, depth + 1)) {
          merged.set(name, content);
        }
      } else {
        own.set(String(key.value), this.value(value, startOf(key) ?? start));
      }
    }
    return new Map([...merged, ...own]);
  }

  /** What a `<<` brings in: the entries of a mapping, or of several, of which the first wins. */
  merged(node: unknown, start: number, depth: number): Map<string, Value> {
    const target = isAlias(node) ? node.resolve(this.document) : node;
    if (isMap(target) && depth < MAX_MERGES) return this.entries(target, depth);
    if (isSeq(target) && depth < MAX_MERGES) {
      return new Map(
        target.items.toReversed().flatMap((item) => [...this.merged(item, start, depth + 1)]),
      );
    }
    throw wrong(
      this.value(node, start),
      depth < MAX_MERGES ? "expected a mapping to merge" : "this mapping is merged into itself",
    );
  }
}

function startOf(node: unknown): number | undefined {
  return (node as { range?: [number, number, number] | null } | undefined | null)?.range?.[0];
}

/** Only a plain scalar without a tag can be anything but text. */
function scalar({ type, tag, value }: Scalar): Content {
  if (value === null) return null;
  return type === "PLAIN" && tag === undefined ? readPlain(String(value)) : String(value);
}
