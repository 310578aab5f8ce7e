/**
 * Following a run in progress until it has ended.
 *
 * @module
 */

import { existsSync, readFileSync, renameSync, utimesSync, writeFileSync } from "node:fs";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { CopyError, type CopyEvent, followExperiment, type FollowOptions } from "../../mod.ts";
import { type MadeJob, makeSample, type Sample } from "../../scripts/sample.ts";
import { DIRECTIONS, type Pair, withPair } from "../support/directions.ts";
import { runProgram } from "../support/program.ts";
import { HAS_PROC, signalAll, until } from "../support/processes.ts";
import { hasSshd, loginsOf, sessionsOf, type Sshd, startSshd } from "../support/sshd.ts";
import { compareTrees } from "../support/trees.ts";

/** A run of three jobs, as it was when the first was done, the second ran, the third was to come. */
interface RunningSample {
  sample: Sample;
  /** Ends the second job. */
  endSecond(): void;
  /** Begins and ends the third job, and with it the run. */
  end(): void;
}

function makeRunning({ root, source }: Pair): RunningSample {
  const sample = makeSample(source.path, { jobs: 3 });
  const [, second, third] = sample.jobs as [MadeJob, MadeJob, MadeJob];
  const status = `${sample.runFolder}/status.json`;
  const ended = readFileSync(status, "utf8");
  const { ended_at: _, ...rest } = JSON.parse(ended);
  writeFileSync(status, JSON.stringify({ ...rest, status: "running", ended_at: null }));
  const marker = (kind: string) => `${second.folder}/${second.task}.${kind}`;
  renameSync(marker("done"), marker("pid"));
  renameSync(third.folder, `${root}/third`);
  return {
    sample,
    endSecond: () => renameSync(marker("pid"), marker("done")),
    end() {
      renameSync(`${root}/third`, third.folder);
      writeFileSync(status, ended);
      utimesSync(status, 1_900_000_000, 1_900_000_000);
    },
  };
}

function follow({ source, destination }: Pair, sample: Sample, options: FollowOptions) {
  return followExperiment(source, destination, sample.experimentId, "current", {
    interval: 0.2,
    ...options,
  });
}

const reachable = await hasSshd();
let sshd: Sshd | undefined;
Deno.test.beforeAll(async () => {
  if (reachable) sshd = await startSshd();
});
Deno.test.afterAll(async () => {
  await sshd?.[Symbol.asyncDispose]();
});

for (const direction of DIRECTIONS) {
  Deno.test({
    name:
      `followExperiment() copies each job once it has ended, and ends with the run, ${direction}`,
    ignore: direction !== "local to local" && !reachable,
    fn: () =>
      withPair(direction, sshd, async (pair) => {
        const { sample, endSecond, end } = makeRunning(pair);
        const before = sshd === undefined ? 0 : loginsOf(sshd);
        const events: CopyEvent[] = [];
        const copied: number[] = [];
        const result = await follow(pair, sample, {
          onEvent(event) {
            events.push(event);
            if (event.type !== "followed") return;
            copied.push(event.result.jobsCopied);
            if (copied.length === 1) endSecond();
            if (event.result.jobsCopied === 2 && event.result.jobsRunning.length === 0) end();
          },
        });
        assertEquals([copied[0], result.jobsCopied, result.complete, result.errors], [
          1,
          3,
          true,
          [],
        ]);
        assertEquals([result.runInProgress, result.jobsRunning], [false, []]);
        compareTrees({ sample, destination: pair.destination.path });
        assertEquals(events.filter(({ type }) => type === "done").length, 1);
        assertEquals(events.at(-1)?.type, "done");
        const hosts = direction.match(/remote/g)?.length ?? 0;
        if (hosts > 0) assertEquals(loginsOf(sshd!) - before, hosts);
      }),
  });
}

Deno.test({
  name: "followExperiment() goes on after twenty lost connections",
  ignore: !HAS_PROC || !reachable,
  fn: () =>
    withPair("remote to local", sshd, async (pair) => {
      const { sample, endSecond, end } = makeRunning(pair);
      let lost = 0;
      const result = await follow(pair, sample, {
        onEvent(event) {
          if (event.type === "retrying") assertEquals(event.attempts, undefined);
          if (event.type !== "connected") return;
          // each login is broken off, now while the run is copied, now while nothing happens
          if (lost++ < 20) setTimeout(() => signalAll(sessionsOf(sshd!)), lost % 2 === 0 ? 0 : 300);
          else if (lost === 21) endSecond();
          if (lost === 21) end();
        },
      });
      assertEquals([result.jobsCopied, result.complete, result.errors], [3, true, []]);
      compareTrees({ sample, destination: pair.destination.path });
      assert(lost >= 21, `${lost} logins`);
    }),
});

Deno.test("xpm-copy --follow shows one plan, says how far it is, and counts all in the end", () =>
  withPair("local to local", undefined, async (pair) => {
    const { sample, endSecond, end } = makeRunning(pair);
    const there = (job: MadeJob) =>
      existsSync(job.folder.replace(pair.source.path, pair.destination.path));
    const [first, second] = sample.jobs as [MadeJob, MadeJob];
    const running = runProgram(pair, sample, ["--follow", "1"]);
    assert(await until(() => there(first)), "the job that was done");
    endSecond();
    assert(await until(() => there(second)), "the job that has ended");
    end();
    const { code, out, err } = await running;
    assertEquals(code, 0, err + out);
    assertEquals(err.split("neuralir, run ").length - 1, 1, err);
    assertEquals(err.split("outside the workspace").length - 1, 1, err);
    assertStringIncludes(
      err,
      "1 job copied so far, 1 running; still following the run (Ctrl-C stops)",
    );
    assertStringIncludes(out, "3 jobs");
    compareTrees({ sample, destination: pair.destination.path });
  }));

Deno.test("followExperiment() stops at a signal, and leaves nothing half-done in sight", () =>
  withPair("local to local", undefined, async (pair) => {
    const { sample } = makeRunning(pair);
    const stop = new AbortController();
    const following = follow(pair, sample, {
      signal: stop.signal,
      onEvent: ({ type }) => type === "followed" && setTimeout(() => stop.abort(), 100),
    });
    const error = await assertRejects(() => following, CopyError);
    assertEquals(error.code, "interrupted");
    assertEquals(existsSync(`${pair.destination.path}/.xpm-staging`), false);
  }));
