/**
 * The kill sweep of what completes a job: killed at every operation on files of the destination, here
 * and at another machine. What was there stays as it was, what is added is whole, a job that lacks
 * anything has its record; and the same copy again ends like an undisturbed one.
 *
 * `deno task test:faults` tries all points, the ordinary tests a spread of them.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { assert, assertEquals } from "@std/assert";
import { makeSample, type Sample } from "../../scripts/sample.ts";
import { type Direction, type Pair, withPair } from "../support/directions.ts";
import { makeFaulty } from "../support/faulty.ts";
import { startProgram } from "../support/kill.ts";
import { until } from "../support/processes.ts";
import { shell } from "../support/shell.ts";
import { hasSshd, startSshd } from "../support/sshd.ts";
import { killedAt, points } from "../support/sweep.ts";
import { compareTrees, namesIn, readTree, type Tree } from "../support/trees.ts";

const FILES = {
  "a.ckpt": "left out",
  "out/b.ckpt": "too",
  "out/own/c.ckpt": "too",
  "out/log": "there",
  "cache/d.ckpt": "its folder is left out",
};

/** A run whose jobs have come without some files, and what is there of them. */
async function makeScene(pair: Pair): Promise<{ sample: Sample; before: Tree }> {
  const jobs = (["train", "prepare"] as const).map((task) => ({ task, files: FILES }));
  const sample = makeSample(pair.source.path, { jobs });
  shell(sample.root, 'find jobs -exec touch -h -d "2025-01-01 00:00:00.123456789" {} +');
  const some = await pair.copy(sample, { exclude: ["*.ckpt", "cache/"] });
  assertEquals([some.errors, some.complete], [[], true]);
  return { sample, before: readTree(`${pair.destination.path}/jobs`) };
}

/** Checks that nothing was lost or is there by half, and that a job that is not whole says so. */
function assertSound(pair: Pair, { sample, before }: { sample: Sample; before: Tree }): void {
  const there = readTree(`${pair.destination.path}/jobs`);
  for (const [path, { info, kind }] of before) {
    if (kind !== "folder") assertEquals(there.get(path)?.info.ino, info.ino, `${path} was lost`);
  }
  for (const { taskId, jobId } of sample.jobs) {
    const added = Object.entries(FILES).map(([path, text]) => {
      const found = there.get(`${taskId}/${jobId}/${path}`);
      if (found !== undefined) assertEquals(new TextDecoder().decode(found.bytes), text, path);
      return found !== undefined;
    });
    const record = `${pair.destination.path}/.xpm-copy/partial/jobs/${taskId}/${jobId}.json`;
    assert(added.every((is) => is) || existsSync(record), "a job lacks files, and has no record");
  }
}

/** Copies once more, and checks that all is there, and no trace of what came before. */
async function assertGoesOn(pair: Pair, sample: Sample): Promise<void> {
  const result = await pair.copy(sample);
  assertEquals([result.errors, result.jobsReplaced, result.complete], [[], [], true]);
  const { path } = pair.destination;
  compareTrees({ sample, destination: path });
  assert(!existsSync(`${path}/.xpm-copy`), "a record is left");
  // a far shell whose connection was lost clears up a little later; of one that was killed last of
  // all the lock may stay
  const staging = `${path}/.xpm-staging`;
  const left = () => existsSync(staging) ? namesIn(staging) : [];
  const isClear = () => left().every((name) => name.endsWith(".lock"));
  assert(await until(isClear), `${left()} is left`);
}

Deno.test("copyExperiment() killed while it completes jobs leaves their records, and goes on, local to local", async () => {
  let all = 0;
  await withPair("local to local", undefined, async (pair) => {
    const { sample } = await makeScene(pair);
    all = await killedAt("copy", pair, sample, 0);
  });
  assert(all > 15, `only ${all} operations`);
  for (const point of points(all)) {
    await withPair("local to local", undefined, async (pair) => {
      const scene = await makeScene(pair);
      await killedAt("copy", pair, scene.sample, point);
      assertSound(pair, scene);
      await assertGoesOn(pair, scene.sample);
    });
  }
});

for (const direction of ["local to remote", "remote to remote"] as Direction[]) {
  Deno.test({
    name:
      `xpm-copy killed, or failed by programs there, while it completes jobs leaves their records, and goes on, ${direction}`,
    ignore: !await hasSshd(),
    async fn() {
      const folder = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "xpm-sweep-" }));
      try {
        const programs = ["mv", "touch", "rm", "mkdir", "find", "sync", "chmod", "rsync", "tar"];
        const there = await makeFaulty(`${folder}/there`, programs);
        await using sshd = await startSshd({ environment: { PATH: there.path } });
        there.plan(undefined);
        await withPair(direction, sshd, async (pair) => {
          const { sample } = await makeScene(pair);
          there.plan(undefined);
          const { code, err } = await (await startProgram(pair, sample)).ended;
          assertEquals(code, 0, err);
        });
        for (const [index, point] of points(there.starts().length).entries()) {
          await withPair(direction, sshd, async (pair) => {
            there.plan(undefined);
            const scene = await makeScene(pair);
            there.plan({ start: point, what: index % 3 === 2 ? 1 : "kill" });
            const { process, ended } = await startProgram(pair, scene.sample);
            there.aim(process.pid);
            const { code, err } = await ended;
            assert([0, 1, 3, 5, 137].includes(code), `it ended with ${code}: ${err}`);
            there.plan(undefined);
            assertSound(pair, scene);
            await assertGoesOn(pair, scene.sample);
          });
        }
      } finally {
        Deno.removeSync(folder, { recursive: true });
      }
    },
  });
}
