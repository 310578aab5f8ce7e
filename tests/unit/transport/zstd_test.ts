/**
 * zstd, judged by the system's own.
 *
 * @module
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { CopyError } from "../../../lib/errors.ts";
import { loadZstd } from "../../../lib/transport/zstd.ts";
import { byteStream, gather } from "../../support/byte_stream.ts";
import { findProgram } from "../../../scripts/setup.ts";

const zstd = await loadZstd();
const ignore = zstd === undefined || await findProgram("zstd") === undefined;

/** Lets the system's zstd read bytes. */
async function pipe(args: string[], bytes: Uint8Array): Promise<Uint8Array> {
  const process = new Deno.Command("zstd", { args, stdin: "piped", stdout: "piped" }).spawn();
  const [{ stdout, code }] = await Promise.all([
    process.output(),
    new Blob([bytes.slice()]).stream().pipeTo(process.stdin),
  ]);
  assertEquals(code, 0);
  return stdout;
}

/** Bytes that can be packed in part, the same for the same length. */
function sampleBytes(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = 1;
  for (let at = 0; at < length; at++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    bytes[at] = at % 1000 < 500 ? state >>> 16 : at % 7;
  }
  return bytes;
}

function* pieces(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** Unpacks what comes in pieces of a size. */
async function unpack(bytes: Uint8Array, size: number): Promise<[Uint8Array, boolean]> {
  const { stream, whole } = zstd!.unpack({
    stream: byteStream(pieces(bytes, size)),
    whole: Promise.resolve(true),
  });
  return [await gather(stream), await whole];
}

const LENGTHS = [1, 512, 1 << 17, (1 << 17) + 1, 3_000_000];

Deno.test({
  name: "Zstd.pack() makes what zstd reads",
  ignore,
  fn: async () => {
    for (const length of LENGTHS) {
      const bytes = sampleBytes(length);
      const packed = await gather(zstd!.pack(pieces(bytes, 70_001)));
      assertEquals(await pipe(["-dqc"], packed), bytes);
    }
  },
});

Deno.test({
  name: "Zstd.unpack() reads what zstd makes, in pieces of any size",
  ignore,
  fn: async () => {
    for (const length of LENGTHS) {
      const bytes = sampleBytes(length);
      const packed = await pipe(["-1", "-qc"], bytes);
      for (const size of [packed.length < 5000 ? 1 : 997, 1 << 16, 1 << 24]) {
        assertEquals(await unpack(packed, size), [bytes, true]);
      }
    }
  },
});

Deno.test({
  name: "Zstd.unpack() gives no other bytes when they were cut short or damaged, wherever",
  ignore,
  fn: async () => {
    const original = sampleBytes(300_000);
    const packed = await pipe(["-1", "-qc"], original);
    for (let at = 1; at < packed.length; at += Math.ceil(packed.length / 50)) {
      const [cut] = await unpack(packed.subarray(0, at), 4096);
      assertEquals(cut, original.subarray(0, cut.length), `cut at ${at}`);
      assert(cut.length < original.length);
      const damaged = packed.slice();
      damaged[at]! ^= 0x55;
      const [bytes, whole] = await unpack(damaged, 4096);
      // a few bits of a frame say nothing about its bytes
      if (whole) assertEquals(bytes, original, `damaged at ${at}`);
    }
  },
});

Deno.test({
  name: "Zstd.unpack() passes on why its source has failed, and ends it when nobody reads on",
  ignore,
  fn: async () => {
    const packed = await pipe(["-1", "-qc"], sampleBytes(3_000_000));
    let ended = false;
    async function* source() {
      try {
        yield* pieces(packed, 1000);
        await Promise.reject(new CopyError("connection", "lost"));
      } finally {
        ended = true;
      }
    }
    const failed = zstd!.unpack({ stream: source(), whole: Promise.resolve(false) });
    await assertRejects(() => gather(failed.stream), CopyError, "lost");
    assertEquals([await failed.whole, ended], [false, true]);
    ended = false;
    const left = zstd!.unpack({ stream: source(), whole: Promise.resolve(true) });
    for await (const _ of left.stream) break;
    assertEquals([await left.whole, ended], [false, true]);
  },
});
