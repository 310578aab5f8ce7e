/**
 * What travels as an archive, packed by zstd: it is a tenth as long then, and to pack it costs less
 * than to encrypt what that spares.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import type { Pack } from "./archive.ts";
import { gathered, type Parts } from "../system/streams.ts";

/** zstd, as the runtime has it. */
export interface Zstd {
  /** Packs an archive. */
  pack(archive: Parts): AsyncIterable<Uint8Array>;
  /**
   * Unpacks one; what is damaged is not whole. That it was cut short not every runtime tells: the
   * archive does.
   */
  unpack(packed: Pack): Pack;
}

/** So much of an archive is packed at once, in bytes. */
const FRAME = 1 << 17;
/** How hard zstd tries: the least is still faster than any network. */
const LEVEL = 1;

/** Loads zstd, which takes a while; undefined where the runtime has none: Node before 22.15. */
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

/** Chunks that stay as they are. */
async function* copies(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) yield chunk.slice();
}

/** What could be unpacked, as plain bytes: a `Buffer` has another `slice`. */
async function* throughout(engine: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    for await (const { buffer, byteOffset, length } of engine) {
      yield new Uint8Array(buffer, byteOffset, length);
    }
  } catch (error) {
    if (error instanceof CopyError) throw error;
  }
}
