/**
 * Copying several runs: one after the other, the oldest first, over the same connections.
 *
 * @module
 */

import { checkSelection } from "./options.ts";
import { call } from "./call.ts";
import { CopyError, notThere } from "../errors.ts";
import type { Hosts } from "../host/hosts.ts";
import { fnmatch } from "../settings/fnmatch.ts";
import { printable } from "../text/printable.ts";
import { isId, jobFolder } from "../workspace/layout.ts";
import { compareRuns, compareText } from "../workspace/runs.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { copyBetween } from "./copy.ts";
import { isWritten } from "./decisions.ts";
import type { Ends } from "./plan.ts";
import { explained, INTERRUPTED } from "./retry.ts";
import type { CopyEvent, CopyOptions, CopyResult, CopyRunsResult, RunSelection } from "./types.ts";

/**
 * Copies several runs of a workspace, the oldest first, so that `current` ends at the newest. Each
 * host is logged in to once. A job that several runs share is sent once. Each run is
 * copied as by `copyExperiment`, and what was copied of it stays when a later one fails.
 *
 * experimaestro has no such function. Needs the same permissions as `copyExperiment` for each run.
 *
 * @param source Where from: a workspace, or words as for `findWorkspace`.
 * @param destination Where to; created when it does not exist.
 * @param selection Which runs. Default, and without any field: the current run of each experiment.
 * @param options How to copy; its `onEvent` is told `planned` and `done` for each run.
 * @returns What was done: the result of each run, and their sums.
 * @throws {CopyError} As `copyExperiment`; `not-found` when no run is selected.
 *
 * @example
 * ```ts
 * import { CopyError, copyRuns } from "@xpm/copy";
 * import { assertRejects } from "@std/assert";
 *
 * const cluster = { id: "cluster", path: "/no/such/workspace" };
 * const archive = { id: "archive", path: "/no/such/archive" };
 * const selection = { experiments: ["neural*"], since: "2026-01-01" };
 * await assertRejects(
 *   () => copyRuns(cluster, archive, selection, { dryRun: true }),
 *   CopyError,
 *   "there is no folder /no/such/workspace",
 * );
 * ```
 */
export async function copyRuns(
  source: string | Workspace,
  destination: string | Workspace,
  selection: RunSelection = {},
  options: CopyOptions = {},
): Promise<CopyRunsResult> {
  checkSelection(selection);
  return await call(
    { source, destination },
    options,
    (hosts, workspaces) => copyRunsBetween(hosts, workspaces, selection, options),
  );
}

/** The same between machines that may be connected already. */
export async function copyRunsBetween(
  hosts: Hosts,
  workspaces: Ends<Workspace>,
  selection: RunSelection,
  options: CopyOptions,
): Promise<CopyRunsResult> {
  const started = performance.now();
  const runs = await explained(
    options,
    INTERRUPTED,
    () => selectRuns(hosts, workspaces.source, selection),
  );
  const results: CopyResult[] = [];
  // a dry run brings nothing: what the run before would bring is known by its plan
  const coming = new Set<string>();
  const onEvent = (event: CopyEvent) => {
    if (event.type === "planned" && options.dryRun) {
      for (const job of event.plan.jobs.filter(isWritten)) coming.add(jobFolder(job));
    }
    options.onEvent?.(event);
  };
  for (const run of runs) {
    const request = { workspaces, ...run, coming };
    results.push(await copyBetween(hosts, request, { ...options, onEvent }));
  }
  const sum = (of: (result: CopyResult) => number) =>
    results.reduce((sum, result) => sum + of(result), 0);
  return {
    dryRun: options.dryRun === true,
    runs: results,
    jobsCopied: sum(({ jobsCopied }) => jobsCopied),
    jobsSkipped: sum(({ jobsSkipped }) => jobsSkipped),
    bytes: sum(({ bytes }) => bytes),
    duration: (performance.now() - started) / 1000,
    complete: results.every(({ complete }) => complete),
  };
}

/** The runs that are selected, the oldest first. */
async function selectRuns(
  hosts: Hosts,
  source: Workspace,
  { experiments, runs, since }: RunSelection,
): Promise<{ experimentId: string; runId: string }[]> {
  const isLate = laterThan(since);
  hosts.check(source, ["read"]);
  const host = await hosts.open(source);
  const { realPath, state } = await host.look({ path: source.path });
  if (state === "absent") throw notThere(realPath, source.ssh?.host);
  const request = { path: source.path, experimentId: undefined, withJobs: false };
  const { experiments: found } = await host.browse(request);
  const selected = found
    .filter(({ experimentId }) => isId(experimentId) && matches(experimentId, experiments))
    .flatMap(({ experimentId, current, runs: all }) =>
      all.map(({ runId }) => runId).filter(isId)
        .filter((runId) =>
          runs === undefined && since === undefined
            ? runId === current?.runId
            : matches(runId, runs) && isLate(runId)
        )
        .map((runId) => ({ experimentId, runId }))
    );
  if (selected.length === 0) {
    const hint = `see  xpm-copy ls ${source.id}`;
    throw new CopyError("not-found", `no run of ${source.id} is selected`, hint);
  }
  return selected.sort((a, b) =>
    compareRuns(a.runId, b.runId) || compareText(a.experimentId, b.experimentId)
  );
}

function matches(id: string, patterns: string[] | undefined): boolean {
  return patterns === undefined || patterns.some((pattern) => fnmatch(id, pattern));
}

/** Tells whether a run began at a time or later; runs whose ids are no times did not. */
function laterThan(since: string | undefined): (runId: string) => boolean {
  if (since === undefined) return () => true;
  const match = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d))?)?$/.exec(since);
  if (match === null) {
    throw new CopyError(
      "usage",
      `'${printable(since)}' is not a date`,
      "write it as in 2026-01-31 or 2026-01-31T17:00",
    );
  }
  const [, year, month, day, hour = "00", minute = "00", second = "00"] = match;
  const first = `${year}${month}${day}_${hour}${minute}${second}`;
  return (runId) => /^\d{8}_\d{6}(\.\d+)?$/.test(runId) && compareRuns(runId, first) >= 0;
}
