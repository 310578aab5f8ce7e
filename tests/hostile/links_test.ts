/**
 * Workspaces made to lead a copy out of them, by links: nothing else is read, nothing else written.
 *
 * @module
 */

import {
  existsSync,
  lstatSync,
  mkdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { CopyError, type CopyErrorCode } from "../../mod.ts";
import { type MadeJob, makeSample, type Sample } from "../../scripts/sample.ts";
import { inEachDirection, onEachHost, type Pair, useSshd } from "../support/directions.ts";
import { makeOutside } from "../support/outside.ts";
import { shell } from "../support/shell.ts";
import { compareJobs, compareTrees, namesIn } from "../support/trees.ts";

useSshd();

/** Puts a link in the place of what stands there. */
function replaceByLink(path: string, target: string): void {
  rmSync(path, { recursive: true, force: true });
  symlinkSync(target, path);
}

async function assertRefused(
  pair: Pair,
  sample: Sample,
  code: CopyErrorCode,
  message: string,
): Promise<void> {
  const error = await assertRejects(() => pair.copy(sample), CopyError);
  assertStringIncludes(error.message, message);
  assertEquals(error.code, code);
}

function places(jobs: MadeJob[]) {
  return jobs.map(({ taskId, jobId }) => ({ taskId, jobId }));
}

onEachHost(
  "copyExperiment() copies nothing by way of a task's folder that leads out of the source",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 2 });
    const [job, other] = sample.jobs;
    const outside = makeOutside(pair, [`${job!.jobId}/prepare.done`, `${job!.jobId}/params.json`]);
    replaceByLink(`${sample.root}/jobs/${job!.taskId}`, outside.path);
    const plan = await pair.plan(sample);
    assertEquals(
      plan.jobs[0]!.reason,
      `a link to ${outside.path}/${job!.jobId}, not a folder of this job`,
    );
    const result = await pair.copy(sample);
    assertEquals(result.jobsMissing, places([job!]));
    assertEquals([result.jobsCopied, result.complete], [1, false]);
    outside.assertKept();
    compareJobs({ sample, destination: pair.destination.path, jobs: [other!] });
  },
);

inEachDirection(
  "copyExperiment() copies by way of a task's folder that leads to one of that task",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 2 });
    const task = `jobs/${sample.jobs[0]!.taskId}`;
    mkdirSync(`${pair.root}/scratch/jobs`, { recursive: true });
    renameSync(`${sample.root}/${task}`, `${pair.root}/scratch/${task}`);
    symlinkSync(`${pair.root}/scratch/${task}`, `${sample.root}/${task}`);
    const result = await pair.copy(sample);
    assertEquals([result.errors, result.jobsCopied, result.complete], [[], 2, true]);
    assert(lstatSync(`${pair.destination.path}/${task}`).isDirectory());
    Deno.removeSync(`${sample.root}/${task}`);
    renameSync(`${pair.root}/scratch/${task}`, `${sample.root}/${task}`);
    compareJobs({ sample, destination: pair.destination.path });
  },
);

onEachHost(
  "copyExperiment() refuses an experiment that leads out of the source, or of the destination",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 1 });
    const outside = makeOutside(pair, [`${sample.runId}/jobs.jsonl`, `${sample.runId}/x`]);
    const message = `is a link to ${outside.path}, not a folder of this experiment`;
    mkdirSync(`${pair.destination.path}/experiments`, { recursive: true });
    symlinkSync(outside.path, `${pair.destination.path}/experiments/neuralir`);
    await assertRefused(pair, sample, "refused", message);
    assertEquals(namesIn(pair.destination.path), ["experiments"]);
    rmSync(pair.destination.path, { recursive: true });
    replaceByLink(`${sample.root}/experiments/neuralir`, outside.path);
    await assertRefused(pair, sample, "refused", message);
    outside.assertKept();
  },
);

onEachHost(
  "copyExperiment() reads no list of jobs, no state and no events through links, nor from pipes",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: [{}, { state: "missing" }] });
    const outside = makeOutside(pair, ["events.jsonl", "jobs.jsonl", "status.json"]);
    // it would say that the missing job is transient, and so missing on purpose
    const event = { scheduler_state: "transient", job_id: sample.jobs[1]!.jobId };
    mkdirSync(`${pair.root}/events`);
    writeFileSync(`${pair.root}/events/e.jsonl`, `${JSON.stringify(event)}\n`);
    const status = JSON.parse(Deno.readTextFileSync(`${sample.runFolder}/status.json`));
    status.job_states[sample.jobs[1]!.jobId] = "unscheduled";
    writeFileSync(`${pair.root}/status.json`, JSON.stringify(status));
    replaceByLink(`${sample.runFolder}/status.json`, `${pair.root}/status.json`);
    replaceByLink(`${sample.runFolder}/events`, `${pair.root}/events`);
    Deno.removeSync(`${sample.runFolder}/jobs/${sample.jobs[1]!.taskId}/${sample.jobs[1]!.jobId}`);
    const { jobs } = await pair.plan(sample);
    assertEquals(jobs.map(({ action }) => action), ["copy", "missing"]);
    replaceByLink(`${sample.runFolder}/jobs.jsonl`, `${outside.path}/jobs.jsonl`);
    await assertRefused(pair, sample, "not-found", "has no jobs.jsonl");
    shell(sample.runFolder, "rm jobs.jsonl status.json events; mkfifo jobs.jsonl status.json");
    await assertRefused(pair, sample, "not-found", "has no jobs.jsonl");
    outside.assertKept();
  },
);

onEachHost(
  "copyExperiment() takes for current no run but one of the experiment's own",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 1 });
    const current = `${sample.root}/experiments/neuralir/current`;
    writeFileSync(`${sample.root}/experiments/jobs.jsonl`, "");
    mkdirSync(`${sample.root}/experiments/neuralir/.hidden`);
    for (const target of ["..", `${sample.runId}/..`, ".hidden", "../../jobs", "/etc", "/"]) {
      replaceByLink(current, target);
      await assertRefused(pair, { ...sample, runId: "current" }, "not-found", "has no current run");
    }
    replaceByLink(current, `/etc/../${sample.runId}`); // by its name, whatever is before it
    assertEquals((await pair.plan({ ...sample, runId: "current" })).runId, sample.runId);
  },
);

inEachDirection(
  "copyExperiment() writes nothing through what is a link in a job, and names the job",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 4 });
    const outside = makeOutside(pair, ["params.json", "status.json", "meta/status.json"]);
    const [params, meta, status, whole] = sample.jobs;
    replaceByLink(`${params!.folder}/params.json`, `${outside.path}/params.json`);
    replaceByLink(`${meta!.folder}/.experimaestro`, `${outside.path}/meta`);
    replaceByLink(
      `${status!.folder}/.experimaestro/status.json`,
      "../../../../../outside/status.json",
    );
    const result = await pair.copy(sample);
    assertEquals(
      result.errors.map(({ message, job }) => [message.split(": ").slice(1).join(": "), job]),
      [
        ["params.json is a link: nothing is written through it", places([params!])[0]],
        [".experimaestro is a link: nothing is written through it", places([meta!])[0]],
        [
          ".experimaestro/status.json is a link: nothing is written through it",
          places([status!])[0],
        ],
      ],
    );
    const hints = result.errors.map(({ hint }) => hint?.startsWith("repair jobs/"));
    assertEquals(hints, [true, true, true]); // another copy alone does not help
    assertEquals([result.jobsCopied, result.complete], [1, false]);
    outside.assertKept();
    compareJobs({ sample, destination: pair.destination.path, jobs: [whole!] });
  },
);

inEachDirection("copyExperiment() keeps links that lead out as links", async (pair) => {
  const sample = makeSample(pair.source.path, { jobs: 2 });
  const outside = makeOutside(pair);
  for (const folder of [sample.jobs[0]!.folder, `${sample.runFolder}/data`]) {
    symlinkSync("/etc", `${folder}/etc`);
    symlinkSync(outside.path, `${folder}/outward`);
    symlinkSync(`${"../".repeat(20)}etc/passwd`, `${folder}/up`);
    symlinkSync("nowhere\n\x1b[31m", `${folder}/odd`);
  }
  const result = await pair.copy(sample);
  assertEquals([result.errors, result.complete], [[], true]);
  outside.assertKept();
  compareTrees({ sample, destination: pair.destination.path });
});

onEachHost(
  "copyExperiment() refreshes a run without following a link that stands in it at either end",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 1 });
    await pair.copy(sample);
    const outside = makeOutside(pair, ["a/b"]);
    const there = `${pair.destination.path}/experiments/neuralir/${sample.runId}`;
    symlinkSync(outside.path, `${sample.runFolder}/results`);
    mkdirSync(`${there}/results/a`, { recursive: true });
    writeFileSync(`${there}/results/a/mine`, "added here");
    symlinkSync(outside.path, `${there}/plots`);
    mkdirSync(`${sample.runFolder}/plots/a`, { recursive: true });
    writeFileSync(`${sample.runFolder}/plots/a/b`, "new");
    shell(sample.runFolder, "touch -d @2000000000 status.json");
    // a folder there, a link here: what is in the folder would be lost
    const refused = await pair.copy(sample);
    assertEquals(refused.errors.map(({ code }) => code), ["refused"]);
    assertStringIncludes(refused.errors[0]!.message, "could not be kept");
    assertEquals(Deno.readTextFileSync(`${there}/results/a/mine`), "added here");
    outside.assertKept();
    rmSync(`${there}/results`, { recursive: true });
    const result = await pair.copy(sample);
    assertEquals([result.run, result.errors], ["replace", []]);
    outside.assertKept();
    assertEquals(Deno.readTextFileSync(`${there}/plots/a/b`), "new");
    assertEquals(readlinkSync(`${there}/results`), outside.path);
  },
);

onEachHost(
  "copyExperiment() replaces nothing by way of a task's folder that is a link",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 2 });
    const [job, other] = sample.jobs;
    const outside = makeOutside(pair, [`jobs/${job!.taskId}/${job!.jobId}/half`]);
    mkdirSync(`${pair.destination.path}/jobs`, { recursive: true });
    symlinkSync(
      `${outside.path}/jobs/${job!.taskId}`,
      `${pair.destination.path}/jobs/${job!.taskId}`,
    );
    const result = await pair.copy(sample);
    assertEquals(result.errors.map(({ job }) => job), places([job!]));
    assertStringIncludes(result.errors[0]!.message, "is a link or not a folder");
    outside.assertKept();
    compareJobs({ sample, destination: pair.destination.path, jobs: [other!] });
  },
);

onEachHost("copyExperiment() refuses a staging area that is a link", async (pair) => {
  const sample = makeSample(pair.source.path, { jobs: 1 });
  const outside = makeOutside(pair);
  mkdirSync(pair.destination.path);
  for (const target of [outside.path, `${pair.root}/nowhere`]) {
    replaceByLink(`${pair.destination.path}/.xpm-staging`, target);
    await assertRefused(pair, sample, "refused", ".xpm-staging");
    await assertRefused(pair, sample, "refused", "is a link: nothing is written through it");
  }
  outside.assertKept();
  assertEquals([existsSync(`${pair.root}/nowhere`), namesIn(pair.destination.path)], [false, [
    ".xpm-staging",
  ]]);
});

onEachHost(
  "copyExperiment() refuses jobs or experiments that lead to a path of two lines",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 1 });
    const command = `touch ${pair.root}/x`;
    // a shell that reads it line by line would take the second for a program of that length
    const odd = `${pair.root}/a\nrun ${command.length + 1}\n${command}`;
    for (const folder of ["jobs", "experiments"]) {
      mkdirSync(`${odd}/${folder}`, { recursive: true });
      for (const [end, path] of [["source", sample.root], ["destination", pair.destination.path]]) {
        mkdirSync(path!, { recursive: true });
        const aside = `${path}/aside`;
        if (end === "source") renameSync(`${path}/${folder}`, aside);
        symlinkSync(`${odd}/${folder}`, `${path}/${folder}`);
        const error = await assertRejects(() => pair.copy(sample), CopyError);
        assertEquals(
          ["usage", "connection", "not-found"].includes(error.code),
          true,
          error.message,
        );
        Deno.removeSync(`${path}/${folder}`);
        if (end === "source") renameSync(aside, `${path}/${folder}`);
      }
    }
    assertEquals(existsSync(`${pair.root}/x`), false);
    assertEquals((await pair.copy(sample)).complete, true);
  },
);

/** What is swapped for a link once the plan is made, in a job's folder; empty: the folder itself. */
const SWAPPED = ["", ".experimaestro", "params.json", ".experimaestro/status.json", "out"];

for (const name of SWAPPED) {
  const what = name === "" ? "a job's folder" : `${name} of a job`;
  inEachDirection(
    `copyExperiment() writes nothing through ${what} that becomes a link while it is copied`,
    async (pair) => {
      const sample = makeSample(pair.source.path, { jobs: 3 });
      const [job, ...others] = sample.jobs;
      const folder = job!.folder;
      const files = ["params.json", ".experimaestro/status.json", "status.json", "prepare.done"];
      const outside = makeOutside(pair, files);
      const place = name === "" ? folder : `${folder}/${name}`;
      let swapped = false;
      const onEvent = ({ type }: { type: string }) => {
        if (type !== "planned" || swapped) return;
        swapped = true;
        if (existsSync(place)) renameSync(place, `${pair.root}/kept`);
        symlinkSync(outside.path, place);
      };
      const result = await pair.copy(sample, { onEvent });
      assertEquals(swapped, true);
      outside.assertKept();
      compareJobs({ sample, destination: pair.destination.path, jobs: others });
      // a host packs it as soon as it is planned: before that moment, or after it
      const mayBePacked = pair.direction.startsWith("remote") && result.errors.length === 0;
      if (pair.direction === "local to remote") { // packed before, while the login went on
        assertEquals(result.errors, []);
      } else if (!mayBePacked && (name === "" || name === "params.json")) {
        assertEquals(result.errors.map(({ job }) => job), places([job!]));
      }
      const there = `${pair.destination.path}/jobs/${job!.taskId}/${job!.jobId}`;
      assert(!lstatSync(there, { throwIfNoEntry: false })?.isSymbolicLink());
    },
  );
}

onEachHost(
  "copyExperiment() puts nothing into a task's folder that becomes a link while it copies",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 2 });
    const [job, other] = sample.jobs;
    const outside = makeOutside(pair);
    const task = `${pair.destination.path}/jobs/${job!.taskId}`;
    mkdirSync(task, { recursive: true });
    const onEvent = ({ type }: { type: string }) => {
      if (type === "planned") replaceByLink(task, outside.path);
    };
    const result = await pair.copy(sample, { onEvent });
    assertEquals(result.errors.map(({ job }) => job), places([job!]));
    outside.assertKept();
    compareJobs({ sample, destination: pair.destination.path, jobs: [other!] });
    assertEquals(readlinkSync(task), outside.path);
    Deno.removeSync(task);
    assertEquals((await pair.copy(sample)).complete, true);
    compareTrees({ sample, destination: pair.destination.path });
  },
);
