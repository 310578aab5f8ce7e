/**
 * What the program shows, at the widths that terminals have: the files in `screens/`, which the
 * tests compare and `deno task screens` renews.
 *
 * @module
 */

import { renderCheck } from "../../lib/cli/check_report.ts";
import { parseArguments } from "../../lib/cli/arguments.ts";
import { toFailure } from "../../lib/cli/failure.ts";
import { renderFailure } from "../../lib/cli/failure_report.ts";
import { helpOf, helpText } from "../../lib/cli/help.ts";
import { CopyError } from "../../lib/errors.ts";
import { renderLeftovers } from "../../lib/cli/clean_report.ts";
import { plain } from "../../lib/cli/colour.ts";
import { renderDiagnosis } from "../../lib/cli/doctor_report.ts";
import { renderJobs } from "../../lib/cli/jobs_report.ts";
import { renderExperiments, renderRuns } from "../../lib/cli/list_report.ts";
import { renderMovePlan } from "../../lib/cli/move_report.ts";
import { renderDryRunEnd, renderPlan, renderRunsPlan } from "../../lib/cli/plan_report.ts";
import { advance, renderProgress, startProgress } from "../../lib/cli/progress.ts";
import type { ReportStyle } from "../../lib/cli/style.ts";
import { renderSummary, renderSums } from "../../lib/cli/summary_report.ts";
import type { JobSummary } from "../../lib/inspect/list_jobs.ts";
import type { CopyPlan } from "../../lib/copy/types.ts";
import { emptyPlan, job, sampleCheck, sampleMove, samplePlan, sampleResult } from "./samples.ts";

/** The widths. */
export const WIDTHS = [60, 80, 120];
/** The folder of the files. */
export const FOLDER: URL = new URL("screens/", import.meta.url);

const GIB = 1024 ** 3;
/** Of wide characters, and of characters that go onto others. */
const WIDE = "実験-日本語";
const COMBINED = "re\u0301sume\u0301";

function plan(): CopyPlan {
  const sample = samplePlan();
  const outside = `/data/corpus (in jobs/neuralir.tasks.train/${"867b1011".repeat(8)} and 3 more)`;
  return {
    ...sample,
    experimentId: WIDE,
    source: { ...sample.source, path: `/home/u/${WIDE}` },
    jobs: [
      ...sample.jobs,
      job(9, "skip", "done", { reason: "at the destination, without the files left out" }),
      job(10, "skip", "done"),
      job(11, "leave", "failed", { taskId: `tasks.${WIDE}`, reason: `failed here as well` }),
      job(12, "leave", "done", { taskId: `tasks.${COMBINED}`, reason: "running here" }),
    ],
    warnings: [{
      code: "job",
      message: "some jobs refer to files outside the workspace; those files are not copied: " +
        `${outside}. To rewrite these paths, add --map OLD=NEW`,
    }],
  };
}

function progress(columns: number): string[] {
  const file = `jobs/tasks.${WIDE}/${"2ef59178".repeat(8)}/${COMBINED}.bin`;
  let state = advance(startProgress(0), { type: "planned", plan: plan() }, 0);
  for (let at = 0; at <= 20; at++) {
    const bytes = at * 94 * 1024 ** 2;
    const amounts = { bytes, totalBytes: 3.4 * GIB, jobs: 0, received: 2, totalJobs: 4, file };
    state = advance(state, { type: "progress", progress: amounts }, at);
  }
  return renderProgress(state, columns);
}

function summary(style: ReportStyle): string[] {
  const jobs = [6, 7].map((number) => job(number, "wait", "running"));
  const message = `jobs/neuralir.tasks.train/${"867b1011".repeat(8)} was not copied: ` +
    `it is a link to jobs/tasks.${WIDE}/${"2ef59178".repeat(8)}, which was not copied`;
  const result = sampleResult({
    complete: false,
    jobsRunning: jobs,
    jobsMissing: [job(8, "missing", "absent", { taskId: `tasks.${COMBINED}` })],
    jobsReplaced: [job(5, "replace", "done")],
    errors: [{ code: "job", message }],
  });
  return renderSummary(result, plan(), style);
}

function listedJobs(): JobSummary[] {
  const [{ jobId }, other] = [job(1, "copy", "done"), job(2, "copy", "done")];
  const tags = { model: WIDE, lr: 0.001, data: "msmarco-passage-train", note: COMBINED };
  const startedAt = "2026-01-18T17:07:45.190402";
  return [
    {
      ...{ taskId: `tasks.${WIDE}`, jobId, tags, transient: 0, state: "done", partial: true },
      ...{ bytes: 3 * GIB, startedAt, duration: 7500 },
    },
    { taskId: "neuralir.train", jobId: other.jobId, tags: {}, transient: 0, state: "absent" },
  ];
}

function list(style: ReportStyle): string[] {
  const { columns } = style;
  const jobStates = { done: 154, failed: 3, unfinished: 1, absent: 2 };
  const runs = [
    { runId: "20260117_170744", ended: true, jobStates: { done: 160 }, bytes: 60 * GIB },
    {
      runId: "20260118_170744",
      ended: false,
      startedAt: "2026-01-18T17:07:44",
      jobStates,
      bytes: 61 * GIB,
    },
  ];
  const current = "20260118_170744";
  return [
    ...renderExperiments({
      experiments: [
        { experimentId: WIDE, current, runs, bytes: 64 * GIB },
        { experimentId: COMBINED, runs: runs.slice(0, 1), bytes: 60 * GIB },
      ],
      bytes: 70 * GIB,
    }, columns),
    "",
    ...renderRuns({ experimentId: WIDE, current, runs, bytes: 64 * GIB }, columns),
    "",
    ...renderJobs({ runId: current, jobs: listedJobs(), bytes: 3 * GIB }, style),
  ];
}

function check(style: ReportStyle): string[] {
  const sample = sampleCheck();
  const path = `jobs/tasks.${WIDE}/9de0a6c4/${COMBINED}.json`;
  const what = "the same paths rewritten, but other contents: 1,024 bytes → 980 bytes";
  const differences = [...sample.differences, { kind: "differs" as const, path, what }];
  return renderCheck({ ...sample, differences }, style, false);
}

function move(style: ReportStyle): string[] {
  const sample = sampleMove({ dryRun: true });
  const { job } = sample.removed[0]!;
  const reason = `differs: ${WIDE}/${COMBINED}/events.jsonl: content is not that of the source`;
  const path = `jobs/${job!.taskId}/${job!.jobId}`;
  const left = { path, job: job!, bytes: 512, files: 1, why: "unchecked" as const, reason };
  const [shared] = sample.kept;
  const folder = { ...shared!, path: `partials/${WIDE}`, reason: "jobs may share it" };
  const { job: _, ...partial } = folder;
  const kept = [shared!, { ...shared!, path: `${path}0` }, left, partial];
  return renderMovePlan({ ...sample, kept }, undefined, style);
}

function clean(style: ReportStyle): string[] {
  const now = new Date("2026-01-20T00:00:00Z");
  const root = "/home/me/experiments/main/.xpm-staging";
  const left = { modified: "2026-01-18T17:07:44Z", bytes: 11.7 * GIB, state: "left" as const };
  return renderLeftovers(
    [
      {
        ...left,
        ...{ path: `${root}/0`, kind: "staging", experimentId: WIDE, runId: "20260118_170744" },
        source: `me@hpc.example.org:/home/me/experiments/${COMBINED}`,
      },
      { ...left, path: `${root}/replaced/0-neuralir-20260117_091500`, kind: "replaced" },
      { ...left, path: `${root}/1`, kind: "staging", bytes: 512, state: "in use" },
    ],
    ["xpm-copy", "clean", "local", "--yes"],
    now,
    style,
  );
}

function doctor(style: ReportStyle): string[] {
  return renderDiagnosis({
    workspace: "cluster",
    host: "me@hpc",
    path: `/home/me/${WIDE}`,
    from: true,
    to: false,
    findings: [
      { check: "login", state: "ok", message: "0.41 s" },
      {
        check: "rsync",
        state: "warning",
        message: "3.2.7 has known security holes, fixed in 3.4.0",
        hint: "update it, unless your distribution has fixed it",
      },
      {
        check: "filesystem",
        state: "problem",
        message: `${COMBINED} is on exfat, which has neither links nor permissions`,
        hint: "see  xpm-copy clean cluster --settings /home/me/settings.yaml",
        code: "refused",
      },
    ],
  }, style);
}

function several(style: ReportStyle): string[] {
  const one = plan();
  const { experimentId: _, runId: _run, run: _what, jobs, ...rest } = one;
  const second = {
    ...one,
    experimentId: `${COMBINED}-sweep`,
    runId: "20260119_170744",
    run: { ...one.run, inProgress: true },
  };
  const message = "run 20260301_000000 of neuralir has no jobs.jsonl";
  const failed = [{
    ...{ experimentId: WIDE, runId: "20260301_000000", code: "not-found" as const, message },
    hint: "see  xpm-copy ls cluster neuralir --settings /home/me/settings.yaml",
  }];
  const skipped = sampleResult({ jobsCopied: 0, run: "skip" });
  const results = [sampleResult({}), sampleResult({ complete: false }), skipped];
  const sums = { jobsCopied: 6, jobsSkipped: 2, bytes: 7 * GIB, duration: 204, complete: false };
  return [
    ...renderRunsPlan({ ...rest, jobs, runs: [one, second, emptyPlan()], failed }, style),
    "",
    ...renderSums({ dryRun: false, runs: results, failed, ...sums }, style),
  ];
}

/** What the program says of mistakes. */
function errors(style: ReportStyle): string[] {
  const state = startProgress(0);
  const lines = [
    ["help", "statsu"],
    ["neuralir", "--form", "cluster"],
    ["export", "neuralir", "--from", "cluster"],
  ];
  const wrong = lines.map((args) => {
    try {
      return parseArguments(args);
    } catch (error) {
      return error;
    }
  });
  const host = `ssh -p 2222 me@login.hpc.example.org`;
  const others = [
    new CopyError(
      "connection",
      `cannot connect to me@hpc: no route to ${WIDE}`,
      `check that  ${host} true  works`,
    ),
    new CopyError(
      "refused",
      "/home/me/x is not empty and not a workspace",
      "add  --create  to make it a workspace",
    ),
  ];
  return [...wrong, ...others].flatMap((error) =>
    error instanceof CopyError ? [...renderFailure(toFailure(error, false), state, style), ""] : []
  );
}

/** A screen for a width. */
type Screen = (style: ReportStyle) => string[];

const SCREENS: Record<string, Screen> = {
  plan: (style) => [
    ...renderPlan(plan(), style),
    ...renderDryRunEnd(plan(), ["xpm-copy", WIDE, "20260118_170744", "--yes"]),
  ],
  several,
  progress: ({ columns }) => progress(columns),
  summary,
  ls: list,
  check,
  move,
  doctor,
  clean,
  help: (
    { columns },
  ) => [...helpText(columns).split("\n"), ...helpOf("clean", columns).split("\n")],
  errors,
};

/** The screens at a width, by name. */
export function screensAt(columns: number): [name: string, lines: string[]][] {
  const style = { paint: plain, verbose: false, columns };
  return Object.entries(SCREENS).map(([name, screen]) => [name, screen(style)]);
}

/** The files, by name: each screen at each width, below a rule of that width. */
export function screenFiles(): Map<string, string> {
  const files = new Map<string, string>();
  for (const columns of WIDTHS) {
    for (const [name, lines] of screensAt(columns)) {
      const rule = `${"─".repeat(4)} ${columns} `.padEnd(columns, "─");
      const text = [rule, ...lines, ""].join("\n");
      files.set(`${name}.txt`, (files.get(`${name}.txt`) ?? "") + text);
    }
  }
  return files;
}

if (import.meta.main) {
  for (const [name, text] of screenFiles()) Deno.writeTextFileSync(new URL(name, FOLDER), text);
  console.log("Written: tests/cli/screens/");
}
