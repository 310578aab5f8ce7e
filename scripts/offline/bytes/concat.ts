/**
 * Stands in for `@std/bytes/concat` where JSR is out of reach. Like that, it loads nothing of Node.
 *
 * @module
 */

/** Puts parts together, in new memory. */
export function concat(buffers: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const size = buffers.reduce((sum, { length }) => sum + length, 0);
  const all = new Uint8Array(size);
  let end = 0;
  for (const part of buffers) {
    all.set(part, end);
    end += part.length;
  }
  return all;
}
