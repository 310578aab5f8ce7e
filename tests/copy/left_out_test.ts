/**
 * Jobs that were copied without some of their files: a record tells of them, and a later copy brings
 * the rest.
 *
 * @module
 */

import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { dirname } from "@std/path";
import { cleanWorkspace, type CopyOptions, type CopyResult } from "../../mod.ts";
import { type MadeJob, makeSample, type Sample } from "../../scripts/sample.ts";
import { inEachDirection, onEachHost, type Pair, useSshd } from "../support/directions.ts";
import { runProgram } from "../support/program.ts";
import { shell } from "../support/shell.ts";
import { assertUntouched, compareTrees, namesIn, readTree } from "../support/trees.ts";

useSshd();

const OUT = "*.ckpt";
const NAMES = [".__experimaestro__", "experiments", "jobs"];

/** A run of two jobs, of which the first has files that are left out: 3 MiB in two. */
function make(pair: Pair, files: Record<string, string | Uint8Array> = {}): Sample {
  const first = { "a.ckpt": new Uint8Array(2 ** 20), "deep/b.ckpt": new Uint8Array(2 ** 21) };
  return makeSample(pair.source.path, {
    jobs: [{ task: "train", files: { ...first, "c.opt": "c", ...files } }, {}],
  });
}

function idOf({ taskId, jobId }: { taskId: string; jobId: string }): string {
  return `${taskId}/${jobId}`;
}

/** Where the record of a job is. */
function recordPath(pair: Pair, job: MadeJob): string {
  return `${pair.destination.path}/.xpm-copy/partial/jobs/${idOf(job)}.json`;
}

function record(pair: Pair, { jobs: [job] }: Sample) {
  const path = recordPath(pair, job!);
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : undefined;
}

/** The folder of the first job at the destination. */
function there(pair: Pair, { jobs: [job] }: Sample): string {
  return `${pair.destination.path}/jobs/${idOf(job!)}`;
}

/** What is said of jobs that lack files. */
function said({ warnings }: CopyResult): string[] {
  return warnings.map(({ message }) => message).filter((message) => message.includes("left out"));
}

/** Makes all there is at the source older than what will be written. */
function age({ root }: Sample): void {
  shell(root, 'find jobs -exec touch -h -d "2025-01-01 00:00:00.5" {} +');
}

/** Copies, and checks that nothing went wrong. */
async function copy(pair: Pair, sample: Sample, options: CopyOptions = {}): Promise<CopyResult> {
  const result = await pair.copy(sample, options);
  assertEquals([result.errors, result.complete], [[], true]);
  return result;
}

/** Checks that a copy is whole, and that nothing tells otherwise. */
function assertWhole(pair: Pair, sample: Sample): void {
  compareTrees({ sample, destination: pair.destination.path });
  assertEquals(namesIn(pair.destination.path), NAMES);
}

/** Copies, and checks that the first job is left, with a reason, and nothing is written. */
async function assertLeft(
  pair: Pair,
  sample: Sample,
  reason: string,
  options: CopyOptions = {},
): Promise<void> {
  const before = readTree(pair.destination.path);
  const plan = await pair.plan(sample, options);
  const [job] = plan.jobs;
  assertEquals([job!.action, job!.incomplete], ["leave", true], job!.reason);
  assertStringIncludes(job!.reason!, reason);
  const result = await pair.copy(sample, options);
  assertEquals([result.jobsCopied, result.complete], [0, false]);
  const jobs = (tree: typeof before) =>
    new Map([...tree].filter(([path]) => /^(jobs|\.xpm-copy)/.test(path)));
  assertEquals(
    [...jobs(readTree(pair.destination.path))].map(([path, { info }]) => [path, info.ino]),
    [...jobs(before)].map(([path, { info }]) => [path, info.ino]),
  );
}

// BUG when this was written: it was "here already", and the files never came.
inEachDirection("copyExperiment() brings what an earlier copy has left out", async (pair) => {
  const sample = make(pair);
  const first = await copy(pair, sample, { exclude: [OUT, "nothing"] });
  assertEquals(said(first), []);
  const { about, source, ...told } = record(pair, sample);
  assertStringIncludes(about, "without some of its files");
  assert(source.endsWith(pair.source.path), source);
  assertEquals(told, {
    job: idOf(sample.jobs[0]!),
    exclude: [OUT, "nothing"],
    files: 2,
    bytes: 3 * 2 ** 20,
    leftOut: told.leftOut,
  });
  assertEquals(
    told.leftOut.toSorted((a: { path: string }, b: { path: string }) => a.path < b.path ? -1 : 1),
    [{ path: "a.ckpt", bytes: 2 ** 20 }, { path: "deep/b.ckpt", bytes: 2 ** 21 }],
  );
  assertEquals(namesIn(pair.destination.path), [
    ".__experimaestro__",
    ".xpm-copy",
    ...NAMES.slice(1),
  ]);
  assertEquals(existsSync(recordPath(pair, sample.jobs[1]!)), false);
  const plan = await pair.plan(sample);
  assertEquals(plan.jobs.map(({ action }) => action), ["complete", "skip"]);
  assertEquals(plan.jobs[0]!.reason, "an earlier copy left out some files");
  const again = await copy(pair, sample);
  assertEquals([again.jobsCopied, again.jobsSkipped, said(again)], [1, 1, []]);
  assertEquals(again.jobsCompleted.map(idOf), [idOf(sample.jobs[0]!)]);
  assertEquals([again.jobsReplaced, plan.jobs[0]!.files], [[], 2]);
  assertWhole(pair, sample);
  assertEquals((await copy(pair, sample)).jobsSkipped, 2);
});

onEachHost(
  "copyExperiment() with the same exclude again writes nothing, and says what is left out",
  async (pair) => {
    const sample = make(pair);
    const leftOut = { files: 2, bytes: 3 * 2 ** 20, by: ["'*.ckpt'"] };
    const first = await pair.plan(sample, { exclude: [OUT, "*.never"] });
    assertEquals(first.jobs.map(({ action, leftOut }) => [action, leftOut]), [
      ["copy", leftOut],
      ["copy", undefined],
    ]);
    await copy(pair, sample, { exclude: [OUT] });
    const before = readTree(pair.destination.path);
    const excludes = [[OUT], [OUT, "c.opt"], ["*.opt", "*.ckpt"]]; // the same, and wider ones
    for (const exclude of excludes) {
      const plan = await pair.plan(sample, { exclude });
      assertEquals(plan.jobs.map(({ action, leftOut }) => [action, leftOut]), [
        ["skip", leftOut],
        ["skip", undefined],
      ]);
      const result = await copy(pair, sample, { exclude });
      assertEquals([result.jobsCopied, result.jobsSkipped], [0, 2]);
      assertEquals(said(result), [
        "1 job at the destination lacks 2 files (3.0 MiB) left out by '*.ckpt'; " +
        "to get them, copy without this pattern",
      ]);
    }
    assertUntouched(pair.destination.path, before);
    for (const yes of ["plan", "yes"] as const) {
      const { code, out, err } = await runProgram(pair, sample, ["--exclude", OUT], yes);
      assertEquals(code, 0, err);
      assertStringIncludes(`${out}${err}`, "(3.0 MiB) left out by '*.ckpt'");
      assertEquals(/everything is|were (t?here) already$/m.test(`${out}${err}`), false, out);
      assert(
        /everything except files left out is|already, except files left out/.test(out + err),
      );
    }
  },
);

inEachDirection(
  "copyExperiment() brings what fewer patterns leave out, and tells of the rest",
  async (pair) => {
    const sample = make(pair);
    await copy(pair, sample, { exclude: [OUT, "*.opt"] });
    assertEquals(record(pair, sample).files, 3);
    const less = await copy(pair, sample, { exclude: [OUT] });
    assertEquals([less.jobsCopied, less.jobsSkipped], [1, 1]);
    assertEquals([record(pair, sample).files, record(pair, sample).exclude], [2, [OUT]]);
    assertEquals(existsSync(`${there(pair, sample)}/c.opt`), true);
    await copy(pair, sample);
    assertWhole(pair, sample);
  },
);

onEachHost(
  "copyExperiment() loses nothing of a job that has what it would leave out",
  async (pair) => {
    const sample = make(pair);
    await copy(pair, sample, { exclude: ["*.opt"] });
    await copy(pair, sample, { exclude: [OUT, "deep/"] });
    assertWhole(pair, sample);
  },
);

onEachHost("copyExperiment() brings what was added at the source since", async (pair) => {
  const sample = make(pair);
  await copy(pair, sample, { exclude: [OUT] });
  writeFileSync(`${sample.jobs[0]!.folder}/later.txt`, "later");
  const again = await copy(pair, sample, { exclude: [OUT] });
  assertEquals([again.jobsCopied, again.jobsCompleted.length], [1, 1]);
  assertEquals(readFileSync(`${there(pair, sample)}/later.txt`, "utf8"), "later");
  assertEquals(record(pair, sample).files, 2);
});

onEachHost(
  "copyExperiment() leaves a job that lacks files when something of it is newer, or only there",
  async (pair) => {
    const sample = make(pair, { "log.txt": "log" });
    await copy(pair, sample, { exclude: [OUT] });
    const log = `${there(pair, sample)}/log.txt`;
    const text = readFileSync(log);
    const later = Date.now() / 1000 + 60;
    utimesSync(log, later, later);
    await assertLeft(pair, sample, "log.txt is newer there");
    writeFileSync(log, text);
    shell(pair.root, `touch -r '${sample.jobs[0]!.folder}/log.txt' '${log}'`);
    writeFileSync(`${there(pair, sample)}/evaluation.txt`, "of the destination");
    await assertLeft(pair, sample, "it contains evaluation.txt, which is not at the source");
    rmSync(`${there(pair, sample)}/evaluation.txt`);
    await copy(pair, sample);
    assertWhole(pair, sample);
  },
);

onEachHost(
  "copyExperiment() does not replace a job that lacks files and has been written to meanwhile",
  async (pair) => {
    const sample = make(pair);
    age(sample);
    await copy(pair, sample, { exclude: [OUT] });
    const own = `${there(pair, sample)}/evaluation.txt`;
    const result = await pair.copy(sample, {
      onEvent: ({ type }) => type === "planned" && writeFileSync(own, "just now"),
    });
    assertEquals(result.errors.map(({ job }) => idOf(job!)), [idOf(sample.jobs[0]!)]);
    assertEquals(readFileSync(own, "utf8"), "just now");
    assert(record(pair, sample) !== undefined);
  },
);

onEachHost(
  "copyExperiment() leaves a job that lacks files when the source cannot bring them",
  async (pair) => {
    const sample = make(pair);
    const [job] = sample.jobs;
    await copy(pair, sample, { exclude: [OUT] });
    const done = `${job!.folder}/train.done`;
    renameSync(done, `${job!.folder}/train.failed`);
    await assertLeft(pair, sample, "it is failed at the source");
    rmSync(`${job!.folder}/train.failed`);
    await assertLeft(pair, sample, "it is unfinished at the source");
    renameSync(job!.folder, `${pair.root}/away`);
    await assertLeft(pair, sample, "it is no longer at the source");
    renameSync(`${pair.root}/away`, job!.folder);
    writeFileSync(done, "");
    shell(pair.root, `touch -r '${there(pair, sample)}/train.done' '${done}'`);
    await copy(pair, sample);
    compareTrees({ sample, destination: pair.destination.path });
  },
);

onEachHost("copyExperiment() brings what was left out of a job that failed", async (pair) => {
  const files = { "a.ckpt": "a" };
  const sample = makeSample(pair.source.path, { jobs: [{ state: "failed", files }] });
  await copy(pair, sample, { exclude: [OUT] });
  const again = await copy(pair, sample);
  assertEquals([again.jobsCopied, record(pair, sample)], [1, undefined]);
  assertWhole(pair, sample);
});

onEachHost(
  "copyExperiment() tells what was left out of a running job, and brings it once it is done",
  async (pair) => {
    const files = { "a.ckpt": "a" };
    const sample = makeSample(pair.source.path, {
      jobs: [{ task: "train", state: "running", files }],
    });
    const options = { exclude: [OUT], includeRunning: true };
    assertEquals((await pair.copy(sample, options)).jobsCopied, 1);
    assertEquals(record(pair, sample).files, 1);
    const { folder } = sample.jobs[0]!;
    rmSync(`${folder}/train.pid`);
    writeFileSync(`${folder}/train.done`, "");
    const [job] = (await pair.plan(sample)).jobs;
    assertEquals(job!.action, "replace");
    await pair.copy(sample);
    assertEquals(record(pair, sample), undefined);
    assertEquals(existsSync(`${there(pair, sample)}/a.ckpt`), true);
  },
);

onEachHost(
  "copyExperiment() of another run brings what was left out of a job that both share",
  async (pair) => {
    const sample = make(pair);
    const files = {
      "a.ckpt": new Uint8Array(2 ** 20),
      "deep/b.ckpt": new Uint8Array(2 ** 21),
      "c.opt": "c",
    };
    const other = makeSample(pair.source.path, {
      jobs: [{ task: "train", files }],
      experimentId: "other",
    });
    await copy(pair, sample, { exclude: [OUT], keepReplaced: true, fsync: false });
    const result = await copy(pair, other, { keepReplaced: true, fsync: false });
    assertEquals([result.jobsCompleted.length, result.replacedFolders], [1, undefined]);
    assertEquals([record(pair, sample), (await copy(pair, sample)).jobsSkipped], [undefined, 2]);
  },
);

onEachHost(
  "copyExperiment() brings what was left out of a job that another one is a link to",
  async (pair) => {
    const sample = make(pair);
    const [job] = sample.jobs;
    const old = { taskId: "neuralir.old.train", jobId: "a".repeat(64) };
    const folder = `${pair.source.path}/jobs/${idOf(old)}`;
    mkdirSync(dirname(folder), { recursive: true });
    renameSync(job!.folder, folder);
    symlinkSync(folder, job!.folder);
    await copy(pair, sample, { exclude: [OUT] });
    assertEquals(existsSync(recordPath(pair, { ...job!, ...old })), true);
    assertEquals(said(await copy(pair, sample, { exclude: [OUT] })).length, 1);
    const again = await copy(pair, sample);
    assertEquals(again.jobsCompleted.map(idOf), [idOf(old)]);
    assertEquals(existsSync(`${there(pair, sample)}/deep/b.ckpt`), true);
    assertEquals(namesIn(pair.destination.path), NAMES);
  },
);

onEachHost(
  "copyExperiment() leaves a folder that lacks files where the source has a link to another job",
  async (pair) => {
    const sample = make(pair);
    const [job] = sample.jobs;
    await copy(pair, sample, { exclude: [OUT] });
    const folder = `${pair.source.path}/jobs/neuralir.old.train/${"a".repeat(64)}`;
    mkdirSync(dirname(folder), { recursive: true });
    renameSync(job!.folder, folder);
    symlinkSync(folder, job!.folder);
    const result = await pair.copy(sample);
    assertEquals(result.jobsIncomplete.map(idOf), [idOf(job!)]);
    assertEquals(result.complete, false);
  },
);

onEachHost(
  "copyExperiment() after one that ended between a record and its job, or its job and the record",
  async (pair) => {
    const sample = make(pair);
    const [job] = sample.jobs;
    const path = recordPath(pair, job!);
    // the record is there, the job is not
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, "half a rec");
    await copy(pair, sample, { exclude: [OUT] });
    assertEquals(record(pair, sample).files, 2);
    rmSync(there(pair, sample), { recursive: true });
    await copy(pair, sample);
    assertWhole(pair, sample);
    // the whole job is there, the record still is
    for (const options of [{}, { exclude: [OUT] }]) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, "{}");
      const result = await copy(pair, sample, options);
      assertEquals([result.jobsSkipped, said(result)], [2, []]);
      assertWhole(pair, sample);
    }
  },
);

onEachHost(
  "copyExperiment() never replaces a job that is done by what a record of its own would allow",
  async (pair) => {
    const sample = make(pair);
    const there = makeSample(pair.destination.path, {
      jobs: [{ task: "train", state: "unfinished" }],
      runId: "20250101_000000",
      ended: true,
    });
    const [job] = there.jobs;
    const result = await pair.copy(sample, {
      exclude: [OUT],
      onEvent: ({ type }) => {
        if (type !== "planned") return;
        writeFileSync(`${job!.folder}/train.done`, "");
        writeFileSync(`${job!.folder}/own.txt`, "computed there");
      },
    });
    assertEquals(readFileSync(`${job!.folder}/own.txt`, "utf8"), "computed there");
    assertEquals(result.jobsReplaced, []);
  },
);

onEachHost(
  "copyExperiment() of what another copy has put there without some files is not complete",
  async (pair) => {
    const sample = make(pair);
    const other = makeSample(pair.source.path, {
      jobs: [{
        task: "train",
        files: {
          "a.ckpt": new Uint8Array(2 ** 20),
          "deep/b.ckpt": new Uint8Array(2 ** 21),
          "c.opt": "c",
        },
      }],
      experimentId: "other",
    });
    let meanwhile: Promise<CopyResult> | undefined;
    const result = await pair.copy(other, {
      bandwidthLimit: 1000, // so slow that the other one is first
      onEvent: ({ type }) => {
        if (type === "planned") meanwhile = pair.copy(sample, { exclude: [OUT] });
      },
    });
    assertEquals((await meanwhile!).complete, true);
    assertEquals([result.complete, result.errors.length > 0], [false, true]);
    await copy(pair, other);
    assertEquals(record(pair, sample), undefined);
    assertEquals(existsSync(`${there(pair, sample)}/a.ckpt`), true);
  },
);

inEachDirection(
  "cleanWorkspace() leaves records of what is left out alone",
  async (pair) => {
    const sample = make(pair);
    await copy(pair, sample, { exclude: [OUT] });
    assertEquals(await cleanWorkspace(pair.destination, { remove: true }), []);
    assertEquals(record(pair, sample).files, 2);
  },
  { directions: ["local to local", "local to remote"] },
);

onEachHost(
  "copyExperiment() takes a folder with nothing but records for a workspace",
  async (pair) => {
    const sample = make(pair);
    mkdirSync(`${pair.destination.path}/.xpm-copy/partial/jobs`, { recursive: true });
    await copy(pair, sample);
    compareTrees({ sample, destination: pair.destination.path });
  },
);

/** What somebody may have put in the way of a record, by where it stands. */
const STRAY: Record<string, (path: string, outside: string) => void> = {
  "a link": (path, outside) => symlinkSync(outside, path),
  "a file": (path) => writeFileSync(path, "mine"),
};
for (const [what, put] of Object.entries(STRAY)) {
  for (const level of [".xpm-copy", "partial", "jobs", "TASK"]) {
    onEachHost(
      `copyExperiment() writes no record by way of ${what} in place of ${level}, and no job without it`,
      async (pair) => {
        const sample = make(pair);
        const outside = `${pair.root}/outside`;
        const path = dirname(recordPath(pair, sample.jobs[0]!)).split("/").slice(
          0,
          {
            ".xpm-copy": -3,
            "partial": -2,
            "jobs": -1,
            "TASK": undefined,
          }[level],
        ).join("/");
        mkdirSync(dirname(path), { recursive: true });
        mkdirSync(`${outside}/partial/jobs`, { recursive: true });
        writeFileSync(`${outside}/theirs`, "theirs");
        put(path, outside);
        const before = readTree(outside);
        mkdirSync(`${pair.destination.path}/jobs`, { recursive: true });
        const result = await pair.copy(sample, { exclude: [OUT] });
        assertEquals([result.jobsCopied, result.complete], [1, false]);
        assertStringIncludes(result.errors[0]!.message, "could not be recorded in .xpm-copy");
        assertEquals(existsSync(there(pair, sample)), false);
        assertUntouched(outside, before);
        rmSync(path);
        await copy(pair, sample, { exclude: [OUT] });
        assertEquals(record(pair, sample).files, 2);
      },
    );
  }
}

onEachHost(
  "copyExperiment() overwrites nothing that is no record in its place",
  async (pair) => {
    const sample = make(pair);
    const path = recordPath(pair, sample.jobs[0]!);
    mkdirSync(dirname(path), { recursive: true });
    const outside = `${pair.root}/outside`;
    mkdirSync(outside);
    writeFileSync(`${outside}/file`, "theirs");
    const before = readTree(outside);
    const stray = [
      () => symlinkSync(outside, path),
      () => symlinkSync(`${outside}/file`, path),
      () => mkdirSync(`${path}/in`, { recursive: true }),
    ];
    for (const put of stray) {
      put();
      const result = await pair.copy(sample, { exclude: [OUT] });
      assertEquals(existsSync(there(pair, sample)), false);
      assertStringIncludes(result.errors[0]!.message, "could not be recorded in .xpm-copy");
      rmSync(path, { recursive: true });
    }
    assertUntouched(outside, before);
  },
);

onEachHost("copyExperiment() goes by no record that is a link or a folder", async (pair) => {
  const sample = make(pair);
  await copy(pair, sample, { exclude: [OUT] });
  const path = recordPath(pair, sample.jobs[0]!);
  const away = `${pair.root}/record.json`;
  renameSync(path, away);
  symlinkSync(away, path);
  assertEquals((await copy(pair, sample)).jobsSkipped, 2);
  rmSync(path);
  mkdirSync(path);
  assertEquals((await copy(pair, sample)).jobsSkipped, 2);
  rmSync(path, { recursive: true });
  writeFileSync(path, new Uint8Array(1e6).fill(0x5b)); // what it says does not matter
  appendFileSync(`${dirname(path)}/-odd name\n.json`, "x");
  assertEquals((await copy(pair, sample)).jobsCompleted.length, 1);
  compareTrees({ sample, destination: pair.destination.path });
});
