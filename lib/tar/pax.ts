/**
 * Reads headers and records in pax form. Spellings that two readers of tar could take for different
 * things are refused, which the known libraries do not do.
 *
 * @module
 */

import { textOf } from "../system/byte_text.ts";

/** The size of a block, in bytes: an archive consists of these. */
export const BLOCK = 512;

const [TAB, NEWLINE, BLANK, ZERO, EQUALS] = [9, 10, 32, 48, 61];

/** The name in a plain header. */
export function nameOf(header: Uint8Array): string {
  const prefix = text(header, 345, 155);
  const name = text(header, 0, 100);
  return prefix === "" ? name : `${prefix}/${name}`;
}

/**
 * The records of a pax header, each like `30 mtime=1795470732.380000001` and a newline; undefined
 * when they are written in any other way.
 */
export function records(bytes: Uint8Array): Map<string, string> | undefined {
  if (bytes.includes(0)) return undefined; // tar would end a value there
  const found = new Map<string, string>();
  const whole = textOf(bytes);
  // the length of a record counts bytes: a text of one-byte characters can be cut without encoding
  const isPlain = whole.length === bytes.length;
  const cut = (from: number, to: number) =>
    isPlain ? whole.slice(from, to) : textOf(bytes.subarray(from, to));
  for (let at = 0; at < bytes.length;) {
    const blank = isPlain ? whole.indexOf(" ", at) : bytes.indexOf(BLANK, at);
    const equals = isPlain ? whole.indexOf("=", at) : bytes.indexOf(EQUALS, at);
    const said = cut(at, blank);
    const length = Number(said);
    const end = at + length - 1;
    const isWhole = at < blank && blank + 1 < equals && equals < end && bytes[end] === NEWLINE;
    if (!isWhole || String(length) !== said) return undefined; // tar does not read `1e2`
    // tar skips blanks before a key
    if (bytes[blank + 1] === BLANK || bytes[blank + 1] === TAB) return undefined;
    found.set(cut(blank + 1, equals), cut(equals + 1, end));
    at = end + 1;
  }
  return found;
}

/** A text of a header; it ends at its first NUL. */
export function text(header: Uint8Array, at: number, length: number): string {
  const field = header.subarray(at, at + length);
  const end = field.indexOf(0);
  return end === 0 ? "" : textOf(end < 0 ? field : field.subarray(0, end));
}

/** A number in a field of a header, up to a blank or a NUL; `NaN` when it is not octal. */
export function octal(header: Uint8Array, at: number, length: number): number {
  let [place, value] = [at, 0];
  while (place < at + length && header[place] === BLANK) place++;
  for (; place < at + length; place++) {
    const byte = header[place]!;
    if (byte === 0 || byte === BLANK) break;
    value = byte >= ZERO && byte < ZERO + 8 ? value * 8 + byte - ZERO : NaN;
  }
  return value;
}

/**
 * How many bytes follow a header; `NaN` unless that is eleven digits and a NUL, as GNU tar writes
 * it, or a blank, as bsdtar does. Two readers could take any other spelling for different numbers.
 */
export function sizeOf(header: Uint8Array): number {
  if (header[135] !== 0 && header[135] !== BLANK) return NaN;
  for (let at = 124; at < 135; at++) if (header[at]! >>> 3 !== ZERO >>> 3) return NaN;
  return octal(header, 124, 12);
}

/** A view of the memory of the latest header: many headers are in one chunk. */
let words: Uint32Array = new Uint32Array();

/** The checksum of a header: the sum of its bytes, where its own field counts as blanks. */
export function sumOf(header: Uint8Array): number {
  const aligned = header.byteOffset % 4 === 0 ? header : header.slice();
  if (words.buffer !== aligned.buffer) {
    words = new Uint32Array(aligned.buffer, 0, aligned.buffer.byteLength >>> 2);
  }
  const start = aligned.byteOffset / 4;
  let [even, odd] = [0, 0]; // two sums of 16 bits each: 128 bytes of at most 255 fit
  for (let at = start; at < start + BLOCK / 4; at++) {
    even += words[at]! & 0xff00ff;
    odd += words[at]! >>> 8 & 0xff00ff;
  }
  let sum = (even & 0xffff) + (even >>> 16) + (odd & 0xffff) + (odd >>> 16) + 8 * BLANK;
  for (let at = 148; at < 156; at++) sum -= header[at]!;
  return sum;
}
