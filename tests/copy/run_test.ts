/**
 * What happens to the run, and to `current`.
 *
 * @module
 */

import { mkdirSync, readlinkSync, symlinkSync, writeFileSync } from "node:fs";
import { assertEquals } from "@std/assert";
import { makeSample, type Sample } from "../../scripts/sample.ts";
import type { CopyResult } from "../../mod.ts";
import { inEachDirection, onEachHost, type Pair, useSshd } from "../support/directions.ts";
import { setTimes, shell } from "../support/shell.ts";
import { assertUntouched, compareRun, compareTrees, readTree } from "../support/trees.ts";

useSshd();

const OLD = "20260101_000000";
const RUN = "20260118_170744";
const NEW = "20260119_090000";

/** The run's folder at the destination. */
function runAt(pair: Pair, { experimentId, runId }: Sample): string {
  return `${pair.destination.path}/experiments/${experimentId}/${runId}`;
}

/** Changes the `status.json` of a run. */
function changeStatus(run: string, changes: Record<string, unknown>): void {
  const status = JSON.parse(Deno.readTextFileSync(`${run}/status.json`));
  Deno.writeTextFileSync(`${run}/status.json`, JSON.stringify({ ...status, ...changes }, null, 2));
}

function current(pair: Pair): string | undefined {
  try {
    return readlinkSync(`${pair.destination.path}/experiments/neuralir/current`);
  } catch {
    return undefined;
  }
}

function outcome({ run, jobsCopied, complete, errors }: CopyResult) {
  return { run, jobsCopied, complete, errors };
}

inEachDirection(
  "copyExperiment() refreshes a run, and keeps what only the destination has",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 2 });
    await pair.copy(sample);
    const run = runAt(pair, sample);
    changeStatus(run, { run_tags: ["mine", "best"] });
    mkdirSync(`${run}/results/local`, { recursive: true });
    writeFileSync(`${run}/results/local/mine.txt`, "mine");
    writeFileSync(`${run}/events/event-0.jsonl`, "what the destination had");
    writeFileSync(`${run}/events/event-mine.jsonl`, "mine");
    symlinkSync("../data", `${run}/results/link`);
    shell(run, "chmod 600 results/local/mine.txt; chmod 700 results/local");
    setTimes(`${run}/results`);
    shell(run, "touch -d @1000000000 status.json events/*");
    const mine = readTree(`${run}/results`);
    changeStatus(sample.runFolder, { run_tags: ["best", "theirs"], last_updated: "later" });
    writeFileSync(`${sample.runFolder}/events/event-1.jsonl`, "{}\n");
    shell(sample.runFolder, "touch -d @1900000000 . status.json events data; chmod 750 data");

    const result = await pair.copy(sample);
    assertEquals(outcome(result), { run: "replace", jobsCopied: 0, complete: true, errors: [] });
    const status = JSON.parse(Deno.readTextFileSync(`${run}/status.json`));
    assertEquals([status.run_tags, status.last_updated], [["best", "theirs", "mine"], "later"]);
    const kept = readTree(`${run}/results`);
    for (const [path, { info, mtime, bytes, target }] of mine) {
      const { info: now, ...item } = kept.get(path)!;
      assertEquals([item.bytes, item.target, now.mode], [bytes, target, info.mode], path);
      assertEquals(item.mtime, mtime, path);
    }
    assertEquals(Deno.readTextFileSync(`${run}/events/event-mine.jsonl`), "mine");
    // without what only the destination has, it is as the source's
    Deno.removeSync(`${run}/results`, { recursive: true });
    Deno.removeSync(`${run}/events/event-mine.jsonl`);
    changeStatus(run, { run_tags: ["best", "theirs"] });
    changeStatus(sample.runFolder, {});
    for (const folder of [run, sample.runFolder]) {
      shell(folder, "touch -d @1900000000 . status.json events");
    }
    compareRun({ sample, destination: pair.destination.path });
  },
);

onEachHost("copyExperiment() leaves a run whose destination is newer", async (pair) => {
  const sample = makeSample(pair.source.path, { jobs: 2 });
  await pair.copy(sample);
  changeStatus(runAt(pair, sample), { run_tags: ["mine"] });
  const before = readTree(pair.destination.path);
  const result = await pair.copy(sample);
  assertEquals(outcome(result), { run: "skip", jobsCopied: 0, complete: true, errors: [] });
  assertUntouched(pair.destination.path, before);
});

onEachHost(
  "copyExperiment() leaves a run in progress at the destination, and copies its jobs",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 4 });
    makeSample(pair.destination.path, { jobs: 2, ended: false });
    const run = runAt(pair, sample);
    changeStatus(run, { hostname: "elsewhere" });
    shell(sample.runFolder, "touch -d @1900000000 status.json");
    const before = readTree(run);
    const result = await pair.copy(sample);
    assertEquals(outcome(result), { run: "leave", jobsCopied: 2, complete: false, errors: [] });
    assertUntouched(run, before);
  },
);

inEachDirection(
  "copyExperiment() takes a run in progress along, current only once it has ended",
  async (pair) => {
    const states = ["done", "running"] as const;
    const jobs = states.map((state) => ({ state, task: "train" }) as const);
    makeSample(pair.source.path, { jobs });
    const sample = makeSample(pair.source.path, { jobs });
    const result = await pair.copy(sample);
    assertEquals(outcome(result), { run: "copy", jobsCopied: 1, complete: false, errors: [] });
    assertEquals([result.runInProgress, current(pair)], [true, undefined]);
    compareTrees({ sample, destination: pair.destination.path, jobs: [sample.jobs[0]!] });

    Deno.removeSync(`${sample.jobs[1]!.folder}/train.pid`);
    writeFileSync(`${sample.jobs[1]!.folder}/train.done`, "");
    changeStatus(sample.runFolder, { ended_at: "2026-01-18T18:00:00" });
    const again = await pair.copy(sample);
    assertEquals(outcome(again), { run: "replace", jobsCopied: 1, complete: true, errors: [] });
    assertEquals([again.runInProgress, current(pair)], [false, RUN]);
    compareTrees({ sample, destination: pair.destination.path });
  },
);

onEachHost("copyExperiment() adds the links to jobs that come later", async (pair) => {
  const sample = makeSample(pair.source.path, {
    jobs: [{ task: "train" }, { task: "train", state: "missing" }],
  });
  const first = await pair.copy(sample);
  assertEquals(outcome(first), { run: "copy", jobsCopied: 1, complete: false, errors: [] });
  const later = makeSample(pair.source.path, { jobs: [{ task: "train" }, { task: "train" }] });
  shell(sample.runFolder, "find . -exec touch -h -d @1000000000 {} +");
  const second = await pair.copy(later);
  assertEquals(outcome(second), { run: "replace", jobsCopied: 1, complete: true, errors: [] });
  compareRun({ sample: later, destination: pair.destination.path });
});

const CURRENT: [what: string, there: (root: string) => void, expected: string][] = [
  ["an older run that has ended", (root) => {
    makeSample(root, { jobs: 1, runId: OLD });
  }, RUN],
  ["an older run in progress", (root) => {
    makeSample(root, { jobs: 1, runId: OLD, ended: false });
  }, OLD],
  ["a newer run", (root) => {
    makeSample(root, { jobs: 1, runId: NEW });
  }, NEW],
  ["an older run that is gone", (root) => {
    makeSample(root, { jobs: 1, runId: OLD });
    Deno.removeSync(`${root}/experiments/neuralir/${OLD}`, { recursive: true });
  }, RUN],
];

for (const [what, make, expected] of CURRENT) {
  const verb = expected === RUN ? "moves" : "does not move";
  onEachHost(`copyExperiment() ${verb} current that names ${what}`, async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 2, runId: RUN });
    make(pair.destination.path);
    const result = await pair.copy(sample);
    assertEquals([result.run, result.complete, current(pair)], ["copy", true, expected]);
    compareRun({ sample, destination: pair.destination.path });
  });
}

onEachHost(
  "copyExperiment() does not touch a current that is a folder, and says so",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 1 });
    const folder = `${pair.destination.path}/experiments/neuralir/current`;
    for (const made of [folder, `${pair.destination.path}/jobs`]) {
      mkdirSync(made, { recursive: true });
    }
    const before = readTree(folder);
    const result = await pair.copy(sample);
    assertEquals([result.run, result.jobsCopied, result.complete], ["copy", 1, false]);
    assertEquals(
      result.errors.map(({ code, message }) => [code, message.includes("is not a link")]),
      [
        ["refused", true],
      ],
    );
    assertUntouched(folder, before);
  },
);
