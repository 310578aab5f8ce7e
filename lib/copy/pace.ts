/**
 * Limits a stream: its rate, and how long it goes on.
 *
 * @module
 */

import { delay } from "@std/async/delay";

/** The same stream, until the signal fires. */
export async function* until(
  signal: AbortSignal,
  stream: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  for await (const part of stream) {
    if (signal.aborted) return;
    yield part;
  }
}

/** The same stream, at `limit` KiB a second at most; 0 for no limit. */
export async function* paced(
  stream: AsyncIterable<Uint8Array>,
  limit: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const began = performance.now();
  let bytes = 0;
  for await (const part of stream) {
    yield part;
    if (limit === 0) continue;
    bytes += part.length;
    const early = bytes / 1.024 / limit - (performance.now() - began);
    if (early > 0) await delay(early, signal && { signal });
  }
}
