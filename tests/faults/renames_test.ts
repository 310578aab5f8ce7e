/**
 * Renames that fail at the destination: what was to come after them stays as it was.
 *
 * @module
 */

import { existsSync, readlinkSync } from "node:fs";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { makeSample, type Sample } from "../../scripts/sample.ts";
import { type Fault, withFaultyDestination } from "../support/faulty_destination.ts";
import { shell } from "../support/shell.ts";
import { RENAMES } from "../support/strace.ts";
import { compareTrees } from "../support/trees.ts";

/** An `mv` that fails when its arguments are like a pattern. */
const mvFailing = (pattern: string): [string, string] => [
  "mv",
  `case $* in ${pattern}) echo "mv: Input/output error" >&2; exit 1 ;; esac`,
];

// BUG when this was written: `current` was moved, and named a run that was not there.
const RUN: Fault<Sample> = {
  calls: RENAMES,
  program: mvFailing("*20260118_170744*experiments*"),
  paths: ({ experimentId, runId }, _, staging) => [
    `${staging}/experiments/${experimentId}/${runId}`,
  ],
};
withFaultyDestination(
  "xpm-copy leaves current as it is when the run could not be put in its place",
  RUN,
  async ({ pair, copy, mend }) => {
    const sample = makeSample(pair.source.path, { jobs: 2 });
    const there = makeSample(pair.destination.path, {
      jobs: 0,
      runId: "20250101_000000",
      ended: true,
    });
    Deno.removeSync(`${there.root}/.__experimaestro__`);
    const experiment = `${there.root}/experiments/${sample.experimentId}`;
    const { code, out, err } = await copy(sample);
    assertEquals(code, 3, err);
    assertStringIncludes(`${out}${err}`, "the run could not be put in place: ");
    assertEquals(readlinkSync(`${experiment}/current`), there.runId);
    assertEquals(existsSync(`${experiment}/${sample.runId}`), false);
    assertEquals(existsSync(`${there.root}/.__experimaestro__`), false);
    mend();
    const result = await pair.copy(sample);
    assertEquals([result.errors, result.complete], [[], true]);
    assertEquals(readlinkSync(`${experiment}/current`), sample.runId);
    compareTrees({ sample, destination: pair.destination.path });
  },
);

// BUG when this was written: what had been moved aside was removed, though nothing took its place.
const JOB: Fault<Sample> = {
  calls: RENAMES,
  program: mvFailing('*/.xpm-staging/*" "*/destination/jobs/*'),
  paths: ({ jobs: [job] }, _, staging) => {
    const folder = `jobs/${job!.taskId}/${job!.jobId}`;
    return [`${staging}/${folder}`, `${staging}/replaced/${folder}`];
  },
};
withFaultyDestination(
  "xpm-copy loses nothing when a job can neither be replaced nor put back",
  JOB,
  async ({ pair, copy, mend }) => {
    const sample = makeSample(pair.source.path, { jobs: [{ task: "train" }] });
    makeSample(pair.destination.path, {
      jobs: [{ task: "train", state: "unfinished", files: { "precious.txt": "x" } }],
      runId: "20250101_000000",
      ended: true,
    });
    const find = "find . -name precious.txt";
    const { code, err } = await copy(sample);
    assertEquals(code, 1, err);
    assertStringIncludes(err, "could not be replaced or put back; it is in ");
    assertStringIncludes(shell(pair.destination.path, find), "/replaced/jobs/");
    mend();
    const result = await pair.copy(sample, { keepReplaced: true });
    assertEquals([result.errors, result.jobsReplaced.length, result.complete], [[], 1, true]);
    compareTrees({ sample, destination: pair.destination.path });
    assertStringIncludes(shell(pair.destination.path, find), "./.xpm-staging/replaced/");
  },
);
