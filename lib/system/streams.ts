/**
 * Bytes in parts, as they are written to a process.
 *
 * @module
 */

import { concat } from "@std/bytes/concat";

/** What to write to a process. */
export type Parts = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** How much is written to a process at once, in bytes. */
const WRITE = 1 << 17;

/**
 * Small parts as large ones, of so many bytes: each write costs a packet of ssh's. The next one is
 * put together in the same memory.
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

/** The same parts; something is done as each comes. */
export async function* tapped(parts: Parts, onPart: () => void): AsyncGenerator<Uint8Array> {
  for await (const part of parts) {
    onPart();
    yield part;
  }
}

/** Parts as one; a single one is not copied. */
export function joined(parts: Uint8Array[]): Uint8Array {
  return parts.length === 1 ? parts[0]! : concat(parts);
}
