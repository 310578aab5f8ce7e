/**
 * Several runs at once: one plan and one login for all, the oldest first, shared jobs once.
 *
 * @module
 */

import { readlinkSync } from "node:fs";
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { CopyError, type CopyEvent, copyRuns } from "../../mod.ts";
import { main } from "../../lib/cli/main.ts";
import { makeSample } from "../../scripts/sample.ts";
import { fakeTerminal } from "../cli/samples.ts";
import { inEachDirection, type Pair, useSshd } from "../support/directions.ts";
import { compareTrees, namesIn } from "../support/trees.ts";

useSshd({ logins: "each" });

/** Three runs of one experiment, the later with more jobs, and one of another with the same jobs. */
function make({ source: { path } }: Pair) {
  const [experimentId, other] = ["neuralir", "neural-b"];
  return [
    makeSample(path, { experimentId, runId: "20260118_170744", jobs: 2 }),
    makeSample(path, { experimentId: other, runId: "20260119_090000", jobs: 3 }),
    makeSample(path, { experimentId, runId: "20260118_170744.1", jobs: 3 }),
    makeSample(path, { experimentId, runId: "20260201_120000", jobs: 5 }),
  ];
}

/** Runs the program with a settings file. */
async function run({ root, source, destination }: Pair, args: string[]) {
  const settings = `${root}/settings.yaml`;
  Deno.writeTextFileSync(settings, JSON.stringify({ workspaces: [source, destination] }));
  const terminal = fakeTerminal();
  const words = ["--from", "source", "--to", "destination", "--settings", settings];
  const code = await main([...args, ...words], terminal);
  return { code, out: terminal.out.join(""), err: terminal.err.join("") };
}

inEachDirection(
  "copyRuns() copies all runs, the oldest first, and shared jobs once",
  async (pair) => {
    const samples = make(pair);
    const selection = { runs: ["*"] };
    const dry = await copyRuns(pair.source, pair.destination, selection, { dryRun: true });
    const events: CopyEvent[] = [];
    const result = await copyRuns(pair.source, pair.destination, selection, {
      onEvent: (event) => events.push(event),
    });
    assertEquals([result.complete, result.jobsCopied, result.jobsSkipped], [true, 5, 2 + 3 + 3]);
    assertEquals(dry.runs.map(({ jobsSkipped }) => jobsSkipped), [0, 2, 3, 3]);
    assertEquals(
      result.runs.map(({ experimentId, runId, jobsCopied }) => [experimentId, runId, jobsCopied]),
      [
        ["neuralir", "20260118_170744", 2],
        ["neuralir", "20260118_170744.1", 1],
        ["neural-b", "20260119_090000", 0],
        ["neuralir", "20260201_120000", 2],
      ],
    );
    const hosts = [pair.source, pair.destination].filter(({ ssh }) => ssh !== undefined).length;
    assertEquals(events.filter(({ type }) => type === "connecting").length, hosts);
    assertEquals(events.filter(({ type }) => type === "planned").length, 4);
    const to = pair.destination.path;
    for (const sample of samples) compareTrees({ sample, destination: to });
    assertEquals(readlinkSync(`${to}/experiments/neuralir/current`), "20260201_120000");
    assertEquals(readlinkSync(`${to}/experiments/neural-b/current`), "20260119_090000");
    assertEquals(namesIn(to), [".__experimaestro__", "experiments", "jobs"]);
    const again = await copyRuns(pair.source, pair.destination, selection);
    assertEquals([again.jobsCopied, again.bytes, again.complete], [0, 0, true]);
  },
);

inEachDirection("copyRuns() selects by patterns and by time", async (pair) => {
  make(pair);
  const runsOf = async (selection: Parameters<typeof copyRuns>[2]) => {
    const { runs } = await copyRuns(pair.source, pair.destination, selection, { dryRun: true });
    return runs.map(({ experimentId, runId }) => `${experimentId} ${runId}`);
  };
  assertEquals(await runsOf({}), ["neural-b 20260119_090000", "neuralir 20260201_120000"]);
  assertEquals(await runsOf({ experiments: ["*-b"] }), ["neural-b 20260119_090000"]);
  assertEquals(await runsOf({ experiments: ["neuralir"], runs: ["202601*"] }), [
    "neuralir 20260118_170744",
    "neuralir 20260118_170744.1",
  ]);
  assertEquals(await runsOf({ since: "2026-01-19" }), [
    "neural-b 20260119_090000",
    "neuralir 20260201_120000",
  ]);
  assertEquals(await runsOf({ since: "2026-01-19T09:00:01" }), ["neuralir 20260201_120000"]);
  const none = await assertRejects(() => runsOf({ experiments: ["x*"] }), CopyError);
  assertEquals(none.code, "not-found");
  const odd = await assertRejects(() => runsOf({ since: "yesterday" }), CopyError);
  assertEquals(odd.code, "usage");
}, { directions: ["local to local", "remote to local"] });

inEachDirection("xpm-copy copies several runs: a summary of each, and the sums", async (pair) => {
  make(pair);
  const plan = await run(pair, ["neur*", "--all-runs"]);
  assertEquals(plan.code, 0, plan.err);
  assertStringIncludes(plan.out, "copied with an earlier run");
  assertStringIncludes(plan.out, "4 runs. Nothing was written. To copy:\n");
  assertStringIncludes(plan.out, "xpm-copy 'neur*' --all-runs --from source --to destination ");
  const done = await run(pair, ["neur*", "--all-runs", "--yes"]);
  assertEquals(done.code, 0, done.err);
  assertStringIncludes(done.out, "neuralir 2026-01-18 17:07:44: Copied 2 jobs (");
  assertStringIncludes(done.out, "neural-b 2026-01-19 09:00:00: Copied the run (");
  assertStringIncludes(done.out, "In all: 4 runs, 5 jobs copied (");
  const json = await run(pair, ["--all", "--json", "--yes"]);
  const lines = json.out.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(lines.filter(({ type }) => type === "copied").length, 4);
  const { exitCode, result } = lines.at(-1);
  assertEquals([exitCode, result.runs, result.jobsCopied], [0, 4, 0]);
}, { directions: ["local to local", "local to remote"] });
