/**
 * Copying several runs: all are surveyed and planned at once, then copied one after the other, the
 * oldest first.
 *
 * @module
 */

import { checkSelection } from "./options.ts";
import { call } from "./call.ts";
import { CopyError, NoFolder } from "../errors.ts";
import type { Hosts } from "../host/hosts.ts";
import { fnmatch } from "../settings/fnmatch.ts";
import { printable } from "../text/printable.ts";
import { isId, jobFolder } from "../workspace/layout.ts";
import { compareRuns, compareText } from "../workspace/runs.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { copyBetween } from "./copy.ts";
import { isResumed } from "./loads.ts";
import { replanned } from "./make_plan.ts";
import type { Ends } from "./plan.ts";
import { planAll } from "./plan_all.ts";
import { orError, retried } from "./retry.ts";
import { Said } from "./said.ts";
import { isRefused, requireSpace } from "./space.ts";
import { surveyRuns } from "./survey.ts";
import type { RunName, RunRequest, Survey } from "./surveyed.ts";
import type {
  CopyEvent,
  CopyOptions,
  CopyResult,
  CopyRunsPlan,
  CopyRunsResult,
  FailedRun,
  RunSelection,
} from "./types.ts";

/**
 * Copies several runs of a workspace, the oldest first, so that `current` ends at the newest. Each
 * host is logged in to once. All runs are looked at and planned before anything is written: a job
 * that several of them share is looked at, and sent, once. Each run is copied as by
 * `copyExperiment`. One that cannot be copied is told in `failed`, and does not stop the others.
 *
 * experimaestro has no such function. Needs the same permissions as `copyExperiment` for each run.
 *
 * @param source Where from: a workspace, or words as for `findWorkspace`.
 * @param destination Where to; created when it does not exist.
 * @param selection Which runs. Default, and without any field: the current run of each experiment.
 * @param options How to copy; its `onEvent` is told `plannedRuns` once, then `planned` and `done` for
 * each run.
 * @returns What was done: the result of each run, those that failed, and the sums.
 * @throws {CopyError} As `copyExperiment`; `not-found` when no run is selected, `refused` when there
 * is not enough space for all. A lost connection, and `signal`, end the copy of all runs; so does
 * what is wrong with all of them.
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

/**
 * Tells what `copyRuns` would do, and writes nothing: one plan for all runs, as data.
 *
 * experimaestro has no such function. Needs the permissions of `copyRuns`, but for `--allow-write`
 * of the destination.
 *
 * @param source Where from: a workspace, or words as for `findWorkspace`.
 * @param destination Where to.
 * @param selection Which runs. Default, and without any field: the current run of each experiment.
 * @param options How to copy.
 * @returns The plan.
 * @throws {CopyError} As `copyRuns`.
 *
 * @example
 * ```ts
 * import { CopyError, planRuns } from "@xpm/copy";
 * import { assertRejects } from "@std/assert";
 *
 * const selection = { runs: ["202601*"] };
 * await assertRejects(() => planRuns("/no/such", "/archive", selection), CopyError);
 * ```
 */
export async function planRuns(
  source: string | Workspace,
  destination: string | Workspace,
  selection: RunSelection = {},
  options: CopyOptions = {},
): Promise<CopyRunsPlan> {
  checkSelection(selection);
  return await call(
    { source, destination },
    options,
    async (hosts, workspaces) => {
      const planned = { ...options, dryRun: true };
      return (await surveySelected(hosts, workspaces, selection, planned)).plan;
    },
  );
}

/**
 * The same as `copyRuns` between machines that may be connected already.
 *
 * @param which The selection, or the runs themselves, the oldest first.
 */
export async function copyRunsBetween(
  hosts: Hosts,
  workspaces: Ends<Workspace>,
  which: RunSelection | RunName[],
  options: CopyOptions,
): Promise<CopyRunsResult> {
  const started = performance.now();
  const selected = await surveySelected(hosts, workspaces, which, options);
  const { runs, surveys, plan } = selected;
  options.onEvent?.({ type: "plannedRuns", plan });
  if (options.dryRun !== true) requireSpace(plan, selected.resumed);
  const results: CopyResult[] = [];
  const failed: FailedRun[] = [];
  const inPlace = new Set<string>();
  const said = new Said();
  const onEvent = (event: CopyEvent) => {
    if (event.type === "published") inPlace.add(jobFolder(event.job));
    if (event.type === "warning" && !said.isNew(event.problem)) return;
    options.onEvent?.(event);
  };
  for (const [index, run] of runs.entries()) {
    const request = { workspaces, ...run };
    const copied = await orError(async () => {
      const surveyed = await whileValid(hosts, request, surveys[index]!, inPlace, options);
      return await copyBetween(hosts, request, { ...options, onEvent }, { surveyed });
    }, options);
    if (copied instanceof CopyError) failed.push(failedRun(run, copied));
    else results.push(copied);
  }
  const sum = (of: (result: CopyResult) => number) =>
    results.reduce((sum, result) => sum + of(result), 0);
  const bytesBefore = sum(({ bytesBefore = 0 }) => bytesBefore);
  return {
    dryRun: options.dryRun === true,
    runs: results,
    failed,
    jobsCopied: sum(({ jobsCopied }) => jobsCopied),
    jobsSkipped: sum(({ jobsSkipped }) => jobsSkipped),
    bytes: sum(({ bytes }) => bytes),
    ...(bytesBefore > 0 && { bytesBefore }),
    duration: (performance.now() - started) / 1000,
    complete: failed.length === 0 && results.every(({ complete }) => complete) && !isRefused(plan),
  };
}

/** What was found of runs that are selected. */
interface Selected {
  runs: RunName[];
  surveys: (Survey | CopyError)[];
  /** Whether the copy of one resumes another. */
  resumed: boolean;
  plan: CopyRunsPlan;
}

/** Surveys the runs that are selected, all at once. */
export async function surveySelected(
  hosts: Hosts,
  workspaces: Ends<Workspace>,
  which: RunSelection | RunName[],
  options: CopyOptions,
): Promise<Selected> {
  return await retried(hosts, async () => {
    const runs = Array.isArray(which) ? which : await selectRuns(hosts, workspaces.source, which);
    const surveys = await surveyRuns(hosts, { workspaces, runs }, options);
    const [first] = surveys;
    if (first instanceof CopyError && surveys.every((each) => each instanceof CopyError)) {
      throw first;
    }
    const failed = runs.flatMap((run, index) => {
      const survey = surveys[index];
      return survey instanceof CopyError ? [failedRun(run, survey)] : [];
    });
    const surveyed = surveys.filter((each) => !(each instanceof CopyError)) as Survey[];
    const resumed = (await Promise.all(surveyed.map(isResumed))).includes(true);
    return { runs, surveys, resumed, plan: planAll(surveyed, failed, resumed) };
  }, options);
}

/**
 * The survey of a run, if it still holds after the runs before were copied; undefined if the run
 * must be surveyed anew.
 *
 * @param inPlace The folders of the jobs that have been copied.
 */
async function whileValid(
  hosts: Hosts,
  { workspaces, experimentId, runId }: RunRequest,
  survey: Survey | CopyError,
  inPlace: ReadonlySet<string>,
  options: CopyOptions,
): Promise<Survey | undefined> {
  if (survey instanceof CopyError) throw survey;
  if (options.dryRun) return survey;
  const destination = await hosts.openForBytes(workspaces.destination);
  const source = await hosts.openForBytes(workspaces.source);
  const isConnected = source === survey.hosts.source && destination === survey.hosts.destination;
  if (!isConnected || survey.coming.some((folder) => !inPlace.has(folder))) return undefined;
  const { path } = workspaces.destination;
  const info = await destination.look({ path, experimentId, runId, wanted: "space" });
  return replanned(survey, info, workspaces, options);
}

function failedRun(run: RunName, { code, message, hint }: CopyError): FailedRun {
  return { ...run, code, message: printable(message), ...(hint !== undefined && { hint }) };
}

/** The runs that are selected, the oldest first. */
async function selectRuns(
  hosts: Hosts,
  source: Workspace,
  { experiments, runs, since }: RunSelection,
): Promise<RunName[]> {
  const isLate = laterThan(since);
  hosts.check(source, ["read"]);
  const host = await hosts.open(source);
  const { realPath, state } = await host.look({ path: source.path });
  if (state === "absent") throw new NoFolder(realPath, source.ssh?.host);
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
    throw new CopyError("not-found", `no run in ${source.id} matches`, hint);
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
  const [, year, month, day, hour = "00", minute = "00", second = "00"] = match ?? [];
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (match === null || new Date(time).getUTCDate() !== Number(day)) { // February has no 30th
    throw new CopyError(
      "usage",
      `'${printable(since)}' is not a date`,
      "write it as in 2026-01-31 or 2026-01-31T17:00",
    );
  }
  const first = `${year}${month}${day}_${hour}${minute}${second}`;
  return (runId) => /^\d{8}_\d{6}(\.\d+)?$/.test(runId) && compareRuns(runId, first) >= 0;
}
