/**
 * What a staged copy gets besides what comes from the source: links that are made anew, in the form of
 * a tar archive. A library takes several times as long for thousands of small entries.
 *
 * @module
 */

import { sharedMode, type Sharing } from "../system/sharing.ts";
import { BLOCK, sumOf } from "./pax.ts";
import { bytesOf } from "../system/byte_text.ts";

/** One thing of an overlay; its path is relative to the staging folder. A file may be in parts. */
export type OverlayEntry =
  & { path: string; mtime: string }
  & (
    | { kind: "file"; mode: number; bytes: Uint8Array | Uint8Array[] }
    | { kind: "folder"; mode: number }
    | { kind: "link"; target: string }
  );

/** What the name of an entry, and of what a link leads to, may have in a plain header, in bytes. */
const NAME = 100;
/** tar's letters for the kinds of entry. */
const LETTERS = { file: "0", link: "2", folder: "5" };

const encoder = new TextEncoder();

/** How an archive is made. */
export interface ArchiveOptions {
  /**
   * Whether GNU tar unpacks it. bsdtar has to be told that names are bytes: it would put them into
   * the letters of its locale, and fails where that lacks one. GNU tar grumbles when it is told.
   */
  isForGnu?: boolean;
  /** Whom all is to belong to, as a number. @default {root} */
  owner?: number;
  /** Which group, as a number. @default {root's} */
  group?: number | undefined;
}

/** The same things, held to what others share. */
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
 * Makes the archive: pax form with full times, each folder right before what it holds. GNU tar
 * makes absolute links last of all, and gives a folder its time after that only in this order.
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

/** In the order of a walk: what a folder holds comes before its next sibling. */
function inTreeOrder(entries: OverlayEntry[]): OverlayEntry[] {
  return entries.map((entry) => ({ entry, key: entry.path.replaceAll("/", "\0") }))
    .sort(({ key: a }, { key: b }) => a < b ? -1 : a > b ? 1 : 0)
    .map(({ entry }) => entry);
}

/** What stands before the bytes of an entry: what a plain header has no room for comes first. */
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

/** A record of a pax header: its length in bytes, which counts itself, a blank, and what it says. */
export function record(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  const { length } = bytesOf(rest);
  let digits = 1;
  while (String(length + digits).length > digits) digits++;
  return `${length + digits}${rest}`;
}

/**
 * The time for a tar that reads no pax records, such as busybox's. It is rounded up: what was copied
 * must not look older than what it was made of.
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

/** Writes a number of a header, over all that stands there. */
export function writeOctal(header: Uint8Array, at: number, length: number, value: number): void {
  header[at + length - 1] = 0;
  encoder.encodeInto(value.toString(8).padStart(length - 1, "0"), header.subarray(at, at + length));
}

/** The same of a number for which there may be no room: GNU tar takes it in base 256. */
export function writeNumber(header: Uint8Array, at: number, length: number, value: number): void {
  if (value < 8 ** (length - 1)) return writeOctal(header, at, length, value);
  for (let place = at + length - 1, rest = value; place > at; place--) {
    header[place] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  header[at] = 0x80;
}

/** Writes the sum of a header, which counts itself as blanks. */
export function writeSum(header: Uint8Array): void {
  header.fill(0x20, 148, 156);
  writeOctal(header, 148, 7, sumOf(header));
  header[154] = 0;
}

/** A length with what fills up the last block. */
export function filled(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK;
}

/** What fills up the last block of so many bytes. */
export function padding(size: number): Uint8Array {
  return new Uint8Array(filled(size) - size);
}
