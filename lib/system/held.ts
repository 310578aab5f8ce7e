/**
 * Bytes that are held in memory until they are needed: many of them packed by zstd, where the
 * runtime has it.
 *
 * @module
 */

import { tidy } from "./garbage.ts";
import { joined } from "./streams.ts";

/** From so many bytes on, they are packed: a run of 10,000 jobs has fewer. */
const MANY = 1 << 23;
/** How many are packed at once, and in how many parts these usually are. */
const PIECE = 1 << 18;
const PARTS = 4;

/** Bytes that are held. */
export class Held implements Iterable<Uint8Array> {
  /** How many there are. */
  size = 0;
  readonly #packed: Uint8Array[] = [];
  /** The last ones, as they are. */
  #plain: Uint8Array[] = [];
  #plainSize = 0;

  /** Adds bytes. Their memory must not be used again. */
  add(bytes: Uint8Array): void {
    this.#plain.push(bytes);
    this.size += bytes.length;
    this.#plainSize += bytes.length;
    if (this.#plainSize < (this.#packed.length === 0 ? MANY : PIECE)) return;
    if (zstd === undefined) return load();
    for (let at = 0; at < this.#plain.length; at += PARTS) {
      this.#packed.push(zstd.pack(joined(this.#plain.slice(at, at + PARTS))));
    }
    [this.#plain, this.#plainSize] = [[], 0];
    tidy(); // what was packed
  }

  /** All of them, in parts. */
  *[Symbol.iterator](): Generator<Uint8Array> {
    for (const piece of this.#packed) {
      yield zstd!.unpack(piece);
      tidy();
    }
    yield* this.#plain;
  }
}

/** zstd, once there was much to hold. */
let zstd: Record<"pack" | "unpack", (bytes: Uint8Array) => Uint8Array> | undefined;
let isAsked = false;

/** Loads zstd, which takes some milliseconds. */
function load(): void {
  if (isAsked) return;
  isAsked = true;
  void import("node:zlib").then(({ zstdCompressSync, zstdDecompressSync, constants }) => {
    if (zstdCompressSync === undefined) return; // Node before 22.15
    const params = { [constants.ZSTD_c_compressionLevel]: 1 };
    zstd = {
      pack: (bytes) => new Uint8Array(zstdCompressSync(bytes, { params })), // without spare memory
      unpack: (bytes) => zstdDecompressSync(bytes),
    };
  });
}
