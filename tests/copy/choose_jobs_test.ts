/**
 * Copies of some jobs of a run, and of some files of jobs: what was not chosen is named, is no
 * reason for exit code 3, and comes with a later copy.
 *
 * @module
 */

import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { CopyError, type CopyOptions, type CopyProblem, planRuns } from "../../mod.ts";
import { makeSample, type Sample } from "../../scripts/sample.ts";
import { stagingName } from "../../lib/copy/loads.ts";
import type { Survey } from "../../lib/copy/surveyed.ts";
import { inEachDirection, onEachHost, type Pair, useSshd } from "../support/directions.ts";
import { runProgram } from "../support/program.ts";
import { compareJobs, compareRun, compareTrees, namesIn } from "../support/trees.ts";

useSshd();

/** Six jobs: of each task one that is done and one that failed, the latter with tags of 2. */
function make(pair: Pair): Sample {
  return makeSample(pair.source.path, {
    jobs: (["done", "failed"] as const).flatMap((state) =>
      (["prepare", "train", "evaluate"] as const).map((task) => ({ task, state }))
    ),
  });
}

/** The jobs that a copy brings of those that are chosen: the n-th of a task needs those before it. */
function withNeeded(jobs: Sample["jobs"], isChosen: (job: Sample["jobs"][number]) => boolean) {
  const order = ["prepare", "train", "evaluate"];
  return jobs.filter((job) =>
    jobs.some((other) =>
      isChosen(other) && other.n === job.n && order.indexOf(other.task) >= order.indexOf(job.task)
    )
  );
}

/** The jobs that are chosen, and the options that choose them. */
const CHOICES: [string, CopyOptions, (job: Sample["jobs"][number]) => boolean][] = [
  ["a task", { tasks: ["*.train"] }, ({ task }) => task === "train"],
  ["two tasks", { tasks: ["*.train", "*.eval*"] }, ({ task }) => task !== "prepare"],
  ["a state", { states: ["failed"] }, ({ state }) => state === "failed"],
  ["a tag", { tags: { width: ["2"] } }, ({ task, n }) => task !== "prepare" && n === 1],
  [
    "all of these",
    { tasks: ["*.train"], states: ["done"], tags: { width: ["1.0", "x*"] } },
    ({ task, state }) => task === "train" && state === "done",
  ],
  ["nothing", { tasks: ["train"] }, () => false],
];

for (const [name, options, isChosen] of CHOICES) {
  onEachHost(
    `copyExperiment() copies the jobs chosen by ${name}, and later the rest`,
    async (pair) => {
      const sample = make(pair);
      const to = pair.destination.path;
      const chosen = withNeeded(sample.jobs, isChosen);
      const omitted = sample.jobs.length - chosen.length;
      const plan = await pair.plan(sample, options);
      assertEquals(
        plan.jobs.map(({ action, incomplete }) => [action, incomplete]),
        sample.jobs.map((job) => [chosen.includes(job) ? "copy" : "omit", false]),
      );
      const result = await pair.copy(sample, options);
      assertEquals([result.errors, result.jobsMissing, result.complete], [[], [], true]);
      assertEquals([result.jobsCopied, result.jobsOmitted], [chosen.length, omitted]);
      const some = { sample, destination: to, jobs: chosen };
      compareJobs(some);
      compareRun(some);
      const again = await pair.copy(sample, options);
      assertEquals([again.jobsCopied, again.run, again.complete], [0, "skip", true]);
      const rest = await pair.copy(sample);
      assertEquals([rest.jobsCopied, rest.jobsOmitted, rest.run, rest.complete], [
        ...[omitted, 0, omitted > 0 ? "replace" : "skip"],
        true,
      ]);
      compareTrees({ sample, destination: to });
      assertEquals(namesIn(to), [".__experimaestro__", "experiments", "jobs"]);
    },
  );
}

onEachHost("copyExperiment() links to jobs of earlier selections, too", async (pair) => {
  const sample = make(pair);
  for (const [width, copied] of [[2, 3], [1, 2]] as const) {
    const task = width === 2 ? "evaluate" : "train";
    const choice = { tasks: [`*.${task}`], tags: { width: [String(width)] } };
    const result = await pair.copy(sample, choice);
    assertEquals([result.jobsCopied, result.complete], [copied, true]);
  }
  const jobs = sample.jobs.filter(({ task, n }) => task !== "evaluate" || n === 1);
  const both = { sample, destination: pair.destination.path, jobs };
  compareJobs(both);
  compareRun(both);
});

onEachHost(
  "copyExperiment() publishes nothing that another selection has left in the staging folder",
  async (pair) => {
    const sample = make(pair);
    const to = pair.destination.path;
    const plan = await pair.plan(sample);
    const name = await stagingName({ plan } as Survey);
    const [train] = sample.jobs.filter(({ task }) => task === "train");
    const left = `${to}/.xpm-staging/${name}/jobs/${train!.taskId}/${train!.jobId}`;
    mkdirSync(left, { recursive: true });
    writeFileSync(`${left}/half.bin`, "half");
    writeFileSync(`${to}/.__experimaestro__`, "");
    const result = await pair.copy(sample, { tasks: ["*.prepare"] });
    assertEquals([result.errors, result.jobsCopied, result.complete], [[], 2, true]);
    assertEquals(readdirSync(`${to}/jobs`), ["neuralir.tasks.prepare"]);
    await pair.copy(sample);
    compareTrees({ sample, destination: to });
  },
);

inEachDirection(
  "xpm-copy names the jobs that are not selected, and answers with 0",
  async (pair) => {
    const sample = make(pair);
    const args = ["--task", "*.train", "--state", "done,failed", "--tag", "width=1"];
    const plan = await runProgram(pair, sample, args, "plan");
    assertEquals(plan.code, 0, plan.err);
    assertStringIncludes(plan.out, "omit   4 jobs             not selected\n");
    assertStringIncludes(plan.out, "needed by other jobs: prepare/");
    assertStringIncludes(plan.out, "--state done,failed --task '*.train' --tag width=1 ");
    const done = await runProgram(pair, sample, args);
    assertEquals(done.code, 0, done.err);
    assertStringIncludes(done.out, "Copied 2 jobs");
    assertStringIncludes(done.out, "  not selected: 4 jobs\n");
    const again = await runProgram(pair, sample, args, "plan");
    assertStringIncludes(again.out, "Nothing to copy: everything selected is ");
  },
);

inEachDirection(
  "copyExperiment() leaves out files by maxSize and metadataOnly, and later brings them",
  async (pair) => {
    const files = { "big.bin": new Uint8Array(2 ** 20), "deep/odd [x]*.bin": new Uint8Array(3000) };
    const sample = makeSample(pair.source.path, { jobs: [{ task: "train", files }] });
    const to = pair.destination.path;
    const some = { sample, destination: to };
    const least = await pair.copy(sample, { metadataOnly: true });
    assertEquals([least.errors, least.complete], [[], true]);
    const folder = `${to}/jobs/${sample.jobs[0]!.taskId}/${sample.jobs[0]!.jobId}`;
    assertEquals(namesIn(folder), [".experimaestro", "params.json", "train.done"]);
    assert(existsSync(`${folder}/.experimaestro/events/event-0.jsonl`));
    const more = await pair.copy(sample, { maxSize: 2999 });
    assertEquals([more.errors, more.jobsCopied, more.complete], [[], 1, true]);
    compareJobs({ ...some, excluded: ["big.bin", "deep/odd [x]*.bin"] });
    const args = ["--max-size", "3000"];
    assertEquals((await runProgram(pair, sample, args)).code, 0);
    compareJobs({ ...some, excluded: ["big.bin"] });
    const plan = await runProgram(pair, sample, args, "plan");
    assertStringIncludes(plan.out, "skip   1 job       1.0 MiB left out by --max-size\n");
    assertStringIncludes(plan.out, "to get them, copy without this option");
    await pair.copy(sample);
    compareTrees(some);
  },
);

inEachDirection(
  "copyExperiment() leaves out more files by maxSize than a command line could name",
  async (pair) => {
    const deep = Array.from({ length: 10 }, () => "d".repeat(240)).join("/");
    const large = Array.from({ length: 900 }, (_, n) => [`${deep}/${n}`, "large"]);
    const files = { ...Object.fromEntries(large), [`${deep}/small`]: "1" };
    const sample = makeSample(pair.source.path, { jobs: [{ task: "train", files }, {}] });
    const { errors, complete } = await pair.copy(sample, { maxSize: 4 });
    assertEquals([errors, complete], [[], true]);
    const { taskId, jobId } = sample.jobs[0]!;
    const to = `${pair.destination.path}/jobs/${taskId}/${jobId}`;
    assertEquals(namesIn(`${to}/${deep}`), ["small"]);
    const rest = await pair.copy(sample, { maxSize: 5 });
    assertEquals([rest.errors, rest.bytes], [[], 900 * 5]);
  },
  { directions: ["local to local", "remote to remote"] },
);

onEachHost("copyExperiment() refuses a state that jobs are not chosen by", async (pair) => {
  const states = ["absent"] as CopyOptions["states"];
  const error = await assertRejects(() => pair.copy(make(pair), { states: states! }), CopyError);
  assertEquals(error.code, "usage");
});

inEachDirection("a copy names what it selects jobs by and no job has", async (pair) => {
  const sample = make(pair);
  makeSample(pair.source.path, { runId: "20260119_090000", jobs: [{ task: "train" }], seed: 2 });
  const cases: [string[], string[]][] = [
    [["--task", "*.trian"], ["--task '*.trian'"]],
    [["--task", "train"], ["--task train"]],
    [["--task", "trian"], ["--task trian"]],
    [["--task", "*.trian", "--tag", "wdth=1"], ["--task '*.trian'", "--tag wdth=1"]],
    [["--task", "*.trian", "--task", "*.train"], ["--task '*.trian'"]],
    [["--state", "running,unfinished"], ["--state running,unfinished"]],
    [["--task", "*.prepare", "--tag", "width=2"], ["--task '*.prepare' --tag width=2"]],
    [["--task", "*.train", "--state", "running"], ["--task '*.train' --state running"]],
    [["--task", "*.train", "--state", "running,failed"], []],
  ];
  for (const [args, unmatched] of cases) {
    const sentences = unmatched.map((words) => `no job matches ${words}`);
    const plan = await runProgram(pair, sample, args, "plan");
    assertEquals([plan.code, plan.out.match(/no job .*/g) ?? []], [0, sentences], plan.out);
    const isMeant = /no job matches --task .*\n {2}did you mean --task '\*\.train'\?\n/.test(
      plan.out,
    );
    assertEquals(isMeant, /'\*\.trian'|k trian|k train/.test(sentences.join()), plan.out);
    if (args.includes("wdth=1")) assertStringIncludes(plan.out, "did you mean --tag width=1?\n");
    const json = await runProgram(pair, sample, ["--json", ...args], "plan");
    const { result } = JSON.parse(json.out.trimEnd().split("\n").at(-1)!);
    const usage = result.warnings.filter(({ code }: CopyProblem) => code === "usage");
    assertEquals(usage.map(({ message }: CopyProblem) => message), sentences);
  }
  const { code, err } = await runProgram(pair, sample, cases[0]![0]);
  assertEquals(code, 0);
  assertStringIncludes(err, "warning: no job matches --task '*.trian'\n");
  // of several runs, what one of them lacks is no news
  const runs = { runs: ["*"] };
  const planned = async (options: CopyOptions) =>
    (await planRuns(pair.source, pair.destination, runs, options)).warnings
      .flatMap(({ code, message }) => code === "usage" ? [message] : []);
  assertEquals(await planned({ tasks: ["*.prepare", "*.train"] }), []);
  for (const tasks of [["*.train", "*.trian"], ["*.trian"]]) {
    assertEquals(await planned({ tasks }), ["no job matches --task '*.trian'"]);
  }
}, { directions: ["local to local", "remote to local"] });
