/**
 * The content of a workspace: its experiments, their runs, their jobs.
 *
 * @module
 */

import { call } from "../copy/call.ts";
import type { ConnectionOptions } from "../copy/types.ts";
import { CopyError } from "../errors.ts";
import type { Host } from "../host/host.ts";
import { checkId, CURRENT } from "../workspace/layout.ts";
import { type JobInfo, jobsOf } from "../workspace/jobs.ts";
import { quoteCommand } from "../text/shell.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { noExperiment, summarize } from "./summarize.ts";
import { ofVersion1 } from "../copy/version_1.ts";

/** How to ask; every field may be left out. */
export type BrowseOptions = ConnectionOptions;

/** Connects to a workspace's machine for one question. */
function ask<T>(
  workspace: string | Workspace,
  options: BrowseOptions,
  question: (host: Host, workspace: Workspace) => Promise<T>,
): Promise<T> {
  return call(
    { workspace },
    options,
    async (hosts, { workspace }) => await question(await hosts.open(workspace), workspace),
    "interrupted",
  );
}

/**
 * Lists the experiments of a workspace, by name: its folders, without internal ones.
 *
 * Counterpart of experimaestro's `list_experiments`, but an unreachable host or a missing workspace
 * is an error, never an empty list.
 *
 * Needs `--allow-read` of the workspace, or `--allow-run=ssh` for a remote one; for words, what
 * `findWorkspace` needs, too.
 *
 * @param workspace The workspace, or words as for `findWorkspace`.
 * @param options How to ask.
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
export function listExperiments(
  workspace: string | Workspace,
  options: BrowseOptions = {},
): Promise<string[]> {
  return ask(workspace, options, async (host, workspace) => {
    const summaries = await summarize(host, workspace);
    return summaries.map(({ experimentId }) => experimentId);
  });
}

/**
 * Lists the runs of an experiment, oldest first: by time, then by the number after the dot. Only
 * folders count, and so `current` is left out.
 *
 * Counterpart of experimaestro's `list_runs`, but an outage or a missing experiment is an error,
 * never an empty list. Needs the same permissions as `listExperiments`.
 *
 * @param workspace The workspace, or words as for `findWorkspace`.
 * @param experimentId The experiment.
 * @param options How to ask.
 * @returns The runs' ids.
 * @throws {CopyError} `not-found`, when there is no such experiment; `connection`, when the host
 * cannot be reached; `usage`, when the id is invalid.
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
export function listRuns(
  workspace: string | Workspace,
  experimentId: string,
  options: BrowseOptions = {},
): Promise<string[]> {
  return ask(workspace, options, async (host, workspace) => {
    const [summary] = await summarize(host, workspace, { experimentId });
    return summary!.runs.map(({ runId }) => runId);
  });
}

/**
 * Finds the current run of an experiment: the one that the link `current` names. Without that link,
 * it is the run that a link of a version before 2.1.1 names; without any link, the latest run.
 *
 * Counterpart of experimaestro's `resolve_current_run`, which knows only the link `current`, and
 * returns `None` where this returns `undefined`. A link to a run that is gone means that there is
 * no current run. Needs the same permissions as `listExperiments`.
 *
 * @param workspace The workspace, or words as for `findWorkspace`.
 * @param experimentId The experiment.
 * @param options How to ask.
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
  workspace: string | Workspace,
  experimentId: string,
  options: BrowseOptions = {},
): Promise<string | undefined> {
  return ask(workspace, options, async (host, workspace) => {
    const [summary] = await summarize(host, workspace, { experimentId });
    return summary!.current;
  });
}

/**
 * Reads the jobs of a run from its `jobs.jsonl`, each once. Lines that are no jobs are skipped;
 * `copyExperiment` reports them.
 *
 * Counterpart of experimaestro's `read_jobs_jsonl`. Needs the same permissions as
 * `listExperiments`.
 *
 * @param workspace The workspace, or words as for `findWorkspace`.
 * @param experimentId The experiment.
 * @param runId The run. Default: `current`, for the current one.
 * @param options How to ask.
 * @returns The jobs.
 * @throws {CopyError} `not-found`, when there is no such run; otherwise as `listRuns`.
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
  workspace: string | Workspace,
  experimentId: string,
  runId: string = CURRENT,
  options: BrowseOptions = {},
): Promise<JobInfo[]> {
  return ask(workspace, options, async (host, workspace) => {
    checkId("experiment", experimentId);
    checkId("run", runId);
    const { run, experimentExists, inXp, path } = await host.look({
      path: workspace.path,
      experimentId,
      runId,
      wanted: "jobs",
    });
    if (!experimentExists) {
      throw inXp
        ? ofVersion1(workspace, path, experimentId)
        : noExperiment(experimentId, workspace);
    }
    const listed = run && jobsOf(run);
    if (listed === undefined) {
      const hint = `see  ${quoteCommand(["xpm-copy", "ls", workspace.id, experimentId])}`;
      throw new CopyError("not-found", `no jobs of run ${runId} of ${experimentId}`, hint);
    }
    return listed.jobs;
  });
}

/**
 * Resolves the path of a workspace: absolute, `~` expanded, links followed. Paths in its files
 * begin with this path.
 *
 * Counterpart of experimaestro's `resolve_workspace_path`, but an outage is an error. Needs the
 * same permissions as `listExperiments`, and `--allow-env=HOME` for a path with `~`.
 *
 * @param workspace The workspace, or words as for `findWorkspace`.
 * @param options How to ask.
 * @returns The path. When the folder does not exist, links are followed as far as it does.
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
export function resolveWorkspacePath(
  workspace: string | Workspace,
  options: BrowseOptions = {},
): Promise<string> {
  return ask(
    workspace,
    options,
    async (host, { path }) => (await host.look({ path })).realPath,
  );
}
