/**
 * Moving a run: copy, check by checksum, then remove at the source what was checked.
 *
 * @module
 */

import { call } from "../copy/call.ts";
import { copyBetween } from "../copy/copy.ts";
import { retried } from "../copy/retry.ts";
import { survey } from "../copy/survey.ts";
import type { RunRequest } from "../copy/surveyed.ts";
import type { CopyEvent, CopyPlan, CopyResult } from "../copy/types.ts";
import { CopyError } from "../errors.ts";
import type { Hosts } from "../host/hosts.ts";
import { check } from "../inspect/check.ts";
import { CURRENT, jobFolder, runFolder } from "../workspace/layout.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { bytesIn } from "../text/sizes.ts";
import { type Decided, decideFolders, type Known } from "./decide.ts";
import type { Source } from "./source.ts";
import { isLeft, type MoveOptions, type MoveResult } from "./types.ts";
import { besidesOf, isBesides, losses, type Reasons, unfitByCheck, unfitByPlan } from "./unfit.ts";

/**
 * Moves a run of an experiment, with its jobs, from one workspace to another: copies it, compares
 * both ends by checksums, and then removes at the source what is the same at the destination, what
 * no other run there refers to, and what nothing runs in. Everything else stays and is named. Killed
 * at any point, every byte is at one end at least, and the next move goes on.
 *
 * It is the only function that writes at a source. experimaestro has no such function. Needs the
 * permissions of `copyExperiment` and `checkExperiment`, and `--allow-write` of the source.
 *
 * @param source Where from: a workspace, or words as for `findWorkspace`.
 * @param destination Where to; created when it does not exist.
 * @param experimentId The experiment.
 * @param runId The run. Default: `current`, for the current one of the source.
 * @param options How to move. With `dryRun` nothing is written, and the result tells what would be
 * removed.
 * @returns What was copied, found, removed and kept.
 * @throws {CopyError} `refused`, when the run is in progress, or when it cannot be known what else
 * refers to its jobs; otherwise as `copyExperiment`.
 *
 * @example
 * ```ts
 * import { moveExperiment } from "@xpm/copy";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.realPath(await Deno.makeTempDir());
 * const run = `${path}/main/experiments/neuralir/20260118_170744`;
 * await Deno.mkdir(run, { recursive: true });
 * await Deno.writeTextFile(`${run}/jobs.jsonl`, "");
 *
 * const [main, archive] = ["main", "archive"].map((id) => ({ id, path: `${path}/${id}` }));
 * const result = await moveExperiment(main!, archive!, "neuralir", "20260118_170744", {
 *   dryRun: true,
 * });
 * assertEquals(result.removed.map(({ path }) => path), ["experiments/neuralir/20260118_170744"]);
 * await Deno.remove(path, { recursive: true });
 * ```
 */
export async function moveExperiment(
  source: string | Workspace,
  destination: string | Workspace,
  experimentId: string,
  runId: string = CURRENT,
  options: MoveOptions = {},
): Promise<MoveResult> {
  return await call(
    { source, destination },
    options,
    (hosts, workspaces) => move(hosts, { workspaces, experimentId, runId }, options),
    STOPPED,
  );
}

/**
 * The same between machines that may be connected already.
 *
 * @param agreed The folders that the user has agreed to remove: no others are. Default: all.
 */
export async function move(
  hosts: Hosts,
  request: RunRequest,
  options: MoveOptions,
  agreed?: ReadonlySet<string>,
): Promise<MoveResult> {
  const started = performance.now();
  hosts.check(request.workspaces.source, ["read", "write"]);
  const result = options.dryRun === true
    ? await planMove(hosts, request, options)
    : await moveNow(hosts, request, options, agreed);
  return { ...result, duration: (performance.now() - started) / 1000 };
}

/** What is said of a move that was asked to stop. */
const STOPPED = "the move was interrupted";

type Untimed = Omit<MoveResult, "duration">;

async function planMove(
  hosts: Hosts,
  request: RunRequest,
  options: MoveOptions,
): Promise<Untimed> {
  const { plan, copied } = await copy(hosts, request, options);
  refuseRun(plan);
  const source = await trying(hosts, options, () => lookAtSource(hosts, request, plan));
  const known = knownOf(plan, source, unfitByPlan(plan, copied), options);
  return { ...told(plan, copied, decideFolders(known)), dryRun: true, complete: false };
}

async function moveNow(
  hosts: Hosts,
  request: RunRequest,
  options: MoveOptions,
  agreed: ReadonlySet<string> | undefined,
): Promise<Untimed> {
  const { removeAtSource, restore } = await import("./remove.ts"); // it loads the hashes of Node
  await trying(hosts, options, async () => {
    await restore(hosts, request, options);
    refuseRun((await survey(hosts, request, options)).plan);
  });
  const { plan, copied } = await copy(hosts, request, options);
  const which = { ...request, runId: plan.runId };
  // before the check: what is written meanwhile counts as changed
  const source = await trying(hosts, options, () => lookAtSource(hosts, which, plan));
  const checked = await check(hosts, which, { ...options, checksum: true });
  const decided = await trying(hosts, options, async () => {
    const { path } = request.workspaces.destination;
    const host = await hosts.open(request.workspaces.destination);
    const info = await host.look({ path });
    const there = { host, root: info.realPath };
    const unfit = await unfitByCheck(plan, copied, checked, there);
    const folders = [...source.seals.keys()].map((folder) => `${info.realPath}/${folder}`);
    await host.flush([info.jobsPath, info.experimentsPath], folders);
    const known = {
      ...knownOf(plan, source, unfit, options),
      ...(agreed !== undefined && { agreed }),
    };
    return await removeAtSource({ hosts, request: which, source, known, options });
  });
  const result = told(plan, copied, decided);
  const lost = losses(checked, (folder) => source.seals.has(folder)).length;
  const complete = copied.complete && lost === 0 && !result.kept.some(isLeft);
  return { ...result, check: checked, dryRun: false, complete };
}

/** Copies, or plans that. */
async function copy(
  hosts: Hosts,
  request: RunRequest,
  options: MoveOptions,
): Promise<{ plan: CopyPlan; copied: CopyResult }> {
  let plan: CopyPlan | undefined;
  const onEvent = (event: CopyEvent) => {
    if (event.type === "planned") plan = event.plan;
    options.onEvent?.(event);
  };
  const copied = await copyBetween(hosts, request, { ...options, onEvent });
  if (plan === undefined) throw new Error("the copy ended without a plan");
  return { plan, copied };
}

function refuseRun({ run, experimentId, runId, source }: CopyPlan): void {
  if (run.blocked !== undefined) { // its jobs would be there without it
    const message = `run ${runId} of ${experimentId} cannot be moved: ${run.reason}`;
    throw new CopyError("refused", message, "move that away, or choose another workspace");
  }
  if (!run.inProgress) return;
  throw new CopyError(
    "refused",
    `run ${runId} of ${experimentId} is in progress in ${source.id}`,
    "move it when it has ended; if it was killed, add --ended",
  );
}

/** Tries again when only a connection is lost. */
async function trying<T>(
  hosts: Hosts,
  options: MoveOptions,
  attempt: () => Promise<T>,
): Promise<T> {
  return await retried(hosts, attempt, options, { interrupted: STOPPED });
}

async function lookAtSource(
  hosts: Hosts,
  { workspaces: { source } }: RunRequest,
  plan: CopyPlan,
): Promise<Source> {
  const [{ namesOf }, { lookAround }] = await Promise.all([
    import("./remove.ts"),
    import("./source.ts"),
  ]);
  const host = await hosts.openForBytes(source);
  const info = await host.look({ path: source.path });
  const run = runFolder(plan.experimentId, plan.runId);
  const folders = plan.jobs.filter((job) => !isBesides(job)).map(jobFolder);
  return await lookAround(host, info, namesOf([...folders, run], run));
}

function knownOf(
  plan: CopyPlan,
  { seals, mentions }: Source,
  unfit: Reasons,
  { ended = false }: MoveOptions,
): Known {
  const run = runFolder(plan.experimentId, plan.runId);
  const jobs = plan.jobs.filter((job) => !isBesides(job));
  return { run, jobs, seals, mentions, unfit, ended };
}

function told(
  plan: CopyPlan,
  copied: CopyResult,
  { removed, kept }: Decided,
): Omit<Untimed, "dryRun" | "complete"> {
  const { experimentId, runId } = plan;
  const bytes = bytesIn(removed);
  return { experimentId, runId, copied, removed, kept: [...kept, ...besidesOf(plan)], bytes };
}
