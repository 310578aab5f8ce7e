/**
 * Parts of large files of this machine.
 *
 * @module
 */

import { gathered, type Parts } from "../../system/streams.ts";
import type { FilePart } from "../host.ts";

/** A MiB, in bytes: the unit of parts, and how much is read or written at once. */
export const MIB = 1 << 20;

/** Does {@linkcode Host.slice}. */
export async function* readSlice(
  path: string,
  { start, count }: FilePart,
): AsyncGenerator<Uint8Array> {
  using file = await Deno.open(path);
  if (Deno.realPathSync(path) !== path) return;
  await file.seek(start * MIB, Deno.SeekMode.Start);
  const bytes = new Uint8Array(MIB);
  for (let left = count * MIB; left > 0;) {
    const read = await file.read(bytes.subarray(0, Math.min(left, MIB)));
    if (read === null) return;
    left -= read;
    yield bytes.subarray(0, read);
  }
}

/** Writes into a file, which is made if it is not there, from a byte on. */
export async function writeAt(path: string, start: number, parts: Parts): Promise<void> {
  using file = await Deno.open(path, { write: true, create: true, mode: 0o600 });
  await file.seek(start, Deno.SeekMode.Start);
  for await (const part of gathered(parts, MIB)) {
    for (let at = 0; at < part.length;) at += await file.write(part.subarray(at));
  }
}
