/**
 * What a workspace holds: its experiments, their runs, their jobs.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import type { FoundRun, Host } from "../host/host.ts";
import { Hosts } from "../host/hosts.ts";
import { checkId, isId, jobFolder, runFolder } from "../workspace/layout.ts";
import { type JobInfo, readJobsFile } from "../workspace/jobs.ts";
import { compareRuns, readRunStatus } from "../workspace/runs.ts";
import { quoteCommand } from "../shell_words.ts";
import type { Workspace } from "../workspace/workspace.ts";

/** What `xpm-copy ls` shows of a run. */
export interface RunSummary {
  /** The run's id. */
  runId: string;
  /** Whether the run has ended; undefined when its `status.json` does not say. */
  ended: boolean | undefined;
  /** How many jobs are in which state, as `status.json` has it: `done`, `error`, `running` ... */
  jobStates: Record<string, number>;
  /** Bytes of the run's folder and of its jobs; only where it was asked for. */
  bytes?: number;
}

/** What `xpm-copy ls` shows of an experiment. */
export interface ExperimentSummary {
  /** The experiment's id. */
  experimentId: string;
  /** Its runs, oldest first. */
  runs: RunSummary[];
  /** The current run, as experimaestro takes it. */
  current?: string;
  /** Whether no link names the current run: then it is the latest one. */
  currentInferred?: true;
}

/** What to list. */
export interface SummaryOptions {
  /** Only this experiment. @default {undefined} all of them */
  experimentId?: string;
  /** Whether to measure the runs, with their jobs: it means looking at every file. */
  sizes?: boolean;
}

/** Lists experiments with their runs, for `xpm-copy ls` and for questions. */
export async function summarize(
  host: Host,
  workspace: Workspace,
  { experimentId, sizes = false }: SummaryOptions = {},
): Promise<ExperimentSummary[]> {
  if (experimentId !== undefined) checkId("experiment", experimentId);
  const all = await host.browse({ path: workspace.path, experimentId, withJobs: sizes });
  const found = all.filter((one) => isId(one.experimentId))
    .map((one) => ({ ...one, runs: one.runs.filter(({ runId }) => isId(runId)) }));
  if (experimentId !== undefined && found.length === 0) {
    throw noExperiment(experimentId, workspace);
  }
  for (const { runs } of found) runs.sort((a, b) => compareRuns(a.runId, b.runId));
  found.sort((a, b) => a.experimentId < b.experimentId ? -1 : 1);
  // Of many experiments only the latest run is measured, of one all are.
  const wanted = found.flatMap(({ experimentId: id, runs }) =>
    runs.slice(experimentId === undefined ? -1 : 0).map((run) => measurable(id, run))
  );
  const bytes = sizes ? await measure(host, workspace, wanted) : undefined;
  return found.map(({ experimentId, current, runs }) => ({
    experimentId,
    runs: runs.map((run) => summarizeRun(run, bytes?.get(runFolder(experimentId, run.runId)))),
    ...(current !== undefined && { current: current.runId }),
    ...(current?.by === "latest" && { currentInferred: true as const }),
  }));
}

function summarizeRun({ runId, status }: FoundRun, bytes: number | undefined): RunSummary {
  const read = readRunStatus(status);
  const jobStates: Record<string, number> = {};
  for (const state of read?.jobStates.values() ?? []) {
    jobStates[state] = (jobStates[state] ?? 0) + 1;
  }
  return { runId, ended: read?.ended, jobStates, ...(bytes !== undefined && { bytes }) };
}

/** A run's folder, and those of its jobs. */
interface Measurable {
  run: string;
  jobs: string[];
}

function measurable(experimentId: string, { runId, jobs }: FoundRun): Measurable {
  return {
    run: runFolder(experimentId, runId),
    jobs: readJobsFile(jobs ?? "").jobs.map(jobFolder),
  };
}

/** The bytes of runs with their jobs, by the run's folder: one look at all of them. */
async function measure(
  host: Host,
  workspace: Workspace,
  runs: Measurable[],
): Promise<Map<string, number>> {
  const { realPath: root } = await host.look({ path: workspace.path });
  const sizes = new Map<string, number>();
  const folders = [...new Set(runs.flatMap(({ run, jobs }) => [run, ...jobs]))];
  await host.scan({ root, folders, jobStatesOnly: false }, (folder, { kind, size }) => {
    if (kind === "file") sizes.set(folder, (sizes.get(folder) ?? 0) + size);
  });
  return new Map(runs.map(({ run, jobs }) => [
    run,
    [run, ...jobs].reduce((sum, folder) => sum + (sizes.get(folder) ?? 0), 0),
  ]));
}

function noExperiment(experimentId: string, workspace: Workspace): CopyError {
  const message = `no experiment ${experimentId} in ${workspace.id}`;
  return new CopyError(
    "not-found",
    message,
    `see  ${quoteCommand(["xpm-copy", "ls", workspace.id])}`,
  );
}

/** Opens a workspace's machine for one question. */
async function ask<T>(workspace: Workspace, question: (host: Host) => Promise<T>): Promise<T> {
  await using hosts = new Hosts();
  return await question(await hosts.open(workspace));
}

/**
 * The experiments of a workspace, by name: its folders, internal ones left out.
 *
 * Answers to experimaestro's `list_experiments`, but a host that cannot be reached, or a
 * workspace that is not there, is an error and never an empty list.
 *
 * Needs `--allow-read` of the workspace, or `--allow-run=ssh` for a remote one.
 *
 * @param workspace The workspace.
 * @returns The experiments' ids.
 * @throws {CopyError} `not-found`, when there is no such workspace; `connection`, when its host
 * cannot be reached.
 *
 * @example
 * ```ts
 * import { listExperiments } from "@xpm/copy";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.makeTempDir();
 * await Deno.mkdir(`${path}/experiments/neuralir`, { recursive: true });
 * assertEquals(await listExperiments({ id: "main", path }), ["neuralir"]);
 * ```
 */
export function listExperiments(workspace: Workspace): Promise<string[]> {
  return ask(workspace, async (host) => {
    const summaries = await summarize(host, workspace);
    return summaries.map(({ experimentId }) => experimentId);
  });
}

/**
 * The runs of an experiment, oldest first: by time, then by the number after the dot. Only folders
 * count, so `current` is not among them.
 *
 * Answers to experimaestro's `list_runs`, but an outage, or an experiment that is not there, is an
 * error and never an empty list. Needs the same permissions as `listExperiments`.
 *
 * @param workspace The workspace.
 * @param experimentId The experiment.
 * @returns The runs' ids.
 * @throws {CopyError} `not-found`, when there is no such experiment; `connection`, when the host
 * cannot be reached; `usage`, when the id is no id.
 *
 * @example
 * ```ts
 * import { listRuns } from "@xpm/copy";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.makeTempDir();
 * for (const run of ["20260118_170744.10", "20260118_170744.2", "20260118_170744"]) {
 *   await Deno.mkdir(`${path}/experiments/neuralir/${run}`, { recursive: true });
 * }
 * assertEquals(
 *   await listRuns({ id: "main", path }, "neuralir"),
 *   ["20260118_170744", "20260118_170744.2", "20260118_170744.10"],
 * );
 * ```
 */
export function listRuns(workspace: Workspace, experimentId: string): Promise<string[]> {
  return ask(workspace, async (host) => {
    const [summary] = await summarize(host, workspace, { experimentId });
    return summary!.runs.map(({ runId }) => runId);
  });
}

/**
 * The current run of an experiment: the one that the link `current` names or, as experimaestro has
 * it, a link where versions before 2.1.1 kept it, and without any link the latest run.
 *
 * Answers to experimaestro's `resolve_current_run`, which knows the link `current` alone, with
 * `undefined` for its `None`; a link whose run is gone means that there is none. Needs the same
 * permissions as `listExperiments`.
 *
 * @param workspace The workspace.
 * @param experimentId The experiment.
 * @returns The run's id; undefined when there is no current run.
 * @throws {CopyError} As `listRuns`.
 *
 * @example
 * ```ts
 * import { resolveCurrentRun } from "@xpm/copy";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.makeTempDir();
 * await Deno.mkdir(`${path}/experiments/neuralir/20260118_170744`, { recursive: true });
 * await Deno.symlink("20260118_170744", `${path}/experiments/neuralir/current`);
 * assertEquals(await resolveCurrentRun({ id: "main", path }, "neuralir"), "20260118_170744");
 * ```
 */
export function resolveCurrentRun(
  workspace: Workspace,
  experimentId: string,
): Promise<string | undefined> {
  return ask(workspace, async (host) => {
    const [summary] = await summarize(host, workspace, { experimentId });
    return summary!.current;
  });
}

/**
 * The jobs of a run, from its `jobs.jsonl`, each once. Lines that are not jobs are passed over;
 * `copyExperiment` names them.
 *
 * Answers to experimaestro's `read_jobs_jsonl`. Needs the same permissions as `listExperiments`.
 *
 * @param workspace The workspace.
 * @param experimentId The experiment.
 * @param runId The run; `current` for the current one.
 * @returns The jobs.
 * @throws {CopyError} `not-found`, when the run is not there; otherwise as `listRuns`.
 *
 * @example
 * ```ts
 * import { readJobs } from "@xpm/copy";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.makeTempDir();
 * const run = `${path}/experiments/neuralir/20260118_170744`;
 * await Deno.mkdir(run, { recursive: true });
 * await Deno.writeTextFile(
 *   `${run}/jobs.jsonl`,
 *   '{"job_id": "9de0a6c4", "task_id": "neuralir.train", "tags": {"lr": 1e-3}}\n',
 * );
 * assertEquals(
 *   await readJobs({ id: "main", path }, "neuralir", "20260118_170744"),
 *   [{ jobId: "9de0a6c4", taskId: "neuralir.train", tags: { lr: 0.001 }, transient: 0 }],
 * );
 * ```
 */
export function readJobs(
  workspace: Workspace,
  experimentId: string,
  runId: string,
): Promise<JobInfo[]> {
  return ask(workspace, async (host) => {
    checkId("experiment", experimentId);
    checkId("run", runId);
    const { run, experimentExists } = await host.look({
      path: workspace.path,
      experimentId,
      runId,
      wanted: "jobs",
    });
    if (!experimentExists) throw noExperiment(experimentId, workspace);
    if (run?.jobs === undefined) {
      const hint = `see  ${quoteCommand(["xpm-copy", "ls", workspace.id, experimentId])}`;
      throw new CopyError("not-found", `no jobs of run ${runId} of ${experimentId}`, hint);
    }
    return readJobsFile(run.jobs).jobs;
  });
}

/**
 * The path of a workspace, absolute, `~` expanded, links resolved: what paths in its files begin
 * with.
 *
 * Answers to experimaestro's `resolve_workspace_path`, but an outage is an error. Needs the same
 * permissions as `listExperiments`, and `--allow-env=HOME` for a path with `~`.
 *
 * @param workspace The workspace.
 * @returns The path; of a folder that is not there, what exists of it is resolved.
 * @throws {CopyError} `connection`, when the host cannot be reached.
 *
 * @example
 * ```ts
 * import { resolveWorkspacePath } from "@xpm/copy";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.realPath(await Deno.makeTempDir());
 * await Deno.symlink(path, `${path}/link`);
 * assertEquals(await resolveWorkspacePath({ id: "main", path: `${path}/link` }), path);
 * ```
 */
export function resolveWorkspacePath(workspace: Workspace): Promise<string> {
  return ask(workspace, async (host) => (await host.look({ path: workspace.path })).realPath);
}
