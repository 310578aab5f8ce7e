/**
 * Edits a document of lines while its bytes come, a few lines at a time. Only the new bytes of the
 * whole document are held in memory.
 *
 * @module
 */

import { Held } from "../system/held.ts";
import { joined } from "../system/streams.ts";
import { MAX_DOCUMENT } from "../workspace/documents.ts";

/** How many bytes of lines are edited at once: a call for each line would take long. */
const BLOCK = 1 << 16;

/** The most faults of a document that are named. */
const FAULTS_NAMED = 10;

const NEWLINE = 10;

/** Edited lines, and what is wrong with them. */
export interface EditedLines {
  /** The new bytes; the same array when nothing changes. */
  bytes: Uint8Array;
  /** What is wrong, a line each: `line 7 is not JSON`. */
  faults: string[];
}

/**
 * Edits whole lines.
 *
 * @param before How many lines of the document come before these.
 * @throws {SyntaxError} When they are not UTF-8.
 */
export type EditLines = (lines: Uint8Array, before: number) => EditedLines;

/** An edited document. */
export interface EditedDocument {
  /** Its bytes. */
  held: Held;
  /** Whether they differ from the old ones. */
  changed: boolean;
  /** What is wrong with its lines; only the first faults when there are many. */
  faults: string[];
}

/** Edits one document. */
export class LineEditor {
  readonly #edited = new Held();
  readonly #faults: string[] = [];
  #faultCount = 0;
  #changed = false;
  /** How many lines have been edited. */
  #lines = 0;
  /** Bytes that have come and are not edited yet; they begin with a whole line. */
  #held: Uint8Array[] = [];
  #size = 0;
  /** Whether the next bytes belong to a line that is too long to be edited. */
  #isTooLong = false;

  constructor(private readonly edit: EditLines) {}

  /** Takes the next bytes. Their memory may be reused afterwards. */
  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += BLOCK) this.#take(bytes.subarray(at, at + BLOCK));
  }

  /** The document, once all has come. */
  finish(): EditedDocument {
    this.#editHeld(true);
    const more = this.#faultCount - this.#faults.length;
    const faults = more > 0 ? [...this.#faults, `${more} more lines have faults`] : this.#faults;
    return { held: this.#edited, changed: this.#changed, faults };
  }

  #take(bytes: Uint8Array): void {
    const rest = this.#isTooLong ? this.#passLongLine(bytes) : bytes;
    this.#held.push(rest.slice());
    this.#size += rest.length;
    const isEnough = this.#size >= BLOCK && rest.includes(NEWLINE);
    if (isEnough || this.#size > MAX_DOCUMENT) this.#editHeld(false);
  }

  /** Passes on the bytes of a line that is too long, and returns those after it. */
  #passLongLine(bytes: Uint8Array): Uint8Array {
    const end = bytes.indexOf(NEWLINE) + 1;
    this.#isTooLong = end === 0;
    this.#edited.add(bytes.slice(0, end || undefined));
    if (end > 0) this.#lines++;
    return bytes.subarray(end || bytes.length);
  }

  /** Edits the whole lines that are held; at the end also the rest, which has no newline. */
  #editHeld(isLast: boolean): void {
    const bytes = joined(this.#held);
    const end = isLast ? bytes.length : bytes.lastIndexOf(NEWLINE) + 1;
    if (end > 0) this.#editLines(bytes.subarray(0, end));
    let rest = bytes.slice(end);
    if (rest.length > MAX_DOCUMENT) {
      this.#addFault(`line ${this.#lines + 1} is larger than 32 MiB: its paths stay as they are`);
      this.#edited.add(rest);
      this.#isTooLong = true;
      rest = new Uint8Array();
    }
    this.#held = [rest];
    this.#size = rest.length;
  }

  #editLines(lines: Uint8Array): void {
    const edited = this.#editOrSplit(lines);
    if (edited === undefined) return;
    this.#edited.add(edited.bytes);
    this.#changed ||= edited.bytes !== lines;
    for (const fault of edited.faults) this.#addFault(fault);
    for (let at = -1; (at = lines.indexOf(NEWLINE, at + 1)) >= 0;) this.#lines++;
  }

  /** Edits lines. Where some are not UTF-8, each is edited by itself, so that only those stay. */
  #editOrSplit(lines: Uint8Array): EditedLines | undefined {
    try {
      return this.edit(lines, this.#lines);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
    const first = lines.indexOf(NEWLINE) + 1;
    if (first === 0 || first === lines.length) {
      return { bytes: lines, faults: [`line ${this.#lines + 1} is not UTF-8`] };
    }
    for (let at = 0; at < lines.length;) {
      const end = lines.indexOf(NEWLINE, at) + 1 || lines.length;
      this.#editLines(lines.subarray(at, end));
      at = end;
    }
    return undefined;
  }

  #addFault(fault: string): void {
    this.#faultCount++;
    if (this.#faults.length < FAULTS_NAMED) this.#faults.push(fault);
  }
}
