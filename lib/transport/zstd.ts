/**
 * Compresses archives with zstd. An archive shrinks to a tenth, and compressing it costs less than
 * encrypting the bytes that it saves.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import type { Pack } from "./archive.ts";
import { copies, gathered, type Parts } from "../system/streams.ts";

/** A single frame that is being compressed. */
export interface Frame {
  /** Compresses bytes; waits until they are taken. */
  push(bytes: Uint8Array): Promise<void>;
  /** Ends it. */
  end(): Promise<void>;
}

/** zstd, as the runtime provides it. */
export interface Zstd {
  /**
   * Begins a single frame, with a checksum. Deno takes frames for damaged where the bytes that it
   * reads at once end in the header of one.
   */
  begin(write: (bytes: Uint8Array) => void): Frame;
  /** Compresses an archive. */
  pack(archive: Parts): AsyncIterable<Uint8Array>;
  /**
   * Decompresses an archive; a damaged one counts as not whole. Not every runtime notices a missing
   * end, but the reader of the archive does.
   */
  unpack(packed: Pack): Pack;
}

/** How many bytes of an archive are compressed at once. */
export const FRAME = 1 << 17;
/** The compression level. The lowest one is still faster than any network. */
const LEVEL = 1;

/** Loads zstd, which takes a while; undefined when the runtime has none: Node before 22.15. */
export async function loadZstd(): Promise<Zstd | undefined> {
  const [zlib, streams] = await Promise.all([import("node:zlib"), import("node:stream")]);
  const { zstdCompressSync, createZstdCompress, createZstdDecompress, constants } = zlib;
  const { pipeline, Readable } = streams;
  if (createZstdDecompress === undefined) return undefined;
  const params = { [constants.ZSTD_c_compressionLevel]: LEVEL };
  return {
    begin(write) {
      const flags = { ...params, [constants.ZSTD_c_checksumFlag]: 1 };
      const engine = createZstdCompress({ params: flags });
      let failure: unknown;
      engine.on("data", (bytes: Uint8Array) => {
        try {
          write(bytes);
        } catch (error) {
          failure = error;
        }
      });
      const taken = (give: (done: (error?: Error | null) => void) => void) =>
        new Promise<void>((resolve, reject) =>
          give((error) => error || failure ? reject(error ?? failure) : resolve())
        );
      return {
        push: (bytes) => taken((done) => engine.write(bytes.slice(), done)),
        async end() {
          const ended = new Promise((resolve) => engine.on("end", resolve));
          engine.end();
          await ended;
          await taken((done) => done());
        },
      };
    },
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
