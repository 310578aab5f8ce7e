/**
 * Reports in JSON: one object a line on standard output, each with a `type`.
 *
 * {@linkcode JsonObject} has the types, with their fields.
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
  CopyResult,
  CopyRunsPlan,
  CopyRunsResult,
} from "../copy/types.ts";
import { escaped, printable } from "../text/printable.ts";
import type { Workspace } from "../workspace/workspace.ts";
import type { Failure } from "./failure.ts";
import type {
  CheckingObject,
  JsonObject,
  PlannedRunsObject,
  ProgressObject,
  ReadingObject,
  SummaryObject,
} from "./json_objects.ts";
import type { Checked, Reporter } from "./reporter.ts";
import type { Terminal } from "./terminal.ts";

/** Seconds between two `progress` objects. */
const SPACING = 1;

/** A plan for several runs, without what `planned` tells of each. */
function withoutJobs({ jobs: _, runs, ...plan }: CopyRunsPlan): PlannedRunsObject["plan"] {
  const brief = runs.map(({ source: _from, destination: _to, jobs: _, ...run }) => run);
  return { ...plan, runs: brief };
}

/** Reports events in JSON. */
export class JsonReporter implements Reporter {
  readonly #terminal: Terminal;
  readonly #verbose: boolean;
  #summary: Omit<SummaryObject, "type" | "exitCode"> = {};
  #progressAt = -Infinity;

  /** @param verbose Whether commands are reported. */
  constructor(terminal: Terminal, verbose: boolean) {
    this.#terminal = terminal;
    this.#verbose = verbose;
  }

  /** Writes an object, unless the summary will contain the same. */
  event(event: CopyEvent): void {
    if (event.type === "done" || (event.type === "command" && !this.#verbose)) return;
    if (event.type === "warning") this.#write({ type: "warning", ...event.problem });
    else if (event.type === "plannedRuns") {
      this.#write({ type: event.type, plan: withoutJobs(event.plan) });
    } else if (event.type === "progress") this.#progress({ type: "progress", ...event.progress });
    else if (event.type === "checking") this.#progress({ type: "checking", ...event.progress });
    else if (event.type === "reading") this.#progress(event);
    else this.#write(event);
  }

  #progress(progress: ProgressObject | CheckingObject | ReadingObject): void {
    const now = this.#terminal.seconds();
    const isLast = "settling" in progress; // for a while no other may come
    if (now - this.#progressAt < SPACING && !isLast) return;
    this.#progressAt = now;
    this.#write(progress);
  }

  /** Writes nothing: the error will say it. */
  stopping(): void {}

  /** Keeps the result of a dry run for the summary. */
  planned(_: CopyPlan, result: CopyResult, command?: string[], unchecked?: string[][]): void {
    this.#summary = { result, ...(command && { command }), ...(unchecked && { unchecked }) };
  }

  /** Nothing is asked. */
  declined(): void {}

  /** Keeps the result of a copy for the summary. */
  copied(result: CopyResult): void {
    this.#summary = { result };
  }

  /** Writes the result of the run. */
  copiedOne(result: CopyResult): void {
    this.#write({ type: "copied", result });
  }

  /** Keeps the sums of a dry run for the summary. */
  plannedAll(
    _: CopyRunsPlan,
    result: CopyRunsResult,
    command?: string[],
    unchecked?: string[][],
  ): void {
    this.copiedAll(result);
    const next = { ...(command && { command }), ...(unchecked && { unchecked }) };
    this.#summary = { ...this.#summary, ...next };
  }

  /** Keeps the sums for the summary; the runs were written before. */
  copiedAll({ runs, ...sums }: CopyRunsResult): void {
    this.#summary = { result: { ...sums, runs: runs.length } };
  }

  /** Writes an object for each difference, and keeps the rest for the summary. */
  checked({ differences, notes, ...rest }: Checked): void {
    for (const note of notes) this.#write({ type: "warning", ...note });
    for (const difference of differences) this.#write({ type: "difference", ...difference });
    this.#summary = { ...this.#summary, check: { ...rest, differences: differences.length } };
  }

  /** Writes an object for each run. */
  status({ runs }: WorkspaceComparison, workspaces: Ends<Workspace>): void {
    const ends = { source: workspaces.source.id, destination: workspaces.destination.id };
    for (const run of runs) this.#write({ type: "comparison", ...ends, ...run });
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
    this.#write({ type: "permissions", ...permissions, command });
  }

  /** Writes an object for each workspace. */
  workspaces(workspaces: Workspace[]): void {
    for (const workspace of workspaces) this.#write({ type: "workspace", ...workspace });
  }

  /** Writes an object for each experiment. */
  experiments(workspace: Workspace, { experiments, bytes }: WorkspaceSummary): void {
    this.#summary = { total: { experiments: experiments.length, bytes } };
    for (const experiment of experiments) {
      this.#write({ type: "experiment", workspace: workspace.id, ...experiment });
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
      this.#write({ type: "run", ...ofWhat, current: isCurrent, ...inferred, ...run });
    }
  }

  /** Writes an object for each job. */
  jobs(workspace: Workspace, experimentId: string, list: JobList): void {
    const { runId, jobs, bytes, warnings } = list;
    for (const warning of warnings) this.#write({ type: "warning", ...warning });
    this.#summary = { total: { jobs: jobs.length, bytes } };
    const ofWhat = { workspace: workspace.id, experimentId, runId };
    for (const job of jobs) this.#write({ type: "job", ...ofWhat, ...job });
  }

  /** Writes an object for each folder. */
  leftovers(workspace: Workspace, leftovers: Leftover[]): void {
    for (const leftover of leftovers) {
      this.#write({ type: "leftover", workspace: workspace.id, ...leftover });
    }
  }

  /** Writes the diagnosis. */
  diagnosis(diagnosis: Diagnosis): void {
    this.#write({ type: "diagnosis", ...diagnosis });
  }

  /** Writes the error; to standard error if standard output cannot be written. */
  failed({ code, message, hint, stack }: Failure): void {
    this.#write({ type: "error", code, message, hint, ...(this.#verbose ? { stack } : {}) });
    if (this.#terminal.outputFailure() === undefined) return;
    this.#terminal.stderr(`xpm-copy: ${printable(message)}\n`);
  }

  /** Nothing is drawn. */
  pause(): void {}

  /** Writes the summary. */
  end(exitCode: number): void {
    this.#write({ type: "summary", exitCode, ...this.#summary });
  }

  #write(object: JsonObject): void {
    // JSON allows some raw control characters; their escapes mean the same.
    this.#terminal.stdout(escaped(JSON.stringify(object)) + "\n");
  }
}
