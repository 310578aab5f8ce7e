/**
 * What the user may ask for: patterns to leave out, a limit of the rate, to be told how it goes.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { makeSample } from "../../scripts/sample.ts";
import type { CopyProgress } from "../../mod.ts";
import { inEachDirection, useSshd } from "../support/directions.ts";
import { compareJobs, compareRun } from "../support/trees.ts";

useSshd();

inEachDirection(
  "copyExperiment() leaves out what matches exclude, and counts without it",
  async (pair) => {
    const out = [
      "a.ckpt",
      "out/b.ckpt",
      "logs/x.txt",
      "out/logs/y.txt",
      "big/deep/z",
      "tmp/t",
      "out/tmp/t",
    ];
    const kept = ["logs.txt", "logs/deep/x.txt", "out/big/z", "out/file/tmp", "a.ckpt2", "[a]"];
    const own = { "train.ckpt/train.done": "data" };
    const files = Object.fromEntries([...out, ...kept].map((path) => [path, path]));
    const sample = makeSample(pair.source.path, {
      jobs: [{ task: "train", files: { ...files, ...own } }],
    });
    Deno.writeTextFileSync(`${sample.runFolder}/run.ckpt`, "of the run");
    const exclude = [
      "*.ckpt",
      "logs/*.txt",
      "/big",
      "tmp/",
      "params.json",
      "*.done",
      ".experimaestro",
      "status.json",
    ];
    const result = await pair.copy(sample, { exclude });
    assertEquals([result.errors, result.complete], [[], true]);
    const folders = ["big", "big/deep", "tmp", "out/tmp", "train.ckpt", "train.ckpt/train.done"];
    const all = { sample, destination: pair.destination.path, excluded: [...out, ...folders] };
    compareJobs(all);
    compareRun(all);
    const again = await pair.copy(sample);
    assertEquals([again.jobsCopied, again.jobsSkipped], [1, 0]);
    compareJobs({ sample, destination: pair.destination.path });
  },
);

inEachDirection("copyExperiment() tells its progress, and heeds bandwidthLimit", async (pair) => {
  const sample = makeSample(pair.source.path, { jobs: 3, largeFiles: 1, largeBytes: 700_000 });
  const told: CopyProgress[] = [];
  const commands: string[][] = [];
  const result = await pair.copy(sample, {
    bandwidthLimit: 1000,
    onEvent(event) {
      if (event.type === "progress") told.push(event.progress);
      if (event.type === "command") commands.push(event.command);
    },
  });
  const transfers = commands.filter((command) => command.includes("--bwlimit=1000"));
  assertEquals(transfers.map(([program]) => program), ["rsync"]);
  assert(result.duration > 0.5, `${result.duration} s`);
  assertEquals(
    told.map(({ bytes }) => bytes),
    told.map(({ bytes }) => bytes).sort((a, b) => a - b),
  );
  const { bytes } = result;
  assertEquals(told.at(-1), { bytes, totalBytes: bytes, jobs: 3, received: 3, totalJobs: 3 });
  assert(told.some(({ bytes: some }) => some > 0 && some < bytes), JSON.stringify(told));
  assert(told.some(({ file }) => file?.endsWith("/large.bin")), JSON.stringify(told));
});
