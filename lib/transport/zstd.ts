/**
 * Compresses archives with zstd. An archive shrinks to a tenth, and compressing it costs less than
 * encrypting the bytes that it saves.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import type { Pack } from "./archive.ts";
import { gathered, type Parts } from "../system/streams.ts";

/** zstd, as the runtime provides it. */
export interface Zstd {
  /** Compresses an archive. */
  pack(archive: Parts): AsyncIterable<Uint8Array>;
  /**
   * Decompresses an archive; a damaged one counts as not whole. Not every runtime notices a missing
   * end, but the reader of the archive does.
   */
  unpack(packed: Pack): Pack;
}

/**
 * How many bytes of an archive are compressed at once. All but the last frame have as many: Deno takes
 * a shorter one for the last.
 */
export const FRAME = 1 << 17;
/** The compression level. The lowest one is still faster than any network. */
const LEVEL = 1;

/** Loads zstd, which takes a while; undefined when the runtime has none: Node before 22.15. */
export async function loadZstd(): Promise<Zstd | undefined> {
  const [zlib, streams] = await Promise.all([import("node:zlib"), import("node:stream")]);
  const { zstdCompressSync, createZstdDecompress, constants } = zlib;
  const { pipeline, Readable } = streams;
  if (createZstdDecompress === undefined) return undefined;
  const params = { [constants.ZSTD_c_compressionLevel]: LEVEL };
  return {
    async *pack(archive) {
      for await (const part of gathered(archive, FRAME)) yield zstdCompressSync(part, { params });
    },
    unpack({ stream, whole }) {
      let tell: (sound: boolean) => void;
      const sound = new Promise<boolean>((resolve) => tell = resolve);
      async function* unpacked() {
        const engine = createZstdDecompress({ chunkSize: FRAME });
        pipeline(Readable.from(copies(stream)), engine, (error) => tell(!error));
        yield* throughout(engine);
      }
      const all = Promise.all([whole, sound]);
      return { stream: unpacked(), whole: all.then((each) => each.every(Boolean)) };
    },
  };
}

/** Copies of chunks, since the memory of a chunk is reused. */
async function* copies(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) yield chunk.slice();
}

/**
 * What could be decompressed, as plain bytes (the `slice` of a `Buffer` differs). A damaged stream
 * ends without an error.
 */
async function* throughout(engine: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    for await (const { buffer, byteOffset, length } of engine) {
      yield new Uint8Array(buffer, byteOffset, length);
    }
  } catch (error) {
    if (error instanceof CopyError) throw error;
  }
}
