/**
 * What jobs name in the workspace that is no part of their run: partials, and jobs of other runs.
 *
 * @module
 */

import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { dirname } from "@std/path";
import { checkExperiment, exportExperiment, importExperiment, moveExperiment } from "../../mod.ts";
import { type MadeJob, makeSample } from "../../scripts/sample.ts";
import { inEachDirection, onEachHost, useSshd } from "../support/directions.ts";
import { jobFolder } from "../../lib/workspace/layout.ts";
import { runProgram } from "../support/program.ts";
import { compareFolder, compareJobs, compareRun, namesIn, readTree } from "../support/trees.ts";

useSshd();

/** Makes a file with what it is in. */
function touch(path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, "x");
}

/** A value of a configuration, as experimaestro writes it since 2.4, or before. */
function named(value: string) {
  return { type: "path", value, ...(!value.startsWith("/") && { base: "workspace" }) };
}

/** Lets the configuration of a job name paths. */
function name(job: MadeJob, values: unknown[]): void {
  const file = `${job.folder}/params.json`;
  const object = JSON.stringify({ id: 99, fields: { named: values } });
  const params = readFileSync(file, "utf8"); // it is Python's: JSON knows no NaN
  assertStringIncludes(params, '"objects": [');
  writeFileSync(file, params.replace('"objects": [', () => `"objects": [${object}, `));
}

inEachDirection(
  "copyExperiment() brings jobs and shared folders that jobs name, and names all else that is named and nothing brings",
  async (pair) => {
    const [from, to] = [pair.source.path, pair.destination.path];
    const sample = makeSample(from, { jobs: 3 });
    const other = makeSample(from, { jobs: 1, experimentId: "other", seed: 7 }).jobs[0]!;
    const theirs = `jobs/${other.taskId}/${other.jobId}`;
    const [one, two] = sample.jobs;
    const folders = ["relative", "absolute", "of-link", "of-run", "there", "both"]
      .map((hash) => `partials/lab.train/ckpt/${hash}`);
    for (const folder of folders) touch(`${from}/${folder}/1.pt`);
    const [relative, absolute, ofLink, ofRun, there, both] = folders as [string, ...string[]];
    touch(`${to}/${there}/1.pt`);
    touch(`${to}/${both}/2.pt`);
    touch(`${to}/.__experimaestro__`);
    name(one!, [
      named(`${relative}/1.pt`),
      named(`${from}/${absolute}/1.pt`),
      named(`${there}/1.pt`),
      named(`${both}/1.pt`),
      named("partials/lab.train/ckpt/gone/1.pt"),
      named(`jobs/${two!.taskId}/${two!.jobId}/params.json`),
    ]);
    name(two!, [named(`${theirs}/params.json`), named(`${from}/${relative}`)]);
    symlinkSync(`${from}/${ofLink}`, `${one!.folder}/ckpt`);
    const line = JSON.stringify({ id: 98, fields: { p: named(`${from}/${ofRun}/1.pt`) } });
    appendFileSync(`${sample.runFolder}/objects.jsonl`, `${line}\n`);

    const plan = await pair.plan(sample);
    const missing = [`${both}/1.pt`, ofRun!].sort();
    assertEquals(plan.referencesMissing, [`${both}/1.pt`]);
    assertEquals(
      plan.partials!.map((one) => [jobFolder(one), one.action, one.bytes]).sort(),
      [
        [absolute, "copy", 1],
        [both, "leave", 1],
        [ofLink, "copy", 1],
        [relative, "copy", 1],
        [there, "skip", 1],
      ].sort(),
    );
    const needed = plan.jobs.find(({ jobId }) => jobId === other.jobId)!;
    assertEquals([needed.action, needed.besides, needed.neededBy], [
      ...["copy", true],
      [{ taskId: two!.taskId, jobId: two!.jobId }],
    ]);
    const alone = await pair.between({ destination: "alone" }).copy(sample, { references: false });
    assertEquals(alone.referencesMissing, [theirs, ...folders].sort());
    const result = await pair.copy(sample);
    assertEquals([result.errors, result.jobsCopied, result.complete], [[], 4, false]);
    assertEquals([result.referencesMissing, result.partialsCopied], [missing, 3]);
    for (const folder of [absolute, ofLink, relative]) {
      compareFolder(`${from}/${folder}`, `${to}/${folder}`);
    }
    assertEquals(namesIn(`${to}/${both}`), ["2.pt"]);
    compareJobs({ sample, destination: to, jobs: [...sample.jobs, other] });
    // BUG when this was written: a second copy was complete
    const again = await pair.copy(sample);
    assertEquals([again.jobsCopied, again.referencesMissing, again.complete], [0, missing, false]);
    const records = readTree(`${to}/.xpm-copy/partial/jobs`);
    assertEquals([...records.keys()].filter((path) => path.endsWith(".json")), [
      `${one!.taskId}/${one!.jobId}.json`,
    ]);
    renameSync(`${to}/${both}`, `${pair.root}/away`);
    touch(`${to}/${ofRun}/1.pt`);
    const last = await pair.copy(sample);
    assertEquals([last.jobsCopied, last.referencesMissing, last.complete], [0, [], true]);
    assertEquals([last.partialsCopied, namesIn(`${to}/${both}`)], [1, ["1.pt"]]);
    assertEquals(namesIn(to).includes(".xpm-copy"), false);
  },
);

onEachHost(
  "xpm-copy answers with 3 when jobs name what is not copied, and with 0 when it stands there",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 1 });
    const hashes = Array.from({ length: 7 }, (_, n) => `partials/lab.train/ckpt/${n}`);
    for (const hash of hashes) touch(`${pair.source.path}/${hash}/1.pt`);
    name(sample.jobs[0]!, hashes.map((hash) => named(`${hash}/1.pt`)));
    const plan = await runProgram(pair, sample, ["--no-references"], "plan");
    assertStringIncludes(plan.out, "not copied: jobs refer to");
    const first = await runProgram(pair, sample, ["--no-references"]);
    assertEquals(first.code, 3, first.err);
    assertStringIncludes(first.out, "Not copied: 7 paths that jobs refer to");
    assertStringIncludes(first.out, `${hashes.slice(0, 5).join(", ")} and 2 more`);
    const rest = await runProgram(pair, sample, [], "plan");
    assertStringIncludes(rest.out, "copy   7 shared folders   7 B   named by jobs");
    const second = await runProgram(pair, sample);
    assertEquals(second.code, 0, second.out + second.err);
    assertStringIncludes(second.out, "Copied 7 shared folders (7 B) in ");
  },
);

// BUG when this was written: the second copy called itself complete.
onEachHost(
  "copyExperiment() misses what chosen jobs need each time, until it comes",
  async (pair) => {
    const make = (state: "missing" | "done", last: "unfinished" | "done") => {
      const [prepare, train] = [{ task: "prepare" as const, state }, { task: "train" as const }];
      const jobs = [prepare, train, prepare, { ...train, state: last }];
      return makeSample(pair.source.path, { jobs });
    };
    const sample = make("missing", "unfinished");
    const wanted = sample.jobs.filter(({ task }) => task === "prepare");
    const copy = () => pair.copy(sample, { tasks: ["*.train"] });
    const missing = wanted.map(({ taskId, jobId }) => ({ taskId, jobId }));
    assertEquals(missing.length, 2);
    for (const jobs of [2, 0]) {
      const result = await copy();
      assertEquals([result.jobsCopied, result.complete], [jobs, false]);
      assertEquals(result.jobsMissing, missing);
    }
    make("done", "done");
    assertEquals((await copy()).complete, true);
    assertEquals(namesIn(pair.destination.path).filter((each) => each.startsWith(".xpm")), []);
    compareJobs({ sample, destination: pair.destination.path, jobs: wanted });
  },
);

onEachHost(
  "copyExperiment() asks for no path that leads elsewhere, whatever a document names",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 1 });
    touch(`${pair.root}/outside/secret`);
    touch(`${pair.source.path}/partials/a b/$(touch x)/it's`);
    mkdirSync(`${pair.source.path}/partials/link`, { recursive: true });
    symlinkSync("nowhere", `${pair.source.path}/partials/link/dangling`);
    name(sample.jobs[0]!, [
      { type: "path", value: "../outside/secret", base: "workspace" },
      { type: "path", value: `${pair.root}/outside/secret`, base: "workspace" },
      { type: "path", value: "partials/../../outside/secret", base: "workspace" },
      { type: "path", value: "jobs/../partials/a b/$(touch x)/it's", base: "workspace" },
      { type: "path", value: "partials/link/dangling", base: "workspace" },
      { type: "path", value: "partials/link/dangling/../../../../outside", base: "workspace" },
      { type: "path", value: "partials/a\nb", base: "workspace" },
      { type: "path", value: "partials/a\u0000b", base: "workspace" },
      { type: "path", value: "partials/\u001b[31m", base: "workspace" },
      { type: "path", value: "", base: "workspace" },
      { type: "path", value: ".", base: "workspace" },
      { type: "path", value: 7, base: "workspace" },
      { type: "path", value: `partials/${"x".repeat(5000)}`, base: "workspace" },
      { type: "path", value: "partials/-rf", base: "workspace" },
      { type: "path", value: "partials/*", base: "workspace" },
    ]);
    const result = await pair.copy(sample);
    assertEquals([result.errors, result.jobsCopied, result.complete], [[], 1, false]);
    assertEquals(result.referencesMissing, [
      "partials/a b/$(touch x)/it's",
      "partials/link/dangling",
    ]);
    const outside = result.warnings.map(({ message }) => message).join("\n");
    assertStringIncludes(outside, "../outside/secret");
    const plan = await pair.between({ destination: "other" }).plan(sample);
    assertEquals(plan.referencesMissing, result.referencesMissing);
  },
);

onEachHost(
  "copyExperiment() brings what is named by way of links that lead to another disk",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 1 });
    name(sample.jobs[0]!, [named("partials/a.b/c/d/1.pt"), named("partials/a.b/c/e/1.pt")]);
    for (const hash of ["d", "e"]) touch(`${pair.source.path}/partials/a.b/c/${hash}/1.pt`);
    renameSync(`${pair.source.path}/partials`, `${pair.root}/scratch`);
    symlinkSync(`${pair.root}/scratch`, `${pair.source.path}/partials`);
    const disk = Deno.makeTempDirSync(); // the pair is in memory, where there is room
    try {
      touch(`${disk}/a.b/c/d/1.pt`);
      mkdirSync(pair.destination.path);
      symlinkSync(disk, `${pair.destination.path}/partials`);
      touch(`${pair.destination.path}/.__experimaestro__`);
      const result = await pair.copy(sample);
      assertEquals([result.errors, result.partialsCopied, result.complete], [[], 1, true]);
      assertEquals([namesIn(disk), namesIn(`${disk}/a.b/c`)], [["a.b"], ["d", "e"]]);
    } finally {
      rmSync(disk, { recursive: true });
    }
  },
);

onEachHost("copyExperiment() brings what the needed jobs need, too", async (pair) => {
  const sample = makeSample(pair.source.path, { jobs: 1 });
  const others = makeSample(pair.source.path, { jobs: 6, experimentId: "other", seed: 7 }).jobs;
  const evaluate = others[5]!;
  name(sample.jobs[0]!, [named(`jobs/${evaluate.taskId}/${evaluate.jobId}/report.txt`)]);
  const plan = await pair.plan(sample);
  assertEquals(plan.jobs.map(({ action, besides }) => [action, besides]), [
    ["copy", undefined],
    ["copy", true],
    ["copy", true],
    ["copy", true],
  ]);
  const result = await pair.copy(sample);
  assertEquals([result.errors, result.jobsCopied, result.complete], [[], 4, true]);
  const jobs = [sample.jobs[0]!, others[3]!, others[4]!, evaluate];
  compareJobs({ sample, destination: pair.destination.path, jobs });
  compareRun({ sample, destination: pair.destination.path });
  assertEquals((await pair.copy(sample)).jobsSkipped, 1);
});

inEachDirection(
  "copyExperiment() brings shared folders as it brings jobs: rewritten, without locks, and whole",
  async (pair) => {
    const [from, to] = [pair.source.path, pair.destination.path];
    const sample = makeSample(from, { jobs: 2 });
    const [other, held] = makeSample(from, { jobs: 2, experimentId: "other", seed: 7 }).jobs;
    const [folder, busy] = ["a", "b"].map((id) => `partials/lab.train/ckpt/${id}`);
    const locks = `${from}/${folder}/.experimaestro/locks`;
    touch(`${locks}/informations.json`);
    const stale = sample.jobs[1]!; // it is done: it did not give its lock back
    touch(`${locks}/jobs/${stale.taskId}@${stale.jobId}.json`);
    mkdirSync(`${from}/${folder}/empty`);
    writeFileSync(`${from}/${folder}/large.pt`, new Uint8Array(3_000_000));
    writeFileSync(`${from}/${folder}/params.json`, `{"workspace": "${from}", "objects": []}`);
    symlinkSync(
      `${from}/jobs/${other!.taskId}/${other!.jobId}/params.json`,
      `${from}/${folder}/of`,
    );
    touch(`${from}/${busy}/1.pt`);
    const lock = `${from}/${busy}/.experimaestro/locks/jobs/${held!.taskId}@${held!.jobId}.json`;
    touch(lock);
    writeFileSync(`${held!.folder}/${held!.task}.pid`, "{}");
    rmSync(`${held!.folder}/${held!.task}.done`);
    name(sample.jobs[0]!, [named(`${folder}/large.pt`), named(`${busy}/1.pt`)]);
    name(sample.jobs[1]!, [named(`jobs/${held!.taskId}/${held!.jobId}/x`)]);
    const actions = async () => (await pair.plan(sample)).partials!.map(({ action }) => action);
    const status = `${sample.runFolder}/status.json`;
    utimesSync(status, 1e9, 1e9); // all was made within a millisecond, perhaps
    assertEquals(await actions(), ["copy", "wait"]); // for a job that has begun since the run ended
    const ended = readFileSync(status, "utf8");
    writeFileSync(status, ended.replace(/"ended_at": "[^"]*"/, '"ended_at": null'));
    assertEquals(await actions(), ["wait", "wait"]); // the run may still write in both
    writeFileSync(status, ended);
    utimesSync(status, 1e9, 1e9);

    const first = await pair.copy(sample);
    assertEquals([first.errors, first.partialsCopied, first.complete], [[], 1, false]);
    assertEquals(namesIn(`${to}/partials/lab.train/ckpt`), ["a"]);
    assertEquals(namesIn(`${to}/${folder}`), [
      ".experimaestro",
      "empty",
      "large.pt",
      "of",
      "params.json",
    ]);
    assertEquals(readFileSync(`${to}/${folder}/large.pt`).length, 3_000_000);
    const link = `${to}/jobs/${other!.taskId}/${other!.jobId}/params.json`;
    assertEquals(readlinkSync(`${to}/${folder}/of`), link);
    assertStringIncludes(readFileSync(link, "utf8"), to); // and so the job that it leads to has come
    assertStringIncludes(readFileSync(`${to}/${folder}/params.json`, "utf8"), `"${to}"`);
    rmSync(lock);
    const rest = await pair.copy(sample);
    assertEquals([rest.errors, rest.partialsCopied], [[], 1]);
    assertEquals(namesIn(`${to}/${busy}`), [".experimaestro", "1.pt"]);
  },
);

inEachDirection(
  "copyExperiment() of jobs that share a folder, stopped at any event, goes on and leaves nothing behind",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 2 });
    const folder = "partials/lab.train/ckpt/a";
    touch(`${pair.source.path}/${folder}/1.pt`);
    for (const job of sample.jobs) name(job, [named(`${folder}/1.pt`)]);
    let events = 0;
    await pair.between({ destination: "first" }).copy(sample, { onEvent: () => void events++ });
    assert(events > 5, `${events} events`);
    for (let stop = 1; stop <= events; stop++) {
      const other = pair.between({ destination: `destination-${stop}` });
      const to = other.destination.path;
      const controller = new AbortController();
      let told = 0;
      const onEvent = () => {
        if (++told === stop) controller.abort();
      };
      await other.copy(sample, { onEvent, signal: controller.signal }).catch(() => {});
      const isThere = existsSync(`${to}/jobs/${sample.jobs[0]!.taskId}/${sample.jobs[0]!.jobId}`);
      if (isThere) compareFolder(`${pair.source.path}/${folder}`, `${to}/${folder}`);
      const result = await other.copy(sample);
      assertEquals([result.errors, result.complete], [[], true], `after event ${stop}`);
      compareFolder(`${pair.source.path}/${folder}`, `${to}/${folder}`);
      compareJobs({ sample, destination: to });
      assertEquals(namesIn(to), [".__experimaestro__", "experiments", "jobs", "partials"]);
    }
  },
  { directions: ["local to local", "local to remote"] },
);

onEachHost(
  "exportExperiment() takes shared folders along, a check compares them, and a move leaves them",
  async (pair) => {
    const [from, to] = [pair.source.path, pair.destination.path];
    const sample = makeSample(from, { jobs: 1 });
    const folder = "partials/lab.train/ckpt/a";
    touch(`${from}/${folder}/1.pt`);
    name(sample.jobs[0]!, [named(`${folder}/1.pt`)]);
    const { experimentId, runId } = sample;
    const file = `${pair.root}/run.tar`;
    const exported = await exportExperiment(pair.source, file, experimentId, runId);
    assertEquals([exported.partialsCopied, exported.complete], [1, true]);
    const imported = await importExperiment(file, pair.destination);
    assertEquals([imported.errors, imported.partialsCopied], [[], 1]);
    compareFolder(`${from}/${folder}`, `${to}/${folder}`);
    const check = () =>
      checkExperiment(pair.source, pair.destination, experimentId, runId, { checksum: true });
    assertEquals((await check()).differences, []);
    writeFileSync(`${to}/${folder}/1.pt`, "y");
    utimesSync(`${to}/${folder}/1.pt`, 1e9, statSync(`${from}/${folder}/1.pt`).mtimeMs / 1000);
    const [difference] = (await check()).differences;
    assertEquals([difference!.path, difference!.job], [`${folder}/1.pt`, undefined]);
    rmSync(to, { recursive: true });
    const moved = await moveExperiment(pair.source, pair.destination, experimentId, runId);
    assertEquals(moved.kept.map(({ path, why }) => [path, why]), [[folder, "besides"]]);
    assertEquals([moved.complete, moved.removed.length], [true, 2]);
    assertEquals(namesIn(`${from}/${folder}`), ["1.pt"]);
    assertEquals(namesIn(`${to}/${folder}`), ["1.pt"]);
  },
);
