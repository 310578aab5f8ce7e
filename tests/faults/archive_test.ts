/**
 * Exports and imports that are killed, or whose programs fail, at any moment.
 *
 * @module
 */

import { existsSync, statSync } from "node:fs";
import { assert, assertEquals } from "@std/assert";
import { exportExperiment, importExperiment } from "../../mod.ts";
import { makeSample, type Sample } from "../../scripts/sample.ts";
import { ENDING } from "../support/archives.ts";
import { type Direction, inEachDirection, type Pair, useSshd } from "../support/directions.ts";
import { stagedBytes, startCommand } from "../support/kill.ts";
import { until } from "../support/processes.ts";
import { compareJobs, compareRun, compareTrees, namesIn } from "../support/trees.ts";

useSshd();

/** How often each is killed. */
const KILLS = Deno.env.get("XPM_FAULTS") === "full" ? 60 : 8;
const directions: Direction[] = ["local to local", "remote to remote"];

/** Starts a command, and kills it after a part of the time that it takes; answers whether it was. */
async function killed(pair: Pair, args: string[], milliseconds: number): Promise<boolean> {
  const { process, ended } = await startCommand(pair, { args });
  let isOver = false;
  const status = process.status.then(() => isOver = true);
  const timer = setTimeout(() => {
    try {
      if (!isOver) process.kill("SIGKILL");
    } catch {
      // it has ended at this very moment
    }
  }, milliseconds);
  await status;
  clearTimeout(timer);
  const { code, err } = await ended;
  assert([0, 137].includes(code), err);
  return code !== 0;
}

/** How long a command takes by itself. */
async function timeOf(pair: Pair, args: string[]): Promise<number> {
  const begun = performance.now();
  const { code, err } = await (await startCommand(pair, { args })).ended;
  assertEquals(code, 0, err);
  return performance.now() - begun;
}

function sampleOf({ source }: Pair): Sample {
  return makeSample(source.path, { jobs: 60, largeFiles: 3, largeBytes: 2_000_000 });
}

/** Checks that all that stands at its place is whole. */
function assertWhole(pair: Pair, sample: Sample): void {
  const { path } = pair.destination;
  const jobs = sample.jobs.filter(({ taskId, jobId }) =>
    existsSync(`${path}/jobs/${taskId}/${jobId}`)
  );
  compareJobs({ sample, destination: path, jobs });
  const isRunThere = existsSync(`${path}/experiments/neuralir/${sample.runId}`);
  if (isRunThere) compareRun({ sample, destination: path });
}

inEachDirection("an import that is killed leaves nothing half-done in sight", async (pair) => {
  const sample = sampleOf(pair);
  const file = `${pair.root}/run${ENDING}`;
  await exportExperiment(pair.source, file, sample.experimentId, sample.runId);
  const args = ["import", file, "--to", "destination", "--yes"];
  const whole = await timeOf(pair, args);
  Deno.removeSync(pair.destination.path, { recursive: true });
  for (let count = 1; count <= KILLS; count++) {
    const isKilled = await killed(pair, args, whole * (0.3 + 0.7 * count / KILLS));
    assertWhole(pair, sample);
    if (isKilled) continue;
    compareTrees({ sample, destination: pair.destination.path });
    Deno.removeSync(pair.destination.path, { recursive: true });
  }
  const result = await importExperiment(file, pair.destination);
  assertEquals([result.errors, result.complete], [[], true]);
  compareTrees({ sample, destination: pair.destination.path });
  const names = [".__experimaestro__", "experiments", "jobs"];
  assertEquals(namesIn(pair.destination.path), names);
}, { directions });

inEachDirection("an export that is killed leaves no file of that name", async (pair) => {
  const sample = sampleOf(pair);
  const file = `${pair.root}/run${ENDING}`;
  const { experimentId, runId } = sample;
  const args = ["export", experimentId, runId, "--from", "source", "-o", file];
  const whole = await timeOf(pair, args);
  for (let count = 1; count <= KILLS; count++) {
    Deno.removeSync(file);
    await killed(pair, args, whole * (0.3 + 0.7 * count / KILLS));
    if (existsSync(file)) await importExperiment(file, pair.destination, { dryRun: true });
    else {
      await exportExperiment(pair.source, file, experimentId, runId);
      const names = namesIn(pair.root).filter((name) => name.endsWith(".part"));
      assertEquals(names, [], "another export removes what one has left");
    }
  }
  await importExperiment(file, pair.destination);
  compareTrees({ sample, destination: pair.destination.path });
}, { directions });

inEachDirection("an export or import that gets Ctrl-C says what it leaves", async (pair) => {
  const { experimentId, runId } = makeSample(pair.source.path, {
    jobs: 2,
    largeFiles: 1,
    largeBytes: 2e8,
  });
  const file = `${pair.root}/run.tar`;
  const to = pair.destination.path;
  const part = () => namesIn(pair.root).find((name) => name.endsWith(".part"));
  const isGrowing = () => { // by then it was told that something has come
    const name = part();
    return name !== undefined && statSync(`${pair.root}/${name}`).size > 1_000_000;
  };
  const stopped = async (args: string[], isAmid: () => boolean) => {
    const { process, ended } = await startCommand(pair, { args: [...args, "--no-fsync"] });
    assert(await until(isAmid), "nothing came");
    process.kill("SIGINT");
    const { code, err } = await ended;
    assertEquals(code, 130, err);
    return err.slice(err.indexOf("xpm-copy: interrupted")).split("\n").slice(1);
  };
  const words = ["export", experimentId, runId, "--from", "source", "-o", file];
  assertEquals(await stopped(words, isGrowing), [
    "  the unfinished file was removed",
    "  run the same command again to start over",
    "",
  ]);
  assertEquals([existsSync(file), part()], [false, undefined]);
  await exportExperiment(pair.source, file, experimentId, runId);
  const args = ["import", file, "--to", "destination", "--yes"];
  assertEquals(await stopped(args, () => stagedBytes(to) > 100_000), [
    "  no jobs are in place yet",
    "  run the same command again to start over",
    "",
  ]);
}, { directions: ["local to local"] });
