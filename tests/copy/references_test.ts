/**
 * What jobs name in the workspace that is no part of their run: partials, and jobs of other runs.
 *
 * @module
 */

import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { dirname } from "@std/path";
import { type MadeJob, makeSample } from "../../scripts/sample.ts";
import { inEachDirection, useSshd } from "../support/directions.ts";
import { runProgram } from "../support/program.ts";
import { compareJobs, compareRun, namesIn, readTree } from "../support/trees.ts";

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
  "copyExperiment() brings jobs that jobs name, and names all else that is named and nothing brings",
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
    const missing = [absolute!, `${both}/1.pt`, ofLink!, ofRun!, relative].sort();
    assertEquals(plan.referencesMissing, missing.filter((path) => path !== ofRun));
    const needed = plan.jobs.find(({ jobId }) => jobId === other.jobId)!;
    assertEquals([needed.action, needed.besides, needed.neededBy], [
      ...["copy", true],
      [{ taskId: two!.taskId, jobId: two!.jobId }],
    ]);
    const alone = await pair.between({ destination: "alone" }).copy(sample, { references: false });
    assertEquals(alone.referencesMissing, [theirs, ...folders].sort());
    const result = await pair.copy(sample);
    assertEquals([result.errors, result.jobsCopied, result.complete], [[], 4, false]);
    assertEquals(result.referencesMissing, missing);
    compareJobs({ sample, destination: to, jobs: [...sample.jobs, other] });
    // BUG when this was written: a second copy was complete
    const again = await pair.copy(sample);
    assertEquals([again.jobsCopied, again.referencesMissing, again.complete], [0, missing, false]);
    const lacking = new Set([one, two].map((job) => `${job!.taskId}/${job!.jobId}.json`));
    const records = readTree(`${to}/.xpm-copy/partial/jobs`);
    assertEquals([...records.keys()].filter((path) => path.endsWith(".json")), [...lacking].sort());
    for (const path of missing) touch(`${to}/${path}${path.endsWith(".pt") ? "" : "/1.pt"}`);
    const last = await pair.copy(sample);
    assertEquals([last.jobsCopied, last.referencesMissing, last.complete], [0, [], true]);
    assertEquals(namesIn(to).includes(".xpm-copy"), false);
  },
);

inEachDirection(
  "xpm-copy answers with 3 when jobs name what is not copied, and with 0 when it stands there",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 1 });
    const hashes = Array.from({ length: 7 }, (_, n) => `partials/lab.train/ckpt/${n}`);
    for (const hash of hashes) touch(`${pair.source.path}/${hash}/1.pt`);
    name(sample.jobs[0]!, hashes.map((hash) => named(`${hash}/1.pt`)));
    const plan = await runProgram(pair, sample, [], "plan");
    assertStringIncludes(plan.out, "not copied: jobs refer to");
    const first = await runProgram(pair, sample);
    assertEquals(first.code, 3, first.err);
    assertStringIncludes(first.out, "Not copied: 7 paths that jobs refer to");
    assertStringIncludes(first.out, `${hashes.slice(0, 5).join(", ")} and 2 more`);
    // copied by hand, they count as there
    const there = pair.between({ destination: "second" });
    for (const hash of hashes) touch(`${there.destination.path}/${hash}/1.pt`);
    touch(`${there.destination.path}/.__experimaestro__`);
    const second = await runProgram(there, sample);
    assertEquals(second.code, 0, second.out + second.err);
  },
);

inEachDirection(
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

inEachDirection(
  "copyExperiment() finds what is named by way of links that lead to another disk",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 1 });
    name(sample.jobs[0]!, [named("partials/a.b/c/d/1.pt"), named("partials/a.b/c/e/1.pt")]);
    for (const hash of ["d", "e"]) touch(`${pair.source.path}/partials/a.b/c/${hash}/1.pt`);
    renameSync(`${pair.source.path}/partials`, `${pair.root}/scratch`);
    symlinkSync(`${pair.root}/scratch`, `${pair.source.path}/partials`);
    touch(`${pair.root}/disk/a.b/c/d/1.pt`);
    mkdirSync(pair.destination.path);
    symlinkSync("../disk", `${pair.destination.path}/partials`);
    touch(`${pair.destination.path}/.__experimaestro__`);
    const result = await pair.copy(sample);
    assertEquals(result.referencesMissing, ["partials/a.b/c/e"]);
  },
);

inEachDirection("copyExperiment() brings what the needed jobs need, too", async (pair) => {
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
