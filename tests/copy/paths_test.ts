/**
 * Paths and ids that a shell, rsync or tar could take for something else.
 *
 * @module
 */

import { readlinkSync, renameSync } from "node:fs";
import { assertEquals } from "@std/assert";
import { makeSample, type Sample } from "../../scripts/sample.ts";
import type { JobId } from "../../mod.ts";
import { inEachDirection, type Pair, useSshd } from "../support/directions.ts";
import { compareJobs, compareTrees, namesIn } from "../support/trees.ts";

useSshd();

const PATHS: [source: string, destination: string][] = [
  [`a b  'c' "d"`, "$(touch x)`touch y`${HOME}"],
  ["$(touch x)`touch y`", `it's "here"; touch x & | < > `],
  ["-rf", "~"],
  ["*?[a-z]", "-e touch x"],
  ["host:\\é 漢字 🙂", "host::%41 # @ ! {a,b}\\"],
  // BUG when this was written: GNU tar reads `\n` in the operand of -C as the end of a line.
  ["a\\b\\n\\t\\101", "\\n \\b[c]*\\?"],
];

for (const [source, destination] of PATHS) {
  inEachDirection(`copyExperiment() copies ${source} to ${destination}`, async (odd) => {
    const pair = odd.between({
      source: `${odd.root}/${source}`,
      destination: `${odd.root}/${destination}`,
    });
    const sample = makeSample(pair.source.path, { jobs: 2 });
    const result = await pair.copy(sample);
    assertEquals([result.jobsCopied, result.complete], [2, true]);
    compareTrees({ sample, destination: pair.destination.path });
    assertEquals(namesIn(pair.destination.path), [".__experimaestro__", "experiments", "jobs"]);
    assertEquals(namesIn(pair.root), [source, destination].sort());
    const again = await pair.copy(sample);
    assertEquals([again.jobsSkipped, again.run, again.complete], [2, "skip", true]);
    Deno.removeSync(pair.destination.path, { recursive: true });
    const byRsync = await pair.copy(sample, { bandwidthLimit: 1_000_000 });
    assertEquals([byRsync.jobsCopied, byRsync.complete], [2, true]);
    compareTrees({ sample, destination: pair.destination.path });
    assertEquals(namesIn(pair.root), [source, destination].sort());
  });
}

inEachDirection(
  "copyExperiment() takes ids with blanks, quotes and shell characters",
  async (pair) => {
    const names = { experimentId: `my 'exp' "x" $HOME*`, runId: "run $(touch z) `q` ~ [1]" };
    const sample = makeSample(pair.source.path, { ...names, jobs: 2 });
    const result = await pair.copy({ ...sample, runId: "current" });
    assertEquals([result.runId, result.jobsCopied, result.complete], [names.runId, 2, true]);
    compareTrees({ sample, destination: pair.destination.path });
    const experiment = `${pair.destination.path}/experiments/${names.experimentId}`;
    assertEquals(readlinkSync(`${experiment}/current`), names.runId);
    assertEquals(namesIn(pair.root), ["destination", "source"]);
  },
);

/** Gives a job of a sample, a training, another id. */
function rename(sample: Sample, index: number, taskId: string, jobId: string): JobId {
  const job = sample.jobs[index]!;
  const folder = `${sample.root}/jobs/${taskId}/${jobId}`;
  Deno.mkdirSync(`${sample.root}/jobs/${taskId}`, { recursive: true });
  renameSync(job.folder, folder);
  for (const name of namesIn(folder).filter((name) => name.startsWith("train."))) {
    renameSync(`${folder}/${name}`, `${folder}/${taskId.split(".").at(-1)}${name.slice(5)}`);
  }
  Deno.writeTextFileSync(`${folder}/.experimaestro/status.json`, JSON.stringify({ path: folder }));
  const link = `${sample.runFolder}/jobs/${job.taskId}/${job.jobId}`;
  Deno.removeSync(link);
  Deno.mkdirSync(`${sample.runFolder}/jobs/${taskId}`, { recursive: true });
  Deno.symlinkSync(folder, `${sample.runFolder}/jobs/${taskId}/${jobId}`);
  const lines = Deno.readTextFileSync(`${sample.runFolder}/jobs.jsonl`).split("\n");
  lines[index] = JSON.stringify({ job_id: jobId, task_id: taskId });
  Deno.writeTextFileSync(`${sample.runFolder}/jobs.jsonl`, lines.join("\n"));
  return { taskId, jobId };
}

inEachDirection("copyExperiment() takes tasks and jobs of odd names", async (pair) => {
  const names: [taskId: string, jobId: string][] = [
    ["my tasks.tr[a]in*", "b c"],
    ["pkg.it's", "$(touch x)"],
    ["no dot \\", "~e"],
    ["x", "*"],
    ["a.?", "[!a]"],
  ];
  const jobs = names.map(() => ({ task: "train", files: { "out/b c.lock": "data" } }) as const);
  const sample = makeSample(pair.source.path, { jobs });
  const renamed = names.map(([taskId, jobId], index) => rename(sample, index, taskId, jobId));
  const result = await pair.copy(sample);
  assertEquals([result.errors, result.jobsCopied, result.complete], [[], 5, true]);
  compareJobs({ sample, destination: pair.destination.path, jobs: renamed });
});

async function copyToHome(pair: Pair, path: string, there: string): Promise<void> {
  const sample = makeSample(pair.source.path, { jobs: 1 });
  const result = await pair.between({ destination: path }).copy(sample);
  assertEquals([result.jobsCopied, result.complete], [1, true]);
  compareTrees({ sample, destination: there });
}

inEachDirection("copyExperiment() expands ~ in the path of a remote workspace", async (pair) => {
  const home = (await pair.between({ destination: "~" }).plan(
    makeSample(pair.source.path, { jobs: 1 }),
  )).destination.path;
  await copyToHome(pair, "~/a ~ b", `${home}/a ~ b`);
}, { directions: ["local to remote"] });
