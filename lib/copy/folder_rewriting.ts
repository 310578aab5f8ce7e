/**
 * What has to be written over one staged folder: files, links, and the times of its folders.
 *
 * @module
 */

import { normalize } from "@std/path/normalize";
import { CopyError } from "../errors.ts";

import type { Entry } from "../system/entry.ts";
import type { Original } from "../host/originals.ts";
import type { OverlayEntry } from "../tar/write.ts";
import { parentOf } from "../workspace/layout.ts";
import { type EditedLines, LineEditor } from "./lines.ts";
import { climbsOut, insideOf, type PathMap, relocatePath, withFormer } from "./path_map.ts";
import { type JobPath, relocate } from "./relocate.ts";
import type { DocumentKind } from "../workspace/documents.ts";

/** What was read where the copy is on this machine: at the source, or where it was staged. */
export type Originals = ReadonlyMap<string, Original>;

/** What to write over a folder, and what to say about it. */
export interface Rewriting {
  /** What to write, paths relative to the staging folder. */
  overlay: OverlayEntry[];
  /** What the user should know. */
  notes: string[];
  /** Paths outside the source workspace that its files and links name, as they stand there. */
  outside: string[];
  /** Paths in the source workspace that they name, relative to it. */
  inside: string[];
  /** Where the workspace was before, as `params.json` tells. */
  former?: string;
}

/** Relocates what the files and links of one folder say, and gathers what there is to tell of it. */
export class Findings {
  readonly notes: string[] = [];
  readonly #outside = new Set<string>();
  readonly #inside = new Set<string>();

  #map: PathMap;
  #former: string | undefined;

  /** @param folder The folder, relative to the workspace. */
  constructor(private readonly folder: string, map: PathMap) {
    this.#map = map;
  }

  /** Where the workspace was before, once `params.json` has told. */
  get former(): string | undefined {
    return this.#former;
  }

  /**
   * The bytes that a document shall have, in parts; itself when nothing changes.
   *
   * @throws {CopyError} `job`, when it is not JSON.
   */
  document(path: string, kind: DocumentKind, bytes: Uint8Array, jobPath?: JobPath): Uint8Array[] {
    try {
      return this.#relocate(path, kind, bytes, jobPath);
    } catch (error) {
      throw unusable(path, error);
    }
  }

  /** The same for a document that is left as it is when it is not JSON; that is noted. */
  optionalDocument(
    path: string,
    kind: DocumentKind,
    bytes: Uint8Array,
    jobPath?: JobPath,
  ): Uint8Array[] {
    try {
      return this.#relocate(path, kind, bytes, jobPath);
    } catch (error) {
      this.notes.push(unusable(path, error).message);
      return [bytes];
    }
  }

  #relocate(path: string, kind: DocumentKind, bytes: Uint8Array, jobPath?: JobPath): Uint8Array[] {
    if (kind !== "lines") {
      const { bytes: edited, faults } = this.#relocateText(kind, bytes, jobPath);
      this.#note(path, faults);
      return [edited];
    }
    const editor = this.lines(path);
    editor.push(bytes);
    const { parts, changed } = editor.finish();
    return changed ? parts : [bytes];
  }

  /** Relocates a document of lines while its bytes come. */
  lines(path: string): Pick<LineEditor, "push" | "finish"> {
    const editor = new LineEditor((lines, before) =>
      this.#relocateText("lines", lines, undefined, before)
    );
    return {
      push: (bytes) => editor.push(bytes),
      finish: () => {
        const edited = editor.finish();
        this.#note(path, edited.faults);
        return edited;
      },
    };
  }

  #note(path: string, faults: string[]): void {
    this.notes.push(...faults.map((fault) => `${path}: ${fault}`));
  }

  #relocateText(
    kind: DocumentKind,
    bytes: Uint8Array,
    jobPath: JobPath | undefined,
    before?: number,
  ): EditedLines {
    const content = decode(bytes);
    const relocated = relocate(kind, content, this.#map, jobPath, before);
    const { text, outside, inside, notes, former } = relocated;
    if (former !== undefined) {
      this.#former = former;
      this.#map = withFormer(this.#map, [former]);
    }
    for (const path of outside) this.#outside.add(path);
    for (const path of inside) this.#inside.add(plainly(path));
    return { bytes: text === undefined ? bytes : encoder.encode(text), faults: notes };
  }

  /** Where a link shall lead; undefined when it stays as it is. */
  link(path: string, target: string): string | undefined {
    const moved = relocatePath(target, this.#map);
    const place = `${this.folder}/${parentOf(path)}/${target}`;
    if (moved !== undefined) {
      const inside = insideOf(moved, this.#map);
      if (inside !== undefined) this.#inside.add(plainly(inside));
    } else if (target.startsWith("/") || climbsOut(place)) this.#outside.add(target);
    else this.#inside.add(plainly(place));
    return moved;
  }

  /** All of it, with what has to be written besides. */
  finish(overlay: OverlayEntry[] = []): Rewriting {
    const [outside, inside] = [[...this.#outside], [...this.#inside]];
    const former = this.#former;
    return { overlay, notes: this.notes, outside, inside, ...(former !== undefined && { former }) };
  }
}

/** Gathers what has to be written over one folder. */
export class FolderRewriting {
  readonly #findings: Findings;
  readonly #overlay: OverlayEntry[] = [];
  /** The folders whose times writing will change. */
  readonly #touched = new Set<string>();

  constructor(
    private readonly folder: string,
    private readonly folders: ReadonlyMap<string, Entry>,
    private readonly originals: Originals,
    map: PathMap,
  ) {
    this.#findings = new Findings(folder, map);
    // They were opened for what is written into them.
    for (const [path, { mode }] of folders) if (isClosed(mode)) this.touch(path);
  }

  /** Notes something that the user should know. */
  note(text: string): void {
    this.#findings.notes.push(text);
  }

  /** Relocates a document that the folder cannot be published without. */
  document(path: string, kind: DocumentKind, file: Original): void {
    this.#put(path, file, this.#findings.document(path, kind, file.bytes), false);
  }

  /**
   * Relocates a document; one that is not JSON stays as it is, and is noted.
   *
   * @param changed Whether it is not what the source has.
   */
  optionalDocument(
    path: string,
    kind: DocumentKind,
    file: Original,
    jobPath?: JobPath,
    changed = false,
  ): void {
    const bytes = this.#findings.optionalDocument(path, kind, file.bytes, jobPath);
    this.#put(path, file, bytes, changed);
  }

  #put(path: string, file: Original, bytes: Uint8Array[], changed: boolean): void {
    if (bytes[0] === file.bytes && !changed) return;
    const { mode, mtime } = file;
    this.#overlay.push({ path: `${this.folder}/${path}`, kind: "file", bytes, mode, mtime });
    this.touch(parentOf(path));
  }

  /** Relocates a link that leads into the source workspace by an absolute path. */
  link({ path, target, mtime }: Entry): void {
    const moved = this.#findings.link(path, target!);
    if (moved !== undefined) this.addLink(path, moved, mtime);
  }

  /** Adds a link, with the time that it had, or else with another. */
  addLink(path: string, target: string, mtime: string): void {
    const full = `${this.folder}/${path}`;
    const time = this.originals.get(full)?.mtime ?? mtime;
    this.#overlay.push({ path: full, kind: "link", target, mtime: time });
    this.touch(parentOf(path));
  }

  /** Gives a folder, and those it is in, the times of the source again. */
  touch(path: string): void {
    for (let at = path.length; at > 0; at = path.lastIndexOf("/", at - 1)) {
      this.#touched.add(path.slice(0, at));
    }
    this.#touched.add("");
  }

  finish(): Rewriting {
    for (const path of this.#touched) {
      const full = path === "" ? this.folder : `${this.folder}/${path}`;
      const { mode = 0o755, mtime = now() } = this.folders.get(path) ?? {};
      const time = this.originals.get(full)?.mtime ?? mtime;
      this.#overlay.push({ path: full, kind: "folder", mode, mtime: time });
    }
    return this.#findings.finish(this.#overlay);
  }
}

/** A path without `.`, `..` and double slashes. */
function plainly(path: string): string {
  return path === "" ? "" : normalize(path).replace(/^\.$|\/+$/, "");
}

/** Whether a folder's owner may not write into it. */
export function isClosed(mode: number): boolean {
  return (mode & 0o200) === 0;
}

function unusable(path: string, error: unknown): CopyError {
  if (!(error instanceof SyntaxError)) throw error;
  return new CopyError("job", `${path} is not JSON (${error.message})`);
}

/** This moment, in seconds since 1970. */
export function now(): string {
  return (Date.now() / 1000).toFixed(3);
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Bytes as text. */
export function decode(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new SyntaxError("not UTF-8");
  }
}
