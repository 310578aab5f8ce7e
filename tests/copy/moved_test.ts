/**
 * A workspace that was somewhere else before: its files still name the former place. And places
 * outside the workspace, as the user maps them.
 *
 * @module
 */

import { readFileSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { exportExperiment } from "../../mod.ts";
import { makeSample, type Sample } from "../../scripts/sample.ts";
import { inEachDirection, onEachHost, useSshd } from "../support/directions.ts";
import { runProgram } from "../support/program.ts";
import { compareTrees, readTree } from "../support/trees.ts";

useSshd();

/** Moves a sample's workspace, as `mv` does. */
function move(sample: Sample, to: string): Sample {
  renameSync(sample.root, to);
  const moved = (path: string) => to + path.slice(sample.root.length);
  const jobs = sample.jobs.map((job) => ({ ...job, folder: moved(job.folder) }));
  return { ...sample, root: to, runFolder: moved(sample.runFolder), jobs };
}

/** Adds an object to the configuration of a job, with paths as experimaestro wrote them before 2.4. */
function addPaths(folder: string, paths: string[]): void {
  const file = `${folder}/params.json`;
  const object = { id: 99, fields: { named: paths.map((value) => ({ type: "path", value })) } };
  const params = readFileSync(file, "utf8");
  assertStringIncludes(params, '"objects": [');
  const added = params.replace('"objects": [', () => `"objects": [${JSON.stringify(object)}, `);
  writeFileSync(file, added);
}

/** The files and links of a folder in which a text stands. */
function traces(root: string, text: string): string[] {
  return [...readTree(root)].filter(([, { target, bytes = new Uint8Array() }]) =>
    target?.includes(text) || new TextDecoder().decode(bytes).includes(text)
  ).map(([path]) => path);
}

for (const options of [{}, { bandwidthLimit: 1_000_000 }]) {
  const way = "bandwidthLimit" in options ? "by rsync" : "as a stream";

  inEachDirection(
    `copyExperiment() puts the paths of a former place of the workspace right, ${way}`,
    async (pair) => {
      const former = `${pair.root}/a former place`;
      const made = makeSample(former, { jobs: 4 });
      const [one, two] = made.jobs;
      const inside = (root: string) => [`${root}/jobs/${two!.taskId}/${two!.jobId}/out`];
      addPaths(one!.folder, inside(former));
      symlinkSync(two!.folder, `${one!.folder}/a link`);
      symlinkSync(`${one!.folder}/params.json`, `${made.runFolder}/one.json`);
      const sample = move(made, pair.source.path);
      const result = await pair.copy(sample, options);
      assertEquals([result.errors, result.complete], [[], true]);
      const to = pair.destination.path;
      compareTrees({ sample, destination: to, spellings: [former] });
      assertEquals(traces(`${to}/experiments`, former), []);
      const left = traces(`${to}/jobs`, former).map((path) => path.split("/").at(-1));
      assert(left.every((name) => /\.(py|err)$/.test(name!)), `${left}`); // they are history
    },
  );
}

onEachHost(
  "copyExperiment() puts former paths of a run right whose jobs are there already",
  async (pair) => {
    const former = `${pair.root}/former`;
    const sample = move(makeSample(former, { jobs: 3 }), pair.source.path);
    await pair.copy(sample);
    const to = pair.destination.path;
    const there = sample.runFolder.replace(sample.root, () => to);
    Deno.removeSync(there, { recursive: true });
    const again = await pair.copy(sample);
    assertEquals([again.jobsCopied, again.run, again.complete], [0, "copy", true]);
    compareTrees({ sample, destination: to, spellings: [former] });
    assertEquals(traces(there, former), []);
  },
);

onEachHost(
  "copyExperiment() believes no params.json that the workspace was everything",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 3 });
    const claimed = ["/", pair.root, ""];
    for (const [at, { folder }] of sample.jobs.entries()) {
      addPaths(folder, ["/jobs/x", `${pair.root}/data`, `${pair.root}/jobs-2/x`]);
      const params = readFileSync(`${folder}/params.json`, "utf8");
      const workspace = `"workspace": ${JSON.stringify(claimed[at])}`;
      writeFileSync(
        `${folder}/params.json`,
        params.replace(/"workspace": "[^"]*"/, () => workspace),
      );
    }
    const result = await pair.copy(sample);
    assertEquals([result.errors, result.jobsCopied], [[], 3]);
    for (const { taskId, jobId } of sample.jobs) {
      const file = `${pair.destination.path}/jobs/${taskId}/${jobId}/params.json`;
      const params = readFileSync(file, "utf8");
      for (const path of ["/jobs/x", `${pair.root}/data`, `${pair.root}/jobs-2/x`]) {
        assertStringIncludes(params, `"${path}"`);
      }
      assertStringIncludes(params, `"workspace": "${pair.destination.path}"`);
    }
  },
);

inEachDirection(
  "xpm-copy --map rewrites paths outside the workspace, and names it where there are such",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 2 });
    symlinkSync("/data/corpus.txt", `${sample.jobs[0]!.folder}/a link`);
    const plan = await runProgram(pair, sample, [], "plan");
    assertStringIncludes(plan.out + plan.err, "/data/corpus.txt (in ");
    const mapped = await runProgram(pair, sample, ["--map", "/data=/mnt/d"], "plan");
    assert(!(mapped.out + mapped.err).includes("/data/corpus.txt"));
    assertStringIncludes(mapped.out, "--map /data=/mnt/d --");
    const said = await runProgram(pair, sample, ["--map", "/data=/mnt/d", "--map=/x=/y"]);
    assertEquals(said.code, 0, said.err);
    assert(!(said.out + said.err).includes("outside"), said.out + said.err);
    compareTrees({
      sample: { ...sample },
      destination: pair.destination.path,
      spellings: [sample.root],
      mapped: { "/data": "/mnt/d" },
    });
    const other = pair.between({ destination: "other" });
    const told = await runProgram(other, sample, ["--verbose"]);
    const { taskId, jobId } = sample.jobs.toSorted((a, b) => a.folder < b.folder ? -1 : 1)[0]!;
    assertStringIncludes(
      told.out + told.err,
      `/data/corpus.txt (in jobs/${taskId}/${jobId} and 1 more). ` +
        "To rewrite these paths, add --map OLD=NEW",
    );
    const { experimentId, runId } = sample;
    const exported = await exportExperiment(
      pair.source,
      `${pair.root}/run.tar`,
      experimentId,
      runId,
    );
    assertMatch(exported.warnings[0]!.message, /in jobs\/\S+ and 1 more\)$/); // it takes no --map
  },
);
