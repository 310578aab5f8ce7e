/**
 * Stands in for `@std/bytes/concat` where JSR is out of reach.
 *
 * @module
 */

import { Buffer } from "node:buffer";

/** Puts parts together, in new memory. */
export function concat(buffers: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat(buffers));
}
