/**
 * Writes a tar archive of entries that are made anew, such as links. `@std/tar` writes no pax
 * headers, which long names and full times need.
 *
 * @module
 */

import { sharedMode, type Sharing } from "../system/sharing.ts";
import { BLOCK, sumOf } from "./pax.ts";
import { bytesOf } from "../system/byte_text.ts";

/** An entry to write; its path is relative to the staging folder. A file may be in parts. */
export type OverlayEntry =
  & { path: string; mtime: string }
  & (
    | { kind: "file"; mode: number; bytes: Uint8Array | Uint8Array[] }
    | { kind: "folder"; mode: number }
    | { kind: "link"; target: string }
  );

/** The most bytes of a name, or of a link's target, in a plain header. */
const NAME = 100;
/** tar's letters for the kinds of entry. */
const LETTERS = { file: "0", link: "2", folder: "5" };

const encoder = new TextEncoder();

/** How an archive is made. */
export interface ArchiveOptions {
  /**
   * Whether GNU tar unpacks it. For bsdtar a record says that names are bytes; otherwise it
   * converts them to its locale, which fails for some. GNU tar complains about that record.
   */
  isForGnu?: boolean;
  /** The owner of all entries, as a number. @default {root} */
  owner?: number;
  /** The group of all entries, as a number. @default {root's} */
  group?: number | undefined;
}

/** The same entries, with modes for a folder that is shared with others. */
export function sharedEntries(
  entries: OverlayEntry[],
  shared: Sharing | undefined,
): OverlayEntry[] {
  return shared === undefined
    ? entries
    : entries.map((entry) =>
      entry.kind === "link"
        ? entry
        : { ...entry, mode: sharedMode(entry.mode, entry.kind === "folder", shared) }
    );
}

/**
 * Writes an archive in pax form with full times, each folder right before its content. GNU tar
 * creates absolute links last, and sets the time of their folder after that only in this order.
 */
export function* archive(
  entries: OverlayEntry[],
  options: ArchiveOptions = {},
): Generator<Uint8Array> {
  yield* members(entries, options);
  yield new Uint8Array(2 * BLOCK);
}

/** The members of such an archive, without its end. */
export function* members(
  entries: OverlayEntry[],
  options: ArchiveOptions,
): Generator<Uint8Array> {
  for (const entry of inTreeOrder(entries)) {
    const parts = entry.kind === "file" ? [entry.bytes].flat() : [];
    const size = parts.reduce((sum, { length }) => sum + length, 0);
    yield* headers(entry, size, options);
    yield* parts;
    yield padding(size);
  }
}

/** Sorts entries in the order of a walk: a folder's content comes before its next sibling. */
function inTreeOrder(entries: OverlayEntry[]): OverlayEntry[] {
  return entries.map((entry) => ({ entry, key: entry.path.replaceAll("/", "\0") }))
    .sort(({ key: a }, { key: b }) => a < b ? -1 : a > b ? 1 : 0)
    .map(({ entry }) => entry);
}

/**
 * The headers of an entry: a pax header for what a plain one has no room for, then the plain one.
 */
function* headers(
  entry: OverlayEntry,
  size: number,
  { isForGnu = true, owner = 0, group = 0 }: ArchiveOptions,
): Generator<Uint8Array> {
  const target = entry.kind === "link" ? entry.target : "";
  const [name, linkName] = [bytesOf(entry.path), bytesOf(target)];
  const long = [
    ...(name.length > NAME ? [record("path", entry.path)] : []),
    ...(linkName.length > NAME ? [record("linkpath", target)] : []),
  ];
  const isPlain = isForGnu || /^[ -~\n]*$/.test(long.join(""));
  const extra = [
    record("mtime", entry.mtime),
    ...(isPlain ? [] : [record("hdrcharset", "BINARY")]),
    ...long,
  ];
  const bytes = bytesOf(extra.join(""));
  yield header("x", encoder.encode("pax"), 0o600, bytes.length);
  yield bytes;
  yield padding(bytes.length);
  const mode = entry.kind === "link" ? 0o777 : entry.mode;
  const block = header(LETTERS[entry.kind], name, mode, size, linkName, wholeSeconds(entry.mtime));
  writeNumber(block, 108, 8, owner);
  writeNumber(block, 116, 8, group);
  writeSum(block);
  yield block;
}

/** A record of a pax header: its length in bytes, counting itself, then a blank, key and value. */
export function record(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  const { length } = bytesOf(rest);
  let digits = 1;
  while (String(length + digits).length > digits) digits++;
  return `${length + digits}${rest}`;
}

/**
 * The time for a tar that reads no pax records, such as busybox's. It is rounded up: a copied file
 * must not look older than the files that it was made from.
 */
export function wholeSeconds(time: string): number {
  return Math.min(Math.max(0, Math.ceil(Number(time))), 8 ** 11 - 1);
}

function header(
  letter: string,
  name: Uint8Array,
  mode: number,
  size: number,
  linkName = new Uint8Array(),
  seconds = 0,
): Uint8Array {
  const block = new Uint8Array(BLOCK);
  block.set(name.subarray(0, NAME));
  writeOctal(block, 100, 8, mode);
  writeOctal(block, 108, 8, 0);
  writeOctal(block, 116, 8, 0);
  writeOctal(block, 124, 12, size);
  writeOctal(block, 136, 12, seconds);
  encoder.encodeInto(letter, block.subarray(156));
  block.set(linkName.subarray(0, NAME), 157);
  encoder.encodeInto("ustar\x0000", block.subarray(257));
  writeSum(block);
  return block;
}

/** Writes a number into a field of a header. */
export function writeOctal(header: Uint8Array, at: number, length: number, value: number): void {
  header[at + length - 1] = 0;
  for (let place = at + length - 2, rest = value; place >= at; place--) {
    header[place] = 0x30 + rest % 8;
    rest = Math.floor(rest / 8);
  }
}

/** The same for a number that may not fit: GNU tar reads it in base 256. */
export function writeNumber(header: Uint8Array, at: number, length: number, value: number): void {
  if (value < 8 ** (length - 1)) return writeOctal(header, at, length, value);
  for (let place = at + length - 1, rest = value; place > at; place--) {
    header[place] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  header[at] = 0x80;
}

/** Writes the checksum of a header; in the sum, its own field counts as blanks. */
export function writeSum(header: Uint8Array, sum = sumOf(header)): void {
  writeOctal(header, 148, 7, sum);
  header[155] = 0x20;
}

/** A length rounded up to whole blocks. */
export function filled(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK;
}

const ZEROS = new Uint8Array(BLOCK);

/** The zeros that fill up the last block after so many bytes. */
export function padding(size: number): Uint8Array {
  return ZEROS.subarray(0, filled(size) - size);
}
