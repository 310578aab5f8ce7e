/**
 * What the program prints with `--json`.
 *
 * @module
 */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { main } from "../../lib/cli/main.ts";
import { CopyError } from "../../lib/errors.ts";
import { fakeTerminal, sampleCheck, samplePlan, sampleResult, sampleStatus } from "./samples.ts";
import {
  COPY,
  ENDS,
  EXPERIMENTS,
  fakeLibrary,
  json,
  type Work,
  WORKSPACES,
} from "./fake_library.ts";

Deno.test("main() writes one object a line with --json, the last a summary", async () => {
  let now = 0;
  const work: Work = (tell) => {
    tell({ type: "connecting", host: "user@hpc" });
    tell({ type: "command", command: ["ssh"] });
    tell({ type: "connected", host: "user@hpc" });
    tell({ type: "planned", plan: samplePlan() });
    for (const bytes of [0, 1, 2, 3]) {
      tell({
        type: "progress",
        progress: { bytes, totalBytes: 3, jobs: 0, received: 0, totalJobs: 1 },
      });
      now += 0.4;
    }
    tell({ type: "published", job: { taskId: "t", jobId: "j" }, replaced: true });
    tell({ type: "warning", problem: { code: "job", message: "odd \x9b1m" } });
    const result = sampleResult({ complete: false });
    tell({ type: "done", result });
    return Promise.resolve(result);
  };
  const { library } = fakeLibrary({ work });
  const { code, objects, lines } = await json([...COPY, "-y"], library, () => now);
  assertEquals(code, 3);
  assertEquals(objects, [
    { type: "connecting", host: "user@hpc" },
    { type: "connected", host: "user@hpc" },
    { type: "planned", plan: samplePlan() },
    { type: "progress", bytes: 0, totalBytes: 3, jobs: 0, received: 0, totalJobs: 1 },
    { type: "progress", bytes: 3, totalBytes: 3, jobs: 0, received: 0, totalJobs: 1 },
    { type: "published", job: { taskId: "t", jobId: "j" }, replaced: true },
    { type: "warning", code: "job", message: "odd \x9b1m" },
    { type: "summary", exitCode: 3, result: sampleResult({ complete: false }) },
  ]);
  assertStringIncludes(lines[6] ?? "", "odd \\u009b1m");
});

Deno.test("main() gives the command that copies in the summary of a dry run", async () => {
  const { objects } = await json(COPY, fakeLibrary().library);
  assertEquals(objects.at(-1), {
    type: "summary",
    exitCode: 0,
    result: sampleResult({ dryRun: true }),
    command: ["xpm-copy", ...COPY, "--yes"],
  });
});

Deno.test("main() writes errors as objects with --json, those of the command line too", async () => {
  const work = () => Promise.reject(new CopyError("not-found", "no run", "look"));
  assertEquals((await json(COPY, fakeLibrary({ work }).library)).objects, [
    { type: "error", code: "not-found", message: "no run", hint: "look" },
    { type: "summary", exitCode: 4 },
  ]);
  assertEquals((await json(["--quite"], fakeLibrary().library)).objects, [
    {
      type: "error",
      code: "usage",
      message: "unknown option --quite",
      hint: "did you mean --quiet?",
    },
    { type: "summary", exitCode: 2 },
  ]);
});

Deno.test("main() lists as JSON", async () => {
  const { library } = fakeLibrary();
  assertEquals((await json(["ls"], library)).objects.at(0), {
    type: "workspace",
    ...WORKSPACES[0],
  });
  assertEquals((await json(["ls", "cluster"], library)).objects[0], {
    type: "experiment",
    workspace: "cluster",
    ...EXPERIMENTS[0],
  });
  const { objects } = await json(["ls", "cluster", "neuralir"], library);
  assertEquals(objects, [
    {
      type: "run",
      workspace: "cluster",
      experimentId: "neuralir",
      current: false,
      ...EXPERIMENTS[1]?.runs[0],
    },
    {
      type: "run",
      workspace: "cluster",
      experimentId: "neuralir",
      current: true,
      ...EXPERIMENTS[1]?.runs[1],
    },
    { type: "summary", exitCode: 0, total: { runs: 2 } },
  ]);
});

Deno.test("main() checks in JSON, a line for each difference", async () => {
  const terminal = fakeTerminal();
  await main(["check", ...COPY, "--json", "--checksum"], terminal, fakeLibrary().library);
  const objects = terminal.out.join("").trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(objects.map(({ type }) => type), [
    ...["warning", "difference", "difference", "difference", "summary"],
  ]);
  const { differences, notes: _, ...check } = sampleCheck({ checksum: true });
  assertEquals(objects.slice(1, 4), differences.map((each) => ({ type: "difference", ...each })));
  assertEquals(objects[4], { type: "summary", exitCode: 7, check: { ...check, differences: 3 } });
});

Deno.test("main() compares two workspaces in JSON, an object for each run", async () => {
  const terminal = fakeTerminal();
  await main(["status", ...ENDS, "--json"], terminal, fakeLibrary().library);
  const objects = terminal.out.join("").trimEnd().split("\n").map((line) => JSON.parse(line));
  const ends = { source: "cluster", destination: "local" };
  assertEquals(objects, [
    ...sampleStatus().runs.map((run) => ({ type: "comparison", ...ends, ...run })),
    { type: "summary", exitCode: 0 },
  ]);
});
