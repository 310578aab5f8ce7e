/**
 * How two workspaces compare, both ways.
 *
 * @module
 */

import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { compareWorkspaces, CopyError, type RunComparison } from "../../mod.ts";
import { makeSample, type SampleState } from "../../scripts/sample.ts";
import { inEachDirection, onEachHost, type Pair, useSshd } from "../support/directions.ts";
import { hasSshd, loginsOf, startSshd } from "../support/sshd.ts";
import { withPair } from "../support/directions.ts";
import { assertUntouched, readTree } from "../support/trees.ts";

useSshd();

/** What was found, a line each; counts that are nothing are left out. */
async function found(pair: Pair, experimentIds?: string[]): Promise<string[]> {
  const options = experimentIds && { experimentIds };
  const { runs } = await compareWorkspaces(pair.source, pair.destination, options);
  return runs.map(shown);
}

function shown({ experimentId, runId, at, ahead, jobs, inProgress }: RunComparison): string {
  const counts = Object.entries(jobs).filter(([, number]) => number > 0)
    .map(([name, number]) => `${number} ${name}`);
  const going = inProgress === undefined ? [] : [`goes on at ${inProgress.join()}`];
  return [`${experimentId} ${runId} at ${at}, ahead ${ahead}`, ...counts, ...going].join(", ");
}

const DONE = ["done", "done", "done"] as const;

function make(root: string, runId: string, states: readonly SampleState[], seed = 1) {
  const jobs = states.map((state) => ({ task: "train" as const, state }));
  return makeSample(root, { runId, jobs, seed });
}

inEachDirection(
  "compareWorkspaces() tells what is where, both ways, and writes nothing",
  async (pair) => {
    const [here, there] = [pair.source.path, pair.destination.path];
    make(here, "20260101_000000", DONE);
    const both = make(here, "20260102_000000", DONE, 2);
    const { errors } = await pair.copy(both, { fsync: false });
    assertEquals(errors, []);
    make(there, "20260103_000000", ["done", "failed", "unfinished", "removed"], 3);
    make(here, "20260104_000000", ["done", "unfinished", "failed", "missing", "done"], 4);
    make(there, "20260104_000000", ["unfinished", "done", "failed", "done", "missing"], 4);
    makeSample(here, { experimentId: "going", jobs: [{ state: "running" }, {}], seed: 5 });
    const before = [here, there].map((path) => [path, readTree(path)] as const);
    assertEquals(await found(pair), [
      "going 20260118_170744 at source, ahead source, 2 sourceOnly, goes on at source",
      "neuralir 20260101_000000 at source, ahead source, 3 sourceOnly",
      "neuralir 20260102_000000 at both, ahead neither, 3 same",
      "neuralir 20260103_000000 at destination, ahead destination, 3 destinationOnly",
      "neuralir 20260104_000000 at both, ahead both, 1 same, 1 sourceOnly, 1 destinationOnly, " +
      "1 sourceNewer, 1 destinationNewer",
    ]);
    for (const [path, tree] of before) assertUntouched(path, tree);
    const only = "going 20260118_170744 at source, ahead source, 2 sourceOnly, goes on at source";
    assertEquals(await found(pair, ["going"]), [only]);
    assertEquals((await found(pair, ["going", "neuralir"])).length, 5);
  },
);

onEachHost(
  "compareWorkspaces() tells of jobs that were copied without some files",
  async (pair) => {
    const sample = makeSample(pair.source.path, {
      jobs: [{ task: "train", files: { "a.ckpt": "a" } }, {}],
    });
    const { errors } = await pair.copy(sample, { exclude: ["*.ckpt"], fsync: false });
    assertEquals(errors, []);
    assertEquals(await found(pair), [
      "neuralir 20260118_170744 at both, ahead source, 2 same, 1 destinationPartial",
    ]);
    await pair.copy(sample, { fsync: false });
    assertEquals(await found(pair), ["neuralir 20260118_170744 at both, ahead neither, 2 same"]);
    // BUG when this was written: another run that has the same id was called the same
    const status = `${sample.runFolder}/status.json`;
    writeFileSync(status, Deno.readTextFileSync(status).replace("44.372099", "44.9"));
    assertEquals(await found(pair), ["neuralir 20260118_170744 at both, ahead both, 2 same"]);
  },
);

onEachHost("compareWorkspaces() knows a job by whatever run it is in", async (pair) => {
  const sample = make(pair.source.path, "20260101_000000", DONE);
  await pair.copy(sample, { fsync: false });
  rmSync(`${pair.destination.path}/experiments`, { recursive: true });
  mkdirSync(`${pair.destination.path}/experiments`);
  assertEquals(await found(pair), [
    "neuralir 20260101_000000 at source, ahead source, 3 same",
  ]);
});

onEachHost(
  "compareWorkspaces() tells a run that went on since it was copied",
  async (pair) => {
    const sample = make(pair.source.path, "20260101_000000", DONE);
    await pair.copy(sample, { fsync: false });
    const run = `experiments/neuralir/${sample.runId}`;
    const status = JSON.parse(Deno.readTextFileSync(`${pair.source.path}/${run}/status.json`));
    const going = JSON.stringify({ ...status, ended_at: null });
    writeFileSync(`${pair.destination.path}/${run}/status.json`, going);
    assertEquals(await found(pair), [
      "neuralir 20260101_000000 at both, ahead source, 3 same, goes on at destination",
    ]);
  },
);

onEachHost("compareWorkspaces() says what is not there", async (pair) => {
  make(pair.source.path, "20260101_000000", DONE);
  const fails = async (experimentIds: string[], message: string, code: string) => {
    const error = await assertRejects(() => found(pair, experimentIds), CopyError);
    assertEquals(error.code, code);
    assertStringIncludes(error.message, message);
  };
  await fails([], pair.destination.path, "not-found");
  mkdirSync(`${pair.destination.path}/experiments`, { recursive: true });
  await fails(
    ["neuralir", "none"],
    "no experiment none in source, nor in destination",
    "not-found",
  );
  await fails(["none"], "no experiment none in source, nor in destination", "not-found");
  await fails(["../x"], "invalid experiment id", "usage");
  assertEquals((await found(pair, ["neuralir"])).length, 1);
});

Deno.test({
  name: "compareWorkspaces() logs in once a host",
  ignore: !await hasSshd(),
  fn: async () => {
    await using sshd = await startSshd();
    await withPair("remote to remote", sshd, async (pair) => {
      make(pair.source.path, "20260101_000000", ["done", "running"]);
      make(pair.destination.path, "20260102_000000", DONE, 2);
      assertEquals((await found(pair)).length, 2);
      assertEquals(loginsOf(sshd), 2);
    });
  },
});
