import { assertEquals, assertThrows } from "@std/assert";
import { applyEdits, member, plain, quote, readJson, text } from "../../../lib/text/json.ts";

Deno.test("readJson() reads numbers as Python spells them", () => {
  const cases: [string, number][] = [
    ["1e-07", 1e-7],
    ["1E+5", 100000],
    ["12345678901234567890", 12345678901234567890],
    ["-0.0", -0],
    ["-0", -0],
    ["0.1", 0.1],
    ["NaN", NaN],
    ["Infinity", Infinity],
    ["-Infinity", -Infinity],
    ["1e400", Infinity],
  ];
  for (const [spelled, value] of cases) {
    const node = readJson(spelled);
    assertEquals(node, { kind: "other", value, start: 0, end: spelled.length }, spelled);
    assertEquals(Object.is(plain(node), value), true, spelled);
  }
});

Deno.test("readJson() tells where each value stands, blanks around it left out", () => {
  const content = ' \t{ "a" :\r\n [ 1 , "x" ] } \n';
  const root = readJson(content);
  assertEquals(content.slice(root.start, root.end), '{ "a" :\r\n [ 1 , "x" ] }');
  const list = member(root, "a");
  assertEquals(list && content.slice(list.start, list.end), '[ 1 , "x" ]');
  assertEquals(
    list?.kind === "array" && list.items.map(({ start, end }) => content.slice(start, end)),
    ["1", '"x"'],
  );
});

Deno.test("readJson() reads escapes and surrogates", () => {
  const cases: [string, string][] = [
    [String.raw`"\"\\\/\b\f\n\r\t"`, '"\\/\b\f\n\r\t'],
    [String.raw`"\u00e9\u00E9"`, "éé"],
    [String.raw`"\ud83d\ude00"`, "😀"],
    [String.raw`"\ud83d"`, "\ud83d"],
    [String.raw`"\ude00\ud83d"`, "\ude00\ud83d"],
    [String.raw`"a\\"`, "a\\"],
    [String.raw`"\\\""`, '\\"'],
    ['"é😀\u007f\u2028"', "é😀\u007f\u2028"],
    ['""', ""],
  ];
  for (const [spelled, value] of cases) {
    assertEquals(readJson(spelled), { kind: "string", value, start: 0, end: spelled.length });
  }
});

Deno.test("readJson() keeps every key of an object, the last of two counts", () => {
  const root = readJson('{"b": 1, "a": 2, "b": 3, "__proto__": 4}');
  assertEquals(root.kind === "object" && root.entries.map(([key]) => key), [
    "b",
    "a",
    "b",
    "__proto__",
  ]);
  assertEquals(plain(member(root, "b")!), 3);
  const value = plain(root) as object;
  assertEquals(Object.entries(value), [["b", 3], ["a", 2], ["__proto__", 4]]);
  assertEquals(Object.getPrototypeOf(value), Object.prototype);
});

Deno.test("readJson() refuses every malformed text, and says where", () => {
  const cases: [string, string][] = [
    ["", "line 1, column 1: unexpected end of text"],
    [" \n ", "line 2, column 2: unexpected end of text"],
    ["[", "line 1, column 2: unexpected end of text"],
    ["[1", "line 1, column 3: expected ',' or ']'"],
    ["[1 2]", "line 1, column 4: expected ',' or ']'"],
    ["[1,]", "line 1, column 4: expected a value"],
    ["[,1]", "line 1, column 2: expected a value"],
    ["[\n1,\n]", "line 3, column 1: expected a value"],
    ["[1}", "line 1, column 3: expected ',' or ']'"],
    ["]", "line 1, column 1: expected a value"],
    ["{", "line 1, column 2: expected a key in quotes"],
    ["{a: 1}", "line 1, column 2: expected a key in quotes"],
    ["{'a': 1}", "line 1, column 2: expected a key in quotes"],
    ["{1: 1}", "line 1, column 2: expected a key in quotes"],
    ['{"a"', "line 1, column 5: expected ':'"],
    ['{"a" 1}', "line 1, column 6: expected ':'"],
    ['{"a":', "line 1, column 6: unexpected end of text"],
    ['{"a":}', "line 1, column 6: expected a value"],
    ['{"a":1,}', "line 1, column 8: expected a key in quotes"],
    ['{"a":1 "b":2}', "line 1, column 8: expected ',' or '}'"],
    ['{"a":1]', "line 1, column 7: expected ',' or '}'"],
    ['{\n  "a": 1,\n  "b": tru\n}', "line 3, column 8: expected a value"],
    ['"abc', "line 1, column 1: an unterminated string"],
    ['["a\\"]', "line 1, column 2: an unterminated string"],
    ['"a\nb"', "line 1, column 1: a control character in a string"],
    ['"a\tb"', "line 1, column 1: a control character in a string"],
    ['"a\u0000b"', "line 1, column 1: a control character in a string"],
    [String.raw`"\x41"`, "line 1, column 1: an invalid escape in a string"],
    [String.raw`"\u12"`, "line 1, column 1: an invalid escape in a string"],
    [String.raw`"\u12g4"`, "line 1, column 1: an invalid escape in a string"],
    [String.raw`"\'"`, "line 1, column 1: an invalid escape in a string"],
    [String.raw`["a", "\U0001F600"]`, "line 1, column 7: an invalid escape in a string"],
    ["1 2", "line 1, column 3: unexpected text after the end"],
    ["{} x", "line 1, column 4: unexpected text after the end"],
    ["01", "line 1, column 2: unexpected text after the end"],
    ["-01", "line 1, column 3: unexpected text after the end"],
    ["1.", "line 1, column 2: unexpected text after the end"],
    ["1.e5", "line 1, column 2: unexpected text after the end"],
    ["1e", "line 1, column 2: unexpected text after the end"],
    ["1_000", "line 1, column 2: unexpected text after the end"],
    ["0x10", "line 1, column 2: unexpected text after the end"],
    ["truely", "line 1, column 5: unexpected text after the end"],
    ["+1", "line 1, column 1: expected a value"],
    ["-", "line 1, column 1: expected a value"],
    ["-NaN", "line 1, column 1: expected a value"],
    ["- 1", "line 1, column 1: expected a value"],
    [".5", "line 1, column 1: expected a value"],
    ["nan", "line 1, column 1: expected a value"],
    ["None", "line 1, column 1: expected a value"],
    ["True", "line 1, column 1: expected a value"],
    ["'a'", "line 1, column 1: expected a value"],
    ["// a\n1", "line 1, column 1: expected a value"],
    ["١", "line 1, column 1: expected a value"],
    ["\ufeff{}", "line 1, column 1: expected a value"],
    ["\u00a0{}", "line 1, column 1: expected a value"],
    ["\f{}", "line 1, column 1: expected a value"],
    ["\u0000", "line 1, column 1: expected a value"],
  ];
  for (const [content, message] of cases) {
    const error = assertThrows(() => readJson(content), SyntaxError);
    assertEquals(error.message, message, JSON.stringify(content));
  }
});

Deno.test("readJson() refuses nesting deeper than a thousand, without running out of stack", () => {
  const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
  assertEquals(readJson(nested(1001)).kind, "array");
  for (const depth of [1002, 1_000_000]) {
    const error = assertThrows(() => readJson(nested(depth)), SyntaxError);
    assertEquals(error.message, "line 1, column 1002: nested too deeply");
  }
  const error = assertThrows(() => readJson('{"a":'.repeat(100_000)), SyntaxError);
  assertEquals(error.message, "line 1, column 5006: nested too deeply");
});

Deno.test("readJson() takes time in proportion to the text", () => {
  const long = '\\\\\\"'.repeat(200_000);
  const node = readJson(`["${long}", "${"x".repeat(1_000_000)}"]`);
  assertEquals(node.kind === "array" && text(node.items[0])?.length, 400_000);
});

Deno.test("member() and text() give undefined for other kinds", () => {
  assertEquals(member(undefined, "a"), undefined);
  assertEquals(member(readJson("[1]"), "0"), undefined);
  assertEquals(member(readJson('{"a": 1}'), "toString"), undefined);
  assertEquals(text(undefined), undefined);
  assertEquals(text(readJson("1")), undefined);
  assertEquals(text(readJson("null")), undefined);
  assertEquals(text(readJson('"null"')), "null");
});

Deno.test("quote() spells strings in ASCII, as Python does", () => {
  const cases: [string, string][] = [
    ["", '""'],
    ["/a b'c", `"/a b'c"`],
    ['"\\/', String.raw`"\"\\/"`],
    ["\b\f\n\r\t", String.raw`"\b\f\n\r\t"`],
    ["\u0000\u001f\u007f\u0080", String.raw`"\u0000\u001f\u007f\u0080"`],
    ["é😀\u2028", String.raw`"\u00e9\ud83d\ude00\u2028"`],
    ["\ud800", String.raw`"\ud800"`],
  ];
  for (const [value, spelled] of cases) {
    assertEquals(quote(value), spelled);
    assertEquals(text(readJson(spelled)), value);
  }
});

Deno.test("applyEdits() gives the same text when nothing is edited", () => {
  const content =
    '{"z": 1e-07,\r\n\t"a": [NaN, -Infinity, 12345678901234567890, -0.0, "\\u00e9é"]}\n';
  assertEquals(applyEdits(content, []), content);
  const whole = readJson(content);
  const list = member(whole, "a");
  const nodes = list?.kind === "array" ? list.items : [];
  assertEquals(nodes.length, 5);
  const edits = nodes.map(({ start, end }) => ({ start, end, text: content.slice(start, end) }));
  assertEquals(applyEdits(content, edits), content);
});

Deno.test("applyEdits() changes what it is told, in any order, and nothing else", () => {
  const edits = [
    { start: 4, end: 6, text: "" },
    { start: 0, end: 1, text: "AA" },
    { start: 8, end: 8, text: "+" },
    { start: 1, end: 2, text: "B" },
  ];
  assertEquals(applyEdits("abcdefgh", edits), "AABcdgh+");
  assertEquals(edits[0]?.start, 4, "the edits stay as they were given");
});
