/**
 * Paths inside files, from the source workspace to the destination: a function of texts. Every
 * byte that is not part of a changed value stays.
 *
 * @module
 */

import {
  applyEdits,
  type Edit,
  type JsonNode,
  member,
  quote,
  readJson,
  text,
} from "../workspace/json.ts";

/** Where paths lead: each folder at the source and what it is at the destination. */
export interface PathMap {
  /** The workspace at the destination. */
  readonly destination: string;
  /** From, to; the longest first. */
  readonly pairs: readonly (readonly [from: string, to: string])[];
}

/** What became of a text. */
export interface Relocated {
  /** The new text; undefined when nothing changed. */
  text: string | undefined;
  /** Absolute paths outside the source workspace that it names. */
  outside: string[];
  /** Paths in the source workspace that it names, relative to it. */
  inside: string[];
  /** What the user should know. */
  notes: string[];
}

/** Where the source is, in every spelling, and where the destination is. */
export interface Roots {
  /** The source workspace, as configured and with links resolved. */
  workspace: string[];
  /** Folders that jobs were moved to: what stands for `jobs` there. */
  moved: string[];
  /** Its `jobs` and `experiments` with links resolved. */
  jobs: string;
  /** Its `experiments`. */
  experiments: string;
  /** The destination workspace, links resolved. */
  destination: string;
}

/** Makes the map from all spellings of the source to the destination. */
export function pathMap({ workspace, moved, jobs, experiments, destination }: Roots): PathMap {
  const pairs = new Map<string, string>([
    ...moved.map((path) => [path, `${destination}/jobs`] as const),
    [jobs, `${destination}/jobs`],
    [experiments, `${destination}/experiments`],
    ...workspace.map((path) => [path, destination] as const),
  ]);
  return { destination, pairs: [...pairs].sort(([a], [b]) => b.length - a.length) };
}

/** A path at the destination; undefined when it is not in the source workspace. */
export function relocatePath(path: string, map: PathMap): string | undefined {
  for (const [from, to] of map.pairs) {
    if (path === from) return to;
    const below = path.slice(from.length);
    if (path.startsWith(from + "/") && !climbsOut(below)) return to + below;
  }
  return undefined;
}

/** Whether a path leaves the folder it begins in: `/jobs/../../data`. */
export function climbsOut(path: string): boolean {
  let depth = 0;
  for (const name of path.split("/")) {
    if (name === "..") depth--;
    else if (name !== "" && name !== ".") depth++;
    if (depth < 0) return true;
  }
  return false;
}

/** The kinds of file that hold paths of the workspace. */
export type DocumentKind = "params" | "job-status" | "objects" | "lines" | "run-status";

/** The kind of a file in a run's folder; undefined when it holds no paths to change. */
export function runDocumentKind(path: string): DocumentKind | undefined {
  if (path === "objects.jsonl") return "lines";
  if (path === "configs.json" || /^data\/[^/]+\/[^/]+\.json$/.test(path)) return "objects";
  return path === "status.json" ? "run-status" : undefined;
}

/**
 * Relocates a document.
 *
 * @param jobPath For `job-status`: the job's folder at the destination.
 * @param before For `lines`: how many lines of the document come before these.
 * @throws {SyntaxError} When it is not JSON; for `lines`, such a line is left and noted.
 */
export function relocate(
  kind: DocumentKind,
  content: string,
  map: PathMap,
  jobPath?: string,
  before = 0,
): Relocated {
  const change = new Change(map);
  if (kind === "lines") return relocateLines(content, change, before);
  const root = readJson(content);
  switch (kind) {
    case "params":
      params(root, change);
      break;
    case "job-status":
      change.set(member(root, "path"), jobPath!);
      break;
    case "run-status":
      change.services(member(root, "services"));
      break;
    case "objects":
      change.paths(root);
  }
  return change.apply(content);
}

function params(root: JsonNode, change: Change): void {
  if (root.kind !== "object") throw new SyntaxError("not an object");
  const workspace = member(root, "workspace");
  if (text(workspace) === undefined) change.notes.push("names no workspace");
  else change.set(workspace, change.map.destination);
  const objects = member(root, "objects");
  if (objects !== undefined) change.paths(objects);
}

function relocateLines(content: string, change: Change, before: number): Relocated {
  let at = 0;
  for (const [index, line] of content.split("\n").entries()) {
    if (line.trim() !== "") {
      try {
        change.at = at;
        change.paths(readJson(line));
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
        change.notes.push(`line ${before + index + 1} is not JSON`);
      }
    }
    at += line.length + 1;
  }
  return change.apply(content);
}

/** The edits of one document. */
class Change {
  /** Where the JSON text begins in the document. */
  at = 0;
  readonly notes: string[] = [];
  readonly #edits: Edit[] = [];
  readonly #outside = new Set<string>();
  readonly #inside = new Set<string>();

  constructor(readonly map: PathMap) {}

  /** Gives a string another value. */
  set(node: JsonNode | undefined, value: string): void {
    if (text(node) === undefined || text(node) === value) return;
    this.#edits.push({
      start: this.at + node!.start,
      end: this.at + node!.end,
      text: quote(value),
    });
  }

  /** Relocates a path, where it is in the source workspace. */
  #move(node: JsonNode | undefined): void {
    const path = text(node);
    if (path === undefined) return;
    const moved = relocatePath(path, this.map);
    if (moved !== undefined) {
      this.set(node, moved);
      this.#inside.add(moved.slice(this.map.destination.length + 1));
    } else if (path.startsWith("/")) this.#outside.add(path);
  }

  /** Relocates every `{"type": "path", "value": ...}` that is not relative to a `base`. */
  paths(node: JsonNode): void {
    if (node.kind === "array") node.items.forEach((item) => this.paths(item));
    if (node.kind !== "object") return;
    const type = text(member(node, "type"));
    const typed = (type === "path" || type === "path.serialized") && member(node, "value");
    if (!typed) node.entries.forEach(([, value]) => this.paths(value));
    else if (member(node, "base") === undefined) this.#move(typed);
    else if (text(member(node, "base")) === "workspace") this.#inside.add(text(typed) ?? "");
  }

  /** Relocates every `{"__path__": ...}` in the `state_dict` of every service. */
  services(node: JsonNode | undefined): void {
    if (node?.kind !== "object") return;
    for (const [, service] of node.entries) this.#marked(member(service, "state_dict"));
  }

  #marked(node: JsonNode | undefined): void {
    if (node?.kind === "array") node.items.forEach((item) => this.#marked(item));
    if (node?.kind !== "object") return;
    for (const [key, value] of node.entries) {
      if (key === "__path__") this.#move(value);
      else this.#marked(value);
    }
  }

  apply(content: string): Relocated {
    return {
      text: this.#edits.length === 0 ? undefined : applyEdits(content, this.#edits),
      outside: [...this.#outside],
      inside: [...this.#inside],
      notes: this.notes,
    };
  }
}

/** Adds tags to a run's `status.json` that it lacks. */
export function addTags(content: string, tags: string[]): string {
  const root = readJson(content);
  const node = member(root, "run_tags");
  if (node === undefined) return withNewTags(content, root, tags);
  if (node.kind !== "array") return content;
  const known = node.items.map(text);
  const added = tags.filter((tag) => !known.includes(tag)).map(quote);
  if (added.length === 0) return content;
  const last = node.items.at(-1);
  return last === undefined
    ? applyEdits(content, [{ start: node.start, end: node.end, text: `[${added.join(", ")}]` }])
    : applyEdits(content, [{ start: last.end, end: last.end, text: `, ${added.join(", ")}` }]);
}

function withNewTags(content: string, root: JsonNode, tags: string[]): string {
  if (root.kind !== "object" || tags.length === 0) return content;
  const entry = `"run_tags": [${tags.map(quote).join(", ")}]`;
  const last = root.entries.at(-1)?.[1];
  return last === undefined
    ? applyEdits(content, [{ start: root.start, end: root.end, text: `{${entry}}` }])
    : applyEdits(content, [{ start: last.end, end: last.end, text: `, ${entry}` }]);
}
