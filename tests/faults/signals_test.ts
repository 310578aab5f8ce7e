/**
 * The program, told to end by a signal: real processes, which are looked for afterwards.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { makeSample, type Sample } from "../../scripts/sample.ts";
import { DIRECTIONS, EACH_HOST, type Pair, withPair } from "../support/directions.ts";
import { type Program, stagedBytes, startCommand, startProgram } from "../support/kill.ts";
import {
  descendants,
  HAS_PROC,
  type Process,
  signalAll,
  until,
  workingIn,
} from "../support/processes.ts";
import { hasSshd, startSshd } from "../support/sshd.ts";
import { compareTrees, namesIn } from "../support/trees.ts";

const reachable = await hasSshd();

/** A copy in the middle of a large file. */
async function copyMidway(pair: Pair, sample: Sample): Promise<[Program, Process[]]> {
  const program = await startProgram(pair, sample, { args: ["--bwlimit", "500"] });
  const to = pair.destination.path;
  assert(await until(() => stagedBytes(to) > 100_000), "nothing came");
  const children = descendants(program.process.pid);
  assert(children.length > 0, "it has no children");
  return [program, children];
}

/** What works for a copy, here or at the other end. */
function alive(pair: Pair, children: Process[]): string[] {
  const pids = new Set(children.map(({ pid }) => pid));
  return workingIn(pair.root)
    .filter(({ words, pid }) => pids.has(pid) || /rsync|tar|ssh/.test(words[0] ?? ""))
    .map(({ words }) => words.join(" "));
}

function makeLarge(pair: Pair): Sample {
  return makeSample(pair.source.path, { jobs: 2, largeFiles: 1, largeBytes: 2e6 });
}

for (const direction of DIRECTIONS) {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    // what is done at SIGHUP is what is done at SIGTERM
    if (signal === "SIGHUP" && !EACH_HOST.includes(direction)) continue;
    Deno.test({
      name:
        `xpm-copy that gets ${signal} says what stands, leaves no process, and goes on, ${direction}`,
      ignore: !HAS_PROC || direction !== "local to local" && !reachable,
      async fn() {
        await using sshd = reachable ? await startSshd() : undefined;
        await withPair(direction, sshd, async (pair) => {
          const sample = makeLarge(pair);
          const [{ process, ended }, children] = await copyMidway(pair, sample);
          // a terminal sends Ctrl-C to all that runs in it
          signalAll([process, ...signal === "SIGINT" ? children : []], signal);
          const { code, err } = await ended;
          assertEquals(code, 130, err);
          assertStringIncludes(
            err,
            "stopping; press Ctrl-C again to quit immediately\nxpm-copy: interrupted",
          );
          assertStringIncludes(
            err,
            "no jobs are in place yet; files already received are kept in ",
          );
          assertStringIncludes(err, "run the same command again to resume");
          await until(() => alive(pair, children).length === 0);
          assertEquals(alive(pair, children), []);
          assertEquals(namesIn(`${pair.root}/tmp`), []);
          assertEquals((await pair.copy(sample)).complete, true);
          compareTrees({ sample, destination: pair.destination.path });
        });
      },
    });
  }
}

Deno.test({
  name: "xpm-copy of several runs that gets SIGINT counts the jobs of all that stand",
  ignore: !HAS_PROC,
  fn: () =>
    withPair("local to local", undefined, async (pair) => {
      const { path } = pair.source;
      makeSample(path, { runId: "20260117_090000", jobs: 3, seed: 2 });
      const sample = makeLarge(pair);
      const { experimentId, runFolder } = sample;
      const many = ["copy", experimentId, "--all-runs", "--from", "source", "--to", "destination"];
      const args = [...many, "--yes", "--bwlimit", "500"];
      const { process, ended } = await startCommand(pair, { args });
      const to = pair.destination.path;
      const before = `${to}${dirname(runFolder).slice(path.length)}/20260117_090000`;
      const isAmid = () => existsSync(before) && stagedBytes(to) > 100_000;
      assert(await until(isAmid), "nothing came");
      process.kill("SIGINT");
      const { code, err } = await ended;
      assertEquals(code, 130, err);
      assertStringIncludes(err, "\n  3 of 5 jobs are complete and in place; the rest is kept in ");
    }),
});

Deno.test({
  name: "xpm-copy leaves at once at the second signal, whatever its children do",
  ignore: !HAS_PROC,
  fn: () =>
    withPair("local to local", undefined, async (pair) => {
      const sample = makeLarge(pair);
      const [{ process, ended }, children] = await copyMidway(pair, sample);
      signalAll(children, "SIGSTOP");
      process.kill("SIGINT");
      await new Promise((resolve) => setTimeout(resolve, 100));
      process.kill("SIGINT");
      const { code, err } = await ended;
      assertEquals(code, 130);
      assertStringIncludes(err, "stopping; press Ctrl-C again to quit immediately\n");
      assert(!err.includes("interrupted"), err);
      signalAll(children);
    }),
});
