/**
 * How two workspaces compare: which runs and jobs are only at one end, and which are further there.
 *
 * @module
 */

import { call } from "../copy/call.ts";
import { refuseRequest } from "../copy/refusals.ts";
import type { Ends } from "../copy/plan.ts";
import { retried } from "../copy/retry.ts";
import type { ConnectionOptions } from "../copy/types.ts";
import { CopyError } from "../errors.ts";
import type { Host, Listing } from "../host/host.ts";
import type { Hosts } from "../host/hosts.ts";
import { checkId, isId } from "../workspace/layout.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { allJobs, compareAllRuns, type FoundRuns } from "./compare_runs.ts";
import { recordedJobs } from "./left_out_there.ts";
import { type ListedRun, lookAtJobs } from "./seen_jobs.ts";
import type { WorkspaceComparison } from "./status_types.ts";
import { runsOf } from "./summarize.ts";

/** What to compare. */
export interface StatusOptions extends ConnectionOptions {
  /** Only these experiments. @default {undefined} all of them */
  experimentIds?: string[];
}

/**
 * Compares what two workspaces hold, run by run, and both ways: runs and jobs that are only at one
 * end, at both, further at one end (done there, unfinished here), and jobs that were copied without
 * some of their files. It goes by names, lists and states: `checkExperiment` compares the files.
 * Nothing is written, and each host is logged in to once.
 *
 * experimaestro has no such function. Needs `--allow-read` of local workspaces; for remote ones
 * `--allow-run=ssh`, `--allow-env` and `--allow-write` of the temporary folder.
 *
 * @param source One workspace, or words as for `findWorkspace`.
 * @param destination The other one.
 * @param options What to compare.
 * @returns Each run that is at either end.
 * @throws {CopyError} `not-found`, when a workspace does not exist, or neither has an experiment
 * that was asked for; `connection`, when a host cannot be reached.
 *
 * @example
 * ```ts
 * import { compareWorkspaces } from "@xpm/copy";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.realPath(await Deno.makeTempDir());
 * for (const [workspace, run] of [["a", "20260117_091500"], ["b", "20260118_170744"]]) {
 *   await Deno.mkdir(`${path}/${workspace}/experiments/neuralir/${run}`, { recursive: true });
 * }
 * const [source, destination] = ["a", "b"].map((id) => ({ id, path: `${path}/${id}` }));
 * const { runs } = await compareWorkspaces(source!, destination!);
 * assertEquals(
 *   runs.map(({ runId, at }) => [runId, at]),
 *   [["20260117_091500", "source"], ["20260118_170744", "destination"]],
 * );
 * await Deno.remove(path, { recursive: true });
 * ```
 */
export async function compareWorkspaces(
  source: string | Workspace,
  destination: string | Workspace,
  options: StatusOptions = {},
): Promise<WorkspaceComparison> {
  return await call(
    { source, destination },
    options,
    (hosts, workspaces) => compareBetween(hosts, workspaces, options),
    "interrupted",
  );
}

/** The same between machines that may be connected already. */
export async function compareBetween(
  hosts: Hosts,
  workspaces: Ends<Workspace>,
  options: StatusOptions,
): Promise<WorkspaceComparison> {
  for (const experimentId of options.experimentIds ?? []) checkId("experiment", experimentId);
  refuseRequest(workspaces);
  const work = () => compare(hosts, workspaces, options);
  return await retried(hosts, work, options, { interrupted: "interrupted" });
}

async function compare(
  hosts: Hosts,
  { source, destination }: Ends<Workspace>,
  { experimentIds }: StatusOptions,
): Promise<WorkspaceComparison> {
  for (const workspace of [source, destination]) hosts.check(workspace, ["read"]);
  const [from, to] = await Promise.all([hosts.open(source), hosts.open(destination)]);
  const [only, ...more] = experimentIds ?? [];
  const experimentId = more.length === 0 ? only : undefined;
  const [here, there] = await Promise.all([
    from.browse({ path: source.path, experimentId, withJobs: true }),
    to.browse({ path: destination.path, experimentId, withJobs: true }),
  ]);
  const runs = {
    source: await listedIn(from, here, experimentIds),
    destination: await listedIn(to, there, experimentIds),
  };
  refuseUnknown(experimentIds ?? [], [here, there], [source, destination]);
  const ends = {
    source: await findJobs(from, here.realPath, runs.source, runs.destination),
    destination: await findJobs(to, there.realPath, runs.destination, runs.source),
  };
  return {
    ...{ sourcePath: here.realPath, destinationPath: there.realPath },
    runs: compareAllRuns(ends),
  };
}

/** The runs of a workspace, by their folders. */
async function listedIn(
  host: Pick<Host, "scan">,
  listing: Listing,
  wanted: string[] | undefined,
): Promise<Map<string, ListedRun>> {
  const experiments = listing.experiments
    .filter(({ experimentId }) => isId(experimentId) && wanted?.includes(experimentId) !== false);
  const runs = await runsOf(host, { ...listing, experiments });
  return new Map([...runs.values()].flat().map((run) => [run.folder, run]));
}

function refuseUnknown(wanted: string[], listings: Listing[], workspaces: Workspace[]): void {
  const known = new Set(
    listings.flatMap(({ experiments }) => experiments.map(({ experimentId }) => experimentId)),
  );
  const unknown = wanted.find((experimentId) => !known.has(experimentId));
  if (unknown === undefined) return;
  const [source, destination] = workspaces.map(({ id }) => id);
  throw new CopyError(
    "not-found",
    `no experiment ${unknown} in ${source}, nor in ${destination}`,
    `see  xpm-copy ls ${source}`,
  );
}

/** The states, at one end, of all jobs that the runs of either end list. */
async function findJobs(
  host: Pick<Host, "scan">,
  root: string,
  runs: ReadonlyMap<string, ListedRun>,
  others: ReadonlyMap<string, ListedRun>,
): Promise<FoundRuns> {
  const folders = [...new Set([...runs.keys(), ...others.keys()])];
  const all = folders.map((folder): ListedRun => {
    const [run, other] = [runs.get(folder), others.get(folder)];
    return { ...(run ?? { ...other!, status: undefined }), jobs: allJobs([run, other]) };
  });
  const seen = await lookAtJobs(host, root, all, []);
  return { runs, seen, partial: await recordedJobs(host, root) };
}
