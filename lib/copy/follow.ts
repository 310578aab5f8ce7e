/**
 * Following a run in progress: one copy after the other, whenever something has ended.
 *
 * @module
 */

import { call } from "./call.ts";
import type { Hosts } from "../host/hosts.ts";
import { CURRENT, jobFolder, JOBS_FILE, runFolder, STATUS_FILE } from "../workspace/layout.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { copyBetween } from "./copy.ts";
import { isWritten } from "./decisions.ts";
import { pause, retried } from "./retry.ts";
import { eachOnce, Said } from "./said.ts";
import type { RunRequest } from "./surveyed.ts";
import type { CopyEvent, CopyPlan, CopyResult, FollowOptions } from "./types.ts";

/** The default of `interval`, in seconds. */
const INTERVAL = 10;

/**
 * Copies a run as `copyExperiment` does, and goes on until the run has ended: a job is copied soon
 * after it has ended. Connections are kept; a lost one is made again, for as long as it takes.
 * Between copies one command at the source tells whether something has changed.
 *
 * experimaestro has no such function. Needs the same permissions as `copyExperiment`.
 *
 * @param source Where from: a workspace, or words as for `findWorkspace`.
 * @param destination Where to; created when it does not exist.
 * @param experimentId The experiment.
 * @param runId The run. Default: `current`, for the one that is current at the source now.
 * @param options How to copy, and how soon.
 * @returns What all copies did together; what is missing, running or left is as the last one saw it.
 * @throws {CopyError} As `copyExperiment`, but for lost connections; `interrupted` when `signal`
 * fired, which ends it in an orderly way.
 *
 * @example
 * ```ts
 * import { CopyError, followExperiment } from "@xpm/copy";
 * import { assertRejects } from "@std/assert";
 *
 * const cluster = { id: "cluster", path: "/no/such/workspace" };
 * const laptop = { id: "laptop", path: "/no/such/copy" };
 * const follow = () =>
 *   followExperiment(cluster, laptop, "neuralir", "current", {
 *     interval: 30,
 *     onEvent: (event) => event.type === "followed" && console.log(event.result.jobsCopied),
 *   });
 * await assertRejects(follow, CopyError, "there is no folder /no/such/workspace");
 * ```
 */
export async function followExperiment(
  source: string | Workspace,
  destination: string | Workspace,
  experimentId: string,
  runId: string = CURRENT,
  options: FollowOptions = {},
): Promise<CopyResult> {
  return await call(
    { source, destination },
    options,
    (hosts, workspaces) => follow(hosts, { workspaces, experimentId, runId }, options),
  );
}

/** The same between machines that may be connected already. */
export async function follow(
  hosts: Hosts,
  request: RunRequest,
  options: FollowOptions,
): Promise<CopyResult> {
  const started = performance.now();
  const seconds = (options.interval ?? INTERVAL) / 2; // a change is seen, and copied, within the interval
  let plan: CopyPlan | undefined;
  let before: string | undefined;
  let total: CopyResult | undefined;
  const said = new Said();
  const onEvent = (event: CopyEvent) => {
    if (event.type === "planned") plan = event.plan;
    if (isNews(event, total !== undefined, said)) options.onEvent?.(event);
  };
  for (;;) {
    if (plan !== undefined) before = await signsOf(hosts, request, plan, options);
    const run = { ...request, runId: plan?.runId ?? request.runId };
    const result = await copyBetween(hosts, run, { ...options, onEvent }, {
      patience: "for ever",
    });
    total = together(total, result, (performance.now() - started) / 1000);
    if (options.dryRun || !isGoingOn(result)) break;
    options.onEvent?.({ type: "followed", result: total });
    while (before === await signsOf(hosts, request, plan!, options)) {
      await pause(seconds, options);
    }
  }
  options.onEvent?.({ type: "done", result: total });
  return total;
}

/** Whether the run may still bring something. */
function isGoingOn({ runInProgress, jobsRunning }: CopyResult): boolean {
  return runInProgress || jobsRunning.length > 0;
}

/** Whether an event is worth telling: a later copy repeats much of what the first has said. */
function isNews(event: CopyEvent, isLater: boolean, said: Said): boolean {
  if (event.type === "done") return false; // only the last one is the end
  if (event.type === "planned") {
    return !isLater || isWritten(event.plan.run) || event.plan.jobs.some(isWritten);
  }
  if (event.type !== "warning") return true;
  return said.isNew(event.problem);
}

/**
 * What one command tells of what may change: the run's state and its list of jobs, and the markers of
 * those jobs that were not done.
 */
async function signsOf(
  hosts: Hosts,
  { workspaces }: RunRequest,
  { experimentId, runId, jobs, source: { path: root } }: CopyPlan,
  options: FollowOptions,
): Promise<string> {
  const run = runFolder(experimentId, runId);
  const open = jobs.filter(({ source }) => source !== "done").map(jobFolder);
  const look = async () => {
    const signs: string[] = [];
    const host = await hosts.open(workspaces.source);
    const request = { root, folders: [run, ...open], jobStatesOnly: true };
    await host.scan(request, (folder, { path, mtime, size }) => {
      const isOfRun = folder === run;
      if (isOfRun && path !== STATUS_FILE && path !== JOBS_FILE) return;
      signs.push(isOfRun ? `${path} ${mtime} ${size}` : `${folder}/${path}`);
    });
    return signs.sort().join("\n");
  };
  return await retried(hosts, look, options, { patience: "for ever" });
}

/** What several copies of a run have done, one after the other. */
function together(
  before: CopyResult | undefined,
  last: CopyResult,
  duration: number,
): CopyResult {
  if (before === undefined) return { ...last, duration };
  const warnings = [...before.warnings, ...last.warnings];
  const bytesBefore = (before.bytesBefore ?? 0) + (last.bytesBefore ?? 0);
  const kept = [...before.replacedFolders ?? [], ...last.replacedFolders ?? []];
  return {
    ...last,
    jobsCopied: before.jobsCopied + last.jobsCopied,
    jobsSkipped: before.jobsSkipped,
    jobsReplaced: [...before.jobsReplaced, ...last.jobsReplaced],
    jobsCompleted: [...before.jobsCompleted, ...last.jobsCompleted],
    run: last.run === "skip" ? before.run : last.run,
    ...(kept.length > 0 && { replacedFolders: kept }),
    warnings: eachOnce(warnings),
    bytes: before.bytes + last.bytes,
    ...(bytesBefore > 0 && { bytesBefore }),
    duration,
  };
}
