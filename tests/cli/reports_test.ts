import { assertEquals, assertStringIncludes } from "@std/assert";
import { choosePaint, plain } from "../../lib/cli/colour.ts";
import { JsonReporter } from "../../lib/cli/json_reporter.ts";
import { renderJobs } from "../../lib/cli/jobs_report.ts";
import type { CopyPlan } from "../../mod.ts";
import type { JobSummary } from "../../lib/inspect/list_jobs.ts";
import { renderExperiments, renderRuns, renderWorkspaces } from "../../lib/cli/list_report.ts";
import { shortFile, shortJob, someJobs } from "../../lib/cli/names.ts";
import {
  renderDryRunEnd,
  renderPlan,
  renderRunsEnd,
  renderRunsPlan,
  renderWarning,
} from "../../lib/cli/plan_report.ts";
import { renderSummary } from "../../lib/cli/summary_report.ts";
import { emptyPlan, fakeTerminal, job, samplePlan, sampleResult } from "./samples.ts";

const STYLE = { paint: plain, verbose: false, columns: Infinity };
const VERBOSE = { ...STYLE, verbose: true };

Deno.test("renderPlan() shows what is done with every job, and with the run", () => {
  assertEquals(renderPlan(samplePlan(), STYLE), [
    "neuralir, run 2026-01-18 17:07:44 (current)",
    "  from  cluster  user@hpc:/home/u/xp        rsync 3.2.7",
    "  to    local    /home/me/experiments/main  rsync 3.5.0, 212 GiB free",
    "",
    "  copy      3 jobs   3.0 GiB   2 done, 1 failed",
    "  replace   1 job    400 MiB   unfinished here, done at the source: train/00000005",
    "  skip      1 job              already here",
    "  wait      2 jobs             still running: train/00000006, train/00000007",
    "  missing   1 job              not at the source: evaluate/00000008",
    "  copy      1 run    2.0 KiB   becomes current here",
    "",
    "Up to 3.4 GiB in 52 files; 209 GiB will remain free",
  ]);
  const exported = samplePlan();
  exported.destination.isArchive = true; // which has no current run
  assertEquals(renderPlan(exported, STYLE).join("\n").includes("becomes current"), false);
});

Deno.test("renderPlan() names workspaces given as paths once", () => {
  const plan = samplePlan();
  plan.source.id = "user@hpc:~/xp";
  plan.destination.id = "./main";
  assertEquals(renderPlan(plan, STYLE).slice(1, 3), [
    "  from  user@hpc:/home/u/xp        rsync 3.2.7",
    "  to    /home/me/experiments/main  rsync 3.5.0, 212 GiB free",
  ]);
});

Deno.test("renderPlan() says that a copy between two hosts goes by way of this machine", () => {
  const plan = samplePlan();
  plan.destination.host = "me@other";
  assertEquals(renderPlan(plan, STYLE).slice(1, 5), [
    "  from  cluster  user@hpc:/home/u/xp                 rsync 3.2.7",
    "  to    local    me@other:/home/me/experiments/main  rsync 3.5.0, 212 GiB free",
    "  by way of this machine, which stores nothing",
    "",
  ]);
  plan.destination.host = plan.source.host!;
  assertEquals(renderPlan(plan, STYLE)[3], "");
});

Deno.test("renderPlan() says when the destination is new", () => {
  const plan = samplePlan();
  plan.destination.isNew = true;
  assertEquals(
    renderPlan(plan, STYLE)[2],
    "  to    local    /home/me/experiments/main  a new workspace, rsync 3.5.0, 212 GiB free",
  );
});

Deno.test("renderPlan() leaves it to a warning that the space is not enough", () => {
  const plan = samplePlan();
  plan.destination.freeBytes = 1024 ** 3;
  assertEquals(renderPlan(plan, STYLE).at(-1), "Up to 3.4 GiB in 52 files");
});

Deno.test("renderPlan() gives each reason a row, and names a few of many jobs", () => {
  const many = Array.from({ length: 6 }, (_, i) => job(i + 16, "leave", "unfinished"));
  const plan = samplePlan({
    jobs: [
      job(1, "copy", "done"),
      job(2, "copy", "unfinished", { reason: "unfinished at the source" }),
      ...many,
      job(3, "leave", "done", { reason: "running here" }),
    ],
  });
  assertEquals(renderPlan(plan, STYLE).slice(4, 8), [
    "  copy    1 job    1.0 GiB   1 done",
    "  copy    1 job    1.0 GiB   unfinished at the source: train/00000002",
    "  leave   6 jobs             left unchanged here: train/00000010, train/00000011, " +
    "train/00000012, train/00000013 and 2 more",
    "  leave   1 job              running here: train/00000003",
  ]);
});

Deno.test("renderPlan() names every job in full when verbose", () => {
  const lines = renderPlan(emptyPlan(), VERBOSE);
  assertEquals(
    lines[7],
    `  skip  neuralir.tasks.train/00000004${"ab".repeat(28)}  done -> done  1.0 GiB`,
  );
  const unseen = job(4, "skip", "done", { bytes: 0 });
  const [, , , , , , , line] = renderPlan({ ...emptyPlan(), jobs: [unseen] }, VERBOSE);
  assertEquals(line, lines[7]!.replace("  1.0 GiB", ""), "nothing is known of its size");
});

Deno.test("renderPlan() tells what happens to a run that cannot be complete", () => {
  const plan = samplePlan();
  plan.run = { ...plan.run, inProgress: true, becomesCurrent: false };
  assertEquals(
    renderPlan(plan, STYLE)[9],
    "  copy      1 run    2.0 KiB   " +
      "still in progress at the source",
  );
  assertEquals(
    renderPlan(plan, STYLE)[11],
    "The run is marked as in progress; if it was killed, add --ended",
  );
  assertEquals(
    renderPlan(plan, STYLE, true)[11],
    "The run is marked as in progress: add --follow to copy each job as it ends; if it was killed, " +
      "add --ended",
  );
  plan.run = { ...plan.run, action: "leave", inProgress: false };
  assertEquals(renderPlan(plan, STYLE)[9], "  leave     1 run              in progress here");
});

Deno.test("renderPlan() tells what becomes of a run that was killed, and of current", () => {
  const plan = samplePlan();
  plan.run = { ...plan.run, takenAsEnded: true };
  assertEquals(
    renderPlan(plan, STYLE)[9],
    "  copy      1 run    2.0 KiB   treated as ended, becomes current here",
  );
  plan.run = { ...plan.run, becomesCurrent: false, currentKept: "20260117_170744" };
  assertStringIncludes(
    renderPlan(plan, STYLE)[9]!,
    "treated as ended, current stays 2026-01-17 17:07:44, which is in progress here",
  );
});

Deno.test("renderPlan() shows warnings after the plan, with their job", () => {
  const plan = samplePlan({
    warnings: [{ code: "job", message: "odd \x1b[2J line", job: job(1, "copy", "done") }],
  });
  assertEquals(renderPlan(plan, STYLE).at(-1), "warning: train/00000001: odd \\u001b[2J line");
});

Deno.test("renderWarning() shortens the folders of jobs, unless it is to be verbose", () => {
  const id = "867b1011".repeat(8);
  const message =
    `files are not copied: /data/x (in jobs/my.train/${id}), jobs/a/${id}/b, jobs/a/b`;
  const problem = { code: "job" as const, message };
  assertEquals(renderWarning(problem, STYLE), [
    "warning: files are not copied: /data/x (in train/867b1011), a/867b1011/b, jobs/a/b",
  ]);
  assertEquals(renderWarning(problem, VERBOSE), [`warning: ${message}`]);
});

Deno.test("renderPlan() and renderRunsPlan() have one empty line between their parts", () => {
  const plan = emptyPlan();
  const bare = renderPlan(plan, STYLE);
  const problem = { code: "usage" as const, message: "no job matches x" };
  const lines = renderPlan({ ...plan, warnings: [problem] }, STYLE);
  assertEquals(lines, [...bare, "", "warning: no job matches x"]);
  const { experimentId, runId } = plan;
  const failed = [{ experimentId, runId, ...problem }];
  const none = { ...plan, jobs: [], warnings: [], runs: [], failed };
  assertEquals(renderRunsPlan(none, STYLE).slice(3), [
    "",
    "cannot be copied: neuralir 2026-01-18 17:07:44: no job matches x",
  ]);
});

Deno.test("renderPlan() lets no escape sequence in from ids, paths and reasons", () => {
  const plan = samplePlan({ experimentId: "a\x1b[31m", runId: "r\x9b1m" });
  plan.source = { ...plan.source, id: "\x1b]0;x\x07", path: "/p\x1b[1m", rsync: "3\x1b[1m" };
  plan.jobs = [job(1, "leave", "done", { reason: "\x1b[5m", taskId: "t\x1b", jobId: "j\x1b" })];
  const text = renderPlan(plan, VERBOSE).join("\n");
  // deno-lint-ignore no-control-regex
  assertEquals(text.match(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/g), null);
});

Deno.test("renderDryRunEnd() gives the command, quoted", () => {
  assertEquals(renderDryRunEnd(samplePlan(), ["xpm-copy", "my run", "--yes"]), [
    "",
    "Nothing was written. To copy:",
    "  xpm-copy 'my run' --yes",
  ]);
});

Deno.test("renderDryRunEnd() gives no command when there is no work for it", () => {
  assertEquals(renderDryRunEnd(emptyPlan(), []), [
    "",
    "Nothing to copy: everything is here already",
  ]);
  const waiting = emptyPlan();
  waiting.destination.host = "user@archive";
  assertEquals(renderDryRunEnd(waiting, [])[1], "Nothing to copy: everything is there already");
  waiting.jobs.push(job(6, "wait", "running"));
  assertEquals(renderDryRunEnd(waiting, []), ["", "Nothing can be copied now"]);
  const some = { ...emptyPlan(), jobs: [job(4, "skip", "done"), job(6, "omit", "done")] };
  const none = { ...some, jobs: some.jobs.slice(1) };
  const bare = { ...none, jobs: [] };
  const runs = (plan: CopyPlan) => renderRunsEnd({ ...plan, runs: [plan, plan], failed: [] }, []);
  assertEquals([some, none, bare].map((plan) => renderDryRunEnd(plan, [])[1]), [
    "Nothing to copy: everything selected is here already",
    "Nothing to copy: the run is here already, and no job is selected",
    "Nothing to copy: the run is here already, and has no jobs",
  ]);
  assertEquals([some, none, bare].map((plan) => runs(plan)[1]), [
    "Nothing to copy: everything selected is here already",
    "Nothing to copy: the runs are here already, and no job is selected",
    "Nothing to copy: the runs are here already, and have no jobs",
  ]);
});

Deno.test("renderSummary() takes one line when everything is there", () => {
  assertEquals(renderSummary(sampleResult(), samplePlan(), STYLE), [
    "Copied 42 jobs (18.6 GiB) in 3 min 24 s, 93 MiB/s; 112 were here already",
  ]);
});

Deno.test("renderSummary() tells a refreshed run from nothing to copy", () => {
  const refreshed = { jobsCopied: 0, jobsSkipped: 1, bytes: 4000, duration: 0.2 };
  const line = (more: Parameters<typeof sampleResult>[0]) =>
    renderSummary(sampleResult(more), emptyPlan(), STYLE);
  assertEquals(line({ ...refreshed, run: "replace" }), [
    "Copied the run (3.9 KiB) in 0.2 s; 1 job was here already",
  ]);
  assertEquals(line({ ...refreshed, run: "skip" }), [
    "Nothing to copy: 1 job and the run were here already",
  ]);
  assertEquals(line({ ...refreshed, run: "skip", jobsSkipped: 0 }), [
    "Nothing to copy: the run was here already",
  ]);
});

Deno.test("renderSummary() tells what was there before, and the rate of what was sent", () => {
  const [line] = renderSummary(
    sampleResult({ bytes: 3 * 2 ** 30, bytesBefore: 2 ** 30, duration: 100, jobsSkipped: 0 }),
    samplePlan(),
    STYLE,
  );
  assertEquals(line, "Copied 42 jobs (3.0 GiB, 1.0 GiB from before) in 1 min 40 s, 20 MiB/s");
});

Deno.test("renderSummary() does not say of removed jobs that they are there", () => {
  const plan = samplePlan({ jobs: [job(1, "removed", "absent")] });
  assertEquals(renderSummary(sampleResult({ jobsSkipped: 1 }), plan, STYLE), [
    "Copied 42 jobs (18.6 GiB) in 3 min 24 s, 93 MiB/s",
  ]);
});

Deno.test("renderSummary() names what is not there, and what to do", () => {
  const result = sampleResult({
    complete: false,
    jobsRunning: [job(6, "wait", "running"), job(7, "wait", "running")],
    jobsMissing: [job(8, "missing", "absent")],
    jobsReplaced: [job(5, "replace", "done")],
    jobsIncomplete: [job(9, "leave", "absent")],
    replacedFolders: ["/w/.xpm-staging/replaced/1"],
    errors: [{ code: "job", message: "params.json is not JSON", job: job(3, "copy", "failed") }],
  });
  assertEquals(renderSummary(result, samplePlan(), STYLE), [
    "Copied 42 jobs (18.6 GiB) in 3 min 24 s, 93 MiB/s; 112 were here already",
    "  replaced 1 job: train/00000005",
    "  replaced folders are kept in /w/.xpm-staging/replaced/1",
    "  unchanged here: train/00000009",
    "Not copied: 2 still running, 1 missing at the source, 1 failed",
    "  still running: train/00000006, train/00000007",
    "  missing at the source: train/00000008",
    "  train/00000003: params.json is not JSON",
    "  run the same command again when they have finished",
  ]);
});

Deno.test("renderSummary() names jobs that were copied unfinished, but not those that failed", () => {
  const plan = samplePlan({
    jobs: [job(1, "copy", "unfinished"), job(2, "copy", "running"), job(3, "copy", "unfinished")],
  });
  const message = `jobs/t/${job(3, "copy", "done").jobId} was not copied: disk full`;
  const errors = [{ code: "job" as const, message, job: job(3, "copy", "done") }];
  const lines = renderSummary(sampleResult({ complete: false, errors }), plan, STYLE);
  assertEquals(lines.slice(1), [
    "  copied unfinished jobs: train/00000001, train/00000002",
    "Not copied: 1 failed",
    "  t/00000003 was not copied: disk full",
    "  run the same command again to copy the rest",
  ]);
});

Deno.test("renderSummary() counts jobs that are left, when that is not all that was asked for", () => {
  const left = [
    job(1, "leave", "absent", { incomplete: true }),
    job(2, "leave", "unfinished", { incomplete: false }),
  ];
  const result = sampleResult({ complete: false, jobsIncomplete: left });
  assertEquals(renderSummary(result, samplePlan({ jobs: left }), STYLE).slice(1), [
    "  unchanged here: train/00000001, train/00000002",
    "Not copied: 1 left unchanged",
  ]);
});

Deno.test("renderSummary() says of one running job that it has to finish", () => {
  const result = sampleResult({ complete: false, jobsRunning: [job(6, "wait", "running")] });
  assertEquals(renderSummary(result, samplePlan(), STYLE).slice(1), [
    "Not copied: 1 still running",
    "  still running: train/00000006",
    "  run the same command again when it has finished",
  ]);
});

Deno.test("renderSummary() tells of a run in progress", () => {
  const result = sampleResult({ complete: false, runInProgress: true });
  assertEquals(renderSummary(result, samplePlan(), STYLE).slice(1), [
    "  the run is still in progress at the source",
    "  run the same command again when it has ended",
    "  or add --ended, if the run was killed",
  ]);
  const left = sampleResult({ complete: false, run: "leave", jobsCopied: 0 });
  assertEquals(renderSummary(left, samplePlan(), STYLE), [
    "Nothing was copied",
    "Not copied: the run (in progress here)",
    "  run the same command again when it has ended",
  ]);
});

Deno.test("renderSummary() shows ten errors of many, and all when verbose", () => {
  const errors = Array.from({ length: 12 }, (_, i) => ({ code: "job" as const, message: `e${i}` }));
  const result = sampleResult({ complete: false, errors });
  const lines = renderSummary(result, samplePlan(), STYLE);
  assertEquals(lines.slice(-3), [
    "  e9",
    "  and 2 more (--verbose shows all)",
    "  run the same command again to copy the rest",
  ]);
  const all = renderSummary(result, samplePlan(), VERBOSE);
  assertEquals(all.at(-2), "  e11");
});

Deno.test("renderExperiments() shows the jobs of the latest run, the size of all, and the sum", () => {
  const jobStates = { absent: 2, running: 0, failed: 3, unfinished: 1, done: 154 };
  const bytes = 62 * 1024 ** 3;
  const experiments = [
    {
      experimentId: "neuralir",
      bytes,
      runs: [
        { runId: "20260117_170744", ended: true, jobStates: { done: 1 }, bytes: 5 },
        { runId: "20260118_170744.1", ended: true, jobStates, bytes: 61 * 1024 ** 3 },
      ],
    },
    { experimentId: "empty", runs: [] },
  ];
  const lines = renderExperiments({ experiments, bytes }, Infinity);
  assertEquals(lines, [
    "EXPERIMENT  RUNS  LATEST                       SIZE  JOBS",
    "neuralir       2  2026-01-18 17:07:44 (1)  62.0 GiB  154 done, 3 failed, 1 unfinished, 2 absent",
    "empty          0",
    "",
    "2 runs, 62.0 GiB in all; jobs that several runs share count once",
  ]);
});

Deno.test("renderRuns() keeps an order that was asked for, and sums up", () => {
  const runs = [{ runId: "b", ended: true, bytes: 2 }, { runId: "a", ended: true, bytes: 1 }];
  const lines = renderRuns({ experimentId: "x", runs, bytes: 2 }, Infinity, "size");
  assertEquals(lines.slice(1).map((line) => line.slice(0, 6)), ["b    b", "a    a", "", "2 runs"]);
});

Deno.test("renderJobs() shows states, sizes, times and tags of jobs, and sums them up", () => {
  const [{ taskId, jobId }, other] = [job(1, "copy", "done"), job(2, "copy", "done")];
  const jobs: JobSummary[] = [
    {
      ...{ taskId, jobId, tags: { lr: 0.001, model: "bert\x1b[2J" }, transient: 0, state: "done" },
      ...{ bytes: 1024, startedAt: "2026-01-18T17:07:45.190402", duration: 204, partial: true },
    },
    { taskId, jobId: other.jobId, tags: {}, transient: 2, state: "absent" },
  ];
  const list = { runId: "20260118_170744", jobs, bytes: 1024 };
  assertEquals(renderJobs(list, STYLE), [
    "JOB             STATE             SIZE  STARTED                DURATION  TAGS",
    "train/00000001  done, partial  1.0 KiB  2026-01-18 17:07:45  3 min 24 s  lr=0.001 " +
    "model=bert\\u001b[2J",
    "train/00000002  absent",
    "",
    "2 jobs, 1.0 KiB: 1 done, 1 absent; 1 partial",
  ]);
  assertStringIncludes(
    renderJobs(list, VERBOSE)[1]!,
    `neuralir.tasks.train/00000001${"ab".repeat(28)}`,
  );
  assertEquals(renderJobs(list, { ...VERBOSE, columns: 100 }).slice(0, 3), [
    "STATE             SIZE  STARTED                DURATION  TAGS                          JOB",
    "done, partial  1.0 KiB  2026-01-18 17:07:45  3 min 24 s  lr=0.001 model=bert\\u001b[2J",
    `    neuralir.tasks.train/00000001${"ab".repeat(28)}`,
  ]);
  const unknown = { runId: "x", jobs: [jobs[1]!] };
  assertEquals(renderJobs(unknown, STYLE), [
    "JOB             STATE",
    "train/00000002  absent",
    "",
    "1 job: 1 absent",
  ]);
});

Deno.test("renderRuns() shows the latest run first, and which is current", () => {
  const runs = [
    { runId: "20260117_170744", ended: undefined, jobStates: {} },
    { runId: "20260118_170744", ended: false, jobStates: { running: 2 }, bytes: 10 },
  ];
  assertEquals(renderRuns({ experimentId: "x", current: "20260118_170744", runs }, Infinity), [
    "RUN              STARTED              STATE                 SIZE  JOBS",
    "20260118_170744  2026-01-18 17:07:44  in progress, current  10 B  2 running",
    "20260117_170744  2026-01-17 17:07:44  unknown",
  ]);
  for (const startedAt of ["2026-01-18T17:07:44.372099", "2026-01-18T17:07:44+01:00"]) {
    const run = { runId: "baseline", ended: false, startedAt, jobStates: {} };
    assertStringIncludes(
      renderRuns({ experimentId: "x", runs: [run] }, Infinity)[1]!,
      "in progress since 2026-01-18 17:07:44",
    );
  }
  const dated = { runId: "20260118_170744", ended: false, startedAt: "2026-01-18T17:07:44.37" };
  assertEquals(
    renderRuns({ experimentId: "x", runs: [dated] }, Infinity)[1],
    "20260118_170744  2026-01-18 17:07:44  in progress",
  );
  const odd = { runId: "baseline", ended: false, startedAt: "\x1b[2J", jobStates: {} };
  assertStringIncludes(
    renderRuns({ experimentId: "x", runs: [odd] }, Infinity)[1]!,
    "since \\u001b[2J",
  );
});

Deno.test("renderRuns() says that the current run was inferred", () => {
  const runs = [{ runId: "20260118_170744", ended: true, jobStates: {} }];
  const experiment = { experimentId: "x", current: "20260118_170744", runs };
  assertStringIncludes(
    renderRuns({ ...experiment, currentInferred: true }, Infinity)[1]!,
    "ended, current (no link)",
  );
  const terminal = fakeTerminal();
  const workspace = { id: "main", path: "/xp" };
  for (const inferred of [{ currentInferred: true as const }, {}]) {
    new JsonReporter(terminal, false).runs(workspace, { ...experiment, ...inferred });
  }
  const objects = terminal.out.map((line) => JSON.parse(line));
  assertEquals(objects.map(({ current, currentInferred }) => [current, currentInferred]), [
    [true, true],
    [true, undefined],
  ]);
});

Deno.test("renderWorkspaces() shows where each is", () => {
  const workspaces = [
    { id: "local", path: "/home/me/xp" },
    { id: "cluster", path: "~/xp", ssh: { host: "user@hpc" } },
  ];
  assertEquals(renderWorkspaces(workspaces), [
    "WORKSPACE  PATH",
    "local      /home/me/xp",
    "cluster    user@hpc:~/xp",
  ]);
});

Deno.test("shortJob() shortens hashes only", () => {
  assertEquals(shortJob({ taskId: "a.b.train", jobId: "0".repeat(64) }), "train/00000000");
  assertEquals(
    shortJob({ taskId: "train", jobId: "my-own-long-job-id" }),
    "train/my-own-long-job-id",
  );
});

Deno.test("shortFile() shortens the job of a file", () => {
  assertEquals(shortFile(`jobs/a.train/${"0".repeat(64)}/out/m.bin`), "train/00000000 out/m.bin");
  assertEquals(shortFile("experiments/x/r/objects.jsonl"), "experiments/x/r/objects.jsonl");
});

Deno.test("someJobs() counts the jobs that it does not name", () => {
  const jobs = [1, 2, 3, 4, 5].map((n) => ({ taskId: "t", jobId: `j${n}` }));
  assertEquals(someJobs(jobs), "t/j1, t/j2, t/j3, t/j4 and 1 more");
});

Deno.test("choosePaint() colours only where colour is wanted", () => {
  const pipe = fakeTerminal();
  const terminal = { ...fakeTerminal({ interactive: true }), noColor: false };
  assertEquals(choosePaint("auto", pipe, "out")("bad", "x"), "x");
  assertEquals(choosePaint("auto", terminal, "out")("bad", "x"), "\x1b[31mx\x1b[39m");
  assertEquals(choosePaint("auto", { ...terminal, noColor: true }, "out")("bad", "x"), "x");
  assertEquals(choosePaint("auto", { ...terminal, dumb: true }, "err")("bad", "x"), "x");
  assertEquals(choosePaint("never", terminal, "out")("bad", "x"), "x");
  assertEquals(choosePaint("always", pipe, "out")("good", "x"), "\x1b[32mx\x1b[39m");
});

Deno.test("renderPlan() loses nothing without colour", () => {
  const coloured = choosePaint("always", fakeTerminal(), "out");
  const text = renderPlan(samplePlan(), { ...STYLE, paint: coloured }).join("\n");
  assertStringIncludes(text, "\x1b[31mmissing\x1b[39m");
  // deno-lint-ignore no-control-regex
  assertEquals(text.replace(/\x1b\[\d+m/g, ""), renderPlan(samplePlan(), STYLE).join("\n"));
});
