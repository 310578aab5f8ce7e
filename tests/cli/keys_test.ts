import { assertEquals } from "@std/assert";
import { type Key, KeyReader } from "../../lib/cli/keys.ts";

const encoder = new TextEncoder();
const key = (name: string) => ({ name }) as Key;

/** The keys in what comes in several reads; text that was cut is put together. */
function keysOf(...reads: (string | Uint8Array)[]): Key[] {
  const reader = new KeyReader();
  const keys: Key[] = [];
  for (const read of reads) {
    for (const one of reader.read(typeof read === "string" ? encoder.encode(read) : read)) {
      const last = keys.at(-1);
      if (last !== undefined && "text" in last && "text" in one) {
        keys[keys.length - 1] = { text: last.text + one.text };
      } else keys.push(one);
    }
  }
  return [...keys, ...reader.flush()];
}

const SEQUENCES: [string, ...Key[]][] = [
  ["abc é 中", { text: "abc é 中" }],
  ["\r", key("enter")],
  ["\n", key("enter")],
  ["a\rb", { text: "a" }, key("enter"), { text: "b" }],
  ["\x7f\b", key("backspace"), key("backspace")],
  ["\x03", key("interrupt")],
  ["\x04", key("end-of-input")],
  ["\x01\x05\x0e\x10", key("home"), key("end"), key("down"), key("up")],
  ["\x15\x17", key("erase-line"), key("erase-word")],
  ["\x1b[A\x1b[A\x1b[B", key("up"), key("up"), key("down")],
  ["\x1bOA\x1bOB", key("up"), key("down")],
  ["\x1b[1;5A", key("up")],
  ["\x1b[H\x1b[F", key("home"), key("end")],
  ["\x1b[1~\x1b[4~\x1b[7~\x1b[8~", key("home"), key("end"), key("home"), key("end")],
  ["\x1bOH\x1bOF\x1bOM", key("home"), key("end"), key("enter")],
  ["\x1b[5~\x1b[6~", key("page-up"), key("page-down")],
  ["\x1b", key("escape")],
  ["\x1b\x1b", key("escape"), key("escape")],
  ["\x1b\x1b[A", key("escape"), key("up")],
  // keys that mean nothing: Delete, F1 in three ways, left, Alt-x, a report of the mouse, a tab
  ["\x1b[3~\x1bOP\x1b[11~\x1b[[Aa\x1b[D\x1bx\x1b[<0;1;2M\t", { text: "a" }],
  ["\x1b[200~a b\r\n\tc\x1b[201~\r", { text: "a b   c" }, key("enter")],
  ["\x1b[200~\x1b[A\x1b[201~x", { text: " [Ax" }],
  ["\x1b[200~\x1b[201~\r", key("enter")],
  ["\x1b[12\r", key("enter")],
  ["\x1b[", ...[]],
  ["\x00\x1f\x1d", ...[]],
];

for (const [sequence, ...keys] of SEQUENCES) {
  Deno.test(`KeyReader.read() takes ${JSON.stringify(sequence)} apart, in one read and in many`, () => {
    assertEquals(keysOf(sequence), keys);
    assertEquals(keysOf(...sequence), keys);
    const bytes = encoder.encode(sequence);
    assertEquals(keysOf(...Array.from(bytes, (_, at) => bytes.subarray(at, at + 1))), keys);
  });
}

Deno.test("KeyReader.flush() makes Escape of what nothing has followed, and of a part of a paste nothing", () => {
  const reader = new KeyReader();
  assertEquals([reader.read(encoder.encode("a\x1b")), reader.isWaiting], [[{ text: "a" }], true]);
  assertEquals([reader.flush(), reader.isWaiting], [[key("escape")], false]);
  assertEquals(reader.read(encoder.encode("[A")), [{ text: "[A" }]);

  assertEquals(reader.read(encoder.encode("\x1b[200~a\x1b")), [{ text: "a" }]);
  assertEquals([reader.isWaiting, reader.flush()], [true, []]);
  assertEquals(reader.read(encoder.encode("b\r\x1b[201~\r")), [{ text: "b " }, key("enter")]);
});

Deno.test("KeyReader.read() lets go of a sequence without end", () => {
  const reader = new KeyReader();
  assertEquals(reader.read(encoder.encode(`\x1b[${"1;".repeat(10_000)}`)), []);
  assertEquals(reader.isWaiting, false);
});
