/**
 * What is done with jobs that lack files: rules of what was found.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { Decision } from "../../../lib/copy/decisions.ts";
import type { Shortfall } from "../../../lib/copy/left_out.ts";
import { decideRecorded, type Recorded } from "../../../lib/copy/recorded.ts";
import { shortfallOf } from "../../../lib/copy/shortfall.ts";
import type { Entries } from "../../../lib/system/content.ts";
import type { Entry } from "../../../lib/system/entry.ts";

/** Files of a job, by path: their sizes, and their times where these matter. */
function files(sizes: Record<string, number | [size: number, mtime: string]>): Entries {
  return new Map(
    Object.entries(sizes).map(([path, told]): [string, Entry] => {
      const [size, mtime] = typeof told === "number" ? [told, "1700000000.5"] : told;
      return [path, { path, kind: "file", size, mtime, mode: 0o644 }];
    }),
  );
}

Deno.test("shortfallOf() tells what today's copy would bring, and what it leaves out", () => {
  const ends = {
    source: files({ "params.json": 10, "a.ckpt": 5, "b.ckpt": 7, "c.opt": 1 }),
    destination: files({ "params.json": 12, "a.ckpt": 5, "c.opt": 1 }),
  };
  const told = (exclude: string[]) => {
    const { lacks, isWhole, changed, files, bytes, by } = shortfallOf(ends, { exclude });
    return { lacks, isWhole, changed, files, bytes, by };
  };
  const nothing = { changed: undefined, files: 0, bytes: 0, by: [] };
  assertEquals(told([]), { lacks: true, isWhole: false, ...nothing });
  assertEquals(told(["*.opt", "b.*"]), {
    ...{ lacks: false, isWhole: false, changed: undefined, files: 1, bytes: 7, by: ["'b.*'"] },
  });
  const whole = {
    ...ends,
    destination: files({ "params.json": 12, "a.ckpt": 5, "b.ckpt": 7, "c.opt": 1 }),
  };
  assertEquals(shortfallOf(whole, { exclude: ["*.ckpt"] }).isWhole, true);
  const cut = {
    ...ends,
    destination: files({ "params.json": 12, "a.ckpt": 5, "b.ckpt": 6, "c.opt": 1 }),
  };
  assertEquals([shortfallOf(cut, {}).lacks, shortfallOf(cut, { exclude: ["b.ckpt"] }).isWhole], [
    true,
    false,
  ]);
});

Deno.test("shortfallOf() tells what has changed since, and takes no rounded time for another", () => {
  const changed = (source: [number, string], destination: [number, string], path = "a") =>
    shortfallOf({
      source: files({ [path]: source, b: [1, "1600000000.0"] }),
      destination: files({ [path]: destination }),
    }, {}).changed;
  assertEquals(changed([1, "1700000000.500"], [1, "1700000000.500"]), undefined);
  assertEquals(changed([1, "1700000000.001"], [1, "1700000001"]), undefined);
  assertEquals(changed([1, "1700000000.999"], [1, "1700000000"]), undefined);
  assertEquals(changed([1, "1700000000.001"], [1, "1700000001.002"]), "a is newer there");
  assertEquals(changed([1, "1700000002"], [1, "1700000000"]), "a has changed at the source");
  assertEquals(changed([1, "1700000000"], [2, "1700000000"]), "a has changed at the source");
  assertEquals(changed([1, "1700000000"], [2, "1700000000"], "params.json"), undefined);
  const ends = { source: files({}), destination: files({ own: 1 }) };
  assertEquals(shortfallOf(ends, {}).changed, "it contains own, which is not at the source");
});

Deno.test("shortfallOf() tells of folders that a killed copy has opened", () => {
  const folder = (mtime: string, mode: number): Entry => (
    { path: "", kind: "folder", size: 0, mtime, mode }
  );
  const told = (source: Entry, destination: Entry) => {
    const ends = { source: new Map([["", source]]), destination: new Map([["", destination]]) };
    const { lacks, isWhole } = shortfallOf(ends, {});
    return [lacks, isWhole];
  };
  const there = folder("1700000000.5", 0o555);
  assertEquals(told(there, there), [false, true]);
  assertEquals(told(there, folder("1700000002.5", 0o555)), [false, true]); // some disks know no better
  assertEquals(told(there, folder("1700000002.6", 0o555)), [true, false]);
  assertEquals(told(there, folder("1700000000.5", 0o755)), [true, false]);
});

Deno.test("shortfallOf() tells when the latest thing at the destination was written", () => {
  const ends = { source: files({}), destination: files({ a: [1, "1700000000.5"], b: 1 }) };
  assertEquals(shortfallOf(ends, {}).newest, "1700000000.5");
});

Deno.test("decideRecorded() decides anew only of what would be left as it is", () => {
  const skip: Decision = { action: "skip", incomplete: false };
  const resting: Decision = { action: "leave", incomplete: false, reason: "unfinished" };
  const others: Decision[] = [
    { action: "leave", incomplete: true },
    { action: "copy", incomplete: false },
    { action: "replace", incomplete: false, reason: "as the table says" },
    { action: "missing", incomplete: true },
  ];
  const shortfall: Shortfall = {
    ...{ lacks: true, isWhole: false, changed: undefined, standing: new Set(), newest: "1" },
    ...{ files: 0, bytes: 0, by: [] },
  };
  const known: Recorded = { source: "done", destination: "done", shortfall, removed: false };
  for (const decision of others) assertEquals(decideRecorded(decision, known), decision);
  const decided = (more: Partial<Recorded>, decision = skip) => {
    const { action, incomplete } = decideRecorded(decision, { ...known, ...more });
    return `${action}${incomplete ? ", exit 3" : ""}`;
  };
  const some = { ...shortfall, lacks: false };
  assertEquals(decided({}), "complete");
  assertEquals(decided({ source: "failed", destination: "failed" }), "complete");
  assertEquals(
    decided({ shortfall: { ...shortfall, changed: "a is newer there" } }),
    "leave, exit 3",
  );
  for (const source of ["failed", "unfinished", "running"] as const) {
    assertEquals(decided({ source }), "leave, exit 3");
    assertEquals(decided({ source, shortfall: some }), "skip");
  }
  assertEquals(decided({ shortfall: undefined, source: "absent" }), "leave, exit 3");
  assertEquals(decided({ shortfall: undefined, source: "absent", removed: true }), "skip");
  assertEquals(decided({ shortfall: some }), "skip");
  assertEquals(
    decided({ source: "unfinished", destination: "unfinished" }, resting),
    "leave, exit 3",
  );
  assertEquals(decided({ shortfall: some }, resting), "leave");
});
