/**
 * Copies from a workspace whose jobs were themselves copied without some files: the copies lack them,
 * too, and nobody takes them for whole.
 *
 * @module
 */

import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { assertEquals, assertStringIncludes } from "@std/assert";
import type { CopyOptions, CopyResult } from "../../mod.ts";
import { makeSample, type Sample } from "../../scripts/sample.ts";
import { inEachDirection, onEachHost, type Pair, useSshd } from "../support/directions.ts";
import { runProgram } from "../support/program.ts";
import { compareTrees, namesIn } from "../support/trees.ts";

useSshd();

const OUT = { exclude: ["*.ckpt"] };
const FILES = { "a.ckpt": new Uint8Array(2 ** 20), "deep/b.ckpt": "b", "c.opt": "c" };

/** The pairs of three workspaces: from the whole one, and from the one that lacks files. */
function make(pair: Pair) {
  const sample = makeSample(pair.source.path, { jobs: [{ task: "train", files: FILES }, {}] });
  const onwards = pair.between({ source: "destination", destination: "third" });
  return { sample, onwards, whole: pair.between({ destination: "third" }) };
}

async function copy(pair: Pair, sample: Sample, options: CopyOptions = {}): Promise<CopyResult> {
  const result = await pair.copy(sample, options);
  assertEquals([result.errors, result.complete], [[], true]);
  return result;
}

function said({ warnings }: CopyResult): string[] {
  return warnings.map(({ message }) => message).filter((message) => message.includes("left out"));
}

const SAID = "1 job at the source lacks files that an earlier copy left out; " +
  "to get them, copy from where it is complete";

/** The record of the first job in the third workspace. */
function record({ destination }: Pair, { jobs: [job] }: Sample): string {
  return `${destination.path}/.xpm-copy/partial/jobs/${job!.taskId}/${job!.jobId}.json`;
}

// BUG when this was written: nothing was said, and the copy was taken for whole ever after
inEachDirection(
  "copyExperiment() of jobs that lack files at the source says so, and a copy of whole ones brings them",
  async (pair) => {
    const { sample, onwards, whole } = make(pair);
    await copy(pair, sample, OUT);
    assertEquals(said(await copy(onwards, sample)), [SAID]);
    assertStringIncludes(readFileSync(record(whole, sample), "utf8"), '"atSource"');
    const again = await copy(onwards, sample);
    assertEquals([again.jobsCopied, said(again)], [0, [SAID]]);
    const { out } = await runProgram(onwards, sample);
    assertStringIncludes(out, "already, except files left out");
    assertEquals((await copy(whole, sample)).jobsCopied, 1);
    compareTrees({ sample, destination: whole.destination.path });
    assertEquals(namesIn(whole.destination.path), [".__experimaestro__", "experiments", "jobs"]);
    // what is whole stays so, whatever the source lacks
    const last = await copy(onwards, sample);
    assertEquals([last.jobsSkipped, said(last)], [2, []]);
  },
);

// BUG when this was written: the record was removed, since both lack the same
onEachHost(
  "copyExperiment() keeps a record when the source lacks the same files",
  async (pair) => {
    const { sample, onwards, whole } = make(pair);
    await copy(pair, sample, OUT);
    await copy(whole, sample, OUT);
    for (const options of [{}, OUT]) {
      const result = await copy(onwards, sample, options);
      assertEquals([result.jobsSkipped, said(result)], [2, [SAID]]);
      assertEquals(existsSync(record(whole, sample)), true);
    }
    await copy(whole, sample);
    compareTrees({ sample, destination: whole.destination.path });
    assertEquals(existsSync(record(whole, sample)), false);
  },
);

onEachHost(
  "copyExperiment() that brings some of what is lacking keeps a record of the rest",
  async (pair) => {
    const { sample, onwards, whole } = make(pair);
    await copy(pair, sample, OUT);
    await copy(whole, sample, { exclude: ["*.ckpt", "*.opt"] });
    const result = await copy(onwards, sample);
    assertEquals([result.jobsCompleted.length, said(result)], [1, [SAID]]);
    assertEquals(existsSync(record(whole, sample)), true);
    await copy(whole, sample);
    compareTrees({ sample, destination: whole.destination.path });
  },
);

onEachHost("copyExperiment() says when only an empty folder is left out", async (pair) => {
  const sample = makeSample(pair.source.path, { jobs: [{ task: "train" }] });
  mkdirSync(`${sample.jobs[0]!.folder}/tmp`);
  await copy(pair, sample, { exclude: ["tmp/"] });
  assertEquals(said(await copy(pair, sample, { exclude: ["tmp/"] })), [
    "1 job at the destination lacks empty folders left out by 'tmp/'; " +
    "to get them, copy without this pattern",
  ]);
  const { out } = await runProgram(pair, sample, ["--exclude", "tmp/"]);
  assertStringIncludes(out, "left out files of 1 job:");
});
