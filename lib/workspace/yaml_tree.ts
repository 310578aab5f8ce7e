/**
 * The syntax of YAML alone: a text as a tree, with the place of every value. What a scalar means is
 * read elsewhere.
 *
 * @module
 */

import { COLLECTION_STYLE, type Event, EVENT_ID, getScalarValue, SCALAR_STYLE } from "js-yaml";
import { parse } from "./yaml_events.ts";

/** A value as it is written. An alias is the very node that it names. */
export type Node = Scalar | Collection | Missing;

/** Text in any of YAML's forms; empty where nothing is written. */
export interface Scalar {
  kind: "scalar";
  start: number;
  text: string;
  /** Whether it has no quotes and no tag, and may be something else than text. */
  isPlain: boolean;
}

/** A list with its items, or a mapping with its keys and values, in turn. */
export interface Collection {
  kind: "list" | "mapping";
  start: number;
  children: Node[];
}

/** An alias whose anchor is not there. */
export interface Missing {
  kind: "missing";
  start: number;
  anchor: string;
}

/** What begins a node. */
type Beginning = Exclude<Event, { type: typeof EVENT_ID.DOCUMENT | typeof EVENT_ID.POP }>;

/**
 * Reads a text; one without a document is an empty scalar.
 *
 * @throws {YAMLException} When it is not YAML, or has a second document.
 */
export function readTree(given: string): Node {
  const { text, events, original } = parse(given);
  const root: Node[] = [];
  const open: Collection[] = [];
  const anchors = new Map<string, Node>();
  let end = 0;
  for (const event of events) {
    if (event.type === EVENT_ID.DOCUMENT) continue;
    if (event.type === EVENT_ID.POP) {
      const closed = given[open.pop()?.start ?? -1];
      if (closed === "[" || closed === "{") end = find(text, end, "\\]}");
      continue;
    }
    const [start, next] = rangeOf(text, event, end);
    const name = text.slice(event.anchorStart, event.anchorEnd);
    const known = event.type === EVENT_ID.ALIAS ? anchors.get(name) : undefined;
    const node = known ?? nodeOf(text, event, original(start));
    (open.at(-1)?.children ?? root).push(node);
    if (event.type !== EVENT_ID.ALIAS && name !== "") anchors.set(name, node);
    if (known === undefined && "children" in node) open.push(node);
    end = next;
  }
  return root[0] ?? { kind: "scalar", start: 0, text: "", isPlain: true };
}

function nodeOf(text: string, event: Beginning, start: number): Node {
  switch (event.type) {
    case EVENT_ID.ALIAS:
      return { kind: "missing", start, anchor: text.slice(event.anchorStart, event.anchorEnd) };
    case EVENT_ID.SEQUENCE:
      return { kind: "list", start, children: [] };
    case EVENT_ID.MAPPING:
      return { kind: "mapping", start, children: [] };
  }
  const isPlain = event.style === SCALAR_STYLE.PLAIN && event.tagStart < 0;
  return { kind: "scalar", start, text: getScalarValue(text, event), isPlain };
}

/**
 * Where a node's own text begins, after its anchor and tag, and from where on the next one stands.
 * One that is not written begins after the `:` or `-` that it would follow.
 *
 * @param from Where the node before has ended.
 */
function rangeOf(text: string, event: Beginning, from: number): [start: number, end: number] {
  if (event.type === EVENT_ID.ALIAS) return [event.anchorStart - 1, event.anchorEnd];
  if (event.type !== EVENT_ID.SCALAR) {
    const { start, style } = event;
    return [start, style === COLLECTION_STYLE.FLOW ? start + 1 : start];
  }
  const { style, valueStart, valueEnd } = event;
  const named = Math.max(event.anchorEnd, event.tagEnd);
  if (valueStart < 0) {
    const place = named < 0 ? find(text, from, ":-") : named;
    return [place, place];
  }
  if (style === SCALAR_STYLE.PLAIN) return [valueStart, valueEnd];
  const isQuoted = style === SCALAR_STYLE.SINGLE_QUOTED || style === SCALAR_STYLE.DOUBLE_QUOTED;
  if (isQuoted) return [valueStart - 1, valueEnd + 1];
  return [find(text, Math.max(from, named), "|>") - 1, valueEnd];
}

/** What is behind the next of some marks, if only blanks, comments and other marks are before it. */
function find(text: string, from: number, marks: string): number {
  const pattern = new RegExp(`(?:[\\s,?:-]|#[^\\r\\n]*[\\r\\n])*?[${marks}]`, "y");
  pattern.lastIndex = from;
  return pattern.test(text) ? pattern.lastIndex : from;
}
