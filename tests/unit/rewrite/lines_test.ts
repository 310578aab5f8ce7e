import { assert, assertEquals } from "@std/assert";
import fc from "npm:fast-check@^4.3.0";
import { type EditedDocument, type EditLines, LineEditor } from "../../../lib/rewrite/lines.ts";
import { joined } from "../../../lib/system/streams.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder("utf-8", { fatal: true }).decode(bytes);

/** Makes `o` of each `a`; a line with `!` has a fault. */
const edit: EditLines = (lines, before) => {
  let text: string;
  try {
    text = decode(lines);
  } catch {
    throw new SyntaxError("not UTF-8");
  }
  const faults = text.split("\n").flatMap((line, at) =>
    line.includes("!") ? [`line ${before + at + 1} is odd`] : []
  );
  return { bytes: text.includes("a") ? encode(text.replaceAll("a", "o")) : lines, faults };
};

/** Gives a document to an editor in parts, all in the same memory, as a process's reader does. */
function editInParts(document: Uint8Array, sizes: Iterable<number>): EditedDocument {
  const editor = new LineEditor(edit);
  let at = 0;
  for (const size of sizes) {
    const part = document.slice(at, at + size);
    editor.push(part);
    part.fill(33);
    at += size;
  }
  editor.push(document.slice(at));
  return editor.finish();
}

Deno.test("LineEditor edits each line once, however the bytes come", () => {
  const line = fc.oneof(
    fc.stringMatching(/^[abé!]{0,20}$/),
    fc.integer({ min: 1, max: 200_000 }).map((length) => "ab".repeat(length)),
  );
  const sizes = fc.array(fc.oneof(fc.nat(40), fc.nat(150_000)), { maxLength: 30 });
  fc.assert(
    fc.property(fc.array(line, { maxLength: 30 }), sizes, (lines, sizes) => {
      const { held, changed, faults } = editInParts(encode(lines.join("\n")), sizes);
      assertEquals(decode(joined([...held])), lines.join("\n").replaceAll("a", "o"));
      assertEquals(changed, lines.some((line) => line.includes("a")));
      const odd = lines.flatMap((line, at) => line.includes("!") ? [`line ${at + 1} is odd`] : []);
      const more = odd.length - 10;
      const told = more > 0 ? [...odd.slice(0, 10), `${more} more lines have faults`] : odd;
      assertEquals(faults, told);
    }),
    { seed: 20261124, numRuns: 200 },
  );
});

Deno.test("LineEditor leaves a line that is not UTF-8, and edits those around it", () => {
  const document = joined([encode("a1\na2\n"), Uint8Array.of(0x61, 0xff, 10), encode("a4\na5")]);
  const { held, changed, faults } = editInParts(document, [4]);
  assertEquals(
    joined([...held]),
    joined([encode("o1\no2\n"), Uint8Array.of(0x61, 0xff, 10), encode("o4\no5")]),
  );
  assertEquals([changed, faults], [true, ["line 3 is not UTF-8"]]);
});

Deno.test("LineEditor passes a line of more than 32 MiB, and edits those around it", () => {
  const long = "a".repeat(33 * 2 ** 20);
  for (const last of ["a3\na4", ""]) {
    const lines = ["a1", long, ...(last === "" ? [] : [last])];
    const { held, faults } = editInParts(encode(lines.join("\n")), []);
    const expected = ["o1", long, ...(last === "" ? [] : [last.replaceAll("a", "o")])].join("\n");
    assert(decode(joined([...held])) === expected);
    assertEquals(faults, ["line 2 is larger than 32 MiB: its paths stay as they are"]);
  }
});
