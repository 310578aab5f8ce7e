/**
 * A file system on which each file takes milliseconds to be made.
 *
 * @module
 */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { makeSlow, slowHindrance } from "../../bench/slow.ts";
import { makeSample } from "../../scripts/sample.ts";
import { type Pair, withPair } from "../support/directions.ts";
import { startProgram } from "../support/kill.ts";
import { hasSshd, startSshd } from "../support/sshd.ts";
import { compareTrees, namesIn } from "../support/trees.ts";

const ignore = await slowHindrance() !== undefined || !await hasSshd();

const DIRECTIONS = ["local to local", "local to remote"] as const;

/** A job has thirteen files and folders: more than 200 of these are worth a stream. */
const JOBS = 60;

type Env = Record<string, string>;

/** Where each file takes so long to be made, in milliseconds. */
async function whereSlow(
  direction: typeof DIRECTIONS[number],
  milliseconds: number,
  check: (pair: Pair, env: Env) => Promise<void>,
): Promise<void> {
  const folder = Deno.makeTempDirSync({ prefix: "xpm-slow-" });
  try {
    const slow = await makeSlow(folder, "", milliseconds);
    await using sshd = await startSshd({ environment: { PATH: slow.PATH! } });
    const env = direction === "local to local" ? slow : {};
    await withPair(direction, sshd, (pair) => check(pair, env));
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** How many streams were unpacked, by the commands that were run. */
function streamsIn(err: string, direction: typeof DIRECTIONS[number]): number {
  const stream = direction === "local to local" ? /\btar .*-xpf/ : /^\+ ssh -S /;
  return err.split("\n").filter((line) => stream.test(line)).length;
}

for (const direction of DIRECTIONS) {
  for (const [milliseconds, streams] of [[0, "one stream"], [2, "several streams"]] as const) {
    Deno.test({
      name: `xpm-copy brings small files by ${streams} where each takes ${milliseconds} ms to be ` +
        `made, ${direction}`,
      ignore,
      fn: () =>
        whereSlow(direction, milliseconds, async (pair, env) => {
          const sample = makeSample(pair.source.path, { jobs: JOBS });
          const { ended } = await startProgram(pair, sample, { env, args: ["--verbose"] });
          const { code, err } = await ended;
          assertEquals(code, 0, err);
          compareTrees({ sample, destination: pair.destination.path });
          // the run comes after the jobs
          assertEquals(streamsIn(err, direction), milliseconds === 0 ? 1 : 4, err);
        }),
    });
  }

  Deno.test({
    name: `xpm-copy makes no link to a job that did not come by several streams, ${direction}`,
    ignore,
    fn: () =>
      whereSlow(direction, 2, async (pair, env) => {
        const jobs = Array.from({ length: JOBS }, (_, at) => ({
          files: at === 1 ? { "params.json": "{" } : {},
        }));
        const sample = makeSample(pair.source.path, { jobs });
        const [{ jobId }] = sample.jobs.splice(1, 1) as [typeof sample.jobs[0]];
        const { ended } = await startProgram(pair, sample, { env, args: ["--verbose"] });
        const { code, out, err } = await ended;
        assertEquals([code, streamsIn(err, direction)], [3, 4], err);
        assertStringIncludes(out, `${jobId} was not copied: params.json is not JSON`);
        const links = `${sample.runFolder.slice(sample.root.length)}/jobs`;
        const found = namesIn(pair.destination.path + links).flatMap((task) =>
          namesIn(`${pair.destination.path}${links}/${task}`)
        );
        assertEquals(found.toSorted(), sample.jobs.map(({ jobId }) => jobId).toSorted());
      }),
  });
}
