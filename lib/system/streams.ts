/**
 * Bytes in parts, for writing to a process.
 *
 * @module
 */

import { concat } from "@std/bytes/concat";

/** What to write to a process. */
export type Parts = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** How many bytes are written to a process at once. */
const WRITE = 1 << 17;

/**
 * Joins small parts into large ones of a given size, since each write costs a packet of ssh. A part
 * is valid only until the next one is requested: all are in the same memory.
 */
export async function* gathered(
  parts: Parts,
  size = WRITE,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const buffer = new Uint8Array(size);
  let held = 0;
  for await (let part of parts) {
    while (part.length > 0) {
      const taken = part.subarray(0, size - held);
      buffer.set(taken, held);
      held += taken.length;
      part = part.subarray(taken.length);
      if (held < size) continue;
      yield buffer;
      held = 0;
    }
  }
  if (held > 0) yield buffer.subarray(0, held);
}

/** Passes parts on and calls a function for each. */
export async function* tapped(
  parts: Parts,
  onPart: (part: Uint8Array) => void,
): AsyncGenerator<Uint8Array> {
  for await (const part of parts) {
    onPart(part);
    yield part;
  }
}

/** Copies of chunks, where the memory of a chunk is used again for the next one. */
export async function* copies(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) yield chunk.slice();
}

/**
 * Reads a generator ahead of its reader, from now on.
 *
 * @param most How much is held for the reader.
 * @param size How much of that a value takes.
 */
export function readAhead<T>(
  generator: AsyncGenerator<T>,
  most: number,
  size: (value: T) => number,
): ReadableStream<T> {
  return new ReadableStream<T>({
    async pull(controller) {
      const { value, done } = await generator.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await generator.return(undefined);
    },
  }, { highWaterMark: most, size });
}

/** Joins parts into one. A single part is not copied. */
export function joined(parts: Uint8Array[]): Uint8Array {
  return parts.length === 1 ? parts[0]! : concat(parts);
}
