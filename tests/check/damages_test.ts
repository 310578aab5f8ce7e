/**
 * A check finds each of a thousand damages, and nothing else.
 *
 * @module
 */

import { symlinkSync } from "node:fs";
import { assert, assertEquals } from "@std/assert";
import { checkExperiment } from "../../mod.ts";
import { makeSample } from "../../scripts/sample.ts";
import { inEachDirection, useSshd } from "../support/directions.ts";
import { setTimes } from "../support/shell.ts";
import { damage } from "./damages.ts";

useSshd();

/** How many things are damaged. */
const DAMAGES = 1000;

inEachDirection("checkExperiment() finds 1,000 damages of 1,000", async (pair) => {
  const sample = makeSample(pair.source.path, { jobs: 80, filesPerJob: 14 });
  for (const { folder } of sample.jobs) {
    symlinkSync("params.json", `${folder}/relative`);
    symlinkSync(`${folder}/params.json`, `${folder}/absolute`);
  }
  setTimes(sample.root);
  const copied = await pair.copy(sample, { fsync: false });
  assertEquals([copied.errors, copied.complete], [[], true]);
  const { source, destination } = pair;
  const { experimentId, runId } = sample;
  const check = () => checkExperiment(source, destination, experimentId, runId, { checksum: true });
  const before = await check();
  assertEquals([before.differences, before.same, before.notes], [[], true, []]);
  assertEquals(before.compared.jobs, 80);
  assert(before.compared.files > 1000, `${before.compared.files} files`);

  const folders = [...sample.jobs.map(({ folder }) => folder), sample.runFolder]
    .map((folder) => folder.slice(sample.root.length + 1));
  const paths = { source: source.path, destination: destination.path };
  const made = damage({ ...paths, folders, count: DAMAGES, seed: 19 });
  const { differences, same } = await check();
  const shown = (each: { kind: string; path: string }, aspect: string) =>
    `${each.kind} ${each.path} ${aspect}`.trimEnd();
  const expected = made.map((each) => shown(each, each.aspect)).sort();
  const found = differences.map((each) => shown(each, each.aspects?.join() ?? "")).sort();
  const [known, told] = [new Set(expected), new Set(found)];
  assertEquals({
    missed: expected.filter((each) => !told.has(each)),
    unexpected: found.filter((each) => !known.has(each)),
  }, { missed: [], unexpected: [] });
  assertEquals([expected.length, found.length, same], [DAMAGES, DAMAGES, false]);
});
