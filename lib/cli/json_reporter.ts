/**
 * Reports in JSON: one object a line on standard output, each with a `type`.
 *
 * | type | fields | when |
 * |---|---|---|
 * | `connecting`, `connected` | `host` | around the login to a host |
 * | `command` | `command`: list of words | a program is started; with `--verbose` |
 * | `waiting` | `folder` | another copy of the run to the same workspace is running |
 * | `retrying` | `attempt`, `attempts` (absent with `--follow`), `seconds`, `message` | a connection was lost; another attempt follows after a pause |
 * | `followed` | `result`: a `CopyResult` of all so far | with `--follow`: a copy has ended, and the run goes on |
 * | `plannedRuns` | `plan`: a `CopyRunsPlan` without its `jobs`; of each of its `runs` the fields of a `CopyPlan` but `source`, `destination` and `jobs` | of several runs: the plan for all is ready |
 * | `copied` | `result`: a `CopyResult` | of several runs, one was copied or planned; the `result` of the `summary` then has only sums, `failed`: a list of `FailedRun`, and `runs`: how many |
 * | `planned` | `plan`: a `CopyPlan` | when the plan is ready; of several runs, for each of them |
 * | `progress` | the fields of `CopyProgress` | at most once a second |
 * | `published` | `job`, `replaced` | a job has reached its final place |
 * | `warning` | `code`, `message`, `job` if it is one | something to know |
 * | `reading` | `bytes`, `totalBytes` | `import`: while the file is read, at most once a second |
 * | `checking` | the fields of `CheckProgress` | while contents are compared, at most once a second |
 * | `difference` | the fields of a `Difference`: `kind`, `path`, `what`, `aspects`, `job` if it is in one | `check`, and `--check` |
 * | `comparison` | `source`, `destination`: the workspaces' ids; the fields of a `RunComparison`: `experimentId`, `runId`, `at`, `ahead`, `jobs`, `inProgress` | `status` |
 * | `permissions` | `run`, `read`, `write`, `env`, `sys`: what to grant; `command`: the copy under that | `permissions` |
 * | `workspace` | the fields of a `Workspace` | `ls` |
 * | `experiment` | `workspace`: its id; the fields of an `ExperimentSummary` | `ls WORKSPACE` |
 * | `run` | `workspace`, `experimentId`, `current`: whether it is the current run; `currentInferred`: true when no link says so; the fields of a `RunSummary` | `ls WORKSPACE EXPERIMENT` |
 * | `job` | `workspace`, `experimentId`, `runId`; the fields of a `JobSummary` | `ls WORKSPACE EXPERIMENT RUN` |
 * | `leftover` | `workspace`: its id; the fields of a `Leftover` | `clean WORKSPACE` |
 * | `diagnosis` | the fields of a `Diagnosis`: `workspace` (absent: this machine), `host`, `path`, `from`, `to`, `findings` | `doctor` |
 * | `error` | `code`, `message`, `hint` if there is one | the work could not be done |
 * | `summary` | `exitCode`, `result`: a `CopyResult`, after a copy or a dry run; `command`: the command that copies, after a dry run; `check`: a `CheckResult`, with the number of its differences; `total`, after a list: the number of `experiments`, `runs` or `jobs`, and their `bytes`, each job counted once; `move`: the other fields of a `MoveResult` | last, always |
 *
 * Fields and types may be added; a reader should ignore those that it does not know.
 *
 * `jobStates` counts the states of a `CopyPlan`'s jobs: `done`, `failed`, `running`, `unfinished`,
 * `absent`.
 *
 * @module
 */

import type { WorkspaceComparison } from "../inspect/status_types.ts";
import type { Ends } from "../copy/plan.ts";
import type { MoveResult } from "../move/types.ts";
import type { JobList } from "../inspect/list_jobs.ts";
import type { ExperimentSummary, WorkspaceSummary } from "../inspect/summarize.ts";
import type { Diagnosis } from "../inspect/doctor.ts";
import type { Leftover } from "../inspect/clean.ts";
import type { RequiredPermissions } from "../inspect/permissions.ts";
import type {
  CopyEvent,
  CopyPlan,
  CopyProgress,
  CopyResult,
  CopyRunsPlan,
  CopyRunsResult,
} from "../copy/types.ts";
import { escaped, printable } from "../text/printable.ts";
import type { Workspace } from "../workspace/workspace.ts";
import type { Failure } from "./failure.ts";
import type { Checked, Reporter } from "./reporter.ts";
import type { Terminal } from "./terminal.ts";

/** Seconds between two `progress` objects. */
const SPACING = 1;

/** A plan for several runs, without what `planned` tells of each. */
function withoutJobs({ jobs: _, runs, ...plan }: CopyRunsPlan) {
  const brief = runs.map(({ source: _from, destination: _to, jobs: _, ...run }) => run);
  return { ...plan, runs: brief };
}

/** Reports events in JSON. */
export class JsonReporter implements Reporter {
  readonly #terminal: Terminal;
  readonly #verbose: boolean;
  #summary: {
    result?: object;
    command?: string[];
    check?: object;
    move?: object;
    total?: object;
  } = {};
  #progressAt = -Infinity;

  /** @param verbose Whether commands are reported. */
  constructor(terminal: Terminal, verbose: boolean) {
    this.#terminal = terminal;
    this.#verbose = verbose;
  }

  /** Writes an object, unless the summary will contain the same. */
  event(event: CopyEvent): void {
    if (event.type === "done" || (event.type === "command" && !this.#verbose)) return;
    if (event.type === "warning") this.#write("warning", event.problem);
    else if (event.type === "plannedRuns") {
      this.#write(event.type, { plan: withoutJobs(event.plan) });
    } else if (event.type === "progress") this.#progress("progress", event.progress);
    else if (event.type === "checking") this.#progress("checking", event.progress);
    else if (event.type === "reading") this.#progress("reading", event);
    else this.#write(event.type, event);
  }

  #progress(type: string, progress: Pick<CopyProgress, "bytes" | "totalBytes">): void {
    const now = this.#terminal.seconds();
    if (now - this.#progressAt < SPACING) return;
    this.#progressAt = now;
    this.#write(type, progress);
  }

  /** Writes nothing: the error will say it. */
  stopping(): void {}

  /** Keeps the result of a dry run for the summary. */
  planned(_plan: CopyPlan, result: CopyResult, command: string[] | undefined): void {
    this.#summary = { result, ...(command !== undefined && { command }) };
  }

  /** Nothing is asked. */
  declined(): void {}

  /** Keeps the result of a copy for the summary. */
  copied(result: CopyResult): void {
    this.#summary = { result };
  }

  /** Writes the result of the run. */
  copiedOne(result: CopyResult): void {
    this.#write("copied", { result });
  }

  /** Keeps the sums of a dry run for the summary. */
  plannedAll(_plan: CopyRunsPlan, result: CopyRunsResult, command: string[] | undefined): void {
    this.copiedAll(result);
    if (command !== undefined) this.#summary.command = command;
  }

  /** Keeps the sums for the summary; the runs were written before. */
  copiedAll({ runs, ...sums }: CopyRunsResult): void {
    this.#summary = { result: { ...sums, runs: runs.length } };
  }

  /** Writes an object for each difference, and keeps the rest for the summary. */
  checked({ differences, notes, ...rest }: Checked): void {
    for (const note of notes) this.#write("warning", note);
    for (const difference of differences) this.#write("difference", difference);
    this.#summary = { ...this.#summary, check: { ...rest, differences: differences.length } };
  }

  /** Writes an object for each run. */
  status({ runs }: WorkspaceComparison, workspaces: Ends<Workspace>): void {
    const ends = { source: workspaces.source.id, destination: workspaces.destination.id };
    for (const run of runs) this.#write("comparison", { ...ends, ...run });
  }

  /** Keeps the result of a dry run for the summary. */
  movePlanned(_plan: CopyPlan, result: MoveResult, command: string[] | undefined): void {
    this.#summary = { ...(command && { command }) };
    this.moved(result);
  }

  /** Keeps the result of a move for the summary, that of its check apart. */
  moved({ check: _, copied, ...move }: MoveResult): void {
    this.#summary = { ...this.#summary, result: copied, move };
  }

  /** Writes the permissions and the command. */
  permissions(permissions: RequiredPermissions, command: string[]): void {
    this.#write("permissions", { ...permissions, command });
  }

  /** Writes an object for each workspace. */
  workspaces(workspaces: Workspace[]): void {
    for (const workspace of workspaces) this.#write("workspace", workspace);
  }

  /** Writes an object for each experiment. */
  experiments(workspace: Workspace, { experiments, bytes }: WorkspaceSummary): void {
    this.#summary = { total: { experiments: experiments.length, bytes } };
    for (const experiment of experiments) {
      this.#write("experiment", { workspace: workspace.id, ...experiment });
    }
  }

  /** Writes an object for each run. */
  runs(workspace: Workspace, experiment: ExperimentSummary): void {
    const { experimentId, runs, current, currentInferred, bytes } = experiment;
    this.#summary = { total: { runs: runs.length, bytes } };
    for (const run of runs) {
      const ofWhat = { workspace: workspace.id, experimentId };
      const isCurrent = run.runId === current;
      const inferred = isCurrent && currentInferred ? { currentInferred } : {};
      this.#write("run", { ...ofWhat, current: isCurrent, ...inferred, ...run });
    }
  }

  /** Writes an object for each job. */
  jobs(workspace: Workspace, experimentId: string, { runId, jobs, bytes }: JobList): void {
    this.#summary = { total: { jobs: jobs.length, bytes } };
    const ofWhat = { workspace: workspace.id, experimentId, runId };
    for (const job of jobs) this.#write("job", { ...ofWhat, ...job });
  }

  /** Writes an object for each folder. */
  leftovers(workspace: Workspace, leftovers: Leftover[]): void {
    for (const leftover of leftovers) {
      this.#write("leftover", { workspace: workspace.id, ...leftover });
    }
  }

  /** Writes the diagnosis. */
  diagnosis(diagnosis: Diagnosis): void {
    this.#write("diagnosis", diagnosis);
  }

  /** Writes the error; to standard error if standard output cannot be written. */
  failed({ code, message, hint, stack }: Failure): void {
    this.#write("error", { code, message, hint, ...(this.#verbose ? { stack } : {}) });
    if (this.#terminal.outputFailure() === undefined) return;
    this.#terminal.stderr(`xpm-copy: ${printable(message)}\n`);
  }

  /** Nothing is drawn. */
  pause(): void {}

  /** Writes the summary. */
  end(exitCode: number): void {
    this.#write("summary", { exitCode, ...this.#summary });
  }

  #write(type: string, fields: object): void {
    // JSON allows some raw control characters; their escapes mean the same.
    this.#terminal.stdout(escaped(JSON.stringify({ type, ...fields })) + "\n");
  }
}
