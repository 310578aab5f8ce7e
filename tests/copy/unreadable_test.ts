/**
 * Jobs that cannot be looked at: they are named, and the others are copied.
 *
 * @module
 */

import { rmSync, symlinkSync } from "node:fs";
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { CopyError } from "../../mod.ts";
import { makeSample } from "../../scripts/sample.ts";
import { inEachDirection, onEachHost, useSshd } from "../support/directions.ts";
import { runProgram } from "../support/program.ts";
import { shell } from "../support/shell.ts";
import { compareTrees } from "../support/trees.ts";

useSshd();

/** Makes folders one in another, and a file in the last one. */
function makeDeep(folder: string, names: string[]): void {
  const paths: string[] = [];
  for (const name of names) { // some at a time: a shell takes long to enter each
    const path = `${paths.at(-1) ?? ""}/${name}`;
    if (path.length > 1000 || paths.length === 0) paths.push(name);
    else paths[paths.length - 1] = path;
  }
  shell(folder, 'for path; do mkdir -p "$path"; cd -P "./$path"; done; : > end', ...paths);
}

/** Names of 99 letters, and one, by which a folder has a path of so many. */
function namesUpTo(folder: string, length: number): string[] {
  const room = length - folder.length - "/end".length;
  const last = room % 100;
  const whole = Array.from({ length: Math.floor(room / 100) }, () => "n".repeat(99));
  return last > 1 ? [...whole, "m".repeat(last - 1)] : whole;
}

const DEEP: Record<string, (folder: string) => string[]> = {
  "of more folders than there can be": () => Array.from({ length: 2500 }, () => "d"),
  "of long names": () => Array.from({ length: 20 }, () => "n".repeat(250)),
  "of names that are not ASCII": () => Array.from({ length: 20 }, () => "漢".repeat(80)),
  "that is too long only where it is put together": (folder) => namesUpTo(folder, 4090),
};

for (const [what, names] of Object.entries(DEEP)) {
  onEachHost(
    `copyExperiment() names a job with a path ${what}, in a short line, and copies the rest`,
    async (pair) => {
      const sample = makeSample(pair.source.path, { jobs: 3 });
      const [deep, ...others] = sample.jobs;
      makeDeep(deep!.folder, names(deep!.folder));
      const plan = await pair.plan(sample);
      assertEquals(plan.jobs.map(({ action }) => action), ["missing", "copy", "copy"]);
      const { code, out, err } = await runProgram(pair, sample);
      assertEquals(code, 3, err);
      assert(`${out}${err}`.split("\n").every((line) => line.length < 700), out);
      assertMatch(out, new RegExp(`\\n  prepare/${deep!.jobId.slice(0, 8)}: .*too long`));
      assert(out.includes("Not copied: 1 unusable at the source\n"), out);
      shell(deep!.folder, 'rm -r "$PWD"'); // neither the check nor the end of the test can
      compareTrees({ sample, destination: pair.destination.path, jobs: others });
    },
  );
}

inEachDirection(
  "copyExperiment() refuses a run that holds a path too long for the system, in a short line",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 1 });
    makeDeep(sample.runFolder, Array.from({ length: 2500 }, () => "d"));
    const error = await assertRejects(() => pair.copy(sample), CopyError, "too long");
    assert(error.code === "refused" && error.message.length < 700, error.message);
    shell(sample.runFolder, 'rm -r "$PWD"');
  },
);

onEachHost(
  "copyExperiment() names a job that is a link to itself, and copies the rest",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 2 });
    const [loop, other] = sample.jobs;
    rmSync(loop!.folder, { recursive: true });
    symlinkSync(loop!.folder, loop!.folder);
    const result = await pair.copy(sample);
    assertEquals(result.jobsMissing.map(({ jobId }) => jobId), [loop!.jobId]);
    assertEquals([result.errors, result.jobsCopied, result.complete], [[], 1, false]);
    compareTrees({ sample, destination: pair.destination.path, jobs: [other!] });
  },
);
