/**
 * Several runs at once: one plan and one login for all, the oldest first, shared jobs once.
 *
 * @module
 */

import { mkdirSync, readlinkSync, writeFileSync } from "node:fs";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { CopyError, type CopyEvent, copyRuns, planRuns } from "../../mod.ts";
import { LocalHost } from "../../lib/host/local/host.ts";
import { SshHost } from "../../lib/host/ssh/host.ts";
import { main } from "../../lib/cli/main.ts";
import { makeSample, type Sample } from "../../scripts/sample.ts";
import { fakeTerminal } from "../cli/samples.ts";
import { inEachDirection, onEachHost, type Pair, useSshd } from "../support/directions.ts";
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

/** Does something; answers the folders that were scanned meanwhile, with their workspace. */
async function scannedDuring(action: () => Promise<void>): Promise<string[]> {
  const scanned: string[] = [];
  const hosts: Pick<LocalHost, "scan">[] = [LocalHost.prototype, SshHost.prototype];
  const undo = hosts.map((host) => {
    const { scan } = host;
    host.scan = function (request, visit) {
      scanned.push(...[...request.folders].map((folder) => `${request.root}/${folder}`));
      return scan.call(this, request, visit);
    };
    return () => host.scan = scan;
  });
  try {
    await action();
  } finally {
    for (const each of undo) each();
  }
  return scanned;
}

inEachDirection(
  "copyRuns() copies all runs, the oldest first, and shared jobs once",
  async (pair) => {
    const samples = make(pair);
    const selection = { runs: ["*"] };
    const dry = await copyRuns(pair.source, pair.destination, selection, { dryRun: true });
    const scanned = await scannedDuring(async () => {
      const plan = await planRuns(pair.source, pair.destination, selection);
      const each = plan.runs.flatMap(({ jobs, run }) => [...jobs, run]);
      const sent = each.filter(({ action }) => action === "copy");
      const sum = (of: "bytes" | "files") => sent.reduce((sum, one) => sum + one[of], 0);
      assertEquals([plan.jobs.length, plan.bytes, plan.files], [5, sum("bytes"), sum("files")]);
      assertEquals(namesIn(pair.root), ["source"]);
    });
    assertEquals(scanned.filter((folder) => folder.includes("/jobs/")).length, 5);
    assertEquals(scanned.length, new Set(scanned).size);
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
    const planned = events.map(({ type }) => type).filter((type) => type.startsWith("planned"));
    assertEquals(planned, ["plannedRuns", ...Array.from({ length: 4 }, () => "planned")]);
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
  for (const since of ["yesterday", "2026-13-01", "2026-02-30", "2026-01-31T25:00"]) {
    const odd = await assertRejects(() => runsOf({ since }), CopyError);
    assertEquals(odd.code, "usage", since);
  }
}, { directions: ["local to local", "remote to local"] });

onEachHost("copyRuns() copies the other runs when one cannot be copied", async (pair) => {
  const [first, second, third, last] = make(pair);
  writeFileSync(`${first!.jobs[0]!.folder}/params.json`, "no JSON");
  mkdirSync(`${pair.source.path}/experiments/neuralir/20260118_180000`);
  const result = await copyRuns(pair.source, pair.destination, { runs: ["*"] });
  assertEquals(result.failed.map(({ runId, code }) => [runId, code]), [
    ["20260118_180000", "not-found"],
  ]);
  // the job that failed is tried again with each run that needs it, and none links to it
  assertEquals(result.runs.map(({ errors, jobsCopied }) => [errors.length, jobsCopied]), [
    [1, 1],
    [1, 1],
    [1, 0],
    [1, 2],
  ]);
  assertEquals(result.complete, false);
  const { taskId, jobId } = first!.jobs[0]!;
  for (const { experimentId, runId } of [first!, second!, third!, last!]) {
    const links = `${pair.destination.path}/experiments/${experimentId}/${runId}/jobs`;
    assertEquals(
      namesIn(links).includes(taskId) && namesIn(`${links}/${taskId}`).includes(jobId),
      false,
    );
  }
  writeFileSync(`${first!.jobs[0]!.folder}/params.json`, '{"objects": []}');
  const again = await copyRuns(pair.source, pair.destination, { experiments: ["neural-b"] });
  assertEquals([again.jobsCopied, again.complete], [1, true]);
  const none = () => copyRuns(pair.source, pair.destination, { runs: ["20260118_180000"] });
  assertEquals((await assertRejects(none, CopyError)).code, "not-found");
});

inEachDirection("xpm-copy copies several runs: a summary of each, and the sums", async (pair) => {
  make(pair);
  const plan = await run(pair, ["neur*", "--all-runs"]);
  assertEquals(plan.code, 0, plan.err);
  assertStringIncludes(plan.out, "4 runs\n  from  ");
  assertStringIncludes(plan.out, "  neural-b  2026-01-19 09:00:00      the run  ");
  assert(/\n {2}copy {3}5 jobs .*\n {2}copy {3}4 runs .*\n\nUp to /.test(plan.out), plan.out);
  assertStringIncludes(plan.out, "\nNothing was written. To copy:\n");
  assertStringIncludes(plan.out, "xpm-copy 'neur*' --all-runs --from source --to destination ");
  const permissions = await run(pair, ["permissions", "neur*", "--all-runs"]);
  assertStringIncludes(permissions.out, "jsr:@xpm/copy 'neur*' --all-runs --from ");
  const follow = await run(pair, ["neur*", "--all-runs", "--follow"]);
  assertEquals(follow.code, 2);
  assertStringIncludes(follow.err, "--follow follows one run until it has ended; ");
  const done = await run(pair, ["neur*", "--all-runs", "--yes"]);
  assertEquals(done.code, 0, done.err);
  assertStringIncludes(done.out, "neuralir 2026-01-18 17:07:44: Copied 2 jobs (");
  assertStringIncludes(done.out, "neural-b 2026-01-19 09:00:00: Copied the run (");
  assertStringIncludes(done.out, "\nIn all: copied 5 jobs for 4 runs (");
  assertEquals(done.err.match(/warning: some jobs refer to files outside/g)?.length, 1, done.err);
  assertEquals(
    (await run(pair, ["--all", "--yes"])).out.split("\n").at(-2),
    "In all: 4 runs needed nothing",
  );
  const json = await run(pair, ["--all", "--json", "--yes", "--check", "--checksum"]);
  const lines = json.out.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(lines.filter(({ type }) => type === "copied").length, 4);
  const { exitCode, result, check } = lines.at(-1);
  assertEquals([exitCode, result.runs, result.jobsCopied], [0, 4, 0]);
  assertEquals([check.same, check.checksum, check.compared.jobs], [true, true, 5]);
  mkdirSync(`${pair.source.path}/experiments/neuralir/20260301_000000`);
  Deno.removeSync(`${pair.destination.path}/jobs`, { recursive: true });
  const some = await run(pair, ["--all", "--yes"]);
  assertEquals(some.code, 3, some.err);
  assertStringIncludes(some.out, "not copied: neuralir 2026-03-01 00:00:00: run 20260301_000000 ");
  assert(
    /\nIn all: copied 5 jobs for 3 runs \(.*; 1 run needed nothing\n {2}not copied: 1 run\n$/.test(
      some.out,
    ),
    some.out,
  );
}, { directions: ["local to local", "local to remote"] });

inEachDirection("xpm-copy --check without --yes prints what compares both ends", async (pair) => {
  const [{ experimentId, runId }] = make(pair) as [Sample, ...Sample[]];
  for (const which of [[experimentId, runId], ["--all"], ["neur*", "--all-runs", "--checksum"]]) {
    const fresh = await run(pair, [...which, "--check"]);
    assertStringIncludes(fresh.out, "\nNothing was checked: nothing is at the destination yet\n");
  }
  assertEquals((await run(pair, ["--all", "--yes"])).code, 0);
  const selections = { 1: [experimentId, runId], 3: [experimentId, "--all-runs"], 4: ["--all"] };
  for (const [runs, which] of Object.entries(selections)) {
    const plan = await run(pair, [...which, "--check", "--checksum", "--bwlimit", "9m"]);
    assertEquals(plan.code, 0, plan.err);
    const found = /\nNothing was checked\. To compare .*:\n {2}xpm-copy (.*)\n$/.exec(plan.out);
    const command = (found?.[1] ?? "").split(" ");
    const json = await run(pair, [...which, "--check", "--checksum", "--json"]);
    const { unchecked } = JSON.parse(json.out.trimEnd().split("\n").at(-1)!);
    assertEquals([unchecked.length, unchecked.at(-1)], [Number(runs), ["xpm-copy", ...command]]);
    const terminal = fakeTerminal();
    assertEquals(await main(command, terminal), 0, terminal.err.join(""));
    assertStringIncludes(terminal.out.join(""), "No differences: compared ");
    assertStringIncludes(terminal.out.join(""), "(contents included)");
  }
}, { directions: ["local to local", "local to remote"] });
