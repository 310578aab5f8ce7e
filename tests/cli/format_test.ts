import { assertEquals } from "@std/assert";
import {
  clip,
  count,
  formatBytes,
  formatDuration,
  formatPart,
  formatRate,
  formatTimeLeft,
  pad,
  table,
  width,
} from "../../lib/cli/format.ts";

const GIB = 1024 ** 3;

Deno.test("formatBytes() shows at most three digits and one decimal", () => {
  const cases: [number, string][] = [
    [0, "0 B"],
    [999, "999 B"],
    [1000, "1.0 KiB"],
    [1536, "1.5 KiB"],
    [18.6 * GIB, "18.6 GiB"],
    [99.96 * GIB, "100 GiB"],
    [212 * GIB, "212 GiB"],
    [999.6 * GIB, "1.0 TiB"],
    [3 * 1024 ** 6, "3072 PiB"],
  ];
  for (const [bytes, text] of cases) assertEquals(formatBytes(bytes), text);
});

Deno.test("formatPart() keeps to the unit of the whole", () => {
  assertEquals(formatPart(0.25 * GIB, 18.6 * GIB), "0.3 of 18.6 GiB");
  assertEquals(formatPart(0, 0), "0 of 0 B");
});

Deno.test("formatRate() shows a decimal only below ten", () => {
  assertEquals(formatRate(94.4 * 1024 ** 2), "94 MiB/s");
  assertEquals(formatRate(1.25 * 1024 ** 2), "1.3 MiB/s");
  assertEquals(formatRate(500), "500 B/s");
});

Deno.test("formatDuration() says times as people do", () => {
  const cases: [number, string][] = [
    [0.04, "0.0 s"],
    [0.42, "0.4 s"],
    [9.96, "10 s"],
    [59.4, "59 s"],
    [59.6, "1 min"],
    [204, "3 min 24 s"],
    [3599.7, "1 h"],
    [7500, "2 h 5 min"],
    [97200, "1 day 3 h"],
    [172800, "2 days"],
  ];
  for (const [seconds, text] of cases) assertEquals(formatDuration(seconds), text);
});

Deno.test("formatTimeLeft() rounds up, and to minutes above ten", () => {
  const cases: [number, string][] = [
    [0.1, "1 s"],
    [8.2, "9 s"],
    [74.2, "1 min 15 s"],
    [599, "9 min 59 s"],
    [754, "13 min"],
    [4800, "1 h 20 min"],
  ];
  for (const [seconds, text] of cases) assertEquals(formatTimeLeft(seconds), text);
});

Deno.test("count() agrees in number", () => {
  assertEquals([count(0, "job"), count(1, "job"), count(5312, "file")], [
    "0 jobs",
    "1 job",
    "5,312 files",
  ]);
});

Deno.test("width() counts wide characters twice, and what goes onto others not at all", () => {
  assertEquals([width("e\u0301"), width("実\u3099"), width("\u200b")], [1, 2, 0]);
  assertEquals([width("abc"), width("実験"), width("█░"), width("é")], [3, 4, 2, 1]);
});

Deno.test("clip() parts no character from what goes onto it", () => {
  assertEquals(clip("ae\u0301bc", 3), "ae\u0301…");
});

Deno.test("clip() cuts to the width, wide characters too", () => {
  assertEquals(clip("abcdef", 6), "abcdef");
  assertEquals(clip("abcdef", 5), "abcd…");
  assertEquals(clip("実験室", 5), "実験…");
  assertEquals(clip("実験室", 4), "実…");
  assertEquals(clip("abc", 0), "");
});

Deno.test("pad() fills up on either side", () => {
  assertEquals([pad("実", 4), pad("7", 3, "start"), pad("long", 2)], ["実  ", "  7", "long"]);
});

Deno.test("table() sets columns without blanks at the end", () => {
  assertEquals(table([["NAME", "N"], ["a", "10"], ["long name", "7"]], [1]), [
    "NAME        N",
    "a          10",
    "long name   7",
  ]);
  assertEquals(table([["a", ""], ["b", ""]]), ["a", "b"]);
});
