/**
 * What may pass of an archive that another machine sends: what it was asked for. Anything that two
 * readers of tar could take for different things does not.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import { printable } from "../workspace/layout.ts";
import { joined } from "./process.ts";

/** What was asked for. */
export interface Asked {
  /** The machine that sends. */
  host: string;
  /** The folders, three names deep. */
  folders: Iterable<string>;
  /** How many bytes it can be at most. */
  mostBytes: number;
}

const BLOCK = 512;
/** What the names and times of one thing take at most, in bytes. */
const MAX_EXTRA = 1 << 20;
const FILE = "0";
const HARD_LINK = "1";
const LINK = "2";
const FOLDER = "5";
const EXTRA = "x";

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Passes on an archive as it comes, no byte before it has been looked at.
 *
 * @throws {CopyError} `refused`, when it holds what was not asked for.
 */
export async function* gate(
  stream: AsyncIterable<Uint8Array>,
  asked: Asked,
): AsyncGenerator<Uint8Array> {
  const guard = new Guard(asked);
  let held: Uint8Array = new Uint8Array();
  for await (const chunk of stream) {
    guard.count(chunk.length);
    const bytes = held.length === 0 ? chunk : joined([held, chunk]);
    const passed = guard.advance(bytes);
    if (passed > 0) yield bytes.subarray(0, passed);
    held = bytes.slice(passed); // of a header that has not come whole, nothing passes
  }
}

/** Where in an archive a reading has come to. */
class Guard {
  readonly #asked: Asked;
  readonly #folders: Set<string>;
  #left: number;
  /** How many bytes of content come before the next header. */
  #content = 0;
  /** What the last extra header said of the next thing. */
  #extra: [key: string, value: string][] = [];
  #ended = false;

  constructor(asked: Asked) {
    this.#asked = asked;
    this.#folders = new Set(asked.folders);
    this.#left = asked.mostBytes;
  }

  #refuse(what: string): never {
    throw new CopyError(
      "refused",
      printable(`${this.#asked.host} sent ${what}`),
      "can this host, and the rsync and tar there, be trusted?",
    );
  }

  count(bytes: number): void {
    this.#left -= bytes;
    if (this.#left < 0) this.#refuse("more than was asked for");
  }

  /** Looks at bytes; answers how many of them may pass. */
  advance(bytes: Uint8Array): number {
    let at = 0;
    for (;;) {
      const content = Math.min(this.#content, bytes.length - at);
      at += content;
      this.#content -= content;
      if (at + BLOCK > bytes.length) return at;
      const length = this.#header(bytes.subarray(at));
      if (length === undefined) return at;
      at += length;
    }
  }

  /** Looks at a header; answers its length, undefined when not all of it has come. */
  #header(bytes: Uint8Array): number | undefined {
    const block = bytes.subarray(0, BLOCK);
    if (block.every((byte) => byte === 0)) this.#ended = true;
    else if (this.#ended) this.#refuse("something after the end of an archive");
    if (this.#ended) return BLOCK;
    if (
      text(block, 257, 8) !== "ustar" || block[262] !== 0 || sum(block) !== octal(block, 148, 8)
    ) {
      this.#refuse("something that is no archive");
    }
    const type = String.fromCharCode(block[156]!);
    const size = octal(block, 124, 12) ?? this.#refuse("a file of no size");
    if (type === EXTRA) {
      const length = BLOCK + padded(size);
      if (size > MAX_EXTRA) this.#refuse("a name without end");
      if (bytes.length < length) return undefined;
      this.#extra = records(bytes.subarray(BLOCK, BLOCK + size)) ??
        this.#refuse("something that is no archive");
      return length;
    }
    this.#member(block, type, size);
    return BLOCK;
  }

  /** Looks at one thing, by all the names that it may be taken to have. */
  #member(block: Uint8Array, type: string, size: number): void {
    const said = (...keys: string[]) =>
      this.#extra.filter(([key]) => keys.includes(key)).map(([, value]) => value);
    const prefix = text(block, 345, 155);
    const name = text(block, 0, 100);
    const names = [prefix === "" ? name : `${prefix}/${name}`, ...said("path", "GNU.sparse.name")];
    if (type === HARD_LINK) names.push(...said("linkpath"), text(block, 157, 100));
    for (const one of names) if (!this.#isAskedFor(one)) this.#refuse(`${one}, not asked for`);
    if (![FILE, HARD_LINK, LINK, FOLDER].includes(type)) this.#refuse(`${names[0]} of an odd kind`);
    const sizes = said("size").map((digits) => /^\d{1,15}$/.test(digits) ? Number(digits) : NaN);
    const length = sizes.at(-1) ?? size;
    if (Number.isNaN(length) || type !== FILE && length !== 0) {
      this.#refuse(`${names[0]} of an odd size`);
    }
    this.#content = padded(length);
    this.#extra = [];
  }

  #isAskedFor(name: string): boolean {
    const parts = name.replace(/\/$/, "").split("/");
    if (parts.includes("..") || parts.includes("") || name.includes("\0")) return false;
    return this.#folders.has(parts.filter((part) => part !== ".").slice(0, 3).join("/"));
  }
}

/** The records of an extra header: `30 mtime=1795470732.380000001` and a newline, each. */
function records(bytes: Uint8Array): [key: string, value: string][] | undefined {
  const found: [string, string][] = [];
  for (let at = 0; at < bytes.length;) {
    const digits = /^\d{1,7}(?= )/.exec(decoder.decode(bytes.subarray(at, at + 8)))?.[0];
    const length = Number(digits ?? 0);
    if (digits === undefined || length === 0 || at + length > bytes.length) return undefined;
    const record = /^\d+ ([^=]+)=([\s\S]*)\n$/.exec(
      decoder.decode(bytes.subarray(at, at + length)),
    );
    if (record === null) return undefined;
    found.push([record[1]!, record[2]!]);
    at += length;
  }
  return found;
}

/** A text of a header; it ends at its first NUL. */
function text(block: Uint8Array, at: number, length: number): string {
  const field = block.subarray(at, at + length);
  const end = field.indexOf(0);
  return decoder.decode(end < 0 ? field : field.subarray(0, end));
}

/** A number of a header; undefined when it is written in another way. */
function octal(block: Uint8Array, at: number, length: number): number | undefined {
  const digits = /^[0-7]+(?=[ \0]*$)/.exec(decoder.decode(block.subarray(at, at + length)))?.[0];
  return digits === undefined ? undefined : parseInt(digits, 8);
}

/** The sum of a header's bytes, which counts itself as blanks. */
function sum(block: Uint8Array): number {
  return block.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0);
}

/** So many bytes of content, with what fills up the last block. */
function padded(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK;
}
