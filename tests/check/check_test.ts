/**
 * What a check finds, says, and leaves alone.
 *
 * @module
 */

import {
  chmodSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  checkExperiment,
  type CheckOptions,
  type CheckResult,
  CopyError,
  type CopyOptions,
} from "../../mod.ts";
import { type MadeJob, makeSample, type Sample } from "../../scripts/sample.ts";
import { hasByteNames, makeByteNames } from "../support/byte_names.ts";
import { inEachDirection, onEachHost, type Pair, useSshd } from "../support/directions.ts";
import { runProgram } from "../support/program.ts";
import { setTimes, shell } from "../support/shell.ts";
import { assertUntouched, readTree } from "../support/trees.ts";

useSshd();

function check(pair: Pair, sample: Sample, options: CheckOptions = {}): Promise<CheckResult> {
  const { source, destination } = pair;
  return checkExperiment(source, destination, sample.experimentId, sample.runId, options);
}

async function copy(pair: Pair, sample: Sample, options: CopyOptions = {}): Promise<void> {
  const { errors } = await pair.copy(sample, { fsync: false, ...options });
  assertEquals(errors, []);
}

/** The folder of a job, relative to a workspace. */
function folderOf({ taskId, jobId }: Pick<MadeJob, "taskId" | "jobId">): string {
  return `jobs/${taskId}/${jobId}`;
}

/** What was found, a line each. */
function found({ differences }: CheckResult): string[] {
  return differences.map(({ kind, path, what }) => `${kind} ${path}: ${what}`);
}

/** Checks that a check finds nothing, with and without the contents. */
async function assertSame(pair: Pair, sample: Sample, options: CheckOptions = {}): Promise<void> {
  for (const checksum of [false, true]) {
    const result = await check(pair, sample, { ...options, checksum });
    assertEquals([found(result), result.same, result.checksum], [[], true, checksum]);
  }
}

inEachDirection("checkExperiment() finds no difference in a copy of all there is", async (pair) => {
  const sample = makeSample(pair.source.path, { jobs: 4, largeFiles: 1, largeBytes: 9_000_000 });
  const [first, second] = sample.jobs;
  for (const folder of [first!.folder, sample.runFolder]) {
    shell(
      folder,
      `mkdir -p odd/empty odd/private 'odd/two
lines' odd/closed; echo a > odd/private/secret; echo c > odd/closed/c
      ln odd/private/secret odd/one; echo x > 'odd/two
lines/back\\slash = "q"'; truncate -s 8M odd/holes; : > odd/nothing; mkfifo odd/fifo
      ln -s nowhere odd/dangling; ln -s ../status.json odd/relative; ln -s "$PWD/odd" odd/absolute
      chmod 600 odd/private/secret; chmod 444 odd/nothing; chmod 700 odd/private; chmod 555 odd/closed
      chmod 2775 odd/empty`,
    );
  }
  chmodSync(`${second!.folder}/params.json`, 0o444);
  setTimes(sample.root);
  await copy(pair, sample);
  const [here, there] = [readTree(pair.source.path), readTree(pair.destination.path)];
  await assertSame(pair, sample);
  assertUntouched(pair.source.path, here);
  assertUntouched(pair.destination.path, there);
});

onEachHost("checkExperiment() compares names that are not UTF-8", async (pair) => {
  const sample = makeSample(pair.source.path, { jobs: 2 });
  for (const folder of [sample.jobs[0]!.folder, sample.runFolder]) {
    mkdirSync(`${folder}/bytes`);
    makeByteNames(`${folder}/bytes`, sample.root);
  }
  await copy(pair, sample);
  await assertSame(pair, sample);
  const folder = `${folderOf(sample.jobs[0]!)}/bytes`;
  const [here, there] = [pair.source, pair.destination].map(({ path }) => `${path}/${folder}`);
  const change =
    `file=$(printf 'd\\351/in'); printf 'TWO\\n' > "$file"; touch -r "$1/$file" "$file"`;
  shell(there!, change, here!);
  const { differences } = await check(pair, sample, { checksum: true });
  assertEquals(differences.map(({ aspects }) => aspects), [["content"]]);
}, { ignore: !hasByteNames() });

onEachHost(
  "checkExperiment() tells states, and compares no job that is newer",
  async (pair) => {
    const states = [
      "done",
      "done",
      "unfinished",
      "running",
      "removed",
      "missing",
      "failed",
    ] as const;
    const sample = makeSample(pair.source.path, {
      jobs: states.map((state) => ({ task: "train", state })),
      ended: true,
    });
    const [lost, gone, unfinished, running, , missing, failed] = sample.jobs;
    await copy(pair, sample, { includeRunning: true });
    const there = (job: MadeJob | undefined) => `${pair.destination.path}/${folderOf(job!)}`;
    rmSync(there(lost), { recursive: true });
    writeFileSync(`${there(unfinished)}/train.done`, "");
    rmSync(gone!.folder, { recursive: true });
    const result = await check(pair, sample);
    assertEquals(found(result).filter((line) => !line.includes(folderOf(running!))), [
      `missing ${folderOf(lost!)}: the whole job`,
      `newer ${folderOf(gone!)}: absent → done`,
      `newer ${folderOf(unfinished!)}: unfinished → done`,
    ]);
    assertEquals(result.notes.map(({ message }) => message), [
      `${folderOf(missing!)} is at neither end`,
    ]);
    assertEquals(result.differences[0]?.job, { taskId: lost!.taskId, jobId: lost!.jobId });
    rmSync(`${there(failed)}/train.failed`);
    const again = await check(pair, sample);
    const ofFailed = found(again).filter((line) => line.includes(folderOf(failed!)));
    assertEquals(ofFailed.length, 1);
    assertStringIncludes(ofFailed[0]!, `missing ${folderOf(failed!)}/train.failed: a file, `);
  },
);

onEachHost(
  "checkExperiment() says what still runs, and that its run goes on",
  async (pair) => {
    const sample = makeSample(pair.source.path, {
      jobs: [{ state: "done" }, { task: "train", state: "running" }],
    });
    await copy(pair, sample, { includeRunning: true });
    const result = await check(pair, sample);
    assertEquals([found(result), result.same], [[], true]);
    assertEquals(result.notes.map(({ message }) => message), [
      `${folderOf(sample.jobs[1]!)} is still running at the source`,
      `experiments/${sample.experimentId}/${sample.runId} is in progress at the source`,
    ]);
  },
);

onEachHost(
  "xpm-copy --check compares what was copied: what still runs, or is missing, keeps code 3",
  async (pair) => {
    const states = ["done", "running", "missing"] as const;
    const sample = makeSample(pair.source.path, { jobs: states.map((state) => ({ state })) });
    const copied = await runProgram(pair, sample, ["--check"]);
    assertEquals(copied.code, 3);
    assertStringIncludes(copied.out, "still running: ");
    assertStringIncludes(copied.out, "No differences: compared 1 job, ");
    assert(!copied.err.includes("warning: experiments/"), copied.err);
    assertEquals((await check(pair, sample)).same, false);
    rmSync(`${sample.jobs[0]!.folder}/params.json`);
    assertEquals((await runProgram(pair, sample, ["--check"])).code, 7);
  },
);

onEachHost("checkExperiment() tells what was left out from what is missing", async (pair) => {
  const sample = makeSample(pair.source.path, {
    jobs: [{
      task: "train",
      files: {
        "a.ckpt": new Uint8Array(1 << 20),
        "deep/b.ckpt": new Uint8Array(1 << 21),
        "c.opt": "c",
      },
    }, {}],
  });
  await copy(pair, sample, { exclude: ["*.ckpt"] });
  const folder = folderOf(sample.jobs[0]!);
  const result = await check(pair, sample, { checksum: true });
  assertEquals([found(result), result.same], [[], true]);
  assertEquals(result.leftOut, { jobs: 1, files: 2, bytes: 3 << 20 });
  assert(result.compared.bytes < 1 << 20, "what is not there is not compared");
  unlinkSync(`${pair.destination.path}/${folder}/c.opt`);
  const lacking = await check(pair, sample);
  assertEquals(found(lacking), [`missing ${folder}/c.opt: a file, 1 bytes`]);
  assertEquals(lacking.compared.files, result.compared.files - 1);
  const record = `${pair.destination.path}/.xpm-copy/partial/${folder}.json`;
  writeFileSync(record, '{"exclude": ["**", 7, "["]}');
  assertEquals(found(await check(pair, sample)).length, 3);
  unlinkSync(record);
  assertEquals(found(await check(pair, sample)), [
    `missing ${folder}/a.ckpt: a file, 1048576 bytes`,
    `missing ${folder}/c.opt: a file, 1 bytes`,
    `missing ${folder}/deep/b.ckpt: a file, 2097152 bytes`,
  ]);
});

onEachHost("checkExperiment() checks the run, current and the marker", async (pair) => {
  const sample = makeSample(pair.source.path, { jobs: 2 });
  await copy(pair, sample);
  const { path } = pair.destination;
  const experiment = `experiments/${sample.experimentId}`;
  const run = `${experiment}/${sample.runId}`;
  unlinkSync(`${path}/${experiment}/current`);
  unlinkSync(`${path}/.__experimaestro__`);
  const link = `jobs/${sample.jobs[0]!.taskId}/${sample.jobs[0]!.jobId}`;
  unlinkSync(`${path}/${run}/${link}`);
  symlinkSync(sample.jobs[0]!.folder, `${path}/${run}/${link}`);
  shell(`${path}/${run}`, "echo >> jobs.jsonl");
  const { differences } = await check(pair, sample);
  assertEquals(differences.map(({ kind, path, aspects }) => [kind, path, aspects]), [
    ["differs", `${run}/jobs.jsonl`, ["size", "time"]],
    ["differs", `${run}/${dirname(link)}`, ["time"]],
    ["differs", `${run}/${link}`, ["target"]],
    ["missing", `${experiment}/current`, undefined],
    ["missing", ".__experimaestro__", undefined],
  ]);
  rmSync(`${path}/${run}`, { recursive: true });
  assertEquals(found(await check(pair, sample)).slice(0, 1), [`missing ${run}: the whole run`]);
  writeFileSync(`${path}/${run}`, "");
  assertEquals(found(await check(pair, sample))[0], `differs ${run}: a folder → a file`);
});

onEachHost("checkExperiment() expects the paths of a copy with map", async (pair) => {
  const sample = makeSample(pair.source.path, { jobs: 3 });
  const map = { "/data": "/mnt/data" };
  await copy(pair, sample, { map });
  await assertSame(pair, sample, { map });
  const { differences } = await check(pair, sample);
  assert(differences.length > 0);
  assertEquals(
    new Set(differences.flatMap(({ aspects = [] }) => aspects)),
    new Set(["content"] as const),
  );
});

onEachHost("checkExperiment() knows where a moved workspace was before", async (pair) => {
  const before = makeSample(`${pair.root}/before`, { jobs: 3 });
  renameSync(before.root, pair.source.path);
  await copy(pair, before);
  await assertSame(pair, before);
});

onEachHost("checkExperiment() follows jobs that are links to other jobs", async (pair) => {
  const sample = makeSample(pair.source.path, { jobs: [{}, { task: "train" }] });
  const [, renamed] = sample.jobs;
  const former = `jobs/neuralir.old.train/${"a".repeat(64)}`;
  mkdirSync(dirname(`${sample.root}/${former}`), { recursive: true });
  renameSync(renamed!.folder, `${sample.root}/${former}`);
  symlinkSync(`${sample.root}/${former}`, renamed!.folder);
  await copy(pair, sample);
  await assertSame(pair, sample);
  const link = `${pair.destination.path}/${folderOf(renamed!)}`;
  unlinkSync(link);
  assertEquals(found(await check(pair, sample)).slice(0, 1), [
    `missing ${folderOf(renamed!)}: a link to ${former}`,
  ]);
  symlinkSync(`${pair.destination.path}/${folderOf(sample.jobs[0]!)}`, link);
  assertEquals(
    found(await check(pair, sample))[0],
    [
      `differs ${folderOf(renamed!)}: a link to ${former} → `,
      `a link to ${folderOf(sample.jobs[0]!)}`,
    ].join(""),
  );
  unlinkSync(link);
  writeFileSync(link, "");
  assertStringIncludes(found(await check(pair, sample))[0]!, `differs ${folderOf(renamed!)}: `);
});

onEachHost(
  "checkExperiment() takes permissions that the destination cuts for the same",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 2 });
    await copy(pair, sample);
    shell(pair.destination.path, "find jobs experiments ! -type l -exec chmod go-rwx {} +");
    await assertSame(pair, sample);
    const file = `${folderOf(sample.jobs[0]!)}/params.json`;
    chmodSync(`${pair.destination.path}/${file}`, 0o644);
    assertEquals(
      found(await check(pair, sample)).some((line) => line.startsWith(`differs ${file}: mode`)),
      false,
      "the mode of the source",
    );
    chmodSync(`${pair.destination.path}/${file}`, 0o400);
    assertEquals(found(await check(pair, sample)), [`differs ${file}: mode 644 → 400`]);
  },
);

onEachHost(
  "checkExperiment() reads what its own files say of a tampered document",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 1 });
    await copy(pair, sample);
    const file = `${folderOf(sample.jobs[0]!)}/params.json`;
    const path = `${pair.destination.path}/${file}`;
    const text = readFileSync(path, "utf8");
    writeFileSync(path, text.replaceAll(pair.destination.path, pair.source.path));
    shell(pair.destination.path, 'touch -r "$1" "$2"', `${pair.source.path}/${file}`, file);
    assertEquals(found(await check(pair, sample)), [
      `differs ${file}: content differs from the rewritten source`,
    ]);
    // a file is one difference, in however much it differs
    const log = `${folderOf(sample.jobs[0]!)}/prepare.err`;
    const lines = readFileSync(`${pair.destination.path}/${log}`, "utf8");
    writeFileSync(`${pair.destination.path}/${log}`, lines.replace("INFO", "info"));
    const { differences } = await check(pair, sample, { checksum: true });
    assertEquals(differences.map(({ path, aspects }) => [path, aspects]), [
      [file, ["content"]],
      [log, ["time", "content"]],
    ]);
  },
);

onEachHost("checkExperiment() says what is not there, and compares nothing", async (pair) => {
  const sample = makeSample(pair.source.path, { jobs: 1 });
  const fails = async (run: Partial<Sample>, part: string) => {
    const error = await assertRejects(() => check(pair, { ...sample, ...run }), CopyError);
    assertEquals(error.code, "not-found");
    assertStringIncludes(error.message, part);
  };
  await fails({}, `there is no folder ${pair.destination.path}`);
  mkdirSync(`${pair.destination.path}/jobs`, { recursive: true });
  await fails({ experimentId: "none" }, "no experiment none in source");
  await fails({ runId: "20200101_000000" }, "no run 20200101_000000");
  const result = await check(pair, sample);
  assertEquals(result.differences.map(({ kind }) => kind), [
    ...["missing", "missing", "missing", "missing"],
  ]);
  assertEquals(result.compared, { jobs: 0, files: 0, bytes: 0 });
});

onEachHost(
  "--check after a copy names jobs that were computed at both ends, and only check calls them different",
  async (pair) => {
    const old = 'find jobs -exec touch -h -d "2025-01-01 00:00:00.5" {} +';
    const states = ["done", "done", "done", "missing"] as const;
    const own = makeSample(pair.destination.path, { jobs: states.map((state) => ({ state })) });
    rmSync(`${own.root}/experiments`, { recursive: true });
    shell(own.root, old);
    const sample = makeSample(pair.source.path, {
      jobs: [{}, { state: "failed" }, {}, {}],
    });
    // the third is an older copy, which has lost a byte since
    shell(pair.source.path, `touch -r "$1" "$2/params.json" "$2"/*.done`, ...[
      `${own.jobs[2]!.folder}/params.json`,
      sample.jobs[2]!.folder,
    ]);
    const twice = await runProgram(pair, sample, ["--check"]);
    assertEquals(twice.code, 7, twice.err);
    const lost = folderOf(sample.jobs[2]!);
    const lines = twice.out.split("\n").filter((line) => line.startsWith("differs"));
    assert(lines.length > 0 && lines.every((line) => line.includes(lost)), twice.out);
    rmSync(`${pair.destination.path}/${lost}`, { recursive: true });
    const { code, out, err } = await runProgram(pair, sample, ["--check"]);
    assertEquals([code, out.includes("No differences")], [0, true], `${out}${err}`);
    assertStringIncludes(
      err,
      "2 jobs were computed at the destination as well, so were not copied, nor compared",
    );
    const differing = new Set((await check(pair, sample)).differences.map(({ job }) => job?.jobId));
    assertEquals(differing, new Set(sample.jobs.slice(0, 2).map(({ jobId }) => jobId)));
  },
);

onEachHost("checkExperiment() checks jobs that jobs of the run name", async (pair) => {
  const sample = makeSample(pair.source.path, { jobs: 1 });
  const others = makeSample(pair.source.path, { jobs: 6, experimentId: "other", seed: 7 }).jobs;
  const evaluate = others[5]!; // which names two others
  symlinkSync(`${evaluate.folder}/report.txt`, `${sample.jobs[0]!.folder}/named`);
  await copy(pair, sample);
  const { compared, same } = await check(pair, sample, { checksum: true });
  assertEquals([compared.jobs, same], [4, true]);
  const train = folderOf(others[4]!);
  rmSync(`${pair.destination.path}/${train}/params.json`);
  const prepare = folderOf(others[3]!);
  rmSync(`${pair.destination.path}/${prepare}`, { recursive: true });
  const { differences } = await check(pair, sample);
  assertEquals(differences.map(({ kind, path }) => `${kind} ${path}`).sort(), [
    `missing ${prepare}`,
    `missing ${train}/params.json`,
  ]);
  // what no copy would bring, since it is gone, is not missing
  rmSync(others[3]!.folder, { recursive: true });
  assertEquals((await check(pair, sample)).differences.length, 1);
});
