/**
 * Records of what was left out that are not about the job which stands there: nothing of that job is
 * lost by them.
 *
 * @module
 */

import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { makeSample, type Sample } from "../../scripts/sample.ts";
import { inEachDirection, onEachHost, type Pair, useSshd } from "../support/directions.ts";
import { setTimes, shell } from "../support/shell.ts";

useSshd();

const OUT = { exclude: ["*.ckpt"] };

function make(pair: Pair): Sample {
  const files = { "a.ckpt": "left out", "train.log": "log" };
  const sample = makeSample(pair.source.path, { jobs: [{ task: "train", files }, {}] });
  shell(pair.source.path, 'find jobs -exec touch -h -d "2025-01-01 00:00:00.5" {} +');
  return sample;
}

/** The first job and its record, at the destination. */
function there({ destination: { path } }: Pair, { jobs: [job] }: Sample) {
  const folder = `jobs/${job!.taskId}/${job!.jobId}`;
  return { folder: `${path}/${folder}`, record: `${path}/.xpm-copy/partial/${folder}.json` };
}

// BUG when this was written: it was replaced when the source had been computed anew after it
onEachHost(
  "copyExperiment() leaves a job that was computed there after its record, whatever is newer",
  async (pair) => {
    const sample = make(pair);
    await pair.copy(sample, OUT);
    const { folder } = there(pair, sample);
    shell(folder, 'find . -type f -exec touch -d "now + 1 hour" {} +; echo mine > train.log');
    shell(folder, 'touch -d "now + 1 hour" train.log');
    shell(sample.jobs[0]!.folder, 'find . -type f -exec touch -d "now + 2 hours" {} +');
    const [job] = (await pair.plan(sample)).jobs;
    assertEquals([job!.action, job!.incomplete], ["leave", true]);
    assertStringIncludes(job!.reason!, "has changed at the source");
    const result = await pair.copy(sample);
    assertEquals([result.jobsCopied, result.complete], [0, false]);
    assertEquals(readFileSync(`${folder}/train.log`, "utf8"), "mine\n");
  },
);

inEachDirection(
  "copyExperiment() takes a job with times of tomorrow for what it has copied, and brings the rest",
  async (pair) => {
    const sample = make(pair);
    const [job] = sample.jobs;
    shell(job!.folder, 'find . -type f -exec touch -d "now + 1 day" {} +');
    setTimes(sample.runFolder);
    await pair.copy(sample, OUT);
    const result = await pair.copy(sample);
    assertEquals([result.jobsCompleted.length, result.complete], [1, true]);
    const { folder, record } = there(pair, sample);
    assertEquals([existsSync(`${folder}/a.ckpt`), existsSync(record)], [true, false]);
  },
);

// BUG when this was written: the record of the job that could not be copied stayed
onEachHost(
  "copyExperiment() writes no record of a job that could not be copied",
  async (pair) => {
    const sample = make(pair);
    const params = `${sample.jobs[0]!.folder}/params.json`;
    const text = readFileSync(params, "utf8");
    writeFileSync(params, "{");
    const result = await pair.copy(sample, OUT);
    assertEquals([result.errors.length, result.complete], [1, false]);
    const { folder, record } = there(pair, sample);
    assertEquals([existsSync(folder), existsSync(record)], [false, false]);
    rmSync(params);
    writeFileSync(params, text);
    await pair.copy(sample, OUT);
    assertEquals([existsSync(folder), existsSync(record)], [true, true]);
  },
);

// BUG when this was written: the job that was whole was replaced by one without some files
onEachHost(
  "copyExperiment() without some files replaces no job that another copy has made whole meanwhile",
  async (pair) => {
    const sample = make(pair);
    await pair.copy(sample, { exclude: ["*.ckpt", "*.log"] });
    const { folder, record } = there(pair, sample);
    const result = await pair.copy(sample, {
      ...OUT,
      onEvent: ({ type }) => {
        if (type !== "planned") return;
        // as another copy leaves it that has put the job in its place, and not removed its record yet
        shell(sample.jobs[0]!.folder, `cp -p a.ckpt train.log '${folder}'`);
        shell(folder, 'touch -d "2025-01-01 00:00:00.5" .');
        shell(pair.root, `touch '${record}'`);
      },
    });
    assertEquals(readFileSync(`${folder}/a.ckpt`, "utf8"), "left out");
    assertEquals([result.jobsReplaced.length, result.complete], [0, true]);
    assertEquals((await pair.copy(sample)).jobsSkipped, 2);
    assertEquals(existsSync(record), false);
  },
);
