/**
 * Relocates the paths in documents: functions from text to text. Every byte outside a changed value
 * stays as it is.
 *
 * @module
 */

import {
  applyEdits,
  isObject,
  type JsonNode,
  member,
  quote,
  readJson,
  text,
  textOf,
} from "../text/json.ts";
import { readValues, type Replacement, replaceValues } from "../text/json_edit.ts";
import { climbsOut, insideOf, type PathMap, relocatePath, withFormer } from "./path_map.ts";
import type { DocumentKind } from "../workspace/documents.ts";

/** What a document names. */
export interface Named {
  /** Absolute paths outside the source workspace that it names. */
  outside: string[];
  /** Paths in the source workspace that it names, relative to it. */
  inside: string[];
  /** What the user should know. */
  notes: string[];
  /** For `params`: where the workspace was before, if that is not a known place. */
  former?: string;
}

/** A relocated text. */
export interface Relocated extends Named {
  /** The new text; undefined when nothing changed. */
  text: string | undefined;
}

/** The path of a job's folder at the destination; several when other jobs are links to it. */
export type JobPath = string | readonly string[];

/**
 * Relocates a document.
 *
 * @param jobPath For `job-status`: the job's folder at the destination.
 * @param before For `lines`: how many lines of the document come before these.
 * @throws {SyntaxError} When it is not JSON. For `lines`, such a line stays as it is, and is noted.
 */
export function relocate(
  kind: DocumentKind,
  content: string,
  map: PathMap,
  jobPath?: JobPath,
  before = 0,
): Relocated {
  const change = new Change(map);
  const text = kind === "lines"
    ? relocateLines(content, change, before)
    : change.text(content, (root) => apply(kind, root, change, jobPath));
  return { text, ...change.named() };
}

/**
 * What a `params.json` names: the same as {@linkcode relocate} tells, in half the time.
 *
 * @throws {SyntaxError} When it is not JSON.
 */
export function namedIn(content: string, map: PathMap): Named {
  const change = new Change(map);
  params(readValues(content), change);
  return change.named();
}

function apply(kind: DocumentKind, root: unknown, change: Change, jobPath?: JobPath): void {
  if (kind === "params") params(root, change);
  else if (kind === "objects") change.paths(root);
  else if (!isObject(root)) return;
  else if (kind === "job-status") change.place(root, "path", [jobPath ?? []].flat());
  else change.services(root.services);
}

function params(root: unknown, change: Change): void {
  if (!isObject(root)) throw new SyntaxError("not an object");
  const workspace = textOf(root.workspace);
  if (workspace === undefined) change.notes.add("does not name a workspace");
  else {
    change.set(root, "workspace", change.map.destination);
    change.wasAt(workspace);
  }
  change.paths(root.objects);
}

function relocateLines(content: string, change: Change, before: number): string | undefined {
  const lines = content.split("\n");
  let changed = false;
  for (const [index, line] of lines.entries()) {
    if (line.trim() === "") continue;
    try {
      const text = change.text(line, (root) => change.paths(root));
      if (text === undefined) continue;
      lines[index] = text;
      changed = true;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      change.notes.add(`line ${before + index + 1} is not JSON`);
    }
  }
  return changed ? lines.join("\n") : undefined;
}

/** The changes of a document, and what was found in it. */
class Change {
  readonly notes = new Set<string>();
  readonly outside = new Set<string>();
  readonly inside = new Set<string>();
  /** Where the workspace was before. */
  former: string | undefined;
  #replacements: Replacement[] = [];

  constructor(public map: PathMap) {}

  /** What was found. */
  named(): Named {
    return {
      outside: [...this.outside],
      inside: [...this.inside],
      notes: [...this.notes],
      ...(this.former !== undefined && { former: this.former }),
    };
  }

  /** Takes a folder for a former place of the workspace: paths below it are relocated as well. */
  wasAt(workspace: string): void {
    const map = withFormer(this.map, [workspace]);
    if (map === this.map) return;
    this.map = map;
    this.former = workspace;
  }

  /** The document with its changed values; undefined when it stays as it is. */
  text(content: string, rule: (root: unknown) => void): string | undefined {
    return replaceValues(content, (root) => {
      this.#replacements = [];
      rule(root);
      return this.#replacements;
    });
  }

  /** Changes a value that is a text. */
  set(holder: Record<string, unknown>, key: string, value: string): void {
    if (textOf(holder[key]) === undefined || holder[key] === value) return;
    this.#replacements.push({ holder, key, text: quote(value) });
  }

  /** Sets a value to the first of some paths, unless it is relocated to one of the others. */
  place(holder: Record<string, unknown>, key: string, [own, ...others]: string[]): void {
    const moved = relocatePath(textOf(holder[key]) ?? "", this.map);
    this.set(holder, key, moved !== undefined && others.includes(moved) ? moved : own!);
  }

  /** Relocates a path that is in the source workspace; notes where it leads. */
  #move(holder: Record<string, unknown>, key: string): void {
    const path = textOf(holder[key]);
    if (path === undefined) return;
    const moved = relocatePath(path, this.map);
    if (moved !== undefined) {
      this.set(holder, key, moved);
      const inside = insideOf(moved, this.map);
      if (inside !== undefined) this.inside.add(inside);
    } else if (path.startsWith("/")) this.outside.add(path);
  }

  /** Relocates every `{"type": "path", "value": ...}` that is not relative to a `base`. */
  paths(node: unknown): void {
    if (Array.isArray(node)) { for (const item of node) this.paths(item); }
    if (!isObject(node)) return;
    const { type, base, value } = node;
    const typed = (type === "path" || type === "path.serialized") && value !== undefined;
    if (!typed) { for (const key of Object.keys(node)) this.paths(node[key]); }
    else if (base === undefined) this.#move(node, "value");
    else if (base === "workspace") this.#name(textOf(value));
  }

  /** Notes a path that is relative to the workspace; it may lead out of it nevertheless. */
  #name(path: string | undefined): void {
    if (path === undefined) return;
    (path.startsWith("/") || climbsOut(path) ? this.outside : this.inside).add(path);
  }

  /** Relocates every `{"__path__": ...}` in the `state_dict` of every service. */
  services(node: unknown): void {
    if (!isObject(node)) return;
    for (const service of Object.values(node)) {
      if (isObject(service)) this.#marked(service.state_dict);
    }
  }

  #marked(node: unknown): void {
    if (Array.isArray(node)) { for (const item of node) this.#marked(item); }
    if (!isObject(node)) return;
    for (const key of Object.keys(node)) {
      if (key === "__path__") this.#move(node, key);
      else this.#marked(node[key]);
    }
  }
}

/** Adds tags to a run's `status.json` that it lacks. */
export function addTags(content: string, tags: readonly string[]): string {
  const root = readJson(content);
  const node = member(root, "run_tags");
  if (node === undefined) {
    return tags.length === 0
      ? content
      : withEntry(content, root, `"run_tags": [${tags.map(quote).join(", ")}]`);
  }
  if (node.kind !== "array") return content;
  const known = node.items.map(text);
  const added = tags.filter((tag) => !known.includes(tag)).map(quote);
  if (added.length === 0) return content;
  const last = node.items.at(-1);
  return last === undefined
    ? applyEdits(content, [{ start: node.start, end: node.end, text: `[${added.join(", ")}]` }])
    : applyEdits(content, [{ start: last.end, end: last.end, text: `, ${added.join(", ")}` }]);
}

/** Says in a run's `status.json` that it ended when its scheduler last wrote it, if it has no end. */
export function markEnded(content: string): string {
  const root = readJson(content);
  const ended = member(root, "ended_at");
  if (text(ended) !== undefined) return content;
  const at = quote(text(member(root, "last_updated")) ?? text(member(root, "started_at")) ?? "");
  return ended === undefined
    ? withEntry(content, root, `"ended_at": ${at}`)
    : applyEdits(content, [{ start: ended.start, end: ended.end, text: at }]);
}

/** A JSON text with one more entry in its object. */
function withEntry(content: string, root: JsonNode, entry: string): string {
  if (root.kind !== "object") return content;
  const last = root.entries.at(-1)?.[1];
  return last === undefined
    ? applyEdits(content, [{ start: root.start, end: root.end, text: `{${entry}}` }])
    : applyEdits(content, [{ start: last.end, end: last.end, text: `, ${entry}` }]);
}
