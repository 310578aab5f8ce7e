import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ensureDir, exists } from "@std/fs";
import { parse } from "@std/jsonc";

// what holds for @std must hold for its stand-ins: these tests pass with either

Deno.test("parse() reads comments and trailing commas, and refuses the rest", () => {
  const text = '// a\n{"a": "//,]", /* "b": 1, */ "c": [1, 2,], "d\\"/*": null,}\n';
  assertEquals(parse(text), { a: "//,]", c: [1, 2], 'd"/*': null });
  for (const wrong of ["", "{", "[,]", "{,}", "[1,,]", "/* x", "{a: 1}", "[1] 2"]) {
    assertThrows(() => parse(wrong), SyntaxError);
  }
});

Deno.test("ensureDir() and exists() agree", async () => {
  const root = await Deno.makeTempDir();
  await ensureDir(`${root}/a/b`);
  await ensureDir(`${root}/a/b`);
  assertEquals([await exists(`${root}/a/b`), await exists(`${root}/c`)], [true, false]);
  await Deno.writeTextFile(`${root}/f`, "");
  await assertRejects(() => ensureDir(`${root}/f`), Error);
  await Deno.remove(root, { recursive: true });
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
