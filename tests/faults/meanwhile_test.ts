/**
 * A destination that changes between the plan and the last rename.
 *
 * @module
 */

import {
  existsSync,
  mkdirSync,
  readlinkSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type CopyEvent, copyExperiment } from "../../mod.ts";
import { makeSample } from "../../scripts/sample.ts";
import { inEachDirection, onEachHost, useSshd, withPair } from "../support/directions.ts";
import { OWN, withPrograms } from "../support/remote_programs.ts";
import { shell } from "../support/shell.ts";
import { hasSshd } from "../support/sshd.ts";
import { compareTrees, namesIn } from "../support/trees.ts";

useSshd();

/** Does something once all is planned and claimed. */
function whenPlanned(action: () => void): (event: CopyEvent) => void {
  return ({ type }) => type === "planned" && action();
}

// BUG when this was written: the job was replaced while it ran, and what it had written was lost.
inEachDirection(
  "copyExperiment() does not replace a job that has begun to run meanwhile",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 2 });
    const there = makeSample(pair.destination.path, {
      jobs: [{ state: "unfinished" }, { state: "unfinished" }],
      runId: "20250101_000000",
      ended: true,
    });
    const [job, other] = there.jobs;
    const name = job!.taskId.split(".").at(-1);
    const onEvent = whenPlanned(() => {
      writeFileSync(`${job!.folder}/${name}.pid`, "{}");
      writeFileSync(`${job!.folder}/checkpoint.pt`, "hours of work");
    });
    const result = await pair.copy(sample, { onEvent });
    assertEquals(result.errors.map(({ job }) => job?.jobId), [job!.jobId]);
    assertStringIncludes(result.errors[0]!.message, "it has started to run there");
    assertEquals(result.jobsReplaced.map(({ jobId }) => jobId), [other!.jobId]);
    assert(existsSync(`${job!.folder}/checkpoint.pt`));
  },
);

// BUG when this was written: the failed job took the place of the one that had been resumed.
onEachHost(
  "copyExperiment() does not replace by a failed job what has been written to meanwhile",
  async (pair) => {
    const sample = makeSample(pair.source.path, {
      jobs: [{ state: "failed" }, { state: "failed" }],
    });
    const there = makeSample(pair.destination.path, {
      jobs: [{ state: "unfinished" }, { state: "unfinished" }],
      runId: "20250101_000000",
      ended: true,
    });
    shell(there.root, 'find jobs -exec touch -h -d "2025-01-01 00:00:00.5" {} +');
    const [job, other] = there.jobs;
    const onEvent = whenPlanned(() => {
      mkdirSync(`${job!.folder}/.checkpoints`);
      writeFileSync(`${job!.folder}/.checkpoints/2.pt`, "hours of work");
    });
    const result = await pair.copy(sample, { onEvent });
    assertEquals(result.errors.map(({ job }) => job?.jobId), [job!.jobId]);
    assertStringIncludes(result.errors[0]!.message, "the destination has something newer");
    assertEquals(result.jobsReplaced.map(({ jobId }) => jobId), [other!.jobId]);
    assert(existsSync(`${job!.folder}/.checkpoints/2.pt`));
  },
);

// BUG when this was written: who came last made its run current, be it the older one.
for (const [current, runId] of [["20260118_170744", "20250101_000000"], ["20270101_000000"]]) {
  const what = runId === undefined ? "a later" : "an earlier";
  onEachHost(
    `copyExperiment() makes its run current unless another copy has, of a later one: ${what} one`,
    async (pair) => {
      const sample = makeSample(pair.source.path, { jobs: 1 });
      const experiment = `${pair.destination.path}/experiments/${sample.experimentId}`;
      const onEvent = whenPlanned(() => {
        mkdirSync(`${experiment}/${runId ?? current}`, { recursive: true });
        symlinkSync(runId ?? current!, `${experiment}/current`);
      });
      const result = await pair.copy(sample, { onEvent });
      assertEquals([result.errors, result.complete], [[], true]);
      assertEquals(readlinkSync(`${experiment}/current`), current);
      assertEquals(namesIn(pair.destination.path), [".__experimaestro__", "experiments", "jobs"]);
    },
  );
}

// BUG when this was written: a run as good as ours was an error.
onEachHost(
  "copyExperiment() finds done what another copy has done meanwhile, the run too",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 3 });
    const [to, made] = [pair.destination.path, `${pair.root}/made`];
    assertEquals((await pair.copy(sample)).complete, true);
    renameSync(to, made);
    const onEvent = whenPlanned(() => shell(made, 'cp -a . "$1/"', to));
    const result = await pair.copy(sample, { onEvent });
    assertEquals([result.errors, result.jobsCopied, result.complete], [[], 0, true]);
    compareTrees({ sample, destination: to });
    assertEquals(namesIn(to), [".__experimaestro__", "experiments", "jobs"]);
  },
);

// BUG when this was written: it was removed with the staging folder, and nothing was said of it.
Deno.test({
  name: "copyExperiment() loses nothing that it replaced when that cannot be put away",
  ignore: !await hasSshd(),
  fn: () => {
    const refuse = 'case $* in */.xpm-staging/replaced*) echo "no more files" >&2; exit 1 ;; esac';
    const programs = { mkdir: `#!/bin/sh\n${OWN}\n${refuse}\nexec $own "$@"` };
    return withPrograms(programs, (sshd) =>
      withPair("local to remote", sshd, async (pair) => {
        const sample = makeSample(pair.source.path, { jobs: 1 });
        const jobs = [{ state: "unfinished" as const, files: { "precious.txt": "x" } }];
        makeSample(pair.destination.path, { jobs, runId: "20250101_000000", ended: true });
        const result = await pair.copy(sample, { keepReplaced: true });
        const [error, ...more] = result.errors;
        assertEquals([more, result.jobsReplaced.length, result.complete], [[], 1, false]);
        assertStringIncludes(error!.message, "replaced folders are still in ");
        assertStringIncludes(error!.message, "no more files");
        const find = "find .xpm-staging/*/replaced -name precious.txt | wc -l";
        assertEquals(shell(pair.destination.path, find).trim(), "1");
      }));
  },
});

// BUG when this was written: both were to be kept under one name.
inEachDirection(
  "copyExperiment() from two workspaces at once keeps apart what each has replaced",
  async (pair) => {
    const [missing, unfinished] = [{ state: "missing" }, { state: "unfinished" }] as const;
    const { experimentId, runId } = makeSample(pair.source.path, { jobs: [{}, missing] });
    const other = makeSample(`${pair.root}/other`, { jobs: [missing, {}] });
    const jobs = [unfinished, unfinished];
    makeSample(pair.destination.path, { jobs, runId: "20250101_000000", ended: true });
    const from = [pair.source, { id: "other", path: other.root }];
    const options = { keepReplaced: true };
    const results = await Promise.all(
      from.map((source) => copyExperiment(source, pair.destination, experimentId, runId, options)),
    );
    assertEquals(results.map(({ jobsReplaced }) => jobsReplaced.length), [1, 1]);
    const kept = results.flatMap(({ replacedFolders = [] }) => replacedFolders);
    for (const folder of kept) assert(namesIn(folder).includes("jobs"), folder);
    assertEquals(new Set(kept).size, 2);
  },
  { directions: ["local to local", "local to remote"] },
);
