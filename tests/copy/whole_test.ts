/**
 * A sample, copied whole and again.
 *
 * @module
 */

import { readlinkSync } from "node:fs";
import { assert, assertEquals } from "@std/assert";
import { makeSample } from "../../scripts/sample.ts";
import type { CopyEvent } from "../../mod.ts";
import { inEachDirection, useSshd } from "../support/directions.ts";
import { assertUntouched, compareTrees, namesIn, readTree } from "../support/trees.ts";

useSshd({ logins: "each" });

inEachDirection("copyExperiment() copies a run with its jobs, to the last bit", async (pair) => {
  const sample = makeSample(pair.source.path);
  const before = readTree(sample.root);
  const events: CopyEvent[] = [];
  const result = await pair.copy({ ...sample, runId: "current" }, {
    onEvent: (event) => events.push(event),
  });
  const { bytes, duration, ...rest } = result;
  const first = sample.jobs.map(({ taskId, jobId }) => `${taskId}/${jobId}`).sort()[0];
  assertEquals(rest, {
    experimentId: sample.experimentId,
    runId: sample.runId,
    dryRun: false,
    jobsCopied: 6,
    jobsSkipped: 0,
    jobsOmitted: 0,
    jobsReplaced: [],
    jobsCompleted: [],
    jobsMissing: [],
    jobsRunning: [],
    jobsIncomplete: [],
    referencesMissing: [],
    run: "copy",
    runInProgress: false,
    errors: [],
    warnings: [{
      code: "job",
      message:
        `some jobs refer to files outside the workspace; those files are not copied: /data/corpus.txt (in jobs/` +
        `${first} and 5 more). To rewrite these paths, add ` +
        "--map OLD=NEW",
    }],
    complete: true,
  });
  assert(duration > 0);
  compareTrees({ sample, destination: pair.destination.path });
  assertUntouched(sample.root, before);
  const to = pair.destination.path;
  assertEquals(namesIn(to), [".__experimaestro__", "experiments", "jobs"]);
  assertEquals(Deno.statSync(`${to}/.__experimaestro__`).size, 0);
  const experiment = `${to}/experiments/${sample.experimentId}`;
  assertEquals(namesIn(experiment), [sample.runId, "current"]);
  assertEquals(readlinkSync(`${experiment}/current`), sample.runId);
  for (const { taskId, jobId } of sample.jobs) {
    assertEquals(
      readlinkSync(`${experiment}/${sample.runId}/jobs/${taskId}/${jobId}`),
      `${to}/jobs/${taskId}/${jobId}`,
    );
  }
  const planned = events.find((event) => event.type === "planned");
  assertEquals(planned?.plan.bytes, bytes);
  assertEquals(bytes, copiedBytes(to));
  assertEquals(events.filter((event) => event.type === "published").length, 6);
  assertEquals(events.at(-1), { type: "done", result });
});

/** Bytes of all files of jobs and of the run; what is rewritten has other lengths at its source. */
function copiedBytes(destination: string): number {
  const source = destination.replace(/[^/]+$/, "source");
  let bytes = 0;
  for (const [path, { kind }] of readTree(destination)) {
    if (kind === "file" && path.includes("/")) bytes += Deno.statSync(`${source}/${path}`).size;
  }
  return bytes;
}

inEachDirection("copyExperiment() a second time copies and touches nothing", async (pair) => {
  const sample = makeSample(pair.source.path, { jobs: 3 });
  await pair.copy(sample);
  const before = readTree(pair.destination.path);
  const result = await pair.copy(sample);
  const { jobsCopied, jobsSkipped, run, bytes, complete, errors, warnings } = result;
  assertEquals(
    { jobsCopied, jobsSkipped, run, bytes, complete, errors, warnings },
    {
      jobsCopied: 0,
      jobsSkipped: 3,
      run: "skip",
      bytes: 0,
      complete: true,
      errors: [],
      warnings: [],
    },
  );
  assertUntouched(pair.destination.path, before);
});

inEachDirection(
  "copyExperiment() brings two experiments that share jobs, each job once",
  async (pair) => {
    const first = makeSample(pair.source.path, { jobs: 3 });
    const second = makeSample(pair.source.path, { jobs: 5, experimentId: "other" });
    await pair.copy(first);
    const before = readTree(
      `${pair.destination.path}/jobs/${first.jobs[0]!.taskId}/${first.jobs[0]!.jobId}`,
    );
    const result = await pair.copy(second);
    assertEquals([result.jobsCopied, result.jobsSkipped, result.complete], [2, 3, true]);
    compareTrees({ sample: first, destination: pair.destination.path });
    compareTrees({ sample: second, destination: pair.destination.path });
    assertUntouched(
      `${pair.destination.path}/jobs/${first.jobs[0]!.taskId}/${first.jobs[0]!.jobId}`,
      before,
    );
  },
);

inEachDirection(
  "planCopy() tells that the destination is new, until something is there",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 1 });
    const isNew = async () => (await pair.plan(sample)).destination.isNew;
    assertEquals(await isNew(), true);
    await pair.copy(sample);
    assertEquals(await isNew(), undefined);
  },
);

inEachDirection(
  "copyExperiment() with dryRun and planCopy() write nothing, at either end",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 3 });
    const before = readTree(pair.root);
    const plan = await pair.plan(sample);
    const result = await pair.copy(sample, { dryRun: true });
    assertEquals(plan.jobs.map(({ action }) => action), ["copy", "copy", "copy"]);
    assertEquals([plan.run.action, plan.run.becomesCurrent, plan.run.isCurrent], [
      "copy",
      true,
      true,
    ]);
    assertEquals([result.dryRun, result.jobsCopied, result.bytes], [true, 0, 0]);
    assertUntouched(pair.root, before);
  },
);
