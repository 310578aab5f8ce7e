/**
 * A map from paths to values of which most are alike, such as the jobs that a scan has found. As
 * objects, 100,000 of them take 300 MB, and much of the garbage collector's time.
 *
 * @module
 */

import { hash } from "./content.ts";

/** A value, taken apart. */
export interface Parts<Common> {
  /** What many values have in common: it is kept once. */
  common: Common;
  /** A text that is the same for all that have it in common. */
  kind: string;
  /** What is its own, as numbers: always as many. */
  numbers: number[];
  /** What else is its own, as a text. */
  text: string;
}

/** How values are taken apart and put together. */
export interface Packing<Value, Common> {
  /** How many numbers a value has. */
  readonly numbers: number;
  /** Takes a value apart; undefined for one that must stay as it is. */
  pack(path: string, value: Value): Parts<Common> | undefined;
  /**
   * Puts a value together again. What it has in common must not change.
   *
   * @param numbers Its numbers are here, the first one `at` this place.
   */
  unpack(path: string, common: Common, numbers: Float64Array, at: number, text: string): Value;
}

/** The columns of {@linkcode PackedMap} that hold whole numbers. */
const [PARENT, COMMON, END, HASH, COLUMNS] = [0, 1, 2, 3, 4];
/** In place of what a value has in common: of one that stays as it is, and of one that was removed. */
const [ODD, GONE] = [0xffffffff, 0xfffffffe];
/**
 * The most characters of a name and a text that are packed: unpacking is work each time, and a
 * function takes only so many arguments.
 */
const LONGEST = 1 << 13;
/** The bytes are in parts of this size: an array that grows leaves its former memory behind. */
const PART = 1 << 18;
/**
 * The map. Each path is a row: its last name, a NUL and its text are bytes in one part, its numbers
 * stand in an array, and a number tells what it has in common with others. A table of hashes finds
 * paths. A row that cannot be put so stays as it is: one with a character beyond Latin-1, one that
 * is very long, or one that `pack` declines.
 */
export class PackedMap<Value, Common> {
  #rows = 0;
  #gone = 0;
  #heads = new Uint32Array(0);
  #numbers = new Float64Array(0);
  readonly #parts: Uint8Array[] = [];
  /** The rows by the hashes of their paths, each plus one; 0 is free. At least half of it is. */
  #slots = new Uint32Array(16);
  readonly #parents: string[] = [];
  readonly #parentIds = new Map<string, number>();
  readonly #commons: Common[] = [];
  readonly #commonIds = new Map<string, number>();
  readonly #odd = new Map<number, { path: string; value: Value }>();

  /** @param expected How many paths will come, as far as that is known. */
  constructor(private readonly packing: Packing<Value, Common>, private readonly expected = 0) {}

  get size(): number {
    return this.#rows - this.#gone;
  }

  get(path: string): Value | undefined {
    const row = this.#find(path);
    return row === undefined ? undefined : this.#valueOf(row, path);
  }

  has(path: string): boolean {
    return this.#find(path) !== undefined;
  }

  set(path: string, value: Value): void {
    const row = this.#find(path);
    if (row !== undefined) this.#keep(row, path, value);
    else this.#add(path, value);
  }

  delete(path: string): boolean {
    const row = this.#find(path);
    if (row === undefined) return false;
    this.#odd.delete(row);
    this.#heads[row * COLUMNS + COMMON] = GONE;
    this.#gone++;
    return true;
  }

  *keys(): IterableIterator<string> {
    for (const row of this.#those()) yield this.#pathOf(row);
  }

  *values(): IterableIterator<Value> {
    for (const [, value] of this) yield value;
  }

  *[Symbol.iterator](): IterableIterator<[string, Value]> {
    for (const row of this.#those()) {
      const path = this.#pathOf(row);
      yield [path, this.#valueOf(row, path)];
    }
  }

  /** The rows that are there. */
  *#those(): Generator<number> {
    for (let row = 0; row < this.#rows; row++) if (this.#isThere(row)) yield row;
  }

  #isThere(row: number): boolean {
    return this.#heads[row * COLUMNS + COMMON] !== GONE;
  }

  /** Where the bytes of a row end, or those of the row before it. */
  #endOf(row: number): number {
    return row < 0 ? 0 : this.#heads[row * COLUMNS + END]!;
  }

  #startOf(row: number): number {
    return startAfter(this.#endOf(row - 1), this.#endOf(row));
  }

  /** The bytes of a row as a text, but for the first ones. */
  #textOf(row: number, but = 0): string {
    const [start, end] = [this.#startOf(row), this.#endOf(row)];
    const [part, at] = [this.#parts[Math.floor(start / PART)]!, start % PART];
    const bytes = part.subarray(at + but, at + end - start);
    return String.fromCharCode.apply(null, bytes as unknown as number[]);
  }

  #pathOf(row: number): string {
    const odd = this.#odd.get(row);
    if (odd !== undefined) return odd.path;
    const text = this.#textOf(row);
    return this.#parents[this.#heads[row * COLUMNS + PARENT]!]! + text.slice(0, text.indexOf("\0"));
  }

  #valueOf(row: number, path: string): Value {
    const common = this.#heads[row * COLUMNS + COMMON]!;
    if (common === ODD) return this.#odd.get(row)!.value;
    const parent = this.#parents[this.#heads[row * COLUMNS + PARENT]!]!;
    const text = this.#textOf(row, path.length - parent.length + 1);
    const at = row * this.packing.numbers;
    return this.packing.unpack(path, this.#commons[common]!, this.#numbers, at, text);
  }

  /** The row of a path; undefined when there is none. */
  #find(path: string): number | undefined {
    const mask = this.#slots.length - 1;
    const value = mixed(path);
    for (let at = value & mask;; at = (at + 1) & mask) {
      const row = this.#slots[at]! - 1;
      if (row < 0) return undefined;
      if (this.#heads[row * COLUMNS + HASH] !== value || !this.#isThere(row)) continue;
      if (this.#has(row, path)) return row;
    }
  }

  /** Whether a row is that of a path. */
  #has(row: number, path: string): boolean {
    if (this.#heads[row * COLUMNS + COMMON] === ODD) return this.#odd.get(row)!.path === path;
    const parent = this.#parents[this.#heads[row * COLUMNS + PARENT]!]!;
    const start = this.#startOf(row);
    const from = start % PART - parent.length;
    const bytes = this.#parts[Math.floor(start / PART)]!;
    if (from + path.length >= bytes.length || bytes[from + path.length] !== 0) return false;
    for (let at = path.length - 1; at >= parent.length; at--) {
      if (bytes[from + at] !== path.charCodeAt(at)) return false;
    }
    return path.startsWith(parent);
  }

  /** Keeps a value as it is, in place of another one. */
  #keep(row: number, path: string, value: Value): void {
    this.#heads[row * COLUMNS + COMMON] = ODD;
    this.#odd.set(row, { path, value });
  }

  #add(path: string, value: Value): void {
    const row = this.#rows++;
    this.#grow();
    this.#heads[row * COLUMNS + HASH] = mixed(path);
    this.#enter();
    const start = path.lastIndexOf("/") + 1;
    const parts = this.packing.pack(path, value);
    const text = parts && `${path.slice(start)}\0${parts.text}`;
    const end = text === undefined ? undefined : this.#write(text, this.#endOf(row - 1));
    this.#heads[row * COLUMNS + END] = end ?? this.#endOf(row - 1);
    if (parts === undefined || end === undefined) return this.#keep(row, path, value);
    this.#heads[row * COLUMNS + PARENT] = this.#parentId(path, start);
    this.#heads[row * COLUMNS + COMMON] = this.#commonId(parts);
    this.#numbers.set(parts.numbers, row * this.packing.numbers);
  }

  /** Makes room for the latest row. */
  #grow(): void {
    if (this.#rows * COLUMNS <= this.#heads.length) return;
    const rows = Math.max(this.#rows + (this.#rows >> 1) + 16, this.expected);
    this.#heads = larger(this.#heads, rows * COLUMNS);
    this.#numbers = larger(this.#numbers, rows * this.packing.numbers);
  }

  /** Writes a text into the bytes; undefined when it is too long, or has a character that is no byte. */
  #write(text: string, before: number): number | undefined {
    if (text.length > LONGEST) return undefined;
    const start = startAfter(before, before + text.length);
    const from = start % PART;
    const bytes = this.#parts[Math.floor(start / PART)] ??= new Uint8Array(PART);
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code > 0xff) return undefined;
      bytes[from + at] = code;
    }
    return start + text.length;
  }

  #parentId(path: string, end: number): number {
    const last = this.#parents.length - 1;
    if (last >= 0 && this.#parents[last]!.length === end && path.startsWith(this.#parents[last]!)) {
      return last;
    }
    const parent = path.slice(0, end);
    const known = this.#parentIds.get(parent);
    if (known !== undefined) return known;
    this.#parentIds.set(parent, this.#parents.length);
    return this.#parents.push(parent) - 1;
  }

  #commonId({ kind, common }: Parts<Common>): number {
    const known = this.#commonIds.get(kind);
    if (known !== undefined) return known;
    this.#commonIds.set(kind, this.#commons.length);
    return this.#commons.push(common) - 1;
  }

  /** Puts the latest row into the table of hashes, or all rows into a larger one. */
  #enter(): void {
    const isFull = this.#rows * 2 > this.#slots.length;
    if (isFull) this.#slots = new Uint32Array(this.#slots.length * 4);
    const mask = this.#slots.length - 1;
    for (let row = isFull ? 0 : this.#rows - 1; row < this.#rows; row++) {
      let at = this.#heads[row * COLUMNS + HASH]! & mask;
      while (this.#slots[at] !== 0) at = (at + 1) & mask;
      this.#slots[at] = row + 1;
    }
  }
}

/** Where bytes start that follow others: in the next part, if this one ends before they do. */
function startAfter(before: number, end: number): number {
  const next = (Math.floor(before / PART) + 1) * PART;
  return end > next ? next : before;
}

/** A larger array with the same beginning. */
function larger<Numbers extends Uint32Array | Float64Array>(
  numbers: Numbers,
  length: number,
): Numbers {
  const made = new (numbers.constructor as new (length: number) => Numbers)(length);
  made.set(numbers);
  return made;
}

/** The hash of a path, whose last bits choose a place: the first ones count there, too. */
function mixed(path: string): number {
  const value = hash(path);
  return (value ^ value >>> 15) >>> 0;
}
