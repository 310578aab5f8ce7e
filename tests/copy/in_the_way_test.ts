/**
 * What stands at the name of a job or of a run at the destination, and is no folder of it: it is
 * left as it is, and named.
 *
 * @module
 */

import { existsSync, mkdirSync, rmSync } from "node:fs";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { checkExperiment, CopyError, moveExperiment } from "../../mod.ts";
import { makeSample, type Sample } from "../../scripts/sample.ts";
import { endsHere, onEachHost, type Pair, useSshd } from "../support/directions.ts";
import { makeOutside } from "../support/outside.ts";
import { runProgram } from "../support/program.ts";
import { shell } from "../support/shell.ts";
import { assertUntouched, compareJobs, compareTrees, readTree } from "../support/trees.ts";

useSshd();

/** What may stand there, made by a shell in a folder where `$1` is its name, and what it is called. */
const THINGS: Record<string, [script: string, called: string]> = {
  "a file": ['echo mine > "$1"', "a file"],
  "a pipe": ['mkfifo "$1"', "a pipe or a device"],
  "a link that leads nowhere": ['ln -s nowhere "$1"', "a link to nowhere"],
  "a link to a file": ['echo mine > notes; ln -s notes "$1"', "a link to notes"],
  "a link to a folder": ['ln -s ../../../outside "$1"', "a link to ../../../outside"],
};

/** Puts something where a folder would be copied to; checks later that it was not touched. */
function putThing(parent: string, name: string, script: string): { assertKept(): void } {
  mkdirSync(parent, { recursive: true });
  rmSync(`${parent}/${name}`, { recursive: true, force: true });
  shell(parent, script, name);
  const thing = () => new Map([...readTree(parent)].filter(([path]) => path === name));
  const before = thing();
  assertEquals(before.size, 1);
  return { assertKept: () => assertSameThing(thing(), before) };
}

function assertSameThing(now: ReturnType<typeof readTree>, before: ReturnType<typeof readTree>) {
  const describe = (tree: typeof now) =>
    [...tree].map(([path, { kind, target, info }]) => [path, kind, target, info.ino, info.mtimeNs]);
  assertEquals(describe(now), describe(before));
}

const jobPlace = (pair: Pair, { jobs: [job] }: Sample): [parent: string, name: string] => [
  `${pair.destination.path}/jobs/${job!.taskId}`,
  job!.jobId,
];

const runPlace = (pair: Pair, { experimentId, runId }: Sample): [parent: string, name: string] => [
  `${pair.destination.path}/experiments/${experimentId}`,
  runId,
];

for (const [what, [script, called]] of Object.entries(THINGS)) {
  onEachHost(`copyExperiment() leaves ${what} at a job's name, and names it`, async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 2 });
    const [job, other] = sample.jobs;
    const outside = makeOutside(pair, ["prepare.done", "secret"]);
    const thing = putThing(...jobPlace(pair, sample), script);
    const plan = await pair.plan(sample);
    assertEquals(plan.jobs.map(({ action, incomplete }) => [action, incomplete]), [
      ["leave", true],
      ["copy", false],
    ]);
    const reason = `${called}, not a folder of this job, is at the destination`;
    assertEquals(plan.jobs[0]!.reason, reason);
    const { code, out, err } = await runProgram(pair, sample, ["--json"]);
    assertEquals(code, 3, err);
    const { result } = JSON.parse(out.trimEnd().split("\n").at(-1)!);
    assertEquals(result.jobsIncomplete, [{ taskId: job!.taskId, jobId: job!.jobId }]);
    assertEquals([result.jobsCopied, result.run, result.errors], [1, "copy", []]);
    thing.assertKept();
    outside.assertKept();
    compareJobs({ sample, destination: pair.destination.path, jobs: [other!] });
    // once it has gone
    rmSync(jobPlace(pair, sample).join("/"));
    assertEquals((await pair.copy(sample)).complete, true);
    compareTrees({ sample, destination: pair.destination.path });
  });

  onEachHost(`copyExperiment() leaves ${what} at a run's name, and names it`, async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 2 });
    const outside = makeOutside(pair, ["status.json", "jobs.jsonl"]);
    mkdirSync(`${pair.destination.path}/jobs`, { recursive: true }); // or it is no workspace
    const thing = putThing(...runPlace(pair, sample), script);
    const { code, out } = await runProgram(pair, sample);
    assertEquals(code, 3, out);
    const plan = await pair.plan(sample);
    const { action, reason, becomesCurrent } = plan.run;
    assertEquals([action, becomesCurrent], ["leave", false]);
    assertEquals(reason, `${called} is at the destination`);
    const here = endsHere(pair.direction).destination ? "here" : "there";
    assertStringIncludes(out, `Not copied: the run (${called} is in its place ${here})`);
    thing.assertKept();
    outside.assertKept();
    compareJobs({ sample, destination: pair.destination.path });
    rmSync(runPlace(pair, sample).join("/"));
    assertEquals((await pair.copy(sample)).complete, true);
    compareTrees({ sample, destination: pair.destination.path });
  });
}

// BUG when this was written: it was replaced, and after two moves no workspace had it any more.
onEachHost(
  "copyExperiment() leaves another run that has the same id, and names it",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 2 });
    const from = pair.between({ source: "other" });
    const other = makeSample(from.source.path, { jobs: 2, seed: 2 });
    shell(
      other.runFolder,
      `sed -i 's/"2026-01-18T17:07:44.372099"/"2026-01-18T17:07:44.9"/' status.json`,
    );
    await from.copy(other);
    const there = runPlace(pair, sample).join("/");
    const before = readTree(there);
    shell(sample.runFolder, "touch status.json");
    const { code, out } = await runProgram(pair, sample);
    assertEquals(code, 3, out);
    assertStringIncludes(
      out,
      "Not copied: the run (another run that has the same id is in its place",
    );
    assertUntouched(there, before);
    const { source, destination } = pair;
    const { differences } = await checkExperiment(source, destination, sample.experimentId);
    assertEquals(differences.map(({ kind, what }) => [kind, what]), [
      ["differs", "a folder → another run that has the same id"],
    ]);
    for (const dryRun of [true, false]) {
      const moved = () =>
        moveExperiment(source, destination, sample.experimentId, "current", { dryRun });
      await assertRejects(moved, CopyError, "cannot be moved: another run that has the same id");
    }
    assert(sample.jobs.every(({ folder }) => existsSync(folder)));
  },
);

const APPEARING = { "a file": 'rm -rf "$1"; echo > "$1"', "a link": 'rm -rf "$1"; ln -s . "$1"' };

for (const [what, script] of Object.entries(APPEARING)) {
  onEachHost(
    `copyExperiment() leaves ${what} that appears at a name while it copies`,
    async (pair) => {
      const sample = makeSample(pair.source.path, { jobs: 2 });
      await pair.copy(sample);
      let later = 2_000_000_000;
      for (const fresh of [true, false]) {
        for (const place of [jobPlace, runPlace]) {
          const [parent, name] = place(pair, sample);
          if (fresh) rmSync(`${parent}/${name}`, { recursive: true });
          else {
            shell(pair.destination.path, "rm jobs/*/*/*.done");
            shell(sample.runFolder, 'touch -d "@$1" status.json', `${later++}`);
          }
          let thing: ReturnType<typeof putThing> | undefined;
          const result = await pair.copy(sample, {
            onEvent({ type }) {
              if (type === "planned") thing = putThing(parent, name, script);
            },
          });
          // a job may be a link, and was to be replaced
          if (what === "a link" && !fresh && place === jobPlace) continue;
          assert(result.errors.length > 0, `${what} ${fresh}`);
          assertEquals(result.complete, false);
          thing!.assertKept();
          rmSync(`${parent}/${name}`);
          assertEquals((await pair.copy(sample)).complete, true);
          compareTrees({ sample, destination: pair.destination.path });
        }
      }
    },
  );
}
