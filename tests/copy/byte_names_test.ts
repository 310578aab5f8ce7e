/**
 * Names of files, and targets of links, that are not UTF-8.
 *
 * @module
 */

import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  CopyError,
  type CopyEvent,
  type CopyOptions,
  listExperiments,
  listRuns,
} from "../../mod.ts";
import { makeSample, type Sample } from "../../scripts/sample.ts";
import { assertSameBytes, hasByteNames, makeByteNames } from "../support/byte_names.ts";
import { inEachDirection, onEachHost, type Pair, REMOTE, useSshd } from "../support/directions.ts";
import { shell } from "../support/shell.ts";
import { compareJobs, compareTrees, namesIn } from "../support/trees.ts";

useSshd();

const options = { ignore: !hasByteNames() };

/** A job and a run with such names, in a folder of their own; the job's leads into another job. */
function makeBytes(pair: Pair): Sample {
  const sample = makeSample(pair.source.path, { jobs: 3 });
  for (const folder of [sample.jobs[0]!.folder, sample.runFolder]) {
    mkdirSync(`${folder}/bytes`);
    makeByteNames(`${folder}/bytes`, sample.jobs[1]!.folder);
  }
  return sample;
}

/** Checks that all of it is at the destination, and that a further copy finds nothing to do. */
async function assertCopied(pair: Pair, sample: Sample, options: CopyOptions): Promise<void> {
  const from = sample.root;
  const to = pair.destination.path;
  for (const folder of [sample.jobs[0]!.folder, sample.runFolder]) {
    const there = to + folder.slice(from.length);
    assertSameBytes(`${there}/bytes`, `${folder}/bytes`, [from, to]);
  }
  const again = await pair.plan(sample, options);
  assertEquals([again.run.action, again.bytes], ["skip", 0]);
}

/** How it travels. */
const WAYS: Record<string, CopyOptions> = {
  "as a stream": {},
  "by rsync": { exclude: ["*.ckpt"] },
};

for (const [way, how] of Object.entries(WAYS)) {
  inEachDirection(
    `copyExperiment() copies names and targets that are not UTF-8 byte for byte, ${way}`,
    async (pair) => {
      const sample = makeBytes(pair);
      const [from, to] = [sample.root, pair.destination.path];
      const shared = "partials/lab.train/ckpt/a";
      mkdirSync(`${from}/${shared}`, { recursive: true });
      makeByteNames(`${from}/${shared}`, sample.jobs[1]!.folder);
      symlinkSync(`${from}/${shared}`, `${sample.jobs[2]!.folder}/shared`);
      const plan = await pair.plan(sample, how);
      const started: string[][] = [];
      const onEvent = (event: CopyEvent) => {
        if (event.type === "command") started.push(event.command);
      };
      const result = await pair.copy(sample, { ...how, onEvent });
      assertEquals([result.errors, result.jobsCopied, result.complete], [[], 3, true]);
      const transfers = started.filter(([program, ...args]) =>
        program === "rsync" && args.includes("--inplace")
      );
      assertEquals(transfers.length, way === "by rsync" ? 1 : 0);
      assertEquals(result.bytes, plan.bytes);
      const outside = result.warnings.find(({ message }) => message.includes("outside"));
      assert(outside?.message.includes(" /data/caf\\xe9 (in jobs/"), outside?.message);
      // BUG when this was written: a link of it was lost, or nothing of it was copied
      assertSameBytes(`${to}/${shared}`, `${from}/${shared}`, [from, to]);
      await assertCopied(pair, sample, how);
    },
    options,
  );
}

onEachHost(
  "copyExperiment() brings later what was left out under names that are not UTF-8",
  async (pair) => {
    const sample = makeBytes(pair);
    await pair.copy(sample, { exclude: ["n*", "hard*", "in", "z*"] });
    const rest = await pair.copy(sample);
    assertEquals([rest.errors, rest.jobsCompleted.length, rest.complete], [[], 1, true]);
    await assertCopied(pair, sample, {});
    assertEquals(namesIn(pair.destination.path), [".__experimaestro__", "experiments", "jobs"]);
  },
  options,
);

onEachHost(
  "copyExperiment() leaves out files of all names by maxSize",
  async (pair) => {
    const names = ["a\\b", "a]b", "[a]*", "two\nlines", " x "];
    const files = Object.fromEntries(names.map((name) => [name, "large".repeat(1000)]));
    const sample = makeSample(pair.source.path, { jobs: [{ task: "train", files }] });
    const { folder } = sample.jobs[0]!;
    shell(folder, `head -c 5000 /dev/zero > "$(printf 'n\\351')"`);
    const few = await pair.copy(sample, { maxSize: 4999 });
    assertEquals([few.errors, few.jobsCopied, few.complete], [[], 1, true]);
    const there = `${pair.destination.path}/jobs${folder.slice(`${sample.root}/jobs`.length)}`;
    assertEquals(shell(there, "find . -size +4000c"), "");
    const rest = await pair.copy(sample);
    assertEquals([rest.errors, rest.bytes, rest.complete], [[], 6 * 5000, true]);
  },
  options,
);

/** Stops a copy once half a million bytes have come. */
async function stopHalfway(pair: Pair, sample: Sample): Promise<void> {
  const controller = new AbortController();
  const onEvent = (event: CopyEvent) => {
    if (event.type === "progress" && event.progress.bytes > 500_000) controller.abort();
  };
  const options = { bandwidthLimit: 400, signal: controller.signal, onEvent };
  await assertRejects(() => pair.copy(sample, options), CopyError, "interrupted");
}

inEachDirection(
  "copyExperiment() goes on with names that are not UTF-8 where it stopped, and leaves none too many",
  async (pair) => {
    const sample = makeBytes(pair);
    const [job, last, other] = sample.jobs; // in this order the tasks are prepare, train, evaluate
    mkdirSync(`${other!.folder}/bytes`);
    makeByteNames(`${other!.folder}/bytes`, job!.folder);
    writeFileSync(`${last!.folder}/zz.bin`, new Uint8Array(1_000_000).fill(1));
    await stopHalfway(pair, sample);
    const to = pair.destination.path;
    // what Deno cannot look at is brought anew, with the folder that it is in
    const path = pair.destination.ssh ? "bytes/d\\351/in" : "evaluate.py";
    const inode = (root: string) =>
      shell(root, `stat -c %i "jobs/$1/$(printf "$2")"`, idOf(other!), path);
    const [staging] = namesIn(`${to}/.xpm-staging`).filter((name) => !name.endsWith(".lock"));
    const before = inode(`${to}/.xpm-staging/${staging}`);
    shell(job!.folder, `rm "$(printf 'bytes/n\\350e')" "$(printf 'bytes/hard\\377')"`);
    const result = await pair.copy(sample);
    assertEquals([result.errors, result.complete], [[], true]);
    assertEquals(inode(to), before, "it was brought anew");
    await assertCopied(pair, sample, {});
  },
  options,
);

function idOf({ taskId, jobId }: { taskId: string; jobId: string }): string {
  return `${taskId}/${jobId}`;
}

onEachHost(
  "copyExperiment() goes on with a run that names a folder in two lines",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 2 });
    const model = "data/a\nb/model.json";
    mkdirSync(`${sample.runFolder}/data/a\nb`, { recursive: true });
    writeFileSync(
      `${sample.runFolder}/${model}`,
      JSON.stringify({ type: "path", value: `${sample.root}/jobs` }),
    );
    writeFileSync(`${sample.jobs[1]!.folder}/zz.bin`, new Uint8Array(1_000_000).fill(1));
    await stopHalfway(pair, sample);
    const result = await pair.copy(sample);
    assertEquals([result.errors, result.complete], [[], true]);
    compareTrees({ sample, destination: pair.destination.path });
  },
);

onEachHost(
  "copyExperiment() counts what is in a folder whose name is not UTF-8",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 1 });
    // more than would come if nothing had been seen of it
    shell(
      sample.jobs[0]!.folder,
      `mkdir d; truncate -s 60000000 d/zeros; mv d "$(printf 'd\\351')"`,
    );
    const plan = await pair.plan(sample);
    assert(plan.bytes > 60_000_000, `${plan.bytes} bytes`);
    const result = await pair.copy(sample);
    assertEquals([result.errors, result.complete, result.bytes], [[], true, plan.bytes]);
    const there = `${pair.destination.path}/jobs/${idOf(sample.jobs[0]!)}`;
    assertEquals(shell(there, "stat -c '%s %b' d*/zeros"), "60000000 0\n");
  },
  options,
);

onEachHost(
  "copyExperiment() relocates documents in a folder whose name is not UTF-8, and keeps such names of a run that it replaces",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 1 });
    const to = pair.destination.path;
    const { runFolder } = sample;
    const there = to + runFolder.slice(sample.root.length);
    assertEquals((await pair.copy(sample)).complete, true);
    shell(there, `echo own > "$(printf 'own\\351')"`);
    const document = JSON.stringify({ type: "path", value: `${sample.root}/jobs/x` });
    const make =
      `mkdir -p data/x; printf '%s' "$1" > data/x/model.json; mv data/x "$(printf 'data/x\\351')"`;
    shell(runFolder, make, document);
    const result = await pair.copy(sample);
    assertEquals([result.errors, result.run, result.complete], [[], "replace", true]);
    assertEquals(
      shell(there, "cat data/x*/model.json own*"),
      document.replace(sample.root, to) + "own\n",
    );
  },
  options,
);

onEachHost(
  "copyExperiment() names a job that is a link to a path that is not UTF-8, where Deno cannot tell it, and copies the rest",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 2 });
    const [job, other] = sample.jobs;
    mkdirSync(`${pair.root}/move/jobs/${job!.taskId}`, { recursive: true });
    renameSync(job!.folder, `${pair.root}/move/jobs/${idOf(job!)}`);
    const move = `mv move "$(printf 'caf\\351')"; ln -s "$PWD"/caf*/jobs/"$1" "$2"`;
    shell(pair.root, move, idOf(job!), job!.folder);
    const result = await pair.copy(sample);
    const isLocal = pair.source.ssh === undefined;
    assertEquals(result.jobsMissing.map(idOf), isLocal ? [idOf(job!)] : []);
    assertEquals([result.errors, result.complete], [[], !isLocal]);
    rmSync(job!.folder);
    shell(pair.root, `mv caf*/jobs/"$1" "$2"`, idOf(job!), job!.folder);
    const jobs = isLocal ? [other!] : sample.jobs;
    compareJobs({ sample, destination: pair.destination.path, jobs });
  },
  options,
);

onEachHost(
  "copyExperiment() refuses a workspace that is in truth a path that is not UTF-8",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 1 });
    shell(
      pair.root,
      `mkdir "$(printf 'caf\\351')"; mv source/jobs caf*/; ln -s "$PWD"/caf*/jobs source/`,
    );
    const error = await assertRejects(() => pair.copy(sample), CopyError, "not UTF-8");
    assertEquals(error.code, "refused");
  },
  options,
);

inEachDirection(
  "listExperiments() passes over folders that have no id, for their names are not UTF-8",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 1 });
    shell(
      `${sample.root}/experiments`,
      `odd=$(printf 'caf\\351'); mkdir "$odd" "$odd/20260101_000000" "neuralir/$odd"
      ln -s /elsewhere "$(printf 'l\\351')"; ln -s "/$odd" link`,
    );
    assertEquals(await listExperiments(pair.source), ["neuralir"]);
    assertEquals(await listRuns(pair.source, "neuralir"), [sample.runId]);
  },
  { ...options, directions: REMOTE },
);
