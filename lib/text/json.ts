/**
 * JSON as Python writes it, read with the place of every value, so that single values can be
 * changed while every other byte stays: `1e-07`, 20-digit integers, `NaN`, the order of keys.
 *
 * @module
 */

/** A value and where it stands in the text: from `start` up to, not including, `end`. */
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
  /** What comes in their place. */
  text: string;
}

/** Deeper nesting than this is refused; Python's own reader gives up at about 1,000. */
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
 * @throws {SyntaxError} When it is not JSON; the message says at which line and column.
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

/** Where a reading has come to: one method for each kind of thing that can stand there. */
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

  /** Steps over one character if it comes next. */
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

  /** Whether an odd number of backslashes stands before `at`. */
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

/** The value of a key, the last one where it stands twice; undefined when it is not an object. */
export function member(node: JsonNode | undefined, key: string): JsonNode | undefined {
  if (node?.kind !== "object") return undefined;
  return node.entries.findLast(([name]) => name === key)?.[1];
}

/** The text of a string value; undefined for every other kind. */
export function text(node: JsonNode | undefined): string | undefined {
  return node?.kind === "string" ? node.value : undefined;
}

/**
 * The plain value of a node, as `JSON.parse` would have it.
 *
 * @param holders Is told which node each object and list was made of.
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
 * The plain value of a text: read at once where it is JSON, with care where only Python calls it so.
 *
 * @throws {SyntaxError} When it is neither; the message says at which line and column.
 */
export function parseJson(text: string): unknown {
  try {
    return parseAtOnce(text);
  } catch {
    return plain(readJson(text));
  }
}

/**
 * The plain value of a text that is JSON, by the runtime's own reader.
 *
 * @throws {SyntaxError} When it is not JSON, and where it could be nested too deeply.
 */
export function parseAtOnce(text: string): unknown {
  if (mayBeDeep(text)) throw new SyntaxError("it may be nested too deeply");
  return JSON.parse(text);
}

/** Whether so many lists and objects begin in a text that they may be in each other. */
function mayBeDeep(text: string): boolean {
  if (text.length <= 2 * MAX_DEPTH) return false; // each also ends
  const beginning = /[[{]/g;
  let begun = 0;
  while (begun <= MAX_DEPTH && beginning.test(text)) begun++;
  return begun > MAX_DEPTH;
}

/** Whether a value is an object, and not a list. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A value that is a text; undefined for every other. */
export function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** Spells a string as Python's `json.dumps` does: ASCII only. */
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
