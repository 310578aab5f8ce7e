/**
 * Editing a document of lines while its bytes come: a few lines are read at a time, so the document
 * may be as large as the memory that holds its new bytes.
 *
 * @module
 */

import { joined } from "../system/streams.ts";
import { MAX_DOCUMENT } from "../workspace/documents.ts";

/** How many bytes of lines are edited at once: a run may have a line for each of many jobs. */
const BLOCK = 1 << 16;

/** At most so many faults of one document are named. */
const FAULTS_NAMED = 10;

const NEWLINE = 10;

/** Lines in new bytes, and what is wrong with them. */
export interface EditedLines {
  /** The bytes; the lines' own where nothing changes. */
  bytes: Uint8Array;
  /** What is wrong, a line each: `line 7 is not JSON`. */
  faults: string[];
}

/**
 * Gives whole lines their new bytes.
 *
 * @param before How many lines of the document come before these.
 * @throws {SyntaxError} When they are not UTF-8.
 */
export type EditLines = (lines: Uint8Array, before: number) => EditedLines;

/** What became of a document. */
export interface EditedDocument {
  /** Its bytes, in parts. */
  parts: Uint8Array[];
  /** Whether they are other ones than before. */
  changed: boolean;
  /** What is wrong with its lines; of many, the first. */
  faults: string[];
}

/** Edits one document. */
export class LineEditor {
  readonly #parts: Uint8Array[] = [];
  readonly #faults: string[] = [];
  #faultCount = 0;
  #changed = false;
  /** How many lines have been edited. */
  #lines = 0;
  /** What has come and is not edited yet; it begins with a line. */
  #held: Uint8Array[] = [];
  #size = 0;
  /** Whether what comes belongs to a line that is too long to be read. */
  #isTooLong = false;

  constructor(private readonly edit: EditLines) {}

  /** Takes the next bytes; their memory may be used again. */
  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += BLOCK) this.#take(bytes.subarray(at, at + BLOCK));
  }

  /** The document, once all has come. */
  finish(): EditedDocument {
    this.#editHeld(true);
    const more = this.#faultCount - this.#faults.length;
    const faults = more > 0 ? [...this.#faults, `${more} more lines have faults`] : this.#faults;
    return { parts: this.#parts, changed: this.#changed, faults };
  }

  #take(bytes: Uint8Array): void {
    const rest = this.#isTooLong ? this.#passLongLine(bytes) : bytes;
    this.#held.push(rest.slice());
    this.#size += rest.length;
    const isEnough = this.#size >= BLOCK && rest.includes(NEWLINE);
    if (isEnough || this.#size > MAX_DOCUMENT) this.#editHeld(false);
  }

  /** Passes on what belongs to a line that is too long; answers what comes after it. */
  #passLongLine(bytes: Uint8Array): Uint8Array {
    const end = bytes.indexOf(NEWLINE) + 1;
    this.#isTooLong = end === 0;
    this.#parts.push(bytes.slice(0, end || undefined));
    if (end > 0) this.#lines++;
    return bytes.subarray(end || bytes.length);
  }

  /** Edits the whole lines that are held, and in the end what comes after the last of them. */
  #editHeld(isLast: boolean): void {
    const bytes = joined(this.#held);
    const end = isLast ? bytes.length : bytes.lastIndexOf(NEWLINE) + 1;
    if (end > 0) this.#editLines(bytes.subarray(0, end));
    let rest = bytes.slice(end);
    if (rest.length > MAX_DOCUMENT) {
      this.#addFault(`line ${this.#lines + 1} is larger than 32 MiB: its paths stay as they are`);
      this.#parts.push(rest);
      this.#isTooLong = true;
      rest = new Uint8Array();
    }
    this.#held = [rest];
    this.#size = rest.length;
  }

  #editLines(lines: Uint8Array): void {
    const edited = this.#editOrSplit(lines);
    if (edited === undefined) return;
    this.#parts.push(edited.bytes);
    this.#changed ||= edited.bytes !== lines;
    for (const fault of edited.faults) this.#addFault(fault);
    for (let at = -1; (at = lines.indexOf(NEWLINE, at + 1)) >= 0;) this.#lines++;
  }

  /** Of lines that are not all UTF-8 each by itself: one of them leaves the others their paths. */
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
