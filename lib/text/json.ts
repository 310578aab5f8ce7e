/**
 * Reads JSON as Python writes it, with the place of every value. So single values can be changed
 * while every other byte stays the same: `1e-07`, 20-digit integers, `NaN`, the order of keys.
 *
 * @module
 */

/** A value and its place in the text: from `start` up to, but not including, `end`. */
export type JsonNode =
  & { start: number; end: number }
  & (
    | { kind: "object"; entries: [key: string, value: JsonNode][] }
    | { kind: "array"; items: JsonNode[] }
    | { kind: "string"; value: string }
    | { kind: "other"; value: number | boolean | null }
  );

/** A replacement: the characters from `start` up to `end` become `text`. */
export interface Edit {
  /** The first character replaced. */
  start: number;
  /** One past the last character replaced. */
  end: number;
  /** The new text. */
  text: string;
}

/** The deepest nesting that is accepted. Python's own reader gives up at about 1,000. */
const MAX_DEPTH = 1000;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/y;
const WORDS: [string, number | boolean | null][] = [
  ["true", true],
  ["false", false],
  ["null", null],
  ["NaN", NaN],
  ["Infinity", Infinity],
  ["-Infinity", -Infinity],
];
// deno-lint-ignore no-control-regex
const CONTROL = /[\u0000-\u001f]/;

/**
 * Reads a JSON text.
 *
 * @throws {SyntaxError} When it is not JSON; the message names the line and the column.
 */
export function readJson(text: string): JsonNode {
  const reader = new Reader(text);
  const node = reader.value(0);
  reader.space();
  if (reader.at < text.length) reader.fail("unexpected text after the end");
  return node;
}

/** Whether a character is a blank, a tab, or the end of a line. */
function isSpace(code: number): boolean {
  return code === 32 || code === 10 || code === 9 || code === 13;
}

/**
 * The position that the reader has reached, with one method for each kind of thing that it can
 * read.
 */
class Reader {
  at = 0;
  constructor(private readonly text: string) {}

  fail(what: string): never {
    const before = this.text.slice(0, this.at).split("\n");
    const column = before[before.length - 1]!.length + 1;
    throw new SyntaxError(`line ${before.length}, column ${column}: ${what}`);
  }

  space(): void {
    for (let code = this.text.charCodeAt(this.at); isSpace(code);) {
      code = this.text.charCodeAt(++this.at);
    }
  }

  /** Steps over one character if it is the next. */
  took(char: string): boolean {
    this.space();
    if (this.text[this.at] !== char) return false;
    this.at++;
    return true;
  }

  value(depth: number): JsonNode {
    if (depth > MAX_DEPTH) this.fail("nested too deeply");
    this.space();
    const start = this.at;
    if (this.took("{")) {
      return { kind: "object", entries: this.entries(depth), start, end: this.at };
    }
    if (this.took("[")) return { kind: "array", items: this.items(depth), start, end: this.at };
    if (this.text[start] === '"') {
      return { kind: "string", value: this.string(), start, end: this.at };
    }
    return { kind: "other", value: this.scalar(), start, end: this.at };
  }

  entries(depth: number): [string, JsonNode][] {
    const entries: [string, JsonNode][] = [];
    if (this.took("}")) return entries;
    do {
      this.space();
      if (this.text[this.at] !== '"') this.fail("expected a key in quotes");
      const key = this.string();
      if (!this.took(":")) this.fail("expected ':'");
      entries.push([key, this.value(depth + 1)]);
    } while (this.took(","));
    if (!this.took("}")) this.fail("expected ',' or '}'");
    return entries;
  }

  items(depth: number): JsonNode[] {
    const items: JsonNode[] = [];
    if (this.took("]")) return items;
    do items.push(this.value(depth + 1)); while (this.took(","));
    if (!this.took("]")) this.fail("expected ',' or ']'");
    return items;
  }

  string(): string {
    const start = this.at;
    let end = start;
    do {
      end = this.text.indexOf('"', end + 1);
      if (end < 0) this.fail("an unterminated string");
    } while (this.escaped(end));
    const token = this.text.slice(start, end + 1);
    if (CONTROL.test(token)) this.fail("a control character in a string");
    let value = token.slice(1, -1);
    if (value.includes("\\")) {
      try {
        value = JSON.parse(token) as string;
      } catch {
        this.fail("an invalid escape in a string");
      }
    }
    this.at = end + 1;
    return value;
  }

  /** Whether an odd number of backslashes precedes `at`. */
  private escaped(at: number): boolean {
    let first = at;
    while (this.text[first - 1] === "\\") first--;
    return (at - first) % 2 === 1;
  }

  scalar(): number | boolean | null {
    NUMBER.lastIndex = this.at;
    const number = NUMBER.exec(this.text)?.[0];
    if (number !== undefined) {
      this.at += number.length;
      return Number(number);
    }
    for (const [word, value] of WORDS) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return value;
      }
    }
    return this.fail(this.at < this.text.length ? "expected a value" : "unexpected end of text");
  }
}

/**
 * The value of a key; undefined when the node is not an object. Of a repeated key the last value
 * counts, as in Python.
 */
export function member(node: JsonNode | undefined, key: string): JsonNode | undefined {
  if (node?.kind !== "object") return undefined;
  return node.entries.findLast(([name]) => name === key)?.[1];
}

/** The text of a string value; undefined for any other kind. */
export function text(node: JsonNode | undefined): string | undefined {
  return node?.kind === "string" ? node.value : undefined;
}

/**
 * The plain value of a node, as `JSON.parse` would return it.
 *
 * @param holders Receives, for each object and list of the result, the node that it was made from.
 */
export function plain(node: JsonNode, holders?: Map<object, JsonNode>): unknown {
  if (node.kind !== "object" && node.kind !== "array") return node.value;
  const value = node.kind === "array"
    ? node.items.map((item) => plain(item, holders))
    : Object.fromEntries(node.entries.map(([key, item]) => [key, plain(item, holders)]));
  holders?.set(value, node);
  return value;
}

/**
 * The plain value of a text. The runtime's own reader is tried first. Our reader, which is slower,
 * takes the text when that fails: it also accepts what only Python calls JSON.
 *
 * @throws {SyntaxError} When it is neither; the message names the line and the column.
 */
export function parseJson(text: string): unknown {
  try {
    return parseAtOnce(text);
  } catch {
    return plain(readJson(text));
  }
}

/**
 * The plain value of a JSON text, by the runtime's own reader.
 *
 * @throws {SyntaxError} When it is not JSON, or may be nested too deeply.
 */
export function parseAtOnce(text: string): unknown {
  if (mayBeDeep(text)) throw new SyntaxError("it may be nested too deeply");
  return JSON.parse(text);
}

/** Whether a text has so many opening brackets that it may be nested too deeply. */
function mayBeDeep(text: string): boolean {
  if (text.length <= 2 * MAX_DEPTH) return false; // each bracket is also closed
  let begun = 0;
  for (const bracket of "[{") {
    let at = -1;
    while (begun <= MAX_DEPTH && (at = text.indexOf(bracket, at + 1)) !== -1) begun++;
  }
  return begun > MAX_DEPTH;
}

/** Whether a value is an object, and not a list. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A value if it is a text; undefined for any other. */
export function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** Writes a string as Python's `json.dumps` does: in ASCII only. */
export function quote(value: string): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (c) => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0"),
  );
}

/** Applies edits that do not overlap. */
export function applyEdits(text: string, edits: Edit[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const edit of edits.toSorted((a, b) => a.start - b.start)) {
    parts.push(text.slice(at, edit.start), edit.text);
    at = edit.end;
  }
  parts.push(text.slice(at));
  return parts.join("");
}
