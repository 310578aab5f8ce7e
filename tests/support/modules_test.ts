import { assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { delay } from "@std/async/delay";
import { concat } from "@std/bytes/concat";
import { unicodeWidth } from "@std/cli/unicode-width";
import { ensureDirSync } from "@std/fs/ensure-dir";
import { parse } from "@std/jsonc/parse";
import { parse as parseYaml } from "@std/yaml/parse";
import { withFolder } from "./variables.ts";

// what holds for @std must hold for its stand-ins: these tests pass with either

Deno.test("parse() reads comments and trailing commas, and refuses the rest", () => {
  const text = '// a\n{"a": "//,]", /* "b": 1, */ "c": [1, 2,], "d\\"/*": null,}\n';
  assertEquals(parse(text), { a: "//,]", c: [1, 2], 'd"/*': null });
  for (const wrong of ["", "{", "[,]", "{,}", "[1,,]", "/* x", "{a: 1}", "[1] 2"]) {
    assertThrows(() => parse(wrong), SyntaxError);
  }
});

Deno.test("parse() of YAML reads what settings may hold, and tells where it cannot", () => {
  const values =
    "[a, 'yes', yes, true, 1, 1.5, 010, 08, 0o7, 0x1F, 1_000, 22:22, 1e5, ~, -.5, .inf]";
  assertEquals(parseYaml(values), [
    ...["a", "yes", "yes", true, 1, 1.5, 8, "08", "0o7", 31, 1000, "22:22", 100000, null],
    ...["-.5", Infinity],
  ]);
  assertEquals(parseYaml("a: &x { b: 1 }\nc: { <<: *x, d: 2026-01-18 }"), {
    a: { b: 1 },
    c: { b: 1, d: new Date("2026-01-18") },
  });
  assertEquals(parseYaml("a: 1\na: 2", { allowDuplicateKeys: true }), { a: 2 });
  assertEquals(parseYaml(""), null);
  const message = /^.+ at line 2, column 1\b/;
  assertMatch(assertThrows(() => parseYaml("a: 1\n]"), SyntaxError).message, message);
  assertThrows(() => parseYaml("a: 1\na: 2"), SyntaxError);
});

Deno.test("ensureDirSync() makes what is not there, and is content with what is", () =>
  withFolder(async (root) => {
    for (const _ of [1, 2]) ensureDirSync(`${root}/a/b`);
    assertEquals(Deno.statSync(`${root}/a/b`).isDirectory, true);
    await Deno.symlink("a", `${root}/link`);
    ensureDirSync(`${root}/link`);
    await Deno.writeTextFile(`${root}/f`, "");
    assertThrows(() => ensureDirSync(`${root}/f`), Error);
  }));

Deno.test("delay() waits, until the signal fires", async () => {
  await delay(0);
  await delay(0, undefined);
  const stop = new AbortController();
  const waiting = assertRejects(() => delay(1e6, { signal: stop.signal }), TypeError, "why");
  stop.abort(new TypeError("why"));
  await waiting;
  await assertRejects(() => delay(0, { signal: stop.signal }), TypeError, "why");
});

Deno.test("concat() puts parts together in memory of their own", () => {
  const one = Uint8Array.of(1, 2);
  const whole = concat([one, new Uint8Array(), Uint8Array.of(3)]);
  assertEquals([whole, concat([])], [Uint8Array.of(1, 2, 3), new Uint8Array()]);
  assertEquals(whole.buffer.byteLength, 3);
});

Deno.test("unicodeWidth() counts columns", () => {
  const widths = {
    "a b": 3,
    "é": 1,
    "e\u0301": 1,
    "実験": 4,
    "\u1100\u1161": 2,
    "👩": 2,
    "\u200b": 0,
  };
  for (const [text, width] of Object.entries(widths)) assertEquals(unicodeWidth(text), width);
  assertEquals(unicodeWidth("…█░─→"), 5);
});

Deno.test("assertEquals() and its like fail when they should", async () => {
  assertThrows(() => assertEquals<unknown>({ a: [1, 2] }, { a: [1, 3] }));
  assertThrows(() => assertEquals<unknown>("1", 1));
  assertThrows(() => assertThrows(() => 1));
  assertThrows(() =>
    assertThrows(() => {
      throw new TypeError("one");
    }, RangeError)
  );
  assertThrows(() =>
    assertThrows(
      () => {
        throw new TypeError("one");
      },
      TypeError,
      "two",
    )
  );
  await assertRejects(() => assertRejects(() => Promise.resolve(1)));
  const error = await assertRejects(() => Promise.reject(new TypeError("one")), TypeError, "on");
  assertEquals(error.message, "one");
});
