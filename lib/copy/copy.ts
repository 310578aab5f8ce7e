/**
 * The copy: survey and plan, claim the staging folders, then carry out one load after the other.
 *
 * @module
 */

import { tidy } from "../system/garbage.ts";
import { CURRENT } from "../workspace/layout.ts";
import { call } from "./call.ts";
import type { Staging } from "../host/host.ts";
import { placesOf } from "../host/found.ts";
import type { Hosts } from "../host/hosts.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { PERHAPS_FULL } from "../transport/rsync.ts";
import { RefusedSession, tooFewSessions } from "../transport/ssh_complaints.ts";
import { Ahead } from "./prefetch.ts";
import { carryOut } from "./transfer.ts";
import { isResumed, type Load, loadsOf, stagingName } from "./loads.ts";
import { addWarnings } from "./make_plan.ts";
import { missingReferences } from "./references.ts";
import { explained, INTERRUPTED, type Patience, retried, withRetries } from "./retry.ts";
import { explainFull, isFull, requireSpace, saysFull } from "./space.ts";
import { survey } from "./survey.ts";
import type { RunRequest, Survey, SurveyData } from "./surveyed.ts";
import { Outcome } from "./progress.ts";
import type { EarlyPacking } from "./surveying.ts";
import type { CopyOptions, CopyPlan, CopyResult, PlannedJob } from "./types.ts";

/**
 * Copies a run of an experiment, with all its jobs, from one workspace to another: on this machine,
 * or on others, reached by ssh. Nothing is sent that the destination already has; nothing half-done
 * is ever visible there; an interrupted copy resumes where it stopped.
 *
 * Answers to experimaestro's `copy_experiment`, but leaves a workspace that experimaestro accepts
 * (marker, `current`, links to jobs, paths in all its files), distinguishes running and unfinished
 * jobs from finished ones, and updates a run that is already there.
 *
 * Needs `--allow-run=rsync,tar` (and `ssh`), `--allow-read` and `--allow-write` of the local
 * workspaces' real paths and of the temporary folder, `--allow-env`; where words name a workspace,
 * what `findWorkspace` needs, too.
 *
 * @param source Where from: a workspace, or words as for `findWorkspace`.
 * @param destination Where to; created when it does not exist.
 * @param experimentId The experiment.
 * @param runId The run. Default: `current`, for the current one of the source.
 * @param options How to copy.
 * @returns What was done. Jobs that could not be copied are in it, not thrown.
 * @throws {CopyError} When nothing could be copied, the connection was lost, or `signal` fired;
 * the code tells which, and of `interrupted` the `cause` is the signal's reason.
 *
 * @example
 * ```ts
 * import { copyExperiment, CopyError } from "@xpm/copy";
 * import { assertRejects } from "@std/assert";
 *
 * const source = { id: "cluster", path: "/no/such/workspace" };
 * const destination = { id: "archive", path: "/no/such/archive" };
 * await assertRejects(
 *   () => copyExperiment(source, destination, "neuralir", "current", { dryRun: true }),
 *   CopyError,
 *   "there is no folder /no/such/workspace",
 * );
 * ```
 */
export async function copyExperiment(
  source: string | Workspace,
  destination: string | Workspace,
  experimentId: string,
  runId: string = CURRENT,
  options: CopyOptions = {},
): Promise<CopyResult> {
  return await call(
    { source, destination },
    options,
    (hosts, workspaces) => copyBetween(hosts, { workspaces, experimentId, runId }, options),
  );
}

/**
 * Tells what `copyExperiment` would do, and writes nothing: the plan that a dry run shows, as data.
 *
 * experimaestro has no such function. Needs the permissions of `copyExperiment`, but for
 * `--allow-write` of the destination.
 *
 * @param source Where from: a workspace, or words as for `findWorkspace`.
 * @param destination Where to.
 * @param experimentId The experiment.
 * @param runId The run. Default: `current`, for the current one of the source.
 * @param options How to copy.
 * @returns The plan.
 * @throws {CopyError} As `copyExperiment`.
 *
 * @example
 * ```ts
 * import { CopyError, planCopy } from "@xpm/copy";
 * import { assertRejects } from "@std/assert";
 *
 * const workspace = { id: "main", path: "/no/such/workspace" };
 * await assertRejects(() => planCopy(workspace, workspace, "../etc", "current"), CopyError);
 * ```
 */
export async function planCopy(
  source: string | Workspace,
  destination: string | Workspace,
  experimentId: string,
  runId: string = CURRENT,
  options: CopyOptions = {},
): Promise<CopyPlan> {
  return await call({ source, destination }, options, async (hosts, workspaces) => {
    const request = { workspaces, experimentId, runId };
    const { plan } = await retried(hosts, () => surveyOnly(hosts, request, options), options);
    return plan;
  });
}

/**
 * Copies between machines that are connected already, or will be when they are needed.
 *
 * @param surveyed What is known already; an attempt after a lost connection surveys anew.
 */
export async function copyBetween(
  hosts: Hosts,
  request: RunRequest,
  options: CopyOptions,
  { patience, surveyed }: { patience?: Patience; surveyed?: Survey | undefined } = {},
): Promise<CopyResult> {
  const started = performance.now();
  let outcome: Outcome | undefined;
  let known = surveyed;
  const begin = (surveyed: Survey) => {
    const isNew = surveyed.can.destination.isArchive; // it is written from its beginning again
    return outcome = new Outcome(surveyed, options, isNew ? undefined : outcome);
  };
  const attempt = () => {
    const first = known;
    known = undefined;
    return explained(
      options,
      INTERRUPTED,
      () => attemptCopy(hosts, request, options, begin, first),
    );
  };
  const attempts = { attempt, reset: () => hosts.close(true), done: () => outcome?.published ?? 0 };
  await withRetries(attempts, options, patience);
  const result = outcome!.result((performance.now() - started) / 1000);
  options.onEvent?.({ type: "done", result });
  return result;
}

/** Surveys for a plan after which nothing is copied. */
async function surveyOnly(
  hosts: Hosts,
  request: RunRequest,
  options: CopyOptions,
  first?: Survey,
): Promise<Survey> {
  const surveyed = first ?? await survey(hosts, request, { ...options, dryRun: true });
  addWarnings(surveyed.plan, surveyed.outside, await isResumed(surveyed));
  return surveyed;
}

/** Tries the copy once, from the survey, if that is still to be made, to the last load. */
async function attemptCopy(
  hosts: Hosts,
  request: RunRequest,
  options: CopyOptions,
  begin: (surveyed: Survey) => Outcome,
  first?: Survey,
): Promise<void> {
  if (options.dryRun === true) {
    begin(await surveyOnly(hosts, request, options, first));
    return;
  }
  const stagings = new Map<string, Staging>();
  let known: Survey | undefined;
  const ahead = new Ahead();
  let done = false;
  try {
    const packing: EarlyPacking = {
      async begin(source, seen, isGuess = false) {
        // two other machines may turn out to be one: then rsync brings the files
        const isApart = isGuess ? source.can.rsync.relay === undefined : areApart(seen.can);
        if (!isApart) return;
        // a guess is not waited for: what it is made of will change
        if (!isGuess && isLeft(loadsOf(seen, await stagingName(seen)), seen)) return;
        await ahead.begin(source, seen, options);
      },
      stop: () => ahead.stop(),
    };
    let surveyed = first ?? await survey(hosts, request, options, packing);
    if (surveyed === first) await packing.begin(surveyed.hosts.source, surveyed);
    known = surveyed;
    const name = await stagingName(surveyed);
    const loads = () => loadsOf(surveyed, name);
    // before a claim, which makes the destination's folder
    requireSpace(surveyed.plan, await isResumed(surveyed));
    while (await claimAll(surveyed, loads(), options, stagings)) {
      await ahead.drop(); // the source may have changed since it was packed
      surveyed = await survey(hosts, request, options);
    }
    const claimed = [...stagings.values()];
    const outcome = begin(surveyed);
    const resumed = claimed.some((staging) => staging.resumed);
    requireSpace(surveyed.plan, resumed);
    const failed = new Set<PlannedJob>();
    const together = await areTogetherThere(surveyed, claimed);
    const state = { resumed, together, stagings, failed, ahead };
    const context = { surveyed, outcome, options, watch: hosts.watch, ...state };
    tidy(); // what has made the plan is not needed any more
    for (const [index, load] of loads().entries()) await carryOut(load, index, context);
    tidy(); // the run has a link to each job
    const missing = await missingReferences(outcome.named, surveyed);
    outcome.lacks([...new Set(missing.values())].sort());
    done = true;
  } catch (error) {
    if (known === undefined || options.signal?.aborted) throw error;
    throw await reasonFor(error, known);
  } finally {
    void ahead.drop();
    for (const staging of stagings.values()) await staging.release(!done);
  }
}

/** Whether the ends are on machines with different names; this one is like none behind ssh. */
function areApart({ source, destination }: Survey["can"]): boolean {
  return source.rsync.relay?.machine !== destination.rsync.relay?.machine;
}

/** Whether there is nothing to carry out, or an earlier attempt has left something of it. */
function isLeft(loads: Load[], { infos }: SurveyData): boolean {
  return loads.every(({ staging }) => infos.destination.staged.includes(staging));
}

/** Whether both ends are one machine behind ssh, perhaps under two names. */
async function areTogetherThere({ hosts, can }: Survey, claimed: Staging[]): Promise<boolean> {
  const { relay } = can.source.rsync;
  if (relay === undefined || can.destination.rsync.relay === undefined) return false;
  if (hosts.source === hosts.destination) return true;
  const claim = claimed[0]?.heldBy; // two machines may have one name
  return claim !== undefined && !areApart(can) && await relay.holds(claim);
}

/** An error, or its reason. Where a disk is full, the host is asked what ran out: bytes or inodes. */
async function reasonFor(error: unknown, { hosts, plan }: Survey): Promise<unknown> {
  if (!(error instanceof Error)) return error;
  const isOneLogin = hosts.source === hosts.destination;
  if (isOneLogin && error instanceof RefusedSession) return tooFewSessions();
  const isSaid = saysFull(error);
  if (!isSaid && !error.message.includes(PERHAPS_FULL)) return error;
  const { path } = plan.destination;
  const now = await hosts.destination.look({ path, wanted: "space" }).catch(() => ({}));
  return isSaid || isFull(now) ? explainFull(error, plan, now) : error;
}

/**
 * Claims the staging folders that are not ours yet, and waits for another copy of the same run to
 * the same place. Answers whether the destination may have changed meanwhile.
 *
 * @param stagings Each is added as soon as it is claimed, so that the caller can release it when
 * the next claim fails.
 */
async function claimAll(
  { hosts, infos, plan: { source, experimentId, runId } }: Survey,
  loads: Load[],
  options: CopyOptions,
  stagings: Map<string, Staging>,
): Promise<boolean> {
  const places = placesOf(infos.destination);
  const from = source.host === undefined ? source.path : `${source.host}:${source.path}`;
  const about = JSON.stringify({ source: from, experimentId, runId });
  let changed = false;
  for (const staging of new Set(loads.map((load) => load.staging))) {
    if (stagings.has(staging)) continue;
    const onWait = () => options.onEvent?.({ type: "waiting", folder: staging });
    const claimed = await hosts.destination.claim({ staging, places, about }, onWait);
    stagings.set(staging, claimed);
    changed ||= claimed.changed;
  }
  return changed;
}
