/**
 * Bytes as text, and back.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import fc from "npm:fast-check@^4.3.0";
import { bytesOf, isUtf8, textOf } from "../../../lib/system/byte_text.ts";

Deno.test("textOf() decodes UTF-8 as it is, with what other decoders take away or put in", () => {
  for (const text of ["", "train", "é 漢 🙂", "\ufeffbom", "\ufffd", "a\0\n"]) {
    assertEquals(textOf(new TextEncoder().encode(text)), text);
    assert(isUtf8(text));
  }
});

Deno.test("textOf() keeps each byte that is no character, as Python's surrogateescape does", () => {
  const cases: [bytes: number[], text: string][] = [
    [[0x63, 0x61, 0x66, 0xe9], "caf\udce9"],
    [[0xe9, 0x2f, 0xc3, 0xa9], "\udce9/é"],
    [[0xff, 0xef, 0xbf, 0xbd], "\udcff\ufffd"],
    [[0xed, 0xa0, 0x80], "\udced\udca0\udc80"], // half a character
    [[0xc0, 0xaf], "\udcc0\udcaf"], // a `/` spelled too long
    [[0xf0, 0x9f, 0x99, 0x82, 0xf0, 0x9f], "🙂\udcf0\udc9f"],
    [[0xc3], "\udcc3"],
  ];
  for (const [bytes, text] of cases) {
    assertEquals(textOf(Uint8Array.from(bytes)), text);
    assertEquals([...bytesOf(text)], bytes);
    assert(!isUtf8(text));
  }
});

Deno.test("bytesOf() gives the bytes that textOf() was given, whatever they are", () => {
  const odd = fc.constantFrom(0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xef, 0xbf, 0xbd, 0xf0, 0x9f, 0x2f);
  const bytes = fc.array(fc.oneof(odd, fc.integer({ min: 0, max: 255 })), { maxLength: 40 });
  fc.assert(fc.property(bytes, (bytes) => {
    assertEquals([...bytesOf(textOf(Uint8Array.from(bytes)))], bytes);
  }));
});
