/**
 * Workspaces of experimaestro 1.x, and what experimaestro 2 makes of them.
 *
 * @module
 */

import { mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { CopyError, listExperiments, listRuns, readJobs } from "../../mod.ts";
import { quoteCommand } from "../../lib/text/shell.ts";
import { makeSample, type Sample } from "../../scripts/sample.ts";
import { ensureExperimaestro } from "../../scripts/setup.ts";
import { inEachDirection, type Pair, useSshd } from "../support/directions.ts";
import { assertUntouched, compareJobs, namesIn, readTree } from "../support/trees.ts";
import { Experimaestro } from "./experimaestro.ts";

useSshd();

const bin = await ensureExperimaestro();
const options = { ignore: bin === undefined };

/** Leaves of a sample what experimaestro 1.x makes: in `xp`, links and no list of the jobs. */
function makeOld(path: string): Sample {
  const sample = makeSample(path, { jobs: 4 });
  for (const name of readdirSync(sample.runFolder)) {
    if (name !== "jobs") rmSync(`${sample.runFolder}/${name}`, { recursive: true });
  }
  for (const { folder, task } of sample.jobs) {
    rmSync(`${folder}/.experimaestro`, { recursive: true });
    Deno.writeTextFileSync(`${folder}/${task}.pid`, "{}"); // 1.x leaves it
  }
  mkdirSync(`${path}/xp`);
  renameSync(sample.runFolder, `${path}/xp/neuralir`);
  for (const name of ["experiments", ".events", ".scheduler"]) {
    rmSync(`${path}/${name}`, { recursive: true });
  }
  return sample;
}

/** Checks that whatever is asked of the source is refused with one sentence; gives what to do. */
async function refusal(pair: Pair, sample: Sample): Promise<string> {
  const hints = new Set<string>();
  const { source } = pair;
  const asks: [what: string, ask: () => Promise<unknown>][] = [
    ["source is a workspace of", () => listExperiments(source)],
    ["neuralir in source was made by", () => listRuns(source, "neuralir")],
    ["neuralir in source was made by", () => readJobs(source, "neuralir", sample.runId)],
    ["neuralir in source was made by", () => pair.plan({ ...sample, runId: "current" })],
    ["neuralir in source was made by", () => pair.copy(sample)],
  ];
  for (const [what, ask] of asks) {
    const error = await assertRejects(ask, CopyError, `${what} experimaestro 1.x`);
    assertEquals(error.code, "not-found");
    hints.add(error.hint!);
  }
  assertEquals(hints.size, 1);
  return [...hints][0]!;
}

inEachDirection(
  "copyExperiment() names experimaestro's command for a workspace of 1.x, and copies what that makes",
  async (root) => {
    const pair = root.between({ source: "it's old" });
    const sample = makeOld(pair.source.path);
    const before = readTree(pair.source.path);
    const hint = await refusal(pair, sample);
    assertUntouched(pair.source.path, before);
    const host = pair.source.ssh === undefined ? "" : ` on ${pair.source.ssh.host}`;
    const [first, command] = hint.split(":  ");
    assertEquals(first, `migrate the workspace${host} with experimaestro 2`);
    const home = `${pair.root}/home`;
    mkdirSync(home);
    const experimaestro = new Experimaestro(bin!, home);
    await experimaestro.type(command!);

    const [runId] = await listRuns(pair.source, "neuralir");
    const plan = await pair.plan({ experimentId: "neuralir", runId: "current" });
    assertEquals(
      plan.warnings[0]?.message,
      `run ${runId} was made by experimaestro 1.x and migrated: ` +
        "it has no jobs.jsonl, so the jobs it links to are copied",
    );
    const result = await pair.copy({ experimentId: "neuralir", runId: runId! });
    assertEquals([result.errors, result.jobsCopied, result.complete], [[], 4, true]);
    compareJobs({ sample, destination: pair.destination.path });
    const run = `experiments/neuralir/${runId}`;
    const links = (end: string) =>
      sample.jobs.map(({ taskId, jobId }) =>
        Deno.readLinkSync(`${end}/${run}/jobs/${taskId}/${jobId}`)
      );
    assertEquals(
      links(pair.destination.path),
      sample.jobs.map(({ taskId, jobId }) => `${pair.destination.path}/jobs/${taskId}/${jobId}`),
    );
    const again = await pair.plan({ experimentId: "neuralir", runId: runId! });
    assertEquals([again.run.action, again.bytes], ["skip", 0]);

    // experimaestro takes both for the same, and what it adds to the run does no harm
    const list = (path: string) =>
      experimaestro.type(quoteCommand(["experimaestro", "jobs", "--workdir", path, "list"]));
    const [there, here] = [await list(pair.source.path), await list(pair.destination.path)];
    const lines = (text: string) => text.split("\n").filter((line) => /^DONE /.test(line)).sort();
    assertEquals([lines(here), lines(here).length], [lines(there), 4]);
    const updated = await pair.copy({ experimentId: "neuralir", runId: runId! });
    assertEquals([updated.errors, updated.complete], [[], true]);
  },
  options,
);

inEachDirection(
  "copyExperiment() copies to a workspace of experimaestro 1.x, and leaves what is in xp alone",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 2 });
    makeOld(pair.destination.path);
    const before = readTree(`${pair.destination.path}/xp`);
    const result = await pair.copy(sample);
    assertEquals([result.errors, result.jobsSkipped, result.complete], [[], 2, true]);
    assertUntouched(`${pair.destination.path}/xp`, before);
    assert(namesIn(`${pair.destination.path}/experiments/neuralir`).includes(sample.runId));
  },
);
