/**
 * Documents that are odd or wrong: `params.json`, `jobs.jsonl`, `status.json`.
 *
 * @module
 */

import { existsSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type MadeJob, makeSample } from "../../scripts/sample.ts";
import type { CopyProblem } from "../../mod.ts";
import { inEachDirection, onEachHost, useSshd } from "../support/directions.ts";
import { runProgram } from "../support/program.ts";
import { assertUntouched, compareJobs, compareRun, readTree } from "../support/trees.ts";

useSshd();

function idOf({ taskId, jobId }: MadeJob) {
  return { taskId, jobId };
}

function folderOf({ taskId, jobId }: MadeJob): string {
  return `jobs/${taskId}/${jobId}`;
}

function trains(contents: (string | Uint8Array | undefined)[]) {
  return contents.map((content) => ({
    task: "train" as const,
    ...(content !== undefined && { files: { "params.json": content } }),
  }));
}

inEachDirection(
  "copyExperiment() keeps every byte of params.json that is not a path of the source",
  async (pair) => {
    const from = pair.source.path;
    const text = (root: string) =>
      `\ufeff{ "version":3,\t"workspace" : "${root}" ,\r\n "objects":[{"a":NaN,"b":[Infinity,-Infinity],` +
      `"c":1e-07,"d":12345678901234567890,"e":-0.0,"f":1.0,"g":"\\u00e9\\/é\\ud83d","h":1E+2,` +
      `"p":{"type":"path","value":"${root}/jobs/x"},"q":{"type":"path.serialized","value":"${root}"},` +
      `"r":{"type":"path","value":"${from}-2/x"},"s":{"type":"path","value":"jobs/x","base":"workspace"},` +
      `"t":{"type":"path","value":"${from}/x","base":"job"},"u":"${from}/free text","${from}":1,` +
      `"v":{"__path__":"${from}/x"},"workspace":"${from}"}],"g":"\\u0000", "g":2 }\n\n`;
    const sample = makeSample(from, { jobs: trains([text(from), text(from).slice(1)]) });
    const result = await pair.copy(sample);
    assertEquals([result.errors.filter(({ job }) => job?.jobId === sample.jobs[1]!.jobId)], [[]]);
    const there = `${pair.destination.path}/${folderOf(sample.jobs[1]!)}/params.json`;
    assertEquals(Deno.readTextFileSync(there), text(pair.destination.path).slice(1));
  },
);

onEachHost(
  "copyExperiment() publishes a params.json without workspace, with a warning",
  async (pair) => {
    const sample = makeSample(pair.source.path, {
      jobs: trains([
        '{"version": 1, "objects": []}',
        '{"workspace": null, "objects": []}',
        undefined,
      ]),
    });
    const result = await pair.copy(sample);
    assertEquals([result.errors, result.jobsCopied, result.complete], [[], 3, true]);
    const warned = result.warnings.filter(({ job }) => job !== undefined);
    assertEquals(
      warned,
      sample.jobs.slice(0, 2).map((job) => ({
        code: "job" as const,
        message: `${folderOf(job)}: params.json: does not name a workspace`,
        job: idOf(job),
      })),
    );
    compareJobs({ sample, destination: pair.destination.path });
  },
);

/** What each error says, and of which job. */
function told(errors: CopyProblem[], jobs: MadeJob[]): [number, string][] {
  return errors.map((
    { job, message },
  ) => [jobs.findIndex(({ jobId }) => jobId === job?.jobId), message]);
}

onEachHost(
  "copyExperiment() does not publish a job whose params.json is no JSON, and names it",
  async (pair) => {
    const wrong = ["", "{", '{"workspace": "/x"} more', "[1]", '"text"', "{'a': 1}", "\0\0\0"];
    const latin = new Uint8Array([
      ...new TextEncoder().encode('{"workspace": "'),
      0xe9,
      0x22,
      0x7d,
    ]);
    const sample = makeSample(pair.source.path, { jobs: trains([...wrong, latin, undefined]) });
    const result = await pair.copy(sample);
    const errors = told(result.errors, sample.jobs);
    assertEquals(errors.map(([index]) => index), [0, 1, 2, 3, 4, 5, 6, 7]);
    for (const [index, message] of errors) {
      assertStringIncludes(
        message,
        `${folderOf(sample.jobs[index]!)} was not copied: params.json is not JSON`,
      );
      assertEquals(existsSync(`${pair.destination.path}/${folderOf(sample.jobs[index]!)}`), false);
    }
    assertEquals([result.jobsCopied, result.complete], [1, false]);
    const whole = { sample, destination: pair.destination.path, jobs: sample.jobs.slice(-1) };
    compareJobs(whole);
    compareRun(whole);
    // mended at the source, they come with the next copy
    makeSample(pair.source.path, { jobs: trains(sample.jobs.map(() => undefined)) });
    const again = await pair.copy(sample);
    assertEquals([again.errors, again.jobsCopied, again.complete], [[], 8, true]);
    compareJobs({ sample, destination: pair.destination.path, jobs: sample.jobs.slice(0, 8) });
    assertEquals(existsSync(`${pair.destination.path}/.xpm-staging`), false);
  },
);

onEachHost(
  "copyExperiment() writes through no link in a job's place for a document",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 5 });
    const aside = `${pair.root}/aside`;
    Deno.mkdirSync(aside);
    const places = ["params.json", ".experimaestro", ".experimaestro/status.json", "params.json"];
    for (const [index, place] of places.entries()) {
      const path = `${sample.jobs[index]!.folder}/${place}`;
      renameSync(path, `${aside}/${index}`);
      symlinkSync(index === 3 ? "/no/such/file" : `${aside}/${index}`, path);
    }
    const before = readTree(aside);
    const result = await pair.copy(sample);
    const errors = told(result.errors, sample.jobs);
    assertEquals(errors.map(([index]) => index), [0, 1, 2, 3]);
    for (const [index, message] of errors) {
      assertStringIncludes(message, `${places[index]} is a link: nothing is written through it`);
      assertEquals(existsSync(`${pair.destination.path}/${folderOf(sample.jobs[index]!)}`), false);
    }
    assertUntouched(aside, before);
    assertEquals([result.jobsCopied, result.complete], [1, false]);
    compareJobs({ sample, destination: pair.destination.path, jobs: sample.jobs.slice(-1) });
  },
);

onEachHost(
  "copyExperiment() copies what jobs.jsonl names well, and names the other lines",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 3 });
    const file = `${sample.runFolder}/jobs.jsonl`;
    const [first, second, third] = Deno.readTextFileSync(file).trimEnd().split("\n");
    const lines = [
      first!,
      "{",
      second!,
      '{"job_id": "../../../etc", "task_id": "x"}',
      '{"job_id": "x", "task_id": ".."}',
      '["no object"]',
      '{"task_id": "x"}',
      first!,
      "",
      '{"job_id": 7, "task_id": "x"}',
      third!, // cut short: without a newline
    ];
    Deno.writeTextFileSync(file, lines.join("\n"));
    const result = await pair.copy(sample);
    const at = `damaged: experiments/neuralir/${sample.runId}/jobs.jsonl, line`;
    assertEquals(result.errors.map(({ message }) => message), [
      `${at} 2: not JSON`,
      `${at} 4: invalid job id '../../../etc': it contains a '/'`,
      `${at} 5: invalid task id '..': it begins with '.'`,
      `${at} 6: not an object`,
      `${at} 7: no job_id or no task_id`,
      `${at} 10: no job_id or no task_id`,
    ]);
    assertEquals([result.jobsCopied, result.complete], [3, false]);
    const all = { sample, destination: pair.destination.path };
    compareJobs(all);
    compareRun(all);
  },
);

onEachHost(
  "xpm-copy names a damaged jobs.jsonl, and copies and checks the jobs that the run links to",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 3 });
    const [listed] = Deno.readTextFileSync(`${sample.runFolder}/jobs.jsonl`).split("\n");
    Deno.writeTextFileSync(`${sample.runFolder}/jobs.jsonl`, `${listed}\n{`);
    const damaged = /damaged: experiments\/.*\/jobs\.jsonl, line 2: not JSON\n.*\n? +repair it in /;
    for (const how of ["plan", "yes"] as const) {
      const { code, out, err } = await runProgram(pair, sample, ["--check"], how);
      assertEquals(code, how === "plan" ? 0 : 3, err);
      assertMatch((how === "plan" ? err : out).replace(/;\n? +/g, ";\n "), damaged);
      assert(!/paths that jobs refer|jobs refer to these/.test(out + err), out + err);
    }
    compareJobs({ sample, destination: pair.destination.path });
    const status = { experimentId: "status", runId: "neuralir" };
    assertStringIncludes((await runProgram(pair, status, [], "plan")).out, "  3 jobs in both\n");
    const check = () =>
      runProgram(pair, { experimentId: "check", runId: "neuralir" }, [sample.runId], "plan");
    const { code, out, err } = await check();
    assertEquals(code, 3, out + err);
    assertMatch(err, /warning: damaged: /);
    assertMatch(out, /^No differences, but the list of jobs is damaged: compared 3 jobs/);
    rmSync(`${pair.destination.path}/${folderOf(sample.jobs[2]!)}`, { recursive: true });
    assertEquals((await check()).code, 7);
  },
);

onEachHost(
  "copyExperiment() names a missing job, and asks nothing of a removed one",
  async (pair) => {
    const states = ["done", "missing", "removed"] as const;
    const sample = makeSample(pair.source.path, { jobs: states.map((state) => ({ state })) });
    const result = await pair.copy(sample);
    const { jobsCopied, jobsSkipped, jobsMissing, complete, errors } = result;
    assertEquals({ jobsCopied, jobsSkipped, jobsMissing, complete, errors }, {
      jobsCopied: 1,
      jobsSkipped: 1,
      jobsMissing: [idOf(sample.jobs[1]!)],
      complete: false,
      errors: [],
    });
    const all = { sample, destination: pair.destination.path };
    compareJobs(all);
    compareRun(all);
  },
);

onEachHost(
  "copyExperiment() copies a run whose documents are no JSON as they are, with a warning",
  async (pair) => {
    const sample = makeSample(pair.source.path, { jobs: 1 });
    const broken = [
      "status.json",
      "objects.jsonl",
      "data/default/experimaestro.json",
      "configs.json",
    ];
    for (const path of broken) {
      Deno.writeTextFileSync(`${sample.runFolder}/${path}`, `{"cut": "${sample.root}`);
    }
    const result = await pair.copy(sample);
    assertEquals([result.errors, result.run, result.jobsCopied], [[], "copy", 1]);
    const run = `${pair.destination.path}/experiments/neuralir/${sample.runId}`;
    for (const path of broken) {
      assertEquals(Deno.readTextFileSync(`${run}/${path}`), `{"cut": "${sample.root}`, path);
      const warned = result.warnings.filter(({ message }) =>
        message.startsWith(`the run: ${path}`)
      );
      assertEquals(warned.length, 1, path);
    }
  },
);
