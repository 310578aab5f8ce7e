/**
 * The jobs of a run, and the sizes of runs that share jobs, as `xpm-copy ls` lists them.
 *
 * @module
 */

import { mkdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname } from "@std/path";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { CopyError, type JobSummary, listJobs, type ListJobsOptions } from "../../mod.ts";
import { main } from "../../lib/cli/main.ts";
import { summarizeAll } from "../../lib/inspect/summarize.ts";
import { Hosts } from "../../lib/host/hosts.ts";
import { makeSample, type Sample } from "../../scripts/sample.ts";
import { fakeTerminal } from "../cli/samples.ts";
import { type Direction, inEachDirection, useSshd, withPair } from "../support/directions.ts";
import { hasSshd, loginsOf, startSshd } from "../support/sshd.ts";
import { assertUntouched, readTree } from "../support/trees.ts";

useSshd();

/** Each source once: here, and at a host. */
const directions: Direction[] = ["local to local", "remote to local"];

/** The bytes of all files in a folder. */
function bytesIn(folder: string): number {
  return [...Deno.readDirSync(folder)].reduce((sum, { name, isDirectory, isFile }) => {
    const path = `${folder}/${name}`;
    return sum + (isDirectory ? bytesIn(path) : isFile ? Deno.lstatSync(path).size : 0);
  }, 0);
}

/** Replaces the times in a job's status.json; undefined removes the file. */
function setTimes(sample: Sample, index: number, times: object | undefined): void {
  const path = `${sample.jobs[index]!.folder}/.experimaestro/status.json`;
  if (times === undefined) return Deno.removeSync(path);
  writeFileSync(path, JSON.stringify({ ...JSON.parse(Deno.readTextFileSync(path)), ...times }));
}

function namesOf(sample: Sample, jobs: JobSummary[]): number[] {
  return jobs.map(({ jobId }) => sample.jobs.findIndex((job) => job.jobId === jobId));
}

inEachDirection(
  "listJobs() tells the state, size and times of each job, and writes nothing",
  async (pair) => {
    const states = ["done", "failed", "running", "unfinished", "missing", "done"] as const;
    const sample = makeSample(pair.source.path, {
      jobs: states.map((state) => ({ state })),
      ended: false,
    });
    setTimes(sample, 1, { ended_time: "2026-01-18T18:07:46.190402" });
    setTimes(sample, 3, { started_time: null });
    setTimes(sample, 5, undefined);
    const before = readTree(pair.source.path);
    const list = (options: ListJobsOptions = {}) =>
      listJobs(pair.source, sample.experimentId, "current", options);
    const jobs = await list();
    assertEquals(namesOf(sample, jobs), [0, 1, 2, 3, 4, 5]);
    const started = "2026-01-18T17:07:45.190402";
    assertEquals(jobs.map(({ state, startedAt }) => [state, startedAt]), [
      ["done", started],
      ["failed", started],
      ["running", started],
      ["unfinished", undefined],
      ["absent", undefined],
      ["done", undefined],
    ]);
    const durations = jobs.map(({ duration }) => duration && Math.round(duration * 1000));
    assertEquals(durations, [813, 3_601_000, undefined, undefined, undefined, undefined]);
    const sizes = sample.jobs.map(({ folder }, at) => at === 4 ? undefined : bytesIn(folder));
    assertEquals(jobs.map(({ bytes }) => bytes), sizes);
    const quick = await list({ sizes: false });
    assertEquals(quick, jobs.map(({ bytes: _, ...job }) => job));
    assertUntouched(pair.source.path, before);
  },
  { directions },
);

inEachDirection("listJobs() takes odd times for unknown", async (pair) => {
  const sample = makeSample(pair.source.path, { jobs: 5 });
  setTimes(sample, 0, { ended_time: "2025-01-01T00:00:00" }); // of an earlier attempt
  setTimes(sample, 1, { started_time: "\x1b[2J" });
  setTimes(sample, 2, { started_time: 1768756065.5 });
  writeFileSync(`${sample.jobs[3]!.folder}/.experimaestro/status.json`, "{");
  setTimes(sample, 4, {
    started_time: "2026-01-18T17:00:00+02:00",
    ended_time: "2026-01-18T15:00:01Z",
  });
  const jobs = await listJobs(pair.source, "neuralir", sample.runId);
  assertEquals(jobs.map(({ startedAt, duration }) => [startedAt, duration]), [
    ["2026-01-18T17:07:45.190402", undefined],
    [undefined, undefined],
    [undefined, undefined],
    [undefined, undefined],
    ["2026-01-18T17:00:00+02:00", 1],
  ]);
}, { directions });

inEachDirection("listJobs() chooses as a copy does, and sorts", async (pair) => {
  const sample = makeSample(pair.source.path, {
    jobs: [
      { task: "train", files: { big: "x".repeat(5000) } },
      { task: "evaluate", state: "failed" },
      { task: "train", state: "missing" },
      { task: "evaluate", files: { bigger: "x".repeat(9000) } },
    ],
  });
  setTimes(sample, 3, { started_time: "2026-01-19T00:00:00", ended_time: null });
  setTimes(sample, 1, { started_time: "2026-01-17T00:00:00", ended_time: null });
  const list = async (options: ListJobsOptions) =>
    namesOf(sample, await listJobs(pair.source, "neuralir", sample.runId, options));
  assertEquals(await list({ states: ["failed"] }), [1]);
  assertEquals(await list({ tasks: ["*.evaluate"] }), [1, 3]);
  assertEquals(await list({ tags: { none: ["*"] } }), []);
  assertEquals(await list({ sort: "size" }), [3, 0, 1, 2]);
  assertEquals(await list({ sort: "age" }), [3, 0, 1, 2]);
  const byName = [0, 1, 2, 3].sort((a, b) => {
    const name = (at: number) => `${sample.jobs[at]!.taskId}/${sample.jobs[at]!.jobId}`;
    return name(a) < name(b) ? -1 : 1;
  });
  assertEquals(await list({ sort: "name" }), byName);
  const odd = await assertRejects(() => list({ sort: "colour" as "name" }), CopyError);
  assertEquals(odd.code, "usage");
}, { directions });

inEachDirection("listJobs() names jobs that were copied without some files", async (pair) => {
  const sample = makeSample(pair.source.path, {
    jobs: [{ task: "train", files: { "a.ckpt": "a" } }, {}],
  });
  const partial = async () =>
    (await listJobs(pair.destination, "neuralir", "current")).map((job) => job.partial);
  await pair.copy(sample, { exclude: ["*.ckpt"], fsync: false });
  assertEquals(await partial(), [true, undefined]);
  await pair.copy(sample, { fsync: false });
  assertEquals(await partial(), [undefined, undefined]);
});

inEachDirection("listJobs() says what is not there", async (pair) => {
  const fails = async (experimentId: string, runId: string) =>
    (await assertRejects(() => listJobs(pair.source, experimentId, runId), CopyError)).code;
  assertEquals(await fails("neuralir", "current"), "not-found");
  makeSample(pair.source.path, { jobs: 1 });
  assertEquals(await fails("neuralir", "20000101_000000"), "not-found");
  assertEquals(await fails("none", "current"), "not-found");
  assertEquals(await fails("../x", "current"), "usage");
  assertEquals(await fails("neuralir", "../x"), "usage");
}, { directions });

inEachDirection(
  "summarizeAll() counts a job once that several runs share, or that links lead to",
  async (pair) => {
    const root = pair.source.path;
    const shared = { jobs: 3, seed: 1 };
    const first = makeSample(root, { ...shared, runId: "20260101_000000" });
    const second = makeSample(root, { ...shared, runId: "20260102_000000" });
    const other = makeSample(root, { ...shared, experimentId: "other" });
    const { taskId, jobId } = first.jobs[0]!;
    const aside = `${pair.root}/fast/jobs/${taskId}/${jobId}`; // as in experimaestro's mode `move`
    mkdirSync(dirname(aside), { recursive: true });
    renameSync(first.jobs[0]!.folder, aside);
    symlinkSync(aside, first.jobs[0]!.folder);
    // a job under another name, as experimaestro makes it for a task that was renamed
    const alias = first.jobs[1]!.folder.replace(/[^/]*$/, "0".repeat(64));
    symlinkSync(first.jobs[1]!.folder, alias);
    const renamed = first.jobs[1]!.jobId;
    const list = `${other.runFolder}/jobs.jsonl`;
    const lines = Deno.readTextFileSync(list);
    const line = lines.split("\n").find((text) => text.includes(renamed))!;
    writeFileSync(list, `${lines}${line.replace(renamed, "0".repeat(64))}\n`);
    await using hosts = new Hosts();
    const host = await hosts.open(pair.source);
    const jobs = bytesIn(aside) +
      first.jobs.slice(1).reduce((sum, { folder }) => sum + bytesIn(folder), 0);
    const own = [first, second, other].map(({ runFolder }) => bytesIn(runFolder));
    const { experiments, bytes } = await summarizeAll(host, pair.source, { jobs: "sizes" });
    assertEquals(bytes, jobs + own[0]! + own[1]! + own[2]!);
    assertEquals(experiments.map(({ bytes }) => bytes), [jobs + own[0]! + own[1]!, jobs + own[2]!]);
    assertEquals(experiments[0]!.runs.map(({ bytes }) => bytes), [jobs + own[0]!, jobs + own[1]!]);
    assertEquals(experiments[1]!.runs[0]!.jobStates, { done: 4 });
    const one = await summarizeAll(host, pair.source, { jobs: "sizes", experimentId: "other" });
    assertEquals(one.bytes, jobs + own[2]!);
    const states = await summarizeAll(host, pair.source, { jobs: "states" });
    assertEquals([states.bytes, states.experiments[0]!.bytes], [undefined, undefined]);
  },
  { directions },
);

Deno.test({
  name: "listJobs() logs in once",
  ignore: !await hasSshd(),
  fn: async () => {
    await using sshd = await startSshd();
    await withPair("remote to local", sshd, async (pair) => {
      const sample = makeSample(pair.source.path, { jobs: 3 });
      assertEquals((await listJobs(pair.source, "neuralir", sample.runId)).length, 3);
      assertEquals(loginsOf(sshd), 1);
    });
  },
});

inEachDirection(
  "xpm-copy ls lists jobs, experiments and runs in an order, and sums up",
  async (pair) => {
    const root = pair.source.path;
    const sample = makeSample(root, { jobs: [{ state: "failed" }, {}], experimentId: "b" });
    makeSample(root, { jobs: 1, experimentId: "a", seed: 2, runId: "20260101_000000" });
    makeSample(root, { jobs: 1, experimentId: "b", seed: 3, runId: "20260102_000000" });
    mkdirSync(`${root}/experiments/c`);
    const ls = async (...args: string[]) => {
      const terminal = fakeTerminal();
      assertEquals(await main(["ls", root, ...args], terminal), 0);
      return terminal.out.join("").trimEnd().split("\n");
    };
    const objects = async (...args: string[]) =>
      (await ls(...args, "--json")).map((line) => JSON.parse(line));
    const job = await objects("b", sample.runId, "--state", "failed");
    assertEquals(job.map(({ type }) => type), ["job", "summary"]);
    const [warning] = await objects("b", sample.runId, "--task", "trian");
    assertEquals(warning.hint, "did you mean --task '*.train'?");
    const { jobId, state, runId, experimentId, bytes } = job[0];
    assertEquals(
      { jobId, state, runId, experimentId },
      { jobId: sample.jobs[0]!.jobId, state: "failed", runId: sample.runId, experimentId: "b" },
    );
    assertEquals(job[1].total, { jobs: 1, bytes });
    const names = async (order: string) =>
      (await objects("--sort", order)).flatMap(({ experimentId: id }) => id ?? []);
    assertEquals(await names("name"), ["a", "b", "c"]);
    assertEquals(await names("age"), ["b", "a", "c"]);
    assertEquals((await names("size"))[0], "b");
    const runs = async (order: string) =>
      (await objects("b", "--sort", order)).flatMap(({ runId: id }) => id ?? []);
    assertEquals(await runs("name"), ["20260102_000000", sample.runId]);
    assertEquals(await runs("age"), [sample.runId, "20260102_000000"]);
    assertEquals(await runs("size"), [sample.runId, "20260102_000000"]);
    const lines = await ls("b", sample.runId, "--no-size");
    assert(/^JOB +STATE +STARTED +DURATION( +TAGS)?$/.test(lines[0]!), lines[0]);
    assertEquals(lines.at(-1), "2 jobs: 1 done, 1 failed");
    assert(/^3 runs, [0-9.]+ [KM]?i?B in all; jobs that/.test((await ls()).at(-1)!));
    assertEquals((await ls("--no-size")).length, 4);
    assertEquals((await objects("--no-size")).at(-1).total, { experiments: 3 });
  },
  { directions: ["local to local"] },
);
