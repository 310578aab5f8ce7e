/**
 * What the tests of the program work with: a plan, a result, a terminal that remembers.
 *
 * @module
 */

import type {
  CopyPlan,
  CopyResult,
  JobAction,
  JobState,
  PlannedJob,
} from "../../lib/copy/types.ts";
import type { CheckResult } from "../../lib/inspect/check_types.ts";
import type {
  ComparedJobs,
  RunComparison,
  WorkspaceComparison,
} from "../../lib/inspect/status_types.ts";
import type { MoveResult } from "../../lib/move/types.ts";
import type { Terminal } from "../../lib/cli/terminal.ts";
import { assertOutput } from "../support/json_schema.ts";

/** A job of a plan; its id is a hash that begins with the number. */
export function job(
  number: number,
  action: JobAction,
  source: JobState,
  more: Partial<PlannedJob> = {},
): PlannedJob {
  return {
    taskId: "neuralir.tasks.train",
    jobId: number.toString(16).padStart(8, "0") + "ab".repeat(28),
    action,
    source,
    destination: action === "skip" ? "done" : "absent",
    bytes: 1024 ** 3,
    files: 10,
    incomplete: action === "wait" || action === "missing",
    ...more,
  };
}

/** A plan with a job of each kind. */
export function samplePlan(more: Partial<CopyPlan> = {}): CopyPlan {
  return {
    experimentId: "neuralir",
    runId: "20260118_170744",
    source: { id: "cluster", host: "user@hpc", path: "/home/u/xp", rsync: "3.2.7" },
    destination: {
      id: "local",
      path: "/home/me/experiments/main",
      rsync: "3.5.0",
      freeBytes: 212 * 1024 ** 3,
    },
    run: {
      action: "copy",
      bytes: 2048,
      files: 12,
      inProgress: false,
      becomesCurrent: true,
      isCurrent: true,
    },
    jobs: [
      job(1, "copy", "done"),
      job(2, "copy", "done"),
      job(3, "copy", "failed"),
      job(4, "skip", "done"),
      job(5, "replace", "done", {
        destination: "unfinished",
        bytes: 400 * 1024 ** 2,
        reason: "unfinished here, done at the source",
      }),
      job(6, "wait", "running"),
      job(7, "wait", "running"),
      job(8, "missing", "absent", { taskId: "neuralir.tasks.evaluate" }),
    ],
    warnings: [],
    bytes: 3 * 1024 ** 3 + 400 * 1024 ** 2,
    files: 52,
    ...more,
  };
}

/** The result of a check that has found something of each kind. */
export function sampleCheck(more: Partial<CheckResult> = {}): CheckResult {
  const [task, job] = ["neuralir.tasks.train", "9de0a6c4"];
  const folder = `jobs/${task}/${job}`;
  const of = { job: { taskId: task, jobId: job } };
  return {
    ...{ experimentId: "neuralir", runId: "20260118_170744", same: false, checksum: false },
    differences: [
      { kind: "missing", path: `${folder}/model.bin`, what: "a file, 300 bytes", ...of },
      {
        kind: "differs",
        path: `${folder}/\u001b[2Jodd`,
        what: "mode 644 → 600",
        aspects: ["mode"],
        ...of,
      },
      { kind: "newer", path: `jobs/${task}/ac11486c`, what: "unfinished → done" },
    ],
    compared: { jobs: 2, files: 1120, bytes: 3 * 1024 ** 3 },
    leftOut: { jobs: 1, files: 3, bytes: 2 * 1024 ** 3 },
    notes: [{ code: "job", message: "jobs/a/b is still running at the source" }],
    seconds: 2,
    ...more,
  };
}

/** A move of two jobs and their run; a third job stays. */
export function sampleMove(more: Partial<MoveResult> = {}): MoveResult {
  const [first, second, third] = [1, 2, 3].map((number) => {
    const { taskId, jobId } = job(number, "copy", "done");
    const path = `jobs/${taskId}/${jobId}`;
    return { path, job: { taskId, jobId }, bytes: 1024 ** 3, files: 10 };
  });
  const run = "experiments/neuralir/20260118_170744";
  const reason = "experiments/neuralir/20260119_000000 refers to it";
  const dryRun = more.dryRun === true;
  return {
    ...{ experimentId: "neuralir", runId: "20260118_170744", dryRun, bytes: 2 * 1024 ** 3 },
    copied: sampleResult({ dryRun }),
    ...(!dryRun && { check: sampleCheck({ differences: [], same: true, checksum: true }) }),
    removed: [first!, second!, { path: run, bytes: 2048, files: 12 }],
    kept: [{ ...third!, why: "shared", reason }],
    ...{ duration: 2, complete: !dryRun },
    ...more,
  };
}

const NO_JOBS = {
  ...{ same: 0, sourceOnly: 0, destinationOnly: 0, sourceNewer: 0, destinationNewer: 0 },
  ...{ sourcePartial: 0, destinationPartial: 0 },
};

/** Two workspaces with runs of each kind. */
export function sampleStatus(): WorkspaceComparison {
  const run = (
    runId: string,
    { jobs, ...more }: Omit<Partial<RunComparison>, "jobs"> & { jobs: Partial<ComparedJobs> },
  ): RunComparison => ({
    ...{ experimentId: "neuralir", runId, at: "both", ahead: "neither" },
    ...more,
    jobs: { ...NO_JOBS, ...jobs },
  });
  const runs = [
    run("20260112_093001", {
      ...{ experimentId: "\u001b[2J", at: "destination", ahead: "destination" },
      jobs: { destinationOnly: 48 },
    }),
    run("20260115_120000", {
      ahead: "both",
      jobs: {
        ...{ sourceOnly: 1, destinationOnly: 2, sourceNewer: 3, destinationNewer: 4, same: 5 },
        destinationPartial: 2,
      },
    }),
    run("20260116_120000", { ahead: "destination", jobs: { same: 9 } }),
    run("20260117_091500", { jobs: { same: 7 } }),
    run("20260118_170744", {
      ...{ at: "source", ahead: "source", inProgress: ["source"] },
      jobs: { sourceOnly: 38, same: 3 },
    }),
  ];
  return { sourcePath: "/home/u/xp", destinationPath: "/home/me/experiments/main", runs };
}

/** A plan with nothing left to do. */
export function emptyPlan(): CopyPlan {
  const plan = samplePlan();
  return {
    ...plan,
    run: { ...plan.run, action: "skip", becomesCurrent: false },
    jobs: [job(4, "skip", "done")],
    bytes: 0,
    files: 0,
  };
}

/** The outcome of a copy in which all went well. */
export function sampleResult(more: Partial<CopyResult> = {}): CopyResult {
  return {
    experimentId: "neuralir",
    runId: "20260118_170744",
    dryRun: false,
    jobsCopied: 42,
    jobsSkipped: 112,
    jobsOmitted: 0,
    jobsReplaced: [],
    jobsCompleted: [],
    jobsMissing: [],
    jobsRunning: [],
    jobsIncomplete: [],
    referencesMissing: [],
    run: "copy",
    runInProgress: false,
    errors: [],
    warnings: [],
    bytes: 18.6 * 1024 ** 3,
    duration: 204,
    complete: true,
    ...more,
  };
}

/** A terminal that remembers what was written to it, and answers from a list. */
export interface FakeTerminal extends Terminal {
  /** What was written to standard output. */
  readonly out: string[];
  /** What was written to standard error. */
  readonly err: string[];
  /** The questions asked, each with its entries. */
  readonly asked: { question: string; entries: string[] }[];
  /** How many listeners wait for a signal. */
  listening(): number;
  /** Sends a signal. */
  signal(): void;
  /** The code with which the program ended itself at once. */
  exited(): number | undefined;
}

/** Makes a terminal; without `interactive` it is a pipe. */
export function fakeTerminal(
  {
    interactive = false,
    answers = [] as number[],
    lines = [] as string[],
    seconds = (): number => 0,
    dumb = false,
    noColor = true,
  } = {},
): FakeTerminal {
  const [out, err]: [string[], string[]] = [[], []];
  const asked: FakeTerminal["asked"] = [];
  const listeners = new Set<() => void>();
  let code: number | undefined;
  return {
    isTerminal: { in: interactive, out: interactive, err: interactive },
    noColor,
    dumb,
    shows: { title: true, links: true },
    hostname: "laptop",
    out,
    err,
    asked,
    stdout(text) {
      out.push(text);
      if (text.startsWith('{"')) assertOutput(text);
    },
    stderr: (text) => void err.push(text),
    outputFailure: () => undefined,
    columns: () => 100,
    seconds,
    select(question, entries) {
      asked.push({ question, entries });
      return Promise.resolve(answers.shift());
    },
    typeLine(question, hint) {
      asked.push({ question, entries: [hint] });
      return Promise.resolve(lines.shift());
    },
    onSignal(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    exit: (exitCode) => code = exitCode,
    listening: () => listeners.size,
    signal: () => listeners.forEach((listener) => listener()),
    exited: () => code,
  };
}
