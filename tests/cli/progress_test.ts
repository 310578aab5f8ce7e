import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  advance,
  currentRate,
  type ProgressState,
  renderLogLine,
  renderProgress,
  startProgress,
} from "../../lib/cli/progress.ts";
import { width } from "../../lib/cli/format.ts";
import { Screen } from "../../lib/cli/screen.ts";
import type { CopyEvent } from "../../lib/copy/types.ts";
import { fakeTerminal, job, samplePlan, sampleResult } from "./samples.ts";

const MIB = 1024 ** 2;
const TOTAL = 3481 * MIB;

function progressEvent(bytes: number, jobs = 2): CopyEvent {
  const file = `jobs/neuralir.tasks.train/${"2ef59178".repeat(8)}/model.bin`;
  return {
    type: "progress",
    progress: { bytes, totalBytes: TOTAL, jobs: 0, received: jobs, totalJobs: 4, file },
  };
}

/** A copy that runs at a steady rate for some seconds. */
function copying(seconds: number, rate: number): ProgressState {
  let state = advance(startProgress(0), { type: "planned", plan: samplePlan() }, 0);
  for (let at = 0; at <= seconds; at++) state = advance(state, progressEvent(at * rate), at);
  return state;
}

Deno.test("renderProgress() draws bytes, jobs, rate and time left", () => {
  assertEquals(renderProgress(copying(20, 94 * MIB), 100), [
    "neuralir  ████████████░░░░░░░░░░░░   54 %   1.8 of 3.4 GiB   94 MiB/s   18 s left",
    "          2 of 4 jobs received   now: train/2ef59178 model.bin",
  ]);
});

Deno.test("renderProgress() goes without some of it in a narrow terminal, never beyond it", () => {
  const state = copying(20, 94 * MIB);
  assertEquals(renderProgress(state, 60), [
    "neuralir  ███████░░░░░░░   54 %   1.8 of 3.4 GiB   18 s left",
    "          2 of 4 jobs received   now: train/2ef59178 model.…",
  ]);
  assertEquals(renderProgress(state, 20)[0], "neuralir  54 %");
  for (let columns = 1; columns < 130; columns++) {
    for (const line of renderProgress(state, columns)) {
      assertEquals(width(line) <= columns, true, `${columns}: ${line}`);
    }
  }
});

Deno.test("renderProgress() shows no rate before one is known", () => {
  const state = advance(startProgress(0), { type: "planned", plan: samplePlan() }, 0);
  assertEquals(
    renderProgress(advance(state, progressEvent(5), 0.1), 80)[0],
    "neuralir  ░░░░░░░░░░░░░░░░░░░░░░░░    0 %   0.0 of 3.4 GiB",
  );
});

Deno.test("renderProgress() tells no time left while a rate of the first moments says little", () => {
  const begun = advance(startProgress(0), { type: "planned", plan: samplePlan() }, 0);
  const sent = (seconds: number, bytes: number) =>
    renderProgress(
      advance(advance(begun, progressEvent(0), 0), progressEvent(bytes), seconds),
      100,
    )[0]!.split("  ").at(-1)!.trim();
  assertEquals(sent(2, 30_000), "15 KiB/s");
  assertEquals(sent(2, 35 * MIB), "3 min 17 s left");
  assertEquals(sent(3, 30_000), "4 days 5 h left");
  const compared = (bytes: number): CopyEvent => {
    return { type: "checking", progress: { bytes, totalBytes: TOTAL, files: 1, totalFiles: 2 } };
  };
  const checking = advance(advance(startProgress(0), compared(0), 0), compared(30_000), 3);
  assertEquals(renderProgress(checking, 100)[0]!.split("  ").at(-1)!.trim(), "9.8 KiB/s");
});

// BUG when this was written: for as long as a disk took, all had come, and nothing was told.
Deno.test("renderProgress() and renderLogLine() tell that what has come is written to the disk", () => {
  const amounts = { bytes: TOTAL, totalBytes: TOTAL, jobs: 0, received: 4, totalJobs: 4 };
  const event: CopyEvent = { type: "progress", progress: { ...amounts, settling: true } };
  const state = advance(copying(20, 94 * MIB), event, 21);
  assertEquals(
    renderProgress(state, 100)[1],
    "          4 of 4 jobs received; writing to the disk",
  );
  assertEquals(
    renderLogLine(state),
    "3.4 of 3.4 GiB (100 %), 4 of 4 jobs received; writing to the disk",
  );
});

Deno.test("renderProgress() draws the sum of several runs, also when one of them begins again", () => {
  const runs = ["20260118_170744", "20260119_090000", "20260203_101010"].map((runId) =>
    samplePlan({ runId, bytes: TOTAL })
  );
  const { source, destination, jobs } = samplePlan();
  const amount = { bytes: 3 * TOTAL, files: 12 };
  const plan = { source, destination, jobs, runs, failed: [], warnings: [], ...amount };
  let state = advance(startProgress(0), { type: "plannedRuns", plan }, 0);
  for (const run of [0, 1, 1]) {
    state = advance(state, { type: "planned", plan: runs[run]! }, 0);
    for (let at = 0; at <= 20; at++) state = advance(state, progressEvent(at * 94 * MIB), at);
  }
  assertEquals(renderProgress(state, 100), [
    "3 runs  ████████████░░░░░░░░░░░░   51 %   5.2 of 10.2 GiB   94 MiB/s   55 s left",
    "        run 2, neuralir: 2 of 4 jobs received   now: train/2ef59178 model.bin",
  ]);
});

Deno.test("renderProgress() draws nothing while a host may ask for a password", () => {
  let state = advance(startProgress(0), { type: "connecting", host: "a" }, 0);
  state = advance(state, { type: "connecting", host: "b" }, 0);
  state = advance(state, { type: "connected", host: "a" }, 0);
  assertEquals(renderProgress(state, 80), []);
  state = advance(state, { type: "connected", host: "b" }, 0);
  assertEquals(renderProgress(state, 80), ["reading the workspaces"]);
});

Deno.test("renderProgress() draws nothing when all is done", () => {
  const state = advance(copying(3, MIB), { type: "done", result: sampleResult() }, 4);
  assertEquals(renderProgress(state, 80), []);
});

Deno.test("renderProgress() counts jobs when there are no bytes", () => {
  let state = advance(startProgress(0), { type: "planned", plan: samplePlan({ bytes: 0 }) }, 0);
  for (const number of [1, 2]) {
    const event = { type: "published" as const, job: job(number, "copy", "done"), replaced: false };
    state = advance(state, event, 0);
  }
  assertEquals(renderProgress(state, 80)[1], "          2 of 4 jobs received");
});

Deno.test("currentRate() is taken over the last ten seconds, and falls when nothing comes", () => {
  const fast = copying(20, 100 * MIB);
  assertEquals(currentRate(fast), 100 * MIB);
  assertEquals(currentRate({ ...fast, at: 29 }), 50 * MIB);
  let slow = fast;
  for (let at = 21; at <= 40; at++) slow = advance(slow, progressEvent(2000 * MIB + at * MIB), at);
  assertEquals(currentRate(slow), MIB);
});

Deno.test("advance() keeps few samples, however often it is told", () => {
  let state = startProgress(0);
  for (let i = 0; i <= 20_000; i++) state = advance(state, progressEvent(i * MIB), i / 1000);
  assertEquals(state.samples.length <= 42, true, String(state.samples.length));
  assertEquals(Math.round((currentRate(state) ?? 0) / MIB), 1000);
});

function published(number: number): CopyEvent {
  return { type: "published", job: job(number, "copy", "done"), replaced: false };
}

Deno.test("Screen writes a line each 30 seconds where nothing is drawn", () => {
  let now = 0;
  const terminal = fakeTerminal({ seconds: () => now });
  using screen = new Screen(terminal, "lines");
  screen.event({ type: "planned", plan: samplePlan() });
  for (; now < 65; now++) screen.event(progressEvent(now * 10 * MIB, now < 50 ? 1 : 3));
  assertEquals(terminal.err, [
    "0.3 of 3.4 GiB (8 %), 10 MiB/s, 5 min 19 s left, 1 of 4 jobs received\n",
    "0.6 of 3.4 GiB (17 %), 10 MiB/s, 4 min 49 s left, 3 of 4 jobs received\n",
  ]);
});

Deno.test("renderLogLine() tells what was there before from what was sent", () => {
  let state = advance(startProgress(0), { type: "planned", plan: samplePlan() }, 0);
  for (let at = 0; at <= 5; at++) {
    const progress = {
      bytes: (1024 + at * 10) * MIB,
      bytesBefore: 1024 * MIB,
      totalBytes: TOTAL,
      jobs: 0,
      received: 1,
      totalJobs: 4,
    };
    state = advance(state, { type: "progress", progress }, at);
  }
  assertEquals(
    renderLogLine(state),
    "1.0 of 3.4 GiB (30 %), 10 MiB/s, 4 min 1 s left, 1 of 4 jobs received (1.0 GiB from before)",
  );
});

Deno.test("Screen writes no line while a host may ask, and none after the end", () => {
  let now = 0;
  const terminal = fakeTerminal({ seconds: () => now });
  using screen = new Screen(terminal, "lines");
  screen.event({ type: "planned", plan: samplePlan() });
  now = 40;
  screen.event({ type: "connecting", host: "a" });
  assertEquals(terminal.err, []);
  screen.event({ type: "connected", host: "a" });
  assertEquals(terminal.err, ["0.0 of 3.4 GiB (0 %), 0 of 4 jobs received\n"]);
  now = 80;
  screen.event({ type: "done", result: sampleResult() });
  screen.event(published(1));
  assertEquals(terminal.err.length, 1);
});

Deno.test("Screen takes what it drew away before a message, and before a login", async () => {
  const terminal = fakeTerminal({ interactive: true });
  using screen = new Screen(terminal, "drawn");
  screen.event({ type: "planned", plan: samplePlan() });
  await new Promise((resolve) => setTimeout(resolve, 150));
  const drawn = terminal.err.splice(0).join("");
  assertEquals(drawn.split("\n").length, 2);
  screen.message(["hello"]);
  assertEquals(terminal.err.splice(0), ["\r\x1b[K\x1b[1A\x1b[K", "hello\n"]);
  await new Promise((resolve) => setTimeout(resolve, 150));
  assertEquals(terminal.err.splice(0).join(""), drawn);
  screen.event({ type: "connecting", host: "user@hpc" });
  await new Promise((resolve) => setTimeout(resolve, 150));
  assertEquals(terminal.err.splice(0), ["\r\x1b[K\x1b[1A\x1b[K"]);
});

Deno.test("Screen keeps messages back while ssh may be asking, but not for good", () => {
  const terminal = fakeTerminal({ interactive: true });
  using screen = new Screen(terminal, "drawn");
  screen.event({ type: "connecting", host: "a" });
  screen.event({ type: "connecting", host: "b" });
  screen.message(["before it asks"], true);
  screen.message(["one"]);
  screen.event({ type: "connected", host: "a" });
  screen.message(["two"]);
  assertEquals(terminal.err.splice(0), ["before it asks\n"]);
  screen.event({ type: "connected", host: "b" });
  screen.message(["three"]);
  assertEquals(terminal.err.splice(0), ["one\n", "two\n", "three\n"]);
  screen.event({ type: "connecting", host: "a" });
  screen.message(["four"]);
  screen.end();
  screen.message(["five"]);
  assertEquals(terminal.err, ["four\n", "five\n"]);
});

Deno.test("Screen writes nothing of its own when there is to be no progress", () => {
  const terminal = fakeTerminal();
  using screen = new Screen(terminal, "none");
  screen.event(published(1));
  screen.event({ type: "done", result: sampleResult() });
  screen.message(["hello"]);
  assertEquals(terminal.err, ["hello\n"]);
});

Deno.test("Screen draws nothing after the end, whatever is still told", async () => {
  const terminal = fakeTerminal({ interactive: true });
  using screen = new Screen(terminal, "drawn");
  screen.event({ type: "planned", plan: samplePlan() });
  screen.end();
  screen.event({ type: "command", command: ["ssh", "-O", "exit"] });
  await new Promise((resolve) => setTimeout(resolve, 150));
  assertEquals(terminal.err, []);
});

Deno.test("Screen draws how far a check has come, also after the end of a copy", async () => {
  const terminal = fakeTerminal({ interactive: true });
  using screen = new Screen(terminal, "drawn");
  screen.event({ type: "planned", plan: samplePlan() });
  screen.event({ type: "done", result: sampleResult() });
  terminal.err.length = 0;
  const progress = { bytes: 2 ** 30, totalBytes: 4 * 2 ** 30, files: 1200, totalFiles: 5000 };
  screen.event({ type: "checking", progress });
  await new Promise((resolve) => setTimeout(resolve, 150));
  const [drawn = ""] = terminal.err;
  assertStringIncludes(drawn, "checking  ");
  assertStringIncludes(drawn, " 25 %   1.0 of 4.0 GiB");
  assertStringIncludes(drawn, "\n          1,200 of 5,000 files compared");
});
