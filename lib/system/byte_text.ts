/**
 * Names of files and targets of links as text. They may be any bytes: what is not UTF-8 is kept as
 * Python keeps it (`surrogateescape`), each byte as a lone surrogate from U+DC80 to U+DCFF. So every
 * name goes into a text and comes back the same, and is spelled as in experimaestro's JSON.
 *
 * @module
 */

import { joined } from "./streams.ts";

const encoder = new TextEncoder();
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder("utf-8", { ignoreBOM: true });

/** A byte that is part of no character, as it stands in a text. */
const LONE_BYTE = /([\udc80-\udcff])/u;

/** The bytes of U+FFFD itself, by which a decoder tells that something is no character. */
const REPLACEMENT = "239,191,189";

/** Bytes as text. */
export function textOf(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    return withLoneBytes(bytes);
  }
}

/** A text as the bytes that it was made of. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  if (isUtf8(text)) return encoder.encode(text);
  const parts = text.split(LONE_BYTE);
  return joined(
    parts.map((part, index) =>
      index % 2 === 0 ? encoder.encode(part) : Uint8Array.of(part.charCodeAt(0) & 0xff)
    ),
  ) as Uint8Array<ArrayBuffer>;
}

/** Whether a text was made of UTF-8. */
export function isUtf8(text: string): boolean {
  return !LONE_BYTE.test(text);
}

function withLoneBytes(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0, end = 0; at < bytes.length; at = end) {
    while (bytes[end]! < 0x80) end++; // what is plain, in one go
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

/** How many bytes a character has by its first one. */
function lengthFrom(byte: number): number {
  if (byte < 0xc0) return 1;
  return byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}
