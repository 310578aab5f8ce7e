/**
 * What happens to a job: every pair of states, on real folders.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { assertEquals } from "@std/assert";
import { makeSample, type Sample, type SampleState } from "../../scripts/sample.ts";
import type { CopyPlan, JobAction, JobId } from "../../mod.ts";
import { inEachDirection, onEachHost, type Pair, useSshd } from "../support/directions.ts";
import { shell } from "../support/shell.ts";
import { assertMoved, assertUntouched, compareJobs, readTree } from "../support/trees.ts";

useSshd();

const STATES: SampleState[] = ["missing", "done", "failed", "unfinished", "running"];

/** Source state, then what is done when the destination is absent, done, failed ... */
const TABLE: [SampleState, (JobAction | `${JobAction}!`)[]][] = [
  ["done", ["copy", "skip", "replace", "replace", "leave!"]],
  ["failed", ["copy", "skip", "skip", "replace", "leave!"]],
  ["running", ["wait!", "skip", "leave!", "leave!", "leave!"]],
  ["unfinished", ["copy", "skip", "leave", "leave", "leave"]],
  ["missing", ["missing!", "skip", "leave!", "leave!", "leave!"]],
];

/** One pair of states, and the job that has it. */
interface Cell extends JobId {
  name: string;
  expected: string;
}

/** Both ends with the same jobs, one for each cell of the table. */
function makeCells(pair: Pair): { sample: Sample; cells: Cell[] } {
  const at = (where: string) => ({ task: "train", files: { "where.txt": where } }) as const;
  const pairs = TABLE.flatMap(([source, row]) =>
    row.map((expected, index) => ({ source, destination: STATES[index]!, expected }))
  );
  const options = { experimentId: "table" };
  const sample = makeSample(pair.source.path, {
    ...options,
    jobs: pairs.map(({ source }) => ({ ...at("source"), state: source })),
  });
  makeSample(pair.destination.path, {
    ...options,
    jobs: pairs.map(({ destination }) => ({ ...at("destination"), state: destination })),
  });
  makeOld(pair.destination.path);
  const cells = pairs.map(({ source, destination, expected }, index) => {
    const { taskId, jobId } = sample.jobs[index]!;
    return { name: `${source}, ${destination}`, expected, taskId, jobId };
  });
  return { sample, cells };
}

/** Gives all jobs of a workspace a time long ago. */
function makeOld(workspace: string): void {
  shell(workspace, 'find jobs -exec touch -h -d "2025-01-01 00:00:00.5" {} +');
}

function folderOf(pair: Pair, { taskId, jobId }: JobId): string {
  return `${pair.destination.path}/jobs/${taskId}/${jobId}`;
}

function found(plan: CopyPlan, cells: Cell[]): string[] {
  return plan.jobs.map(({ action, incomplete }, index) =>
    `${cells[index]!.name}: ${action}${incomplete ? "!" : ""}`
  );
}

function expectedOf(cells: Cell[]): string[] {
  return cells.map(({ name, expected }) => `${name}: ${expected}`);
}

inEachDirection("copyExperiment() treats each pair of states as the table says", async (pair) => {
  const { sample, cells } = makeCells(pair);
  const to = pair.destination.path;
  const before = new Map(cells.map((cell) => [cell, readTree(folderOf(pair, cell))]));
  const run = readTree(`${to}/experiments`);
  assertEquals(found(await pair.plan(sample), cells), expectedOf(cells));
  const result = await pair.copy(sample);
  const written = cells.filter(({ expected }) => expected === "copy" || expected === "replace");
  compareJobs({ sample, destination: to, jobs: written });
  for (const cell of written) {
    assertEquals(Deno.readTextFileSync(`${folderOf(pair, cell)}/where.txt`), "source", cell.name);
  }
  for (const cell of cells) {
    if (!written.includes(cell)) assertUntouched(folderOf(pair, cell), before.get(cell)!);
  }
  assertUntouched(`${to}/experiments`, run); // it is in progress there
  assertEquals(existsSync(`${to}/.xpm-staging`), false);
  const { jobsCopied, jobsSkipped, complete, errors } = result;
  assertEquals(
    { jobsCopied, jobsSkipped, complete, errors, run: result.run },
    { jobsCopied: 6, jobsSkipped: 6, complete: false, errors: [], run: "leave" },
  );
  const named = (jobs: JobId[]) =>
    jobs.map(({ jobId }) => cells.find((cell) => cell.jobId === jobId)!.name);
  assertEquals(named(result.jobsReplaced), [
    "done, failed",
    "done, unfinished",
    "failed, unfinished",
  ]);
  assertEquals(named(result.jobsMissing), ["missing, missing"]);
  assertEquals(named(result.jobsRunning), [
    "done, running",
    "failed, running",
    "running, missing",
    "running, failed",
    "running, unfinished",
    "running, running",
    "unfinished, running",
    "missing, running",
  ]);
  assertEquals(named(result.jobsIncomplete), [
    "unfinished, failed",
    "unfinished, unfinished",
    "missing, failed",
    "missing, unfinished",
  ]);
});

inEachDirection(
  "copyExperiment() with keepReplaced keeps what was replaced, as it was",
  async (pair) => {
    const { sample, cells } = makeCells(pair);
    const replaced = cells.filter(({ expected }) => expected === "replace");
    const before = replaced.map((cell) => readTree(folderOf(pair, cell)));
    const result = await pair.copy(sample, { keepReplaced: true });
    const [keep, ...more] = result.replacedFolders ?? [];
    assertEquals(more, []);
    assertEquals(keep!.startsWith(`${pair.destination.path}/.xpm-staging/replaced/`), true, keep);
    assertEquals([...Deno.readDirSync(`${pair.destination.path}/.xpm-staging`)].length, 1);
    for (const [index, { taskId, jobId }] of replaced.entries()) {
      assertMoved(`${keep}/jobs/${taskId}/${jobId}`, before[index]!);
    }
    compareJobs({ sample, destination: pair.destination.path, jobs: replaced });
  },
);

inEachDirection("copyExperiment() with includeRunning takes running jobs along", async (pair) => {
  const { sample, cells } = makeCells(pair);
  const changes: Record<string, string> = {
    "running, missing": "copy",
    "running, unfinished": "replace",
  };
  const expected = cells.map((cell) => ({
    ...cell,
    expected: changes[cell.name] ?? cell.expected,
  }));
  const options = { includeRunning: true };
  assertEquals(found(await pair.plan(sample, options), cells), expectedOf(expected));
  const result = await pair.copy(sample, options);
  const taken = cells.filter(({ name }) => name in changes);
  compareJobs({ sample, destination: pair.destination.path, jobs: taken });
  for (const cell of taken) assertEquals(existsSync(`${folderOf(pair, cell)}/train.pid`), false);
  assertEquals([result.jobsCopied, result.complete], [8, false]);
});

// BUG when this was written: the failed job of the source took the place of the later one.
onEachHost(
  "copyExperiment() leaves a job that was resumed where it was copied to, until the source is ahead",
  async (pair) => {
    const sample = makeSample(pair.source.path, {
      jobs: [{ task: "train", state: "failed", files: { "checkpoints/1.pt": "one" } }],
    });
    const [job] = sample.jobs;
    makeOld(sample.root);
    assertEquals((await pair.copy(sample)).complete, true);
    const there = folderOf(pair, job!);
    Deno.removeSync(`${there}/train.failed`);
    Deno.writeTextFileSync(`${there}/checkpoints/2.pt`, "two");
    const before = readTree(there);
    for (const includeRunning of [false, true]) {
      const { jobsIncomplete, jobsReplaced, complete } = await pair.copy(sample, {
        includeRunning,
      });
      assertEquals([jobsIncomplete.length, jobsReplaced.length, complete], [1, 0, true]);
      assertUntouched(there, before);
    }
    makeOld(pair.destination.path); // as if it had failed at the source later
    Deno.writeTextFileSync(`${job!.folder}/train.failed`, '{"reason": "again"}');
    const { jobsReplaced, complete } = await pair.copy(sample);
    assertEquals([jobsReplaced.length, complete], [1, true]);
    compareJobs({ sample, destination: pair.destination.path });
  },
);

onEachHost(
  "copyExperiment() leaves a job that was resumed, though a file of the source is of tomorrow",
  async (pair) => {
    const sample = makeSample(pair.source.path, {
      jobs: [{ task: "train", state: "failed", files: { "model.bin": "one" } }],
    });
    const [job] = sample.jobs;
    const tomorrow = new Date(Date.now() + 86_400_000);
    Deno.utimeSync(`${job!.folder}/model.bin`, tomorrow, tomorrow);
    assertEquals((await pair.copy(sample)).complete, true);
    const there = folderOf(pair, job!);
    Deno.removeSync(`${there}/train.failed`);
    Deno.writeTextFileSync(`${there}/ckpt`, "two");
    const before = readTree(there);
    const { jobsIncomplete, jobsReplaced } = await pair.copy(sample);
    assertEquals([jobsIncomplete.length, jobsReplaced.length], [1, 0]);
    assertUntouched(there, before);
  },
);

onEachHost(
  "copyExperiment() is complete where jobs are unfinished at the source, or removed",
  async (pair) => {
    const states = ["unfinished", "unfinished", "unfinished", "removed"] as const;
    const jobs = states.map((state) => ({ task: "train", state }) as const);
    const sample = makeSample(pair.source.path, { jobs });
    const there = ["missing", "failed", "unfinished", "missing"] as const;
    makeSample(pair.destination.path, {
      jobs: there.map((state) => ({ task: "train", state }) as const),
    });
    const result = await pair.copy(sample);
    const { jobsCopied, jobsSkipped, jobsMissing, complete } = result;
    assertEquals(
      { jobsCopied, jobsSkipped, jobsMissing, complete, incomplete: result.jobsIncomplete.length },
      { jobsCopied: 1, jobsSkipped: 1, jobsMissing: [], complete: true, incomplete: 2 },
    );
  },
);
