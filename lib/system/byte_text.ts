/**
 * Names of files and targets of links as text. They may be any bytes. A byte that is not UTF-8
 * becomes a lone surrogate from U+DC80 to U+DCFF, as in Python (`surrogateescape`). So every name
 * survives the way into a text and back, and has the same spelling as in experimaestro's JSON.
 *
 * @module
 */

import { joined } from "./streams.ts";

const encoder = new TextEncoder();
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder("utf-8", { ignoreBOM: true });

/** A lone surrogate in a text: a byte that belongs to no character. */
const LONE_BYTE = /([\udc80-\udcff])/u;

/** The bytes of U+FFFD itself. A decoder also returns this character for bytes that are invalid. */
const REPLACEMENT = "239,191,189";

/** Bytes as text. */
export function textOf(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    return withLoneBytes(bytes);
  }
}

/** The bytes that a text was made from. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  if (isUtf8(text)) return encoder.encode(text);
  const parts = text.split(LONE_BYTE);
  return joined(
    parts.map((part, index) =>
      index % 2 === 0 ? encoder.encode(part) : Uint8Array.of(part.charCodeAt(0) & 0xff)
    ),
  ) as Uint8Array<ArrayBuffer>;
}

/** Whether all bytes of a text were UTF-8. */
export function isUtf8(text: string): boolean {
  return !LONE_BYTE.test(text);
}

function withLoneBytes(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0, end = 0; at < bytes.length; at = end) {
    while (bytes[end]! < 0x80) end++; // ASCII, in one step
    if (end === at) end += lengthFrom(bytes[at]!);
    const part = bytes.subarray(at, end);
    const decoded = lenient.decode(part);
    if (!decoded.startsWith("\ufffd") || String(part) === REPLACEMENT) text += decoded;
    else {
      text += String.fromCharCode(0xdc00 + bytes[at]!);
      end = at + 1;
    }
  }
  return text;
}

/** The number of bytes of a character, by its first byte. */
function lengthFrom(byte: number): number {
  if (byte < 0xc0) return 1;
  return byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

/** The beginning of a text's SHA-256, two digits for each byte. */
export async function digestOf(text: string, bytes: number): Promise<string> {
  // not by `node:crypto`, which Deno takes 14 ms to load
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", bytesOf(text)), 0, bytes);
  return [...sum].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
