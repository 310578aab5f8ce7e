/**
 * A run whose scheduler was killed says for ever that it is in progress.
 *
 * @module
 */

import { existsSync, readlinkSync } from "node:fs";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { checkExperiment } from "../../mod.ts";
import { makeSample } from "../../scripts/sample.ts";
import { inEachDirection, onEachHost, type Pair, useSshd } from "../support/directions.ts";
import { runProgram } from "../support/program.ts";
import { compareTrees } from "../support/trees.ts";

useSshd();

function current({ destination }: Pair): string | undefined {
  const path = `${destination.path}/experiments/neuralir/current`;
  return existsSync(path) ? readlinkSync(path) : undefined;
}

inEachDirection(
  "xpm-copy names --ended for a run in progress, and with it takes the run for over",
  async (pair) => {
    const states = ["done", "failed", "running", "unfinished"] as const;
    const sample = makeSample(pair.source.path, { jobs: states.map((state) => ({ state })) });
    const running = sample.jobs[2]!;
    const early = await runProgram(pair, sample);
    assertEquals(early.code, 3, early.err);
    const plan = early.out + early.err;
    assertStringIncludes(
      plan,
      ": add --follow to copy each job as it ends; if it was killed, add --ended",
    );
    assertStringIncludes(early.out, "or add --ended, if the run was killed");
    assertEquals(current(pair), undefined);

    const over = await runProgram(pair, sample, ["--ended", "--json"]);
    assertEquals(over.code, 0, over.err + over.out);
    const { result } = JSON.parse(over.out.trimEnd().split("\n").at(-1)!);
    assertEquals([result.jobsCopied, result.runInProgress, result.complete], [1, false, true]);
    assertEquals(current(pair), sample.runId);
    const all = { sample, destination: pair.destination.path };
    compareTrees({ ...all, ended: true });
    const ids = [sample.experimentId, sample.runId] as const;
    const options = { ended: true, checksum: true };
    const found = await checkExperiment(pair.source, pair.destination, ...ids, options);
    assertEquals(found.differences, []);
    const folder = `jobs/${running.taskId}/${running.jobId}`;
    assertEquals(existsSync(`${running.folder}/${running.task}.pid`), true);
    assertEquals(existsSync(`${all.destination}/${folder}/${running.task}.pid`), false);

    const again = await runProgram(pair, sample, ["--ended"]);
    assertEquals(again.code, 0, again.err);
    assertStringIncludes(again.out, "Nothing to copy");

    // so a later run becomes current, as after one that has ended by itself
    const later = makeSample(pair.source.path, { runId: "20260119_090000", seed: 2 });
    assertEquals((await runProgram(pair, later)).code, 0);
    assertEquals(current(pair), later.runId);
  },
);

onEachHost(
  "xpm-copy --ended says nothing of a run that is in progress at the destination",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: [{ state: "running" }] });
    makeSample(pair.destination.path, { jobs: [{ state: "running" }] });
    const { code, out } = await runProgram(pair, sample, ["--ended"]);
    assertEquals(code, 3);
    assertStringIncludes(out, "the run (in progress");
  },
);

onEachHost(
  "xpm-copy --ended misses the jobs that a killed run never started",
  async (pair) => {
    const jobs = [{ state: "done" }, { state: "missing" }] as const;
    const sample = makeSample(pair.source.path, { jobs: [...jobs], ended: false });
    const { code, out } = await runProgram(pair, sample, ["--ended"]);
    assertEquals(code, 3);
    assertStringIncludes(out, "1 missing at the source");
    assertEquals(current(pair), sample.runId);
  },
);
