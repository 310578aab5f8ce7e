/**
 * Renames that fail at the destination: what was to come after them stays as it was.
 *
 * @module
 */

import { existsSync, readlinkSync, writeFileSync } from "node:fs";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { stagingName } from "../../lib/copy/loads.ts";
import type { Known } from "../../lib/copy/survey.ts";
import { makeSample, type Sample } from "../../scripts/sample.ts";
import { type Direction, type Pair, withPair } from "../support/directions.ts";
import { startProgram } from "../support/kill.ts";
import { OWN, withPrograms } from "../support/remote_programs.ts";
import { shell } from "../support/shell.ts";
import { hasSshd, startSshd } from "../support/sshd.ts";
import { canTrace, failing, RENAMES } from "../support/strace.ts";
import { compareTrees } from "../support/trees.ts";

const reachable = await hasSshd();

/** Renames that fail. */
interface Fault {
  /** At a host: those of an `mv` whose arguments are like this pattern of `case`. */
  pattern: string;
  /** Here: those of these paths in the staging folder. */
  paths: (sample: Sample) => string[];
}

/** Copies while renames fail; answers how the program ended. */
async function copyDespite(pair: Pair, sample: Sample, { paths }: Fault) {
  const isFar = pair.destination.ssh !== undefined;
  const staging = `${pair.destination.path}/.xpm-staging/${await nameOf(pair, sample)}`;
  const under = failing(RENAMES, paths(sample).map((path) => `${staging}/${path}`));
  return await (await startProgram(pair, sample, { under: isFar ? [] : under })).ended;
}

/** The name of a copy's staging folder. */
function nameOf({ source }: Pair, { experimentId, runId }: Sample): Promise<string> {
  const { path, ssh: { host } = {} } = source;
  return stagingName({ plan: { source: { host, path }, experimentId, runId } } as unknown as Known);
}

/** Registers a test of a fault for each direction. */
function inEachDirection(
  name: string,
  fault: Fault,
  check: (pair: Pair) => Promise<void>,
): void {
  const test = (direction: Direction, ignore: boolean, fn: () => Promise<void>) =>
    Deno.test({ name: `${name}, ${direction}`, ignore, fn });
  test("local to local", !canTrace, () => withPair("local to local", undefined, check));
  test("remote to local", !canTrace || !reachable, async () => {
    await using sshd = await startSshd();
    await withPair("remote to local", sshd, check);
  });
  const refuse = `[ ! -e FOLDER/broken ] || case $* in
    ${fault.pattern}) echo "mv: Input/output error" >&2; exit 1 ;;
  esac`;
  const mv = `#!/bin/sh\n${OWN}\n${refuse}\nexec $own "$@"`;
  test("local to remote", !reachable, () =>
    withPrograms({ mv }, async (sshd, folder) => {
      writeFileSync(`${folder}/broken`, "");
      await withPair("local to remote", sshd, async (pair) => {
        await check({
          ...pair,
          copy: (run, options) => {
            Deno.removeSync(`${folder}/broken`); // it works again
            return pair.copy(run, options);
          },
        });
      });
    }));
}

// BUG when this was written: `current` was moved, and named a run that was not there.
const RUN: Fault = {
  pattern: "*20260118_170744*experiments*",
  paths: ({ experimentId, runId }) => [`experiments/${experimentId}/${runId}`],
};
inEachDirection(
  "xpm-copy leaves current as it is when the run could not be put in its place",
  RUN,
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 2 });
    const there = makeSample(pair.destination.path, {
      jobs: 0,
      runId: "20250101_000000",
      ended: true,
    });
    Deno.removeSync(`${there.root}/.__experimaestro__`);
    const experiment = `${there.root}/experiments/${sample.experimentId}`;
    const { code, out, err } = await copyDespite(pair, sample, RUN);
    assertEquals(code, 3, err);
    assertStringIncludes(`${out}${err}`, "the run was not put in its place: ");
    assertEquals(readlinkSync(`${experiment}/current`), there.runId);
    assertEquals(existsSync(`${experiment}/${sample.runId}`), false);
    assertEquals(existsSync(`${there.root}/.__experimaestro__`), false);
    const result = await pair.copy(sample);
    assertEquals([result.errors, result.complete], [[], true]);
    assertEquals(readlinkSync(`${experiment}/current`), sample.runId);
    compareTrees({ sample, destination: pair.destination.path });
  },
);

// BUG when this was written: what had been moved aside was removed, though nothing took its place.
const JOB: Fault = {
  pattern: '*/.xpm-staging/*" "*/destination/jobs/*',
  paths: ({ jobs: [job] }) => {
    const folder = `jobs/${job!.taskId}/${job!.jobId}`;
    return [folder, `replaced/${folder}`];
  },
};
inEachDirection(
  "xpm-copy loses nothing when a job can neither be replaced nor put back",
  JOB,
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: [{ task: "train" }] });
    makeSample(pair.destination.path, {
      jobs: [{ task: "train", state: "unfinished", files: { "precious.txt": "x" } }],
      runId: "20250101_000000",
      ended: true,
    });
    const find = "find . -name precious.txt";
    const { code, err } = await copyDespite(pair, sample, JOB);
    assertEquals(code, 1, err);
    assertStringIncludes(err, "could not be replaced, nor put back: it is in ");
    assertStringIncludes(shell(pair.destination.path, find), "/replaced/jobs/");
    const result = await pair.copy(sample, { keepReplaced: true });
    assertEquals([result.errors, result.jobsReplaced.length, result.complete], [[], 1, true]);
    compareTrees({ sample, destination: pair.destination.path });
    assertStringIncludes(shell(pair.destination.path, find), "./.xpm-staging/replaced/");
  },
);
