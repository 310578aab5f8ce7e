/**
 * The kill sweep of a move: killed at every operation on files of the source, here and at another
 * machine. Each file is whole at one end at least, and the same move again ends like an undisturbed
 * one.
 *
 * `deno task test:faults` tries all points, the ordinary tests a spread of them.
 *
 * @module
 */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { assert, assertEquals } from "@std/assert";
import { cleanWorkspace, CopyError, moveExperiment } from "../../mod.ts";
import { makeSample, type Sample } from "../../scripts/sample.ts";
import { type Direction, type Pair, withPair } from "../support/directions.ts";
import { makeFaulty } from "../support/faulty.ts";
import { startCommand } from "../support/kill.ts";
import { HAS_PROC, until } from "../support/processes.ts";
import { hasSshd, sessionsOf, startSshd } from "../support/sshd.ts";
import { killedAt, points } from "../support/sweep.ts";
import { namesIn } from "../support/trees.ts";

/** A run to move, and what its files hold, but for documents, which are rewritten on their way. */
function makeScene(pair: Pair): { sample: Sample; files: Map<string, string> } {
  const sample = makeSample(pair.source.path, { jobs: 4, largeFiles: 1, largeBytes: 300_000 });
  const files = new Map<string, string>();
  for (const { folder } of sample.jobs) {
    for (const path of filesIn(folder)) {
      if (/\.(lock|pid|json)$/.test(path)) continue;
      files.set(`${folder.slice(sample.root.length + 1)}/${path}`, hold(`${folder}/${path}`));
    }
  }
  assert(files.size > 20);
  return { sample, files };
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(folder.length + 1));
}

function hold(path: string): string {
  return readFileSync(path, "latin1");
}

/** Checks that each file is whole somewhere, and no job of the source by half at its place. */
function assertNothingLost(pair: Pair, files: Map<string, string>): void {
  const { path } = pair.source;
  const area = `${path}/.xpm-staging`;
  const asides = existsSync(area) ? namesIn(area).map((name) => `${area}/${name}/replaced`) : [];
  const roots = [pair.destination.path, path, ...asides];
  const jobs = new Map<string, boolean[]>();
  for (const [file, content] of files) {
    const places = roots.filter((root) => existsSync(`${root}/${file}`));
    const whole = places.filter((root) => hold(`${root}/${file}`) === content);
    assert(whole.length > 0, `${file} is lost`);
    const job = file.split("/").slice(0, 3).join("/");
    if (existsSync(`${path}/${job}`)) jobs.set(job, [...jobs.get(job) ?? [], whole.includes(path)]);
  }
  for (const [job, found] of jobs) assert(found.every((is) => is), `${job} stands there by half`);
}

/** Moves again, unless the run has gone already, and checks that all of it is at the destination. */
async function assertGoesOn(pair: Pair, sample: Sample, files: Map<string, string>): Promise<void> {
  const { source, destination } = pair;
  try {
    const result = await moveExperiment(source, destination, sample.experimentId, sample.runId);
    assertEquals([result.kept, result.copied.errors, result.complete], [[], [], true]);
  } catch (error) {
    if (!(error instanceof CopyError) || error.code !== "not-found") throw error;
    await cleanWorkspace(source, { remove: true }); // only what was decided upon is left
  }
  for (const [file, content] of files) assertEquals(hold(`${destination.path}/${file}`), content);
  assert(
    !existsSync(sample.runFolder) && existsSync(
      `${destination.path}/experiments/${sample.experimentId}/${sample.runId}/jobs.jsonl`,
    ),
  );
  assertEquals(filesIn(`${source.path}/jobs`), []);
  await until(() => !existsSync(`${source.path}/.xpm-staging`));
  assertEquals(namesIn(source.path).filter((name) => name.startsWith(".xpm")), []);
}

for (const direction of ["local to local", "local to remote"] as Direction[]) {
  Deno.test({
    name: `moveExperiment() killed at any operation loses no file, and goes on, ${direction}`,
    ignore: direction === "local to remote" && !await hasSshd(),
    async fn() {
      const isRemote = direction === "local to remote";
      await using sshd = isRemote ? await startSshd() : undefined;
      let all = 0;
      await withPair(direction, sshd, async (pair) => {
        all = await killedAt("move", pair, makeScene(pair).sample, 0);
      });
      assert(all > 15, `only ${all} operations`);
      for (const point of points(all)) {
        await withPair(direction, sshd, async (pair) => {
          const { sample, files } = makeScene(pair);
          await killedAt("move", pair, sample, point);
          assertNothingLost(pair, files);
          await assertGoesOn(pair, sample, files);
        });
      }
    },
  });
}

for (const direction of ["remote to local", "remote to remote"] as Direction[]) {
  Deno.test({
    name:
      `xpm-copy move killed at any program of the source loses no file, and goes on, ${direction}`,
    ignore: !HAS_PROC || !await hasSshd(),
    async fn() {
      const folder = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "xpm-sweep-" }));
      try {
        const there = await makeFaulty(`${folder}/there`, ["mv", "rm", "mkdir", "rmdir", "sync"]);
        await using sshd = await startSshd({ environment: { PATH: there.path } });
        there.plan(undefined);
        const start = async (pair: Pair, sample: Sample) => {
          const ends = ["--from", "source", "--to", "destination", "--yes"];
          const args = ["move", sample.experimentId, sample.runId, ...ends];
          return await startCommand(pair, { args });
        };
        await withPair(direction, sshd, async (pair) => {
          const { code, err } = await (await start(pair, makeScene(pair).sample)).ended;
          assertEquals(code, 0, err);
        });
        for (const [index, point] of points(there.starts().length).entries()) {
          await withPair(direction, sshd, async (pair) => {
            const { sample, files } = makeScene(pair);
            there.plan({ start: point, what: index % 3 === 2 ? 1 : "kill" });
            const { process, ended } = await start(pair, sample);
            there.aim(process.pid);
            const { code, err } = await ended;
            assert([0, 1, 3, 5, 7, 137].includes(code), `it ended with ${code}: ${err}`);
            // a far shell ends what it was at, and only then is there something to look at
            assert(await until(() => sessionsOf(sshd).length === 0), "the host is still at work");
            assertNothingLost(pair, files);
            there.plan(undefined);
            await assertGoesOn(pair, sample, files);
          });
        }
      } finally {
        Deno.removeSync(folder, { recursive: true });
      }
    },
  });
}
