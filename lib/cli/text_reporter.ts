/**
 * Reports as text.
 *
 * @module
 */

import type { WorkspaceComparison } from "../inspect/status_types.ts";
import type { Ends } from "../copy/plan.ts";
import type { MoveResult } from "../move/types.ts";
import type { JobList } from "../inspect/list_jobs.ts";
import type { Order } from "../inspect/order.ts";
import type { ExperimentSummary, WorkspaceSummary } from "../inspect/summarize.ts";
import type { Diagnosis } from "../inspect/doctor.ts";
import type { Leftover } from "../inspect/clean.ts";
import type { RequiredPermissions } from "../inspect/permissions.ts";
import type {
  CopyEvent,
  CopyPlan,
  CopyProblem,
  CopyResult,
  CopyRunsPlan,
  CopyRunsResult,
} from "../copy/types.ts";
import { quoteCommand } from "../text/shell.ts";
import { printable } from "../text/printable.ts";
import type { Workspace } from "../workspace/workspace.ts";
import type { Failure } from "./failure.ts";
import { renderFailure } from "./failure_report.ts";
import { renderCheck } from "./check_report.ts";
import { renderLeftovers } from "./clean_report.ts";
import { renderDiagnosis } from "./doctor_report.ts";
import { renderJobs } from "./jobs_report.ts";
import { renderExperiments, renderRuns, renderWorkspaces } from "./list_report.ts";
import { renderMoved, renderMovePlan } from "./move_report.ts";
import { firstOf, location } from "./names.ts";
import {
  renderCommand,
  renderDryRunEnd,
  renderPlan,
  renderRetry,
  renderRunsEnd,
  renderRunsPlan,
  renderWarning,
} from "./plan_report.ts";
import type { Checked, Reporter } from "./reporter.ts";
import type { ReportChoice } from "./requests.ts";
import { progressMode, Screen } from "./screen.ts";
import { renderFollowed, renderOneOfSome, renderSummary, renderSums } from "./summary_report.ts";
import { renderStatus } from "./status_report.ts";
import { mayShow } from "./colour.ts";
import { chooseStyle, type ReportStyle } from "./style.ts";
import type { Terminal } from "./terminal.ts";
import { Warnings } from "./warnings.ts";
import { wrapSentence } from "./wrap.ts";

/** Reports as text. */
export class TextReporter implements Reporter {
  readonly #terminal: Terminal;
  readonly #choice: ReportChoice;
  readonly #copying: boolean;
  readonly #mayFollow: boolean;
  readonly #screen: Screen;
  /** The number of copies: of a run that is followed, only the first one shows its plan. */
  #copies = 0;
  /** How far the followed run was, when that was last told. */
  #followed = "";
  readonly #warnings = new Warnings();

  /**
   * @param copying Whether this is a copy, whose plan is printed before it begins.
   * @param mayFollow Whether its run could be followed, and is not.
   */
  constructor(terminal: Terminal, choice: ReportChoice, copying: boolean, mayFollow = false) {
    this.#terminal = terminal;
    this.#choice = choice;
    this.#copying = copying;
    this.#mayFollow = mayFollow;
    const hasTitle = terminal.shows.title && mayShow(choice.color, terminal, "err");
    this.#screen = new Screen(terminal, progressMode(terminal, choice), hasTitle);
  }

  get #out(): ReportStyle {
    return chooseStyle(this.#choice, this.#terminal, "out");
  }

  get #err(): ReportStyle {
    return chooseStyle(this.#choice, this.#terminal, "err");
  }

  /** Shows the progress, and messages beside it. */
  event(event: CopyEvent): void {
    if (!this.#choice.quiet) this.#mention(event);
    this.#screen.event(event);
  }

  #mention(event: CopyEvent): void {
    if (event.type === "connecting") {
      this.#screen.message([`connecting to ${printable(event.host)}`]);
    } else if (event.type === "command" && this.#choice.verbose) {
      const place = event.folder === undefined ? "" : `cd ${quoteCommand([event.folder])} && `;
      const line = `+ ${place}${quoteCommand(event.command)}`;
      this.#screen.message([line], event.command[1] === "-M"); // at a login, before ssh may ask
    } else if (event.type === "waiting") {
      this.#tell(
        "another copy of this run to this workspace is in progress; waiting for it to finish",
      );
    } else if (event.type === "retrying") {
      this.#screen.message(renderRetry(event, this.#err));
    } else if (event.type === "warning") {
      if (this.#warnings.isNews(event)) {
        this.#screen.message(renderWarning(event.problem, this.#err));
      }
    } else if (event.type === "plannedRuns" && this.#copying) {
      this.#copies++; // the plan of each run is part of this one
      this.#noteWarnings(event.plan);
      this.#screen.message(renderRunsPlan(event.plan, this.#err));
      this.#screen.space();
    } else if (event.type === "planned" && this.#copying) {
      if (this.#copies++ > 0) return;
      this.#screen.message(renderPlan(event.plan, this.#err, this.#mayFollow));
      this.#screen.space();
    } else if (event.type === "followed") {
      this.#tellErrors();
      const sofar = renderFollowed(event.result);
      if (sofar !== this.#followed) this.#tell(sofar); // a night of it is no night of lines
      this.#followed = sofar;
    }
  }

  /** Confirms the signal. */
  stopping(): void {
    this.#screen.stop();
    this.#note("stopping; press Ctrl-C again to quit immediately");
  }

  /** Prints the plan, and the command that copies. */
  planned(plan: CopyPlan, _: CopyResult, command?: string[], unchecked?: string[][]): void {
    this.#noteWarnings(plan);
    const end = renderDryRunEnd(plan, command, unchecked);
    this.#print([...renderPlan(plan, this.#out, this.#mayFollow), ...end]);
  }

  /** Prints the command that copies. */
  declined(command: string[], unchecked?: string[][]): void {
    this.#print(renderCommand(command, unchecked));
  }

  /** Prints the summary. */
  copied(result: CopyResult, plan: CopyPlan): void {
    if (this.#choice.quiet && result.complete) return;
    this.#print(renderSummary(result, plan, this.#out));
  }

  /** Prints the plan for all runs, and the command that copies. */
  plannedAll(
    plan: CopyRunsPlan,
    _: CopyRunsResult,
    command?: string[],
    unchecked?: string[][],
  ): void {
    this.#noteWarnings(plan);
    const end = renderRunsEnd(plan, command, unchecked);
    this.#print([...renderRunsPlan(plan, this.#out), ...end]);
  }

  /** Prints the summary after the name of the run; the plan shows what a dry run has found. */
  copiedOne(result: CopyResult, plan: CopyPlan): void {
    if (result.dryRun || this.#choice.quiet && result.complete) return;
    this.#print(renderOneOfSome(result, plan, this.#out));
  }

  /** Prints the sums. */
  copiedAll(result: CopyRunsResult): void {
    if (this.#choice.quiet && result.complete) return;
    this.#print(renderSums(result, this.#out));
  }

  /** Prints the differences, and the summary. */
  checked(result: Checked): void {
    this.#warn(result.notes);
    const lines = renderCheck(result, this.#out, this.#choice.quiet);
    if (lines.length > 0) this.#print(lines);
  }

  /** Prints the runs, by where they are. */
  status(found: WorkspaceComparison, workspaces: Ends<Workspace>, words: Ends<string>): void {
    if (found.runs.length > 0) this.#print(renderStatus(found, workspaces, words, this.#out));
    else this.#note("no runs in either workspace");
  }

  /** Prints both plans, and the command that moves. */
  movePlanned(plan: CopyPlan, result: MoveResult, command: string[] | undefined): void {
    this.#noteWarnings(plan);
    this.#print([
      ...renderPlan(plan, this.#out),
      "",
      ...renderMovePlan(result, command, this.#out),
    ]);
  }

  /** Prints what was removed, and what stays. */
  moved(result: MoveResult): void {
    if (this.#choice.quiet && result.complete) return;
    this.#print(renderMoved(result, this.#out));
  }

  /** Prints the command. */
  permissions(_permissions: RequiredPermissions, command: string[]): void {
    this.#print([quoteCommand(command)]);
  }

  /** Prints the workspaces. */
  workspaces(workspaces: Workspace[], file: string | undefined): void {
    if (workspaces.length > 0) return this.#print(renderWorkspaces(workspaces, this.#out));
    const where = printable(file ?? "~/.config/experimaestro/settings.yaml (file not found)");
    this.#note(`no workspaces in ${where}; try \`xpm-copy ls PATH\``);
  }

  /** Prints the experiments. */
  experiments(workspace: Workspace, found: WorkspaceSummary): void {
    if (found.experiments.length > 0) this.#print(renderExperiments(found, this.#out.columns));
    if (found.experiments.some(({ runs }) => runs.length > 0)) return;
    this.#note(`no runs in ${location(workspace)}: is it a workspace?`);
  }

  /** Prints the runs. */
  runs(workspace: Workspace, experiment: ExperimentSummary, order?: Order): void {
    if (experiment.runs.length > 0) this.#print(renderRuns(experiment, this.#out.columns, order));
    else this.#note(`no runs of ${printable(experiment.experimentId)} in ${location(workspace)}`);
  }

  /** Prints the jobs. */
  jobs(workspace: Workspace, experimentId: string, list: JobList): void {
    this.#warn(list.warnings);
    if (list.jobs.length > 0) return this.#print(renderJobs(list, this.#out));
    if (list.warnings.length > 0) return;
    const run = printable(`${experimentId} ${list.runId}`);
    this.#note(`no jobs to list in ${run} in ${location(workspace)}`);
  }

  /** Prints what copies have left, or which of it was removed. */
  leftovers(workspace: Workspace, leftovers: Leftover[], command: string[]): void {
    if (leftovers.length === 0) this.#note(`nothing to clean in ${location(workspace)}`);
    else this.#print(renderLeftovers(leftovers, command, new Date(), this.#out));
  }

  /** Prints the findings; the blank line after them comes before the next login is told. */
  diagnosis(diagnosis: Diagnosis, hasNext: boolean): void {
    const lines = renderDiagnosis(diagnosis, this.#out, this.#choice.quiet);
    if (lines.length > 0) this.#print(hasNext ? [...lines, ""] : lines);
  }

  /** Prints the error. */
  failed(failure: Failure): void {
    const lines = renderFailure(failure, this.#screen.state, this.#err, this.#choice.command);
    this.#screen.end();
    this.#tellErrors();
    this.#screen.message(lines);
  }

  /** Stops drawing. */
  pause(): void {
    this.#screen.pause();
  }

  /** Stops drawing. */
  end(): void {
    this.#screen.end();
  }

  #noteWarnings(plan: Pick<CopyPlan, "warnings">): void {
    this.#warnings.printed(plan);
    this.#tellErrors(); // no summary follows a plan
  }

  #tellErrors(): void {
    this.#warn(this.#warnings.takeErrors());
  }

  #warn(problems: CopyProblem[]): void {
    const lines = problems.map((problem) => renderWarning(problem, this.#err));
    this.#screen.message(firstOf(lines, this.#err));
  }

  #print(lines: string[]): void {
    this.#warnings.takeErrors(); // the summary names them
    this.#screen.end();
    this.#terminal.stdout(lines.join("\n") + "\n");
  }

  #note(line: string): void {
    if (!this.#choice.quiet) this.#tell(line);
  }

  #tell(sentence: string): void {
    this.#screen.message(wrapSentence(sentence, this.#err.columns));
  }
}
