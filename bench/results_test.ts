/**
 * The figures, how they are judged, and what is written and drawn of them.
 *
 * @module
 */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { type Contender, type Heat, heatsOf } from "./cases.ts";
import { drawPicture } from "./picture.ts";
import { seconds, writeReport } from "./report.ts";
import { type HeatResult, judge, spreadOf } from "./results.ts";

function resultOf(name: string, times: Partial<Record<Contender, number[]>>): HeatResult {
  const heat = heatsOf(name)[0] as Heat;
  const lanes = heat.case.lanes.map((lane) => ({
    lane,
    costs: (lane.tree === undefined ? times[lane.contender] ?? [] : [1])
      .map((seconds) => ({ seconds, peakBytes: 200e6 })),
  }));
  return { ...heat, lanes };
}

function reportOf(heats: HeatResult[]): string {
  const machine: [string, string][] = [["cores", "2"]];
  return writeReport({ command: "bench", day: "2026-01-18", synced: false, machine, heats });
}

function reachedIn(name: string, times: Partial<Record<Contender, number[]>>): unknown {
  return judge(resultOf(name, times)).map(({ reached, enough }) => [reached, enough]);
}

Deno.test("heatsOf() finds a case in all its places, or in one", () => {
  const names = (name: string) => heatsOf(name).map(({ place }) => place);
  assertEquals(names("jobs-local"), ["disk", "memory"]);
  assertEquals(names("jobs-local/memory"), ["memory"]);
  assertEquals(names("help"), ["disk"]);
  assertEquals(names("jobs"), []);
});

Deno.test("spreadOf() finds the median of an odd and of an even number", () => {
  assertEquals(spreadOf([3, 1, 9]), { median: 3, min: 1, max: 9 });
  assertEquals(spreadOf([4, 10, 1, 2]), { median: 3, min: 1, max: 10 });
  assertEquals(spreadOf([]), undefined);
});

Deno.test("judge() takes the best level that a ratio of medians reaches", () => {
  const rsync = [1, 1, 7];
  assertEquals(reachedIn("jobs-push-0ms", { ours: [0.9], rsync }), [["goal", true]]);
  assertEquals(reachedIn("jobs-push-0ms", { ours: [1], rsync }), [["must", true]]);
  assertEquals(reachedIn("jobs-push-0ms", { ours: [1.1], rsync }), [["none", false]]);
});

Deno.test("judge() grants the round trips that a ratio allows beside the other's time", () => {
  const reached = (ours: number) => [
    reachedIn("jobs-push-50ms", { ours: [ours], rsync: [10], zstd: [1.85] }),
    reachedIn("jobs-push-50ms-random", { ours: [ours], rsync: [10], zstd: [1.85] }),
  ];
  assertEquals(reached(2.1), Array(2).fill([["must", true], ["goal", true]]));
  assertEquals(reached(2.2), Array(2).fill([["must", true], ["must", true]]));
  assertEquals(reached(2.4), Array(2).fill([["must", true], ["none", false]]));
});

Deno.test("judge() knows more than ratios: seconds more, times as fast, memory", () => {
  assertEquals(reachedIn("help", { help: [0.06], empty: [0.03] }), [["must", true]]);
  assertEquals(reachedIn("help", { help: [0.07], empty: [0.03] }), [["none", false]]);
  const fast = { ours: [1], experimaestro: [49] };
  assertEquals(reachedIn("experimaestro-local/disk", fast), [["must", true]]);
  const slow = { ours: [1], experimaestro: [19] };
  assertEquals(reachedIn("experimaestro-local/disk", slow), [["none", false]]);
  assertEquals(reachedIn("many-local/disk", { ours: [12] }), [["none", false], ["must", true]]);
});

Deno.test("judge() holds a way by two hops against the slower one, and against its processor time", () => {
  const heat = heatsOf("jobs-between-0ms")[0]!;
  const figures: [number, number][] = [[1.2, 0.9], [0.5, 0.6], [1, 0.4], [9, 9]]; // no hop
  const lanes = heat.case.lanes.map((lane, at) => {
    const [seconds, processorSeconds] = figures[at]!;
    return { lane, costs: [{ seconds, processorSeconds, peakBytes: undefined }] };
  });
  const found = judge({ ...heat, lanes });
  assertEquals(found.map(({ figure, reached }) => [figure, reached]), [[1.2, "must"], [
    1.5,
    "must",
  ]]);
  const [ours, first] = lanes;
  assertEquals(judge({ ...heat, lanes: [ours!, first!] }).map(({ enough }) => enough), [
    false,
    false,
  ]);
});

Deno.test("judge() takes what was not measured for not reached", () => {
  assertEquals(reachedIn("jobs-local/disk", { ours: [1] }), [["not measured", false]]);
});

Deno.test("seconds() shows three digits that count", () => {
  assertEquals([0.0512, 1.234, 12.34, 196.4].map(seconds), ["0.051", "1.23", "12.3", "196"]);
});

Deno.test("writeReport() names figure, bound and level, and compares each with rsync", () => {
  const page = reportOf([resultOf("jobs-local/disk", { ours: [1.8], rsync: [1], cp: [0.5] })]);
  assertStringIncludes(
    page,
    "| 1,000 jobs, one host | disk | 1.80 × rsync -aH | ≤ 1 × |  | **missed** |",
  );
  assertStringIncludes(page, "| cp -a | 0.500 | 0.500 to 0.500 | 0.50 | 1 |");
  assertStringIncludes(page, "Peak memory of xpm-copy: 200 MB (disk).");
});

Deno.test("writeReport() says why a case was not measured", () => {
  const absent = { ...resultOf("jobs-local/disk", {}), absent: "there is no sshd" };
  assertStringIncludes(reportOf([absent]), "Not measured (disk): there is no sshd.");
});

Deno.test("drawPicture() draws a bar for each contender, cut off at the end of the scale", () => {
  const result = resultOf("jobs-local/disk", { ours: [1], rsync: [2], cp: [9] });
  const widths = [...drawPicture([result]).matchAll(/width="([\d.]+)" height="11"/g)]
    .map(([, width]) => Number(width));
  assertEquals(widths, [96, 192, 480]);
});

Deno.test("drawPicture() leaves out what rsync has no part in", () => {
  const result = resultOf("help", { help: [1], empty: [1] });
  assertEquals(drawPicture([result]).includes("--help"), false);
});
