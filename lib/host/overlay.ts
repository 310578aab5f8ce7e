/**
 * What is written over a staged copy: rewritten files, links and the times of their folders, as
 * one tar archive. A library takes several times as long for thousands of small entries.
 *
 * @module
 */

/** One thing of an overlay; its path is relative to the staging folder. */
export type OverlayEntry =
  & { path: string; mtime: string }
  & (
    | { kind: "file"; mode: number; bytes: Uint8Array }
    | { kind: "folder"; mode: number }
    | { kind: "link"; target: string }
  );

const BLOCK = 512;
/** What the name of an entry, and of what a link leads to, may have in a plain header, in bytes. */
const NAME = 100;
/** tar's letters for the kinds of entry. */
const LETTERS = { file: "0", link: "2", folder: "5" };

const encoder = new TextEncoder();

/**
 * Makes the archive: pax form with full times, each folder right before what it holds. GNU tar
 * makes absolute links last of all, and gives a folder its time after that only in this order.
 */
export function* archive(entries: OverlayEntry[]): Generator<Uint8Array> {
  for (const entry of inTreeOrder(entries)) {
    const bytes = entry.kind === "file" ? entry.bytes : new Uint8Array();
    yield* headers(entry, bytes.length);
    yield bytes;
    yield padding(bytes.length);
  }
  yield new Uint8Array(2 * BLOCK);
}

/** In the order of a walk: what a folder holds comes before its next sibling. */
function inTreeOrder(entries: OverlayEntry[]): OverlayEntry[] {
  return entries.map((entry) => ({ entry, key: entry.path.replaceAll("/", "\0") }))
    .sort(({ key: a }, { key: b }) => a < b ? -1 : a > b ? 1 : 0)
    .map(({ entry }) => entry);
}

/** What stands before the bytes of an entry: what a plain header has no room for comes first. */
function* headers(entry: OverlayEntry, size: number): Generator<Uint8Array> {
  const target = entry.kind === "link" ? entry.target : "";
  const [name, linkName] = [encoder.encode(entry.path), encoder.encode(target)];
  const extra = [
    record("mtime", entry.mtime),
    ...(name.length > NAME ? [record("path", entry.path)] : []),
    ...(linkName.length > NAME ? [record("linkpath", target)] : []),
  ];
  const bytes = encoder.encode(extra.join(""));
  yield header("x", encoder.encode("pax"), 0o600, bytes.length);
  yield bytes;
  yield padding(bytes.length);
  const mode = entry.kind === "link" ? 0o777 : entry.mode;
  yield header(LETTERS[entry.kind], name, mode, size, linkName);
}

/** A record of a pax header: its length in bytes, which counts itself, a blank, and what it says. */
function record(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  const length = encoder.encode(rest).length;
  let digits = 1;
  while (String(length + digits).length > digits) digits++;
  return `${length + digits}${rest}`;
}

function header(
  letter: string,
  name: Uint8Array,
  mode: number,
  size: number,
  linkName = new Uint8Array(),
): Uint8Array {
  const block = new Uint8Array(BLOCK);
  const write = (at: number, text: string) => encoder.encodeInto(text, block.subarray(at));
  const octal = (at: number, length: number, value: number) =>
    write(at, value.toString(8).padStart(length - 1, "0"));
  block.set(name.subarray(0, NAME));
  octal(100, 8, mode);
  octal(108, 8, 0);
  octal(116, 8, 0);
  octal(124, 12, size);
  octal(136, 12, 0);
  write(148, "        "); // the sum counts itself as blanks
  write(156, letter);
  block.set(linkName.subarray(0, NAME), 157);
  write(257, "ustar\x0000");
  octal(148, 7, block.reduce((sum, byte) => sum + byte, 0));
  block[154] = 0;
  return block;
}

/** What fills up the last block of so many bytes. */
function padding(size: number): Uint8Array {
  return new Uint8Array((BLOCK - size % BLOCK) % BLOCK);
}
