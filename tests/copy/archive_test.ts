/**
 * A run in one file: written from a workspace here or elsewhere, and brought into another one.
 *
 * @module
 */

import { existsSync } from "node:fs";
import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  CopyError,
  copyExperiment,
  exportExperiment,
  importExperiment,
  type Workspace,
} from "../../mod.ts";
import { main } from "../../lib/cli/main.ts";
import { digestOf } from "../../lib/system/byte_text.ts";
import { makeSample, type Sample } from "../../scripts/sample.ts";
import { fakeTerminal } from "../cli/samples.ts";
import { ENDING, HAS_ZSTD } from "../support/archives.ts";
import { inEachDirection, type Pair, useSshd, withPair } from "../support/directions.ts";
import { shell } from "../support/shell.ts";
import { assertUntouched, compareTrees, namesIn, readTree } from "../support/trees.ts";

useSshd();

function fileOf({ root }: Pair, name = `run${ENDING}`): string {
  return `${root}/${name}`;
}

function exported(pair: Pair, { experimentId, runId }: Sample, file = fileOf(pair)) {
  return exportExperiment(pair.source, file, experimentId, runId);
}

/** Things that a job may hold: what rsync brings where it can. */
function addOddThings({ root, jobs }: Sample): void {
  const [job] = jobs.filter(({ state }) => state === "done");
  shell(
    `${root}/jobs/${job!.taskId}/${job!.jobId}`,
    "mkfifo pipe; head -c 3000000 /dev/urandom > big; ln big same; mkdir closed; " +
      "echo x > closed/f; chmod 500 closed; printf x > \"$(printf 'a new\\nline \\\\ and more')\"; " +
      "printf x > \"$(printf '\\377')\"; ln -s big near; ln -s /nowhere far; " +
      "touch -d @7.123456789 big",
  );
}

inEachDirection("importExperiment() brings what exportExperiment() has written", async (pair) => {
  const sample = makeSample(pair.source.path, {
    jobs: [{ state: "failed" }, ...Array.from({ length: 11 }, () => ({}))],
  });
  addOddThings(sample);
  const before = readTree(pair.source.path);
  const result = await exported(pair, sample);
  assertUntouched(pair.source.path, before);
  assertEquals([result.jobsCopied, result.errors, result.complete], [12, [], true]);

  const plan = await importExperiment(fileOf(pair), pair.destination, { dryRun: true });
  assertEquals([plan.jobsCopied, plan.run, existsSync(pair.destination.path)], [0, "copy", false]);
  const come = await importExperiment(fileOf(pair), pair.destination);
  assertEquals([come.jobsCopied, come.errors, come.complete], [12, [], true]);
  compareTrees({ sample, destination: pair.destination.path });
  assertEquals(
    Deno.readLinkSync(`${pair.destination.path}/experiments/neuralir/current`),
    sample.runId,
  );
  assertEquals(namesIn(pair.destination.path).filter((name) => name === ".xpm-staging"), []);

  const again = await importExperiment(fileOf(pair), pair.destination);
  assertEquals([again.jobsCopied, again.jobsSkipped, again.run], [0, 12, "skip"]);
});

function local(name: string, check: (pair: Pair) => Promise<void>): void {
  Deno.test(name, () => withPair("local to local", undefined, check));
}

local("an export is an archive that tar and sha256sum check", async (pair) => {
  const sample = makeSample(pair.source.path, { jobs: 3 });
  addOddThings(sample);
  for (const name of new Set([`run${ENDING}`, "run.tar"])) {
    const file = fileOf(pair, name);
    await exported(pair, sample, file);
    const folder = `${pair.root}/out of ${name}`;
    Deno.mkdirSync(folder);
    shell(folder, `tar -xf '${file}'; sha256sum --quiet --strict -c SHA256SUMS`);
    const files = shell(
      folder,
      "find . -type f ! -name SHA256SUMS -printf x | wc -c; wc -l < SHA256SUMS",
    );
    const [found, listed] = files.split("\n").map(Number);
    assert(found === listed! + 1 && found > 20, files); // a hard link is listed once
    const { root, runId } = JSON.parse(Deno.readTextFileSync(`${folder}/xpm-copy.json`));
    assertEquals([root, runId], [pair.source.path, sample.runId]);
  }
});

local(
  "exportExperiment() replaces no file, and leaves nothing behind when it fails",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 3 });
    const file = fileOf(pair);
    Deno.writeTextFileSync(file, "mine");
    const error = await assertRejects(() => exported(pair, sample), CopyError, "exists already");
    assertEquals([error.code, Deno.readTextFileSync(file)], ["refused", "mine"]);
    await assertRejects(
      () => exported(pair, sample, `${pair.root}/run.zip`),
      CopyError,
      ".zip is no",
    );
    const nowhere = `${pair.root}/no/dir`;
    const missing = await assertRejects(
      () => exported({ ...pair, source: { id: "x", path: "/x" } }, sample, `${nowhere}/run.tar`),
      CopyError,
      `there is no folder ${nowhere}`, // before the source is looked at
    );
    assertEquals(missing.code, "refused"); // for another, the program looks at the source
    const long = fileOf(pair, `${"x".repeat(251)}.tar`);
    await assertRejects(() => exported(pair, sample, long), Error, `cannot open ${long}: `);
    const other = { ...sample, runId: "20200101_000000" };
    await assertRejects(() => exported(pair, other, fileOf(pair, "b.tar")), CopyError, "no run");
    const stop = new AbortController();
    const { experimentId, runId } = sample;
    const stopped = await assertRejects(
      () =>
        exportExperiment(pair.source, fileOf(pair, "c.tar"), experimentId, runId, {
          signal: stop.signal,
          onEvent: ({ type }) => type === "progress" && stop.abort(),
        }),
      CopyError,
    );
    assertEquals(stopped.code, "interrupted");
    assertEquals(namesIn(pair.root), [`run${ENDING}`, "source"]);

    // a file that somebody else gives that name meanwhile stays
    const taken = fileOf(pair, "d.tar");
    await assertRejects(
      () =>
        exportExperiment(pair.source, taken, experimentId, runId, {
          onEvent: ({ type }) => type === "planned" && Deno.writeTextFileSync(taken, "theirs"),
        }),
      CopyError,
      "exists already",
    );
    assertEquals([Deno.readTextFileSync(taken), namesIn(pair.root)], [
      "theirs",
      ["d.tar", `run${ENDING}`, "source"],
    ]);
  },
);

local("exportExperiment() removes what a killed one has left, and nothing else", async (pair) => {
  const sample = makeSample(pair.source.path, { jobs: 1 });
  const name = `run${ENDING}`;
  const here = await digestOf(Deno.hostname(), 4);
  // a disk that another machine shares may not tell what that has locked
  const [left, written, link, elsewhere, own] = [
    ...[`${here}00000000`, `${here}11111111`, `${here}22222222`],
    ...["0123456700000000", "mine"],
  ].map((id) => `${pair.root}/.${name}.${id}.part`) as [string, ...string[]];
  for (const path of [left, written, elsewhere, own]) Deno.writeTextFileSync(path!, "");
  Deno.symlinkSync(own!, link!);
  using other = Deno.openSync(written!, { read: true, write: true });
  assertEquals(await other.tryLock(true), true); // as an export does, as long as it writes
  await exported(pair, sample);
  const kept = [written, link, elsewhere, own].map((path) => path!.slice(pair.root.length + 1));
  assertEquals(namesIn(pair.root), [...kept, name, "source"].sort());
});

local("exportExperiment() writes into a folder that may not be listed", async (pair) => {
  const sample = makeSample(pair.source.path, { jobs: 1 });
  const folder = `${pair.root}/box`;
  Deno.mkdirSync(folder);
  Deno.chmodSync(folder, 0o300);
  await exported(pair, sample, `${folder}/run${ENDING}`);
  Deno.chmodSync(folder, 0o700);
  assertEquals(namesIn(folder), [`run${ENDING}`]);
});

Deno.test({
  name: "exportExperiment() and importExperiment() say where there is no zstd",
  ignore: HAS_ZSTD,
  fn: () =>
    withPair("local to local", undefined, async (pair) => {
      const sample = makeSample(pair.source.path, { jobs: 1 });
      const file = fileOf(pair, "run.tar.zst");
      await assertRejects(() => exported(pair, sample, file), CopyError, "does not support zstd");
      Deno.writeFileSync(file, Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd));
      await assertRejects(
        () => importExperiment(file, pair.destination),
        CopyError,
        "does not support zstd",
      );
    }),
});

local("importExperiment() puts back what is lost where the run was made", async (pair) => {
  const sample = makeSample(pair.source.path, { jobs: 4 });
  await exported(pair, sample);
  const [{ taskId, jobId }] = sample.jobs as [Sample["jobs"][number]];
  const lost = `${pair.source.path}/jobs/${taskId}/${jobId}`;
  const left = `${lost}/${taskId.split(".").at(-1)}.lock`; // no copy takes it along
  if (existsSync(left)) Deno.removeSync(left);
  const before = readTree(lost);
  Deno.removeSync(lost, { recursive: true });
  const result = await importExperiment(fileOf(pair), pair.source);
  assertEquals([result.jobsCopied, result.jobsSkipped, result.complete], [1, 3, true]);
  const bytes = (tree: typeof before) => [...tree].map(([path, { bytes }]) => [path, bytes]);
  assertEquals(bytes(readTree(lost)), bytes(before));
});

local("an export and an import of a run in progress say what completes them", async (pair) => {
  const sample = makeSample(pair.source.path, { jobs: [{}, { state: "running" }] });
  const said = async (...args: string[]) => {
    const terminal = fakeTerminal();
    const code = await main(args, terminal);
    return [code, ...terminal.out.join("").trimEnd().split("\n").slice(-3)];
  };
  const file = fileOf(pair, "run.tar");
  const words = ["export", sample.experimentId, "--from", pair.source.path, "-o"];
  assertEquals(await said(...words, file), [
    3,
    "  run the same command again when it has finished",
    "  or add --ended, if the run was killed",
    `  ${file} is not overwritten: remove it first, or give another name with -o`,
  ]);
  const place = ["--to", pair.destination.path, "--yes"];
  assertEquals(await said("import", file, ...place), [
    3,
    "  the run was in progress when it was exported",
    "  export the run again when it has ended, and import that file",
    "  or add --ended, if the run was killed",
  ]);
  const anew = fileOf(pair, "anew.tar");
  assertEquals((await said(...words, anew, "--ended"))[0], 0);
  assertEquals((await said("import", anew, ...place))[0], 0);
  compareTrees({ sample, destination: pair.destination.path, ended: true });
});

local("exports name what runs or is missing, as copies do", async (pair) => {
  const sample = makeSample(pair.source.path, {
    jobs: [{}, {}, { state: "running" }, { state: "missing" }, {}, {}],
  });
  const result = await exported(pair, sample);
  assertEquals([result.jobsRunning.length, result.jobsMissing.length, result.complete], [
    1,
    1,
    false,
  ]);
  const reasons: unknown[] = [];
  const come = await importExperiment(fileOf(pair), pair.destination, {
    onEvent(event) {
      if (event.type !== "planned") return;
      reasons.push(...event.plan.jobs.flatMap(({ reason = [] }) => reason));
    },
  });
  assertEquals(reasons, ["not in the file", "not in the file"]);
  assertEquals([come.jobsCopied, come.jobsMissing.length, come.complete], [4, 2, false]);

  const file = fileOf(pair, "running.tar");
  const { experimentId, runId } = sample;
  await exportExperiment(pair.source, file, experimentId, runId, { includeRunning: true });
  const names = shell(pair.root, "tar -tf running.tar");
  assert(!names.includes(".pid"), names);
  const more = await importExperiment(file, pair.destination);
  assertEquals([more.jobsCopied, more.jobsMissing.length], [1, 1]);
});

local(
  "a job that is a link, elsewhere or to another job, comes with what it leads to",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 4 });
    const [one, two] = sample.jobs as [Sample["jobs"][number], Sample["jobs"][number]];
    const at = ({ taskId, jobId }: typeof one) => `jobs/${taskId}/${jobId}`;
    shell(
      pair.source.path,
      `mkdir -p ../scratch/jobs/${one.taskId}; mv ${at(one)} ../scratch/${at(one)}; ` +
        `ln -s ${pair.root}/scratch/${at(one)} ${at(one)}; ` +
        `rm -r ${at(two)}; mkdir -p jobs/renamed.${two.taskId}; ` +
        `cp -a ../scratch/${at(one)} jobs/renamed.${two.taskId}/new; ` +
        `ln -s ${pair.source.path}/jobs/renamed.${two.taskId}/new ${at(two)}`,
    );
    const direct: Workspace = { id: "direct", path: `${pair.root}/directdirect` };
    const imported: Workspace = { id: "import", path: `${pair.root}/importimport` };
    const { experimentId, runId } = sample;
    const copied = await copyExperiment(pair.source, direct, experimentId, runId);
    await exported(pair, sample);
    const come = await importExperiment(fileOf(pair), imported);
    assertEquals([come.jobsCopied, come.errors, come.complete], [
      copied.jobsCopied,
      copied.errors,
      copied.complete,
    ]);
    const list = (path: string) =>
      shell(
        path,
        "find jobs experiments -mindepth 2 ! -name current -printf '%p %y %m %s %l\\n' | sort",
      )
        .replaceAll(path, "ROOT");
    assertEquals(list(imported.path), list(direct.path));
    assertMatch(list(imported.path), / l 777 \d+ ROOT\/jobs\/renamed/);
  },
);

local("hard links within a job stay, and a file that two jobs share comes twice", async (pair) => {
  const sample = makeSample(pair.source.path, { jobs: 2 });
  const [one, two] = sample.jobs.map(({ taskId, jobId }) => `jobs/${taskId}/${jobId}`);
  const links = () => shell(pair.destination.path, `stat -c %h ${one}/a ${one}/b ${two}/c || true`);
  shell(pair.source.path, `echo x > ${one}/a; ln ${one}/a ${one}/b`);
  await exported(pair, sample);
  await importExperiment(fileOf(pair), pair.destination);
  assertEquals(links().trim().split("\n").slice(0, 2), ["2", "2"]);

  shell(pair.source.path, `ln ${one}/a ${two}/c`);
  Deno.removeSync(pair.destination.path, { recursive: true });
  const result = await exported(pair, sample, fileOf(pair, "shared.tar"));
  assertMatch(
    result.warnings.map(({ message }) => message).join(),
    /hard links between folders were not kept: jobs/,
  );
  await importExperiment(fileOf(pair, "shared.tar"), pair.destination);
  assertEquals(links().trim().split("\n"), ["1", "1", "1"]);
});

local(
  "an archive of some jobs, or without some files, says so: an import misses nothing, and a copy brings the rest",
  async (pair) => {
    const files = { "a.ckpt": "left out", "deep/b.ckpt": "too", "c.txt": "there" };
    const sample = makeSample(pair.source.path, {
      jobs: [{ task: "train", files }, { state: "failed", files }, { task: "train" }],
    });
    const { experimentId, runId, jobs } = sample;
    const file = fileOf(pair);
    const some = { states: ["done"] as const, exclude: ["*.ckpt"] };
    const written = await exportExperiment(pair.source, file, experimentId, runId, {
      ...some,
      states: [...some.states],
    });
    assertEquals([written.jobsCopied, written.jobsOmitted, written.complete], [2, 1, true]);
    const { path } = pair.destination;
    const come = await importExperiment(file, pair.destination);
    assertEquals(
      [come.jobsCopied, come.jobsOmitted, come.jobsMissing, come.complete],
      [2, 1, [], true],
    );
    const folder = `${path}/jobs/${jobs[0]!.taskId}/${jobs[0]!.jobId}`;
    assertEquals(namesIn(folder).filter((name) => /a.ckpt|c.txt|deep/.test(name)), [
      ...["c.txt", "deep"],
    ]);
    assertEquals(namesIn(`${path}/.xpm-copy/partial/jobs/${jobs[0]!.taskId}`), [
      `${jobs[0]!.jobId}.json`,
    ]);
    assertEquals((await importExperiment(file, pair.destination)).complete, true);
    // the rest comes from an archive as well
    const whole = fileOf(pair, "whole.tar");
    await exportExperiment(pair.source, whole, experimentId, runId);
    const rest = await importExperiment(whole, pair.destination);
    assertEquals([rest.errors, rest.jobsCopied, rest.jobsCompleted.length], [[], 2, 1]);
    compareTrees({ sample, destination: path });
    assertEquals(namesIn(path), [".__experimaestro__", "experiments", "jobs"]);
  },
);

local("an import cannot add a hard link to what is there: it names the job", async (pair) => {
  const sample = makeSample(pair.source.path, { jobs: [{ task: "train" }, { task: "train" }] });
  const [one, two] = sample.jobs.map(({ folder }) => folder);
  shell(one!, "echo k > first; ln first second");
  shell(two!, "echo k > first; echo k > second");
  const file = fileOf(pair, "run.tar");
  await exported(pair, sample, file);
  // in the order of the folder, which nobody knows before
  const link = shell(pair.root, `tar -tvf ${file} | sed -n 's|.*/\\(.*\\) link to .*|\\1|p'`)
    .trim();
  await pair.copy(sample, { exclude: [link] });
  const result = await importExperiment(file, pair.destination);
  const completed = result.jobsCompleted.map(({ jobId }) => jobId);
  assertEquals([completed, result.complete], [[sample.jobs[1]!.jobId], false]);
  assertMatch(result.errors.map(({ message }) => message).join(), / is a hard link to what is/);
  assertEquals((await pair.copy(sample)).complete, true);
  const { taskId, jobId } = sample.jobs[0]!;
  const folder = `${pair.destination.path}/jobs/${taskId}/${jobId}`;
  assertEquals(shell(folder, "cat first second"), "k\nk\n");
  assertEquals(namesIn(pair.destination.path), [".__experimaestro__", "experiments", "jobs"]);
});

local("an import knows which jobs came to the source without some files", async (pair) => {
  const sample = makeSample(pair.source.path, { jobs: 3 });
  const { experimentId, runId } = sample;
  const partial: Workspace = { id: "partial", path: `${pair.root}/partial` };
  await copyExperiment(pair.source, partial, experimentId, runId, { exclude: ["*.out"] });
  const file = fileOf(pair);
  await exportExperiment(partial, file, experimentId, runId);
  await importExperiment(file, pair.destination);
  const records = (path: string) => namesIn(`${path}/.xpm-copy/partial/jobs`);
  assertEquals(records(pair.destination.path), records(partial.path));
  const rest = await pair.copy(sample);
  assertEquals([rest.jobsCompleted.length, rest.complete], [3, true]);
  compareTrees({ sample, destination: pair.destination.path });
});

local(
  "a job that changes or cannot be packed stays out of the file, and is named",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 4 });
    const [{ taskId, jobId }] = sample.jobs as [Sample["jobs"][number]];
    const folder = `${pair.source.path}/jobs/${taskId}/${jobId}`;
    shell(folder, "rm params.json; ln -s /etc/passwd params.json");
    const result = await exported(pair, sample, fileOf(pair, "run.tar"));
    assertEquals([result.jobsCopied, result.errors.map(({ job }) => job), result.complete], [
      3,
      [{ taskId, jobId }],
      false,
    ]);
    assert(!shell(pair.root, "tar -tf run.tar").includes(`jobs/${taskId}/${jobId}/`));
    const come = await importExperiment(fileOf(pair, "run.tar"), pair.destination);
    assertEquals([come.jobsCopied, come.jobsMissing], [3, [{ taskId, jobId }]]);
    const damaged = `jobs/${sample.jobs[1]!.taskId}/${sample.jobs[1]!.jobId}/params.json`;
    Deno.writeTextFileSync(`${pair.source.path}/${damaged}`, "{");
    const { errors } = await exported(pair, sample, fileOf(pair, "damaged.tar"));
    const hints = errors.map(({ hint }) => hint).join();
    assertStringIncludes(hints, `repair ${damaged} in the source workspace`); // as of a copy
  },
);
