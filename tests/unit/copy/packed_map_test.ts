/**
 * Maps whose values are packed: they do what a `Map` does, and give back what was put in.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { Host } from "../../../lib/host/host.ts";
import type { WorkspaceInfo } from "../../../lib/host/host.ts";
import { addToJob, beginJob, type FoundJob, namesOf } from "../../../lib/copy/found_job.ts";
import { takeInventory } from "../../../lib/copy/inventory.ts";
import type { PathsMap } from "../../../lib/copy/paths_map.ts";
import { entriesByPath, jobsByFolder } from "../../../lib/copy/packings.ts";
import type { Entry } from "../../../lib/system/entry.ts";

const JOB = { taskId: "neuralir.train", jobId: "9de0" };

function entry(path: string, more: Partial<Entry> = {}): Entry {
  return { path, kind: "file", size: 1, mtime: "1768755000.123", mode: 0o644, ...more };
}

const folder = (path: string) => entry(path, { kind: "folder", mode: 0o755 });

/** Entries that are hard to pack, each for another reason. */
const ODD: Entry[] = [
  entry("a\udcff\udc80", { mtime: "1768755000.123456789" }),
  entry("line\nbreak\ttab"),
  entry("\u00e9\u00ff\u0080"),
  entry("重み/モデル.bin"),
  entry("same/name", { size: 2 ** 32 + 1 }),
  entry("other/name", { size: 2 ** 53 - 1, holes: true }),
  entry("other/name/", { size: 0 }),
  entry("before 1970", { mtime: "-1.500000000" }),
  entry("never", { mtime: "-0.250000000" }),
  entry("whole", { mtime: "0" }),
  entry("shared", { shared: "64.1234" }),
  entry("empty", { kind: "folder", mode: 0o7777 }),
  entry("closed", { kind: "folder", mode: 0, trouble: "cannot be read: it is closed" }),
  entry("pipe", { kind: "other" }),
  entry("jobs/t/1", { kind: "link", target: "/w/jobs/t/1" }),
  entry("jobs/t/2", { kind: "link", target: "/elsewhere/jobs/t/2" }),
  entry("jobs/t/3", { kind: "link", target: "../3" }),
  entry("jobs/t/4", { kind: "link", target: "" }),
  entry("jobs/t/5", { kind: "link", target: "a\udcff\n\u00e9" }),
  entry("jobs/t/6", { kind: "link", target: "undefined" }),
  entry("x".repeat(4000), { kind: "link", target: "y".repeat(4000) }),
  folder(""),
];

/** Does the same to a packed map and to a `Map`, and compares them. */
function compare<Value>(
  packed: PathsMap<Value>,
  values: [string, Value][],
  absent: string[],
): void {
  const plain = new Map<string, Value>();
  const same = () => {
    assertEquals([...packed], [...plain]);
    assertEquals([...packed.keys()], [...plain.keys()]);
    assertEquals([...packed.values()], [...plain.values()]);
    assertEquals(packed.size, plain.size);
    for (const path of [...values.map(([path]) => path), ...absent]) {
      assertEquals(packed.get(path), plain.get(path), path);
      assertEquals(packed.has(path), plain.has(path), path);
    }
  };
  for (const [path, value] of values) {
    packed.set(path, value);
    plain.set(path, value);
  }
  same();
  for (const [at, [path]] of values.entries()) { // others take the place of some
    const other = values[(at + 1) % values.length]![1];
    if (at % 3 === 0) assertEquals(packed.delete(path), plain.delete(path));
    else if (at % 3 === 1) {
      packed.set(path, other);
      plain.set(path, other);
    }
  }
  same();
  for (const path of absent) assertEquals(packed.delete(path), false);
  for (const [path, value] of values) {
    packed.set(path, value);
    plain.set(path, value);
  }
  same();
}

Deno.test("entriesByPath() gives back each entry as it was, and in its order", () => {
  const absent = ["same", "name", "same/nam", "same/names", "jobs/t", "jobs/t/", "é", "x", "/"];
  compare(entriesByPath(0), ODD.map((one) => [one.path, one]), absent);
});

Deno.test("entriesByPath() finds each of very many entries", () => {
  const many = Array.from(
    { length: 20_000 },
    (_, at) => entry(`data/${at % 7}/${at}.bin`, { size: at }),
  );
  compare(entriesByPath(30), many.map((one) => [one.path, one]), [
    "data/7/0.bin",
    "data/0/20000.bin",
  ]);
});

/** A job with these entries. */
function jobOf(entries: Entry[], more: Partial<FoundJob> = {}): FoundJob {
  const job = beginJob(folder(""));
  for (const one of entries) addToJob(job, "jobs/t/1", namesOf(JOB), one, () => undefined);
  return { ...job, latest: "1768755000.123", ...more };
}

Deno.test("jobsByFolder() gives back each job as it was, and in its order", () => {
  const linked = { folder: "jobs/t/1", target: "/fast/jobs/t/1", realPath: "/fast/jobs/t/1" };
  const usual = [entry("params.json"), entry("train.done", { size: 0 }), folder("out")];
  const jobs = [
    jobOf(usual),
    jobOf(usual, { latest: undefined }),
    jobOf(usual, { latest: "1768755000.124", pidTime: "-3.000000001" }),
    jobOf([]),
    jobOf([], { names: 2 ** 53 - 2, bytes: NaN, bulk: { names: 0.5, bytes: 2 ** 40 } }),
    jobOf(ODD.slice(0, -1)),
    jobOf([...usual, entry("large.bin", { size: 2 ** 33 })]),
    jobOf([...usual, entry("here", { kind: "link", target: "a\udcff\n" })]),
    jobOf([...usual, entry("重み", { size: 2 ** 33 })]),
    jobOf(Array.from({ length: 5000 }, (_, at) => entry(`${at}`, { kind: "link", target: "/d" }))),
    jobOf(usual, { linked }),
    jobOf(usual, { trouble: "cannot be read", hasOwnWork: false, rest: [] }),
    jobOf([entry("params.json", { shared: "1.2" }), entry("other", { shared: "1.3" })]),
  ];
  const values = jobs.map((job, at): [string, FoundJob] => [`jobs/t/${at}`, job]);
  compare(jobsByFolder(0), values, ["jobs/t/13", "jobs/t", "jobs/t/"]);
  compare(jobsByFolder(1000), values.map(([path, job]) => [`${path}\udcff`, job]), ["jobs/t/1"]);
});

Deno.test("takeInventory() puts a job together whose entries do not come in a row", async () => {
  const jobs = ["1", "2", "3"].map((jobId) => ({ taskId: "n.train", jobId }));
  const told: [string, Entry][] = [
    ["1", folder("")],
    ["1", entry("params.json")],
    ["2", folder("")],
    ["2", entry("train.done", { size: 0 })],
    ["1", entry("a\udcff", { kind: "link", target: "\udcff", size: 1 })],
    ["2", entry("late", { size: 5, mtime: "1768755001" })],
    ["1", entry("large", { size: 2 ** 33 })],
    ["3", entry("without a folder")],
    ["2", entry("train.pid", { mtime: "1768755002" })],
  ];
  const host = {
    scan: (_: unknown, visit: (folder: string, entry: Entry) => void) => {
      for (const [job, one] of told) visit(`jobs/n.train/${job}`, one);
      return Promise.resolve([]);
    },
  } as unknown as Host;
  const info = { state: "workspace", realPath: "/w" } as WorkspaceInfo;
  const request = { jobs, run: undefined, statesOnly: false, excludes: () => undefined };
  const found = await takeInventory(host, info, request);
  assertEquals([...found.jobs.keys()], ["jobs/n.train/1", "jobs/n.train/2"]);
  const one = found.jobs.get("jobs/n.train/1")!;
  assertEquals([one.files, one.bytes, one.documents], [2, 2 ** 33 + 1, ["params.json"]]);
  assertEquals(one.links.map(({ path, target }) => [path, target]), [["a\udcff", "\udcff"]]);
  assertEquals(one.large, [{ path: "large", size: 2 ** 33 }]);
  const two = found.jobs.get("jobs/n.train/2")!;
  assertEquals([two.files, two.bytes, [...two.markers]], [2, 5, ["train.done", "train.pid"]]);
  assertEquals([two.latestFile, two.latest], ["1768755001", "1768755002"]);
  assertEquals(two.pidTime, "1768755002");
});
