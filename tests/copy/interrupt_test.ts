/**
 * Copies that are stopped, and go on.
 *
 * @module
 */

import { existsSync, lstatSync } from "node:fs";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { makeSample, type Sample } from "../../scripts/sample.ts";
import { CopyError, type CopyEvent, type CopyOptions, type CopyProgress } from "../../mod.ts";
import { endsHere, inEachDirection, type Pair, useSshd } from "../support/directions.ts";
import { until } from "../support/processes.ts";
import {
  assertMoved,
  assertUntouched,
  compareJobs,
  compareTrees,
  namesIn,
  readTree,
} from "../support/trees.ts";

useSshd();

/** Copies until a moment comes, then stops. */
async function stopAt(
  pair: Pair,
  sample: Sample,
  moment: (event: CopyEvent) => boolean,
  options: CopyOptions = {},
): Promise<void> {
  const controller = new AbortController();
  const { signal } = controller;
  const reason = new Error("no longer wanted");
  const onEvent = (event: CopyEvent) => {
    if (moment(event)) controller.abort(reason);
  };
  const error = await assertRejects(
    () => pair.copy(sample, { ...options, signal, onEvent }),
    CopyError,
  );
  assertEquals([error.code, error.cause], ["interrupted", reason]);
}

/** The jobs that are in sight. */
function inSight(pair: Pair, { jobs }: Sample) {
  return jobs.filter(({ taskId, jobId }) =>
    existsSync(`${pair.destination.path}/jobs/${taskId}/${jobId}`)
  );
}

inEachDirection("copyExperiment() starts nothing once its signal has fired", async (pair) => {
  const sample = makeSample(pair.source.path, { jobs: 1 });
  const before = readTree(pair.root);
  const events: string[] = [];
  const signal = AbortSignal.abort();
  for (const ask of [pair.copy, pair.plan]) {
    const error = await assertRejects(
      () => ask(sample, { signal, onEvent: ({ type }) => events.push(type) }),
      CopyError,
    );
    assertEquals(error.code, "interrupted");
  }
  assertEquals(events.filter((type) => type === "command"), []);
  assertUntouched(pair.root, before);
});

inEachDirection(
  "copyExperiment() that was stopped shows nothing half-done, and goes on in the middle of a file",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 2, largeFiles: 1, largeBytes: 4_000_000 });
    await stopAt(
      pair,
      sample,
      (event) => event.type === "progress" && event.progress.bytes > 500_000,
      { bandwidthLimit: 1500 },
    );
    const to = pair.destination.path;
    assertEquals([inSight(pair, sample), existsSync(`${to}/experiments`)], [[], false]);
    const [staging] = namesIn(`${to}/.xpm-staging`).filter((name) => !name.endsWith(".lock"));
    const large = `jobs/${sample.jobs[0]!.taskId}/${sample.jobs[0]!.jobId}/large.bin`;
    const half = lstatSync(`${to}/.xpm-staging/${staging}/${large}`);
    assert(half.size > 100_000, `${half.size} bytes`);
    assertEquals(half.mode & 0o077, half.mode & 0o044, "nobody else may write there");
    const result = await pair.copy(sample);
    assertEquals([result.jobsCopied, result.complete], [2, true]);
    assert(result.bytesBefore! >= half.size && result.bytesBefore! < result.bytes);
    assertEquals(lstatSync(`${to}/${large}`).ino, half.ino);
    compareTrees({ sample, destination: to });
    assertEquals(namesIn(to), [".__experimaestro__", "experiments", "jobs"]);
  },
);

inEachDirection(
  "copyExperiment() that resumes tells what had come before from what it sends",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 2, largeFiles: 2, largeBytes: 6_000_000 });
    const slow = { bandwidthLimit: 3000 };
    await stopAt(
      pair,
      sample,
      (event) => event.type === "progress" && event.progress.bytes > 6_300_000,
      slow,
    );
    const told: CopyProgress[] = [];
    const result = await pair.copy(sample, {
      onEvent: (event) => event.type === "progress" && told.push(event.progress),
    });
    // what was under way may have come as well, before the stop was noticed
    const { received, totalBytes, bytesBefore = 0 } = told[0]!;
    assert(received >= 1 && bytesBefore > received * 6_000_000, JSON.stringify(told[0]));
    assert(bytesBefore < totalBytes, JSON.stringify(told[0]));
    assertEquals(told.filter((one) => one.bytesBefore !== bytesBefore), []);
    assert(told.every(({ bytes }) => bytes >= bytesBefore), JSON.stringify(told));
    assertEquals(told.at(-1)!.received, 2);
    assertEquals(result.bytesBefore, bytesBefore);
    assertEquals((await pair.copy(sample)).bytesBefore, undefined);
  },
);

inEachDirection(
  "copyExperiment() that is stopped at any of its commands leaves whole jobs only",
  async (pair) => {
    const to = pair.destination.path;
    const states = ["unfinished", "missing", "missing", "missing"] as const;
    const there = makeSample(to, { jobs: states.map((state) => ({ state })), ended: true });
    Deno.removeSync(`${to}/experiments/neuralir/current`);
    const sample = makeSample(pair.source.path, { jobs: 4, runId: "20260119_000000" });
    const [replaced] = there.jobs;
    const old = readTree(replaced!.folder);
    // a remote claim that was broken off lasts a while: there only the first after rsync is tried
    const isRemote = !endsHere(pair.direction).destination;
    let stops = isRemote ? 0 : await countCommands(pair, sample);
    for (let stopped = true; stopped && !(isRemote && stops > 0); stops++) {
      let counts = !isRemote;
      let left = stops;
      stopped = await stopAt(pair, sample, (event) => {
        if (event.type !== "command") return false;
        if (counts) return left-- === 0;
        counts = event.command.includes("--files-from=-");
        return false;
      }).then(() => true, () => false);
      const isNew = existsSync(`${replaced!.folder}/prepare.done`);
      if (!isNew) assertMoved(replaced!.folder, old);
      compareJobs({ sample, destination: to, jobs: inSight(pair, sample).slice(isNew ? 0 : 1) });
    }
    assertEquals((await pair.copy(sample)).complete, true);
    compareTrees({ sample, destination: to });
    await until(() => !namesIn(to).includes(".xpm-staging"));
    assertEquals(namesIn(to), [
      ".__experimaestro__",
      ".events",
      ".scheduler",
      "experiments",
      "jobs",
    ]);
  },
);

/** How many commands it takes to plan. */
async function countCommands(pair: Pair, sample: Sample): Promise<number> {
  let commands = 0;
  const onEvent = ({ type }: CopyEvent) => commands += type === "command" ? 1 : 0;
  await pair.plan(sample, { onEvent });
  return commands;
}
