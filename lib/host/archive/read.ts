/**
 * Reads an archive from its file, to the end, and judges every byte of it.
 *
 * @module
 */

import { CopyError } from "../../errors.ts";
import { lookAt, realPath } from "../../system/files.ts";
import { resting, type RunOptions } from "../../system/process.ts";
import { joined } from "../../system/streams.ts";
import { editTar } from "../../tar/edit.ts";
import { BLOCK, octal, sumOf, text } from "../../tar/pax.ts";
import { untrusted } from "../../tar/visitor.ts";
import { printable } from "../../text/printable.ts";
import { loadZstd } from "../../transport/zstd.ts";
import { EXPERIMENTS, JOBS, PARTIALS } from "../../workspace/layout.ts";
import type { Contents } from "./contents.ts";
import { SUMS } from "./manifest.ts";

/** How many bytes are read at once. */
const PART = 1 << 17;
/** The first bytes of what zstd has compressed. */
const ZSTD = [0x28, 0xb5, 0x2f, 0xfd];
/** The most bytes after the end of an archive: tar fills up its last record. */
const MOST_AFTER = 2 ** 20;

/** What to call when so many bytes of a file have been read. */
export type OnRead = (bytes: number, totalBytes: number) => void;

/**
 * Reads an archive, and lets pass what its account wants.
 *
 * @throws {CopyError} `refused`, when it is not whole, was damaged, or is something else.
 */
export async function* readArchive(
  path: string,
  contents: Contents,
  watch: RunOptions,
  onRead: OnRead = () => {},
): AsyncGenerator<Uint8Array> {
  const beginning = new Beginning();
  try {
    const { stream, sound } = await unpacked(path, watch, onRead);
    const expected = { from: path, mostBytes: Infinity, owner: 0, onBytes: () => {} };
    yield* editTar(endingSoon(stream, contents, path, beginning), contents, expected);
    if (!contents.ended || !await sound()) throw untrusted(path, "missing or damaged parts");
    if (!contents.isSummed) throw untrusted(path, `no ${SUMS}`);
  } catch (error) {
    throw explained(error, path, beginning.isOfExport);
  }
}

/** The same error, said of a file. */
function explained(error: unknown, path: string, isOfExport: boolean): unknown {
  const sent = printable(`${path} sent `);
  if (!(error instanceof CopyError) || !error.message.startsWith(sent)) return error;
  if (!isOfExport) return noExport(path);
  return new CopyError(
    "refused",
    `${printable(path)} cannot be imported: it has ${error.message.slice(sent.length)}`,
    "get the file again from where it was exported, or export the run again",
  );
}

/** The error for a file that is something else. */
function noExport(path: string): CopyError {
  return new CopyError(
    "refused",
    `${printable(path)} is not an export of xpm-copy`,
    "give a file of `xpm-copy export`",
  );
}

/** The bytes of the tar archive in a file; and afterwards, whether zstd found them sound. */
async function unpacked(
  path: string,
  watch: RunOptions,
  onRead: OnRead,
): Promise<{ stream: AsyncIterable<Uint8Array>; sound: () => Promise<boolean> }> {
  const stream = bytesOf(path, watch, onRead);
  if (!isCompressed(path)) return { stream, sound: () => Promise.resolve(true) };
  const zstd = await loadZstd();
  if (zstd === undefined) throw withoutZstd();
  const plain = zstd.unpack({ stream, whole: Promise.resolve(true) });
  return { stream: plain.stream, sound: () => plain.whole };
}

/** The error where the runtime has no zstd. */
export function withoutZstd(): CopyError {
  return new CopyError(
    "program",
    "this version of Node does not support zstd: .tar.zst archives need Node 22.15 or later, or Deno",
    "use a .tar file; to make one of it:  zstd -d FILE.tar.zst",
  );
}

/** Refuses what is no file. */
export function requireFile(path: string): void {
  const kind = lookAt(realPath(path) ?? path)?.kind;
  if (kind === undefined) throw new CopyError("not-found", `there is no file ${printable(path)}`);
  if (kind === "folder") throw noExport(path);
}

function isCompressed(path: string): boolean {
  requireFile(path);
  using file = Deno.openSync(path, { read: true });
  const first = new Uint8Array(ZSTD.length);
  file.readSync(first);
  return ZSTD.every((byte, at) => first[at] === byte);
}

async function* bytesOf(
  path: string,
  watch: RunOptions,
  onRead: OnRead,
): AsyncGenerator<Uint8Array> {
  using file = Deno.openSync(path, { read: true });
  const { size } = file.statSync();
  const part = new Uint8Array(PART);
  const rest = resting(watch);
  let come = 0;
  for (let length = file.readSync(part); length; length = file.readSync(part)) {
    await rest();
    come += length;
    onRead(come, size);
    yield part.subarray(0, length);
  }
}

/** Passes an archive on, and refuses much after its end: zeros compress to next to nothing. */
async function* endingSoon(
  stream: AsyncIterable<Uint8Array>,
  contents: Contents,
  path: string,
  beginning: Beginning,
): AsyncGenerator<Uint8Array> {
  let after = 0;
  for await (const part of stream) {
    beginning.push(part);
    if (contents.ended) after += part.length;
    if (after > MOST_AFTER) throw untrusted(path, "data after the archive");
    yield part;
  }
}

/** The name that the first header of an export has: of a pax header made here, or by another tar. */
const NAME = new RegExp(`^(pax$|(${JOBS}|${PARTIALS}|${EXPERIMENTS})/[^/])`);

/**
 * The first bytes of a file. They tell, once it cannot be read, what it is: an export that was
 * damaged, or something else.
 */
class Beginning {
  #bytes: Uint8Array = new Uint8Array();

  /** Takes what comes, as far as it is needed. */
  push(bytes: Uint8Array): void {
    const missing = BLOCK - this.#bytes.length;
    if (missing > 0) this.#bytes = joined([this.#bytes, bytes.slice(0, missing)]);
  }

  /** Whether an export may begin so, if need be with damaged bytes; of an empty file it is not known. */
  get isOfExport(): boolean {
    const header = new Uint8Array(BLOCK);
    header.set(this.#bytes);
    const isDamaged = text(header, 257, 5) === "ustar" && sumOf(header) !== octal(header, 148, 8);
    return this.#bytes.length === 0 || isDamaged || NAME.test(text(header, 0, 100));
  }
}
