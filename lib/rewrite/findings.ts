/**
 * Rewrites the documents and links of a folder, and collects what was found in them.
 *
 * @module
 */

import { tidy } from "../system/garbage.ts";
import { climbsOut, insideOf, type PathMap, relocatePath, withFormer } from "./path_map.ts";
import type { DocumentKind } from "../workspace/documents.ts";
import { type JobPath, type Named, namedIn, relocate } from "./relocate.ts";
import { type EditedLines, LineEditor } from "./lines.ts";
import { parentOf } from "../workspace/layout.ts";
import { normalize } from "@std/path/posix/normalize";
import { CopyError } from "../errors.ts";

/** A document of so many bytes may be worth to be forgotten at once: `status.json` names each job. */
const LARGE = 1 << 20;

/** The report on a folder. */
export interface Report {
  /** What the user should know. */
  notes: string[];
  /** Paths outside the source workspace that its files and links name, as they are written. */
  outside: string[];
  /** Paths in the source workspace that they name, relative to it. */
  inside: string[];
  /** Where the workspace was before, as `params.json` tells. */
  former?: string;
}

/** Relocates the paths in the documents and links of one folder, and collects its report. */
export class Findings {
  readonly notes: string[] = [];
  readonly #outside = new Set<string>();
  readonly #inside = new Set<string>();

  #map: PathMap;
  #former: string | undefined;

  /**
   * @param folder The folder, relative to the workspace.
   * @param isKnown Whether a path in the workspace need not be told.
   */
  constructor(
    private readonly folder: string,
    map: PathMap,
    private readonly isKnown: (path: string) => boolean = () => false,
  ) {
    this.#map = map;
  }

  /** Where the workspace was before, once `params.json` has been read. */
  get former(): string | undefined {
    return this.#former;
  }

  /**
   * The new bytes of a document, in parts; the same array when nothing changes.
   *
   * @throws {CopyError} `job`, when it is not JSON.
   */
  document(path: string, kind: DocumentKind, bytes: Uint8Array, jobPath?: JobPath): Uint8Array[] {
    try {
      return this.#relocate(path, kind, bytes, jobPath);
    } catch (error) {
      throw unusable(`${this.folder}/${path}`, notJson(path, error));
    }
  }

  /** The same for a document that may be left as it is: when it is not JSON, that is noted. */
  optionalDocument(
    path: string,
    kind: DocumentKind,
    bytes: Uint8Array,
    jobPath?: JobPath,
  ): Uint8Array[] {
    try {
      return this.#relocate(path, kind, bytes, jobPath);
    } catch (error) {
      this.notes.push(notJson(path, error));
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
    const { held, changed } = editor.finish();
    return changed ? [...held] : [bytes];
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
    const { text, ...named } = relocate(kind, decode(bytes), this.#map, jobPath, before);
    this.#take(named);
    if (bytes.length > LARGE) tidy(); // what was read of it
    return { bytes: text === undefined ? bytes : encoder.encode(text), faults: named.notes };
  }

  /** Notes what a `params.json` names, which stays as it is; also when it is not JSON. */
  look(path: string, bytes: Uint8Array): void {
    try {
      const named = namedIn(decode(bytes), this.#map);
      this.#take(named);
      this.#note(path, named.notes);
    } catch (error) {
      this.notes.push(notJson(path, error));
    }
  }

  #take({ outside, inside, former }: Named): void {
    if (former !== undefined) {
      this.#former = former;
      this.#map = withFormer(this.#map, [former]);
    }
    for (const path of outside) this.#outside.add(path);
    for (const path of inside.map(plainly)) if (!this.isKnown(path)) this.#inside.add(path);
  }

  /** The new target of a link; undefined when it stays as it is. */
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

  /** The report. */
  finish(): Report {
    const [outside, inside] = [[...this.#outside], [...this.#inside]];
    const former = this.#former;
    return { notes: this.notes, outside, inside, ...(former !== undefined && { former }) };
  }
}

/** A path without `.`, `..` and double slashes. */
function plainly(path: string): string {
  return path === "" ? "" : normalize(path).replace(/^\.$|\/+$/, "");
}

function notJson(path: string, error: unknown): string {
  if (!(error instanceof SyntaxError)) throw error;
  return `${path} is not JSON (${error.message})`;
}

/** The error for a file without which its job cannot be copied, now or again. */
export function unusable(file: string, message: string): CopyError {
  return new CopyError("job", message, repair(file));
}

/** What to do about what is damaged at the source. */
export function repair(file: string): string {
  return `repair ${file} in the source workspace, then run the same command again`;
}

const encoder = new TextEncoder();

/** Bytes as text. */
export function decode(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new SyntaxError("not UTF-8");
  }
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The note about a document that is too large to be rewritten. */
export function tooLarge(path: string, kind?: DocumentKind): string {
  return `${path} is larger than ${
    kind === "lines" ? "1 GiB" : "32 MiB"
  }: its paths stay as they are`;
}
