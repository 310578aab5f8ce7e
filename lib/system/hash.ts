/**
 * SHA-256, of bytes and of files of this machine.
 *
 * @module
 */

import type { Hash } from "node:crypto";

// Not `crypto.subtle`, which needs all bytes at once; nor an import at the head, by which a bundled
// program would load Node's hashes at every start.
const { createHash } = await import("node:crypto");

/** How many bytes of a file are read at once. */
const PART = 1 << 18;
/** Where they are read to: they are used before anything else is read. */
let memory: Uint8Array | undefined;

/** A sum that is being made. */
export class Sum {
  readonly #hash: Hash = createHash("sha256");

  /** Adds bytes. */
  push(bytes: Uint8Array): void {
    this.#hash.update(bytes);
  }

  /** The sum, as 64 hexadecimal digits. */
  finish(): string {
    return this.#hash.digest("hex");
  }
}

/** The sum of some bytes, given in parts. */
export function sumOf(parts: Iterable<Uint8Array>): string {
  const sum = new Sum();
  for (const part of parts) sum.push(part);
  return sum.finish();
}

/**
 * The sum of a file.
 *
 * @param rest Is awaited after each part: others have their turn.
 */
export async function sumOfFile(path: string, rest: () => Promise<void>): Promise<string> {
  using file = Deno.openSync(path, { read: true });
  const sum = new Sum();
  const bytes = memory ??= new Uint8Array(PART);
  for (let length = file.readSync(bytes); length; length = file.readSync(bytes)) {
    sum.push(bytes.subarray(0, length));
    await rest();
  }
  return sum.finish();
}
