/**
 * Files of a run and of its jobs that are not what they should be: torn, huge, closed.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import {
  existsSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { checkExperiment, CopyError } from "../../mod.ts";
import { runFolder } from "../../lib/workspace/layout.ts";
import { moduleFlags, ROOT } from "../../scripts/modules.ts";
import { makeSample, type Sample } from "../../scripts/sample.ts";
import {
  endsHere,
  inEachDirection,
  onEachHost,
  type Pair,
  useSshd,
} from "../support/directions.ts";
import { copyAsNobody, giveToNobody, hasNobody, SSHD_OF_NOBODY } from "../support/nobody.ts";
import { assertFailed, runProgram } from "../support/program.ts";
import { shell } from "../support/shell.ts";
import { compareJobs, compareTrees } from "../support/trees.ts";

// who is not root is not let into everything
useSshd(hasNobody ? SSHD_OF_NOBODY : { logins: "each" });

/** A sample that both ends of a pair may read. */
function makeShared(pair: Pair, jobs: number): Sample {
  const sample = makeSample(pair.source.path, { jobs });
  Deno.mkdirSync(pair.destination.path);
  if (hasNobody) giveToNobody(pair);
  return sample;
}

inEachDirection(
  "xpm-copy names each line of jobs.jsonl that is no job, copies the rest, and answers with 3",
  async (pair) => {
    const sample = makeShared(pair, 3);
    const file = `${sample.runFolder}/jobs.jsonl`;
    const [first, second, third] = Deno.readTextFileSync(file).split("\n") as [
      string,
      string,
      string,
    ];
    const lines: [line: string, problem?: string][] = [
      [first],
      [""],
      [" \t"],
      [first],
      ["[1]", "not an object"],
      ["null", "not an object"],
      ['"x"', "not an object"],
      [second],
      [second.slice(0, 40), "not JSON"],
      [`${first}${second}`, "not JSON"],
      ["{}", "no job_id or no task_id"],
      [second.replace("{", `{"x": "${"y".repeat(2 ** 20)}", `), "longer than a MiB"],
      ["[".repeat(100_000), "not JSON"],
      [first.replace('"job_id"', '"a\0b"'), "not JSON"],
      [third],
      [third.slice(0, -5), "not JSON"],
    ];
    writeFileSync(file, lines.map(([line]) => line).join("\n")); // torn: the last has no end
    const { code, out, err } = await runProgram(pair, sample, ["--verbose"]);
    assertEquals(code, 3, err);
    for (const [at, [, problem]] of lines.entries()) {
      const named = out.split("\n").find((line) => line.includes(`jobs.jsonl, line ${at + 1}: `));
      assertEquals(named === undefined, problem === undefined, `line ${at + 1}: ${named}`);
      if (problem !== undefined) assertStringIncludes(named!, problem);
    }
    assert(err.length < 10_000, "a long line is not repeated");
    compareTrees({ sample, destination: pair.destination.path });
  },
);

onEachHost(
  "xpm-copy takes blank and repeated lines of jobs.jsonl for no fault, and copies each job once",
  async (pair) => {
    const sample = makeShared(pair, 2);
    const file = `${sample.runFolder}/jobs.jsonl`;
    const [first, second] = Deno.readTextFileSync(file).split("\n");
    writeFileSync(file, ["", first, first, " \t", second, first, "\r", "", ""].join("\n"));
    const { code, out, err } = await runProgram(pair, sample, ["--json"]);
    assertEquals(code, 0, err);
    const { result } = JSON.parse(out.trimEnd().split("\n").at(-1)!);
    assertEquals([result.jobsCopied, result.errors, result.complete], [2, [], true]);
    compareTrees({ sample, destination: pair.destination.path });
  },
);

// BUG when this was written: the copy called itself complete, without these jobs.
onEachHost("xpm-copy names jobs that a run links to and its list lacks", async (pair) => {
  const sample = makeShared(pair, 3);
  const file = `${sample.runFolder}/jobs.jsonl`;
  const lines = Deno.readTextFileSync(file).split("\n");
  const said = `${runFolder(sample.experimentId, sample.runId)}/jobs.jsonl lacks jobs`;
  const status = `${sample.runFolder}/status.json`;
  const killed = Deno.readTextFileSync(status).replace(/"ended_at": *"[^"]*"/, '"ended_at": null');
  const ended = true; // BUG when this was written: then, nothing was said of a run that was killed
  for (const [kept, copied] of [[2, 2], [0, 1], [2, 0]] as const) { // of an empty one they come
    writeFileSync(file, lines.slice(0, kept).map((line) => `${line}\n`).join(""));
    if (copied === 0) writeFileSync(status, killed);
    const { code, out, err } = await runProgram(pair, sample, ["--json", "--ended"]);
    assertEquals(code, 3, err);
    const { result } = JSON.parse(out.trimEnd().split("\n").at(-1)!);
    assertEquals([result.jobsCopied, result.complete, result.errors.length], [copied, false, 1]);
    assertStringIncludes(result.errors[0].message, said);
    const { source, destination } = pair;
    const { notes } = await checkExperiment(source, destination, sample.experimentId, "current", {
      ended,
    });
    assertStringIncludes(notes[0]!.message, said);
  }
  writeFileSync(file, lines.join("\n"));
  // BUG when this was written: a user's own link was a job that the list lacks
  const { taskId, jobId } = sample.jobs[0]!;
  symlinkSync(jobId, `${sample.runFolder}/jobs/${taskId}/best`);
  const { code, out } = await runProgram(pair, sample, ["--ended"]);
  assertEquals(code, 0, out);
  compareJobs({ sample, destination: pair.destination.path });
});

onEachHost("xpm-copy refuses a list of jobs that is too large to be one", async (pair) => {
  const sample = makeShared(pair, 1);
  truncateSync(`${sample.runFolder}/jobs.jsonl`, 300 * 2 ** 20);
  const said = await runProgram(pair, sample);
  const isHere = endsHere(pair.direction).source;
  assertFailed(said, isHere ? 1 : 5, isHere ? "jobs.jsonl is larger than 256 MiB" : "does not end");
  assertEquals(existsSync(`${pair.destination.path}/jobs`), false);
});

async function assertNotJsonNamed(pair: Pair, args: string[]): Promise<void> {
  const sample = makeShared(pair, 6);
  const wrong = ["", "{", "[]", '{"workspace": "\ud800', "\0", '{"objects": [}'];
  for (const [at, text] of wrong.slice(0, 5).entries()) {
    writeFileSync(`${sample.jobs[at]!.folder}/params.json`, text);
  }
  const { code, out, err } = await runProgram(pair, sample, ["--verbose", ...args]);
  assertEquals(code, 3, err);
  for (const { jobId, taskId } of sample.jobs.slice(0, 5)) {
    const folder = `jobs/${taskId}/${jobId}`;
    assertStringIncludes(out, `${folder} was not copied: params.json is not JSON`);
    assertStringIncludes(
      out,
      `\n    repair ${folder}/params.json in the source workspace, then run`,
    );
    assertEquals(err.includes("was not copied"), false, err); // told once
    assertEquals(existsSync(`${pair.destination.path}/jobs/${taskId}/${jobId}`), false);
  }
  assertEquals(out.includes("to copy the rest"), false); // the same command alone does not help
  compareTrees({ sample, destination: pair.destination.path, jobs: sample.jobs.slice(5) });
}

onEachHost(
  "xpm-copy does not publish a job whose params.json is not JSON, and names it",
  (pair) => assertNotJsonNamed(pair, []),
);

// BUG when this was written: the run, which came before it was known, linked to these jobs.
onEachHost(
  "xpm-copy does not link a run to a job whose params.json is not JSON where rsync brings the rest",
  (pair) => assertNotJsonNamed(pair, ["--exclude", "*.none"]),
);

/** As much memory as a copy of anything may take, in bytes. */
const MEMORY_LIMIT = 350 * 2 ** 20;

onEachHost(
  "copyExperiment() does not read a params.json of 200 MB, nor publish its job",
  async (pair) => {
    const sample = makeShared(pair, 2);
    const [huge, other] = sample.jobs;
    truncateSync(`${huge!.folder}/params.json`, 200_000_000);
    const others = [
      `${sample.runFolder}/objects.jsonl`,
      `${other!.folder}/.experimaestro/status.json`,
    ];
    // a document of the run is packed with its holes
    writeFileSync(others[0]!, new Uint8Array(33 * 2 ** 20));
    writeFileSync(others[1]!, "");
    truncateSync(others[1]!, 33 * 2 ** 20);
    const { result, peak } = await copyInProcess(pair, sample);
    assertEquals(result.errors.map(({ message }: { message: string }) => message), [
      `jobs/${huge!.taskId}/${huge!.jobId} was not copied: params.json is larger than 32 MiB`,
    ]);
    assertEquals(result.warnings.length >= 2, true, JSON.stringify(result.warnings));
    assertEquals([result.jobsCopied, result.complete], [1, false]);
    assert(peak < MEMORY_LIMIT, `${peak} bytes of memory`);
    const folder = `${pair.destination.path}/jobs/${huge!.taskId}/${huge!.jobId}`;
    assertEquals(existsSync(folder), false);
    compareTrees({ sample, destination: pair.destination.path, jobs: [other!] });
  },
  { ignore: !existsSync("/proc/self/status") },
);

onEachHost(
  "copyExperiment() relocates an objects.jsonl of 64 MiB, whichever way the run goes",
  async (pair) => {
    const sample = makeShared(pair, 1);
    const file = `${sample.runFolder}/objects.jsonl`;
    const write = (root: string) => {
      const lines = Array.from({ length: 1024 }, (_, n) => {
        const path = `{"type": "path", "value": "${root}/jobs/a.b/${n}"}`;
        return `{"id": ${n}, "fields": {"p": ${path}, "x": "${"é".repeat(256)}"}}\n`;
      });
      return Buffer.from(lines.join("").repeat(110));
    };
    writeFileSync(file, write(pair.source.path));
    const there = file.replace(pair.source.path, () => pair.destination.path);
    const expected = write(pair.destination.path);
    for (const run of ["copy", "replace"]) { // as a stream, then by rsync
      const { result, peak } = await copyInProcess(pair, sample);
      assertEquals([result.run, result.complete], [run, true]);
      assert(!JSON.stringify(result.warnings).includes("objects.jsonl"));
      assert(Buffer.compare(readFileSync(there), expected) === 0);
      assert(peak < MEMORY_LIMIT, `${peak} bytes of memory`);
      const later = new Date(statSync(file).mtimeMs + 60_000);
      utimesSync(file, later, later);
    }
  },
  { ignore: !existsSync("/proc/self/status") },
);

/** Copies in another process, and tells how much memory that took at most. */
async function copyInProcess(pair: Pair, { experimentId, runId }: Sample) {
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--quiet", ...await moduleFlags(), `${ROOT}/tests/support/peak.ts`],
      ...[JSON.stringify(pair.source), JSON.stringify(pair.destination), experimentId, runId],
    ],
    stdin: "null",
  }).output();
  const [output, complaint] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  if (output === "") throw new Error(complaint);
  return JSON.parse(output!);
}

/** Closes something of the source to all but root. */
function close(path: string): void {
  shell("/", 'chown -h 0:0 "$1"; chmod go= "$1"', path);
}

onEachHost(
  "copyExperiment() names the jobs of which something may not be read, and copies the others",
  async (pair) => {
    const sample = makeShared(pair, 5);
    const [params, folder, inner, status, whole] = sample.jobs;
    close(`${params!.folder}/params.json`);
    close(folder!.folder);
    close(`${inner!.folder}/.experimaestro/events`);
    const odd = `${status!.folder}/\x9b31m\x1b[2J`;
    writeFileSync(odd, "x");
    close(odd);
    const result = await copyAsNobody(pair, sample);
    const closed = [params, folder, inner, status].map((job) => job!.jobId);
    assertEquals(result.errors.map(({ job }) => job?.jobId).sort(), closed.sort());
    for (const { message } of result.errors) {
      assertStringIncludes(message, "Permission denied");
      // deno-lint-ignore no-control-regex -- rsync itself lets some through
      assert(!/[\u0000-\u001f\u007f-\u009f]/.test(message), message);
    }
    assertEquals([result.jobsCopied, result.complete], [1, false]);
    compareJobs({ sample, destination: pair.destination.path, jobs: [whole!] });
  },
  { ignore: !hasNobody },
);

onEachHost(
  "copyExperiment() says what of a run may not be read",
  async (pair) => {
    const sample = makeShared(pair, 1);
    for (const name of ["jobs.jsonl", "data"]) {
      const path = `${sample.runFolder}/${name}`;
      shell("/", 'chown 0:0 "$1"; chmod 600 "$1"', path);
      const error = await assertRejects(() => copyAsNobody(pair, sample), CopyError);
      assertStringIncludes(error.message, name);
      assertStringIncludes(error.message.toLowerCase(), "permission");
      assertEquals(existsSync(`${pair.destination.path}/experiments`), false, name);
      shell("/", 'chown 65534:65534 "$1"; chmod 700 "$1"', path);
    }
    assertEquals((await copyAsNobody(pair, sample)).complete, true);
  },
  { ignore: !hasNobody },
);
