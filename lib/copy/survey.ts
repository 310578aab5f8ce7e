/**
 * Looking at both ends of a copy, refusing what would do harm, and planning.
 *
 * @module
 */

import { delay } from "@std/async/delay";
import { CopyError, notThere } from "../errors.ts";
import { bytesOf } from "../system/byte_text.ts";
import type { Host, SeenRun, WorkspaceInfo } from "../host/host.ts";
import type { Hosts } from "../host/hosts.ts";
import { checkId, CURRENT, jobFolder, runFolder, STAGING } from "../workspace/layout.ts";
import { type JobInfo, type JobsFile, jobsOf } from "../workspace/jobs.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { excluder } from "./exclude.ts";
import { type Inventory, takeInventory } from "./inventory.ts";
import {
  addJobs,
  followLinks,
  jobLinks,
  type JobToPlan,
  lookAtTargets,
  withLinked,
} from "./job_links.ts";
import { lookAgain } from "./look_again.ts";
import { makePlan } from "./make_plan.ts";
import { withNeeded } from "./needed.ts";
import { type Ends, restsOnTimes } from "./plan.ts";
import { formerRoots, readMapped } from "../rewrite/path_map.ts";
import { refuseRequest, refuseSights, refuseTools, refuseUnwritable } from "./refusals.ts";
import { jobChooser } from "./select.ts";
import { lookAtShortfalls } from "./shortfall.ts";
import { BATCH_JOBS } from "./batches.ts";
import type { CopyOptions, CopyProblem } from "./types.ts";
import { planReferences } from "./references.ts";
import type { RunRequest, Survey, SurveyData } from "./surveyed.ts";
import { isDone, isRecorded } from "./usable.ts";
import { ofVersion1 } from "./version_1.ts";

export type { RunRequest, Survey, SurveyData } from "./surveyed.ts";

/**
 * Looks at both ends and plans; writes nothing.
 *
 * @param onGuess Called while the login to the destination goes on, with the plan for a destination
 * that has nothing yet.
 */
export async function survey(
  hosts: Hosts,
  request: RunRequest,
  options: CopyOptions,
  onGuess?: (source: Host, guess: SurveyData) => void,
): Promise<Survey> {
  const { workspaces, experimentId, runId } = request;
  checkId("experiment", experimentId);
  if (runId !== CURRENT) checkId("run", runId);
  refuseRequest(workspaces);
  const excludes = excluder(options);
  const mapped = readMapped(options.map);
  const chooser = jobChooser(options);
  const source = await lookAtSource(hosts, request);
  const opening = hosts.openForBytes(workspaces.destination);
  let isOpen = false;
  opening.then(() => isOpen = true, () => {}); // a failure is thrown where it is awaited
  await hosts.prewarm(workspaces.destination);
  await Promise.race([opening, delay(0)]); // lets the login start before this thread is busy
  const { jobs, problems } = source.listed;
  const run = runFolder(experimentId, source.run.runId);
  const done = new Set<string>();
  const chosen = jobs.filter((job) =>
    chooser.isListed(job) && !request.coming?.has(jobFolder(job))
  );
  const takeSource = async (jobs: JobInfo[], run?: string) => {
    const isNeeded = (folder: string) => !done.has(folder);
    const longest = longestPath(source.info.realPath, workspaces.destination.path);
    const wanted = { jobs, run, statesOnly: false, excludes, isNeeded, longest, toPack: true };
    const found = await takeInventory(source.host, source.info, wanted);
    await followLinks(source.host, source.info, found, wanted);
    return found;
  };
  // a login takes longer than a scan of the whole source
  const ahead = isOpen ? undefined : takeSource(chosen, run);
  ahead?.then((here) => {
    if (onGuess === undefined || chosen.length > BATCH_JOBS) return; // a second plan of so many would only take memory
    const found = { source: here, destination: { jobs: new Map(), run: new Map() } };
    const guess = likeSource(source, found);
    onGuess(source.host, { ...guess, plan: makePlan(request, guess, jobs, options) });
  }).catch(() => {}); // the same error is thrown where the scan is awaited
  const to = await opening;
  const { path } = workspaces.destination;
  const info = await to.look({ path, experimentId, runId: source.run.runId, wanted: "space" });
  const infos = { source: source.info, destination: info };
  const can = { source: source.host.can, destination: to.can };
  refuseSights(workspaces, infos, can, options);
  const there = await takeInventory(to, info, { jobs, run, statesOnly: true, excludes });
  there.links = jobLinks(there, info);
  for (const job of jobs) {
    if (isDone(job, there) && !isRecorded(job, there)) done.add(jobFolder(job));
  }
  const here = await (ahead ?? takeSource(chosen.filter((job) => !done.has(jobFolder(job))), run));
  for (const folder of done) {
    here.jobs.delete(folder);
    here.links?.delete(folder);
  }
  if (here.links !== undefined) await lookAtTargets(to, info, there, withLinked(jobs, here.links));
  refuseTools(workspaces, can, infos);
  const both = { source: source.host, destination: to };
  const found = { source: here, destination: there };
  const looked = { infos, can, found };
  await lookAtShortfalls(both, infos, withLinked(jobs, here.links), found, options);
  const certain = new Set<string>();
  const plan = async (jobs: JobToPlan[]) => {
    const plan = makePlan(request, looked, jobs, options);
    const doubtful = plan.jobs.filter((job) =>
      restsOnTimes(job, options.includeRunning === true) && !certain.has(jobFolder(job))
    );
    if (doubtful.length === 0) return plan;
    for (const job of doubtful) certain.add(jobFolder(job));
    await lookAgain(both, infos, doubtful, there);
    return makePlan(request, looked, jobs, options);
  };
  const look = async (more: JobToPlan[]) => {
    await lookAtTargets(to, info, there, more);
    there.links = jobLinks(there, info);
    const some = more.filter((job) => !isDone(job, there) || isRecorded(job, there));
    addJobs(here, await takeSource(some));
    await lookAtShortfalls(both, infos, more, found, options);
  };
  const surveyed = {
    ...{ hosts: both, ...looked, files: options, mapped, formerRoots: formerRoots(here.run) },
    problems: problems.map((problem): CopyProblem => ({
      code: "job",
      message: `${run}/${problem}`,
    })),
  };
  const planned = { ...surveyed, ...await withNeeded(jobs, surveyed, { plan, look }, options) };
  refuseUnwritable(workspaces.destination, info, planned.plan);
  return { ...planned, outside: await planReferences(planned) };
}

/** The most bytes of a path that programs can give to the system, on Linux. */
const MAX_PATH = 4095;

/** How long a path below a workspace may be, to fit the system in the staging folder as well. */
function longestPath(source: string, destination: string): number {
  const staging = `${destination}/${STAGING}/0123456789abcdef`;
  return MAX_PATH - 1 - Math.max(...[source, staging].map((path) => bytesOf(path).length));
}

/** A guess at the destination: that it is like the source, but holds what `found` says. */
function likeSource(
  { host, info }: { host: Host; info: WorkspaceInfo },
  found: Ends<Inventory>,
): Omit<SurveyData, "plan"> {
  return {
    infos: { source: info, destination: { ...info, staged: [] } },
    can: { source: host.can, destination: host.can },
    found,
  };
}

/** The source, with the run to copy. Permissions of this machine are checked before any login. */
async function lookAtSource(hosts: Hosts, request: RunRequest) {
  const { workspaces: { source, destination }, experimentId, runId } = request;
  hosts.check(source, ["read"]);
  hosts.check(destination, ["read", "write"]);
  for (const workspace of [source, destination]) hosts.prewarm(workspace).catch(() => {});
  hosts.openBeside(destination, source).catch(() => {}); // it is thrown where it is needed
  const host = await hosts.openForBytes(source);
  const info = await host.look({ path: source.path, experimentId, runId, wanted: "jobs" });
  return { host, info, ...runAt(source, info, request) };
}

/** The run to copy, with its list of jobs. */
export function runAt(
  workspace: Workspace,
  info: WorkspaceInfo,
  { experimentId, runId }: Pick<RunRequest, "experimentId" | "runId">,
): { run: SeenRun; listed: JobsFile } {
  if (info.state === "absent") throw notThere(info.path, workspace.ssh?.host);
  const { run } = info;
  const listed = run && jobsOf(run);
  if (run === undefined || listed === undefined) {
    throw notFound(workspace, info, experimentId, runId);
  }
  checkId("run", run.runId);
  return { run, listed };
}

function notFound(
  workspace: Workspace,
  info: WorkspaceInfo,
  experimentId: string,
  runId: string,
): CopyError {
  const hint = `see  xpm-copy ls ${workspace.id}${info.experimentExists ? ` ${experimentId}` : ""}`;
  if (!info.experimentExists) {
    if (info.inXp) return ofVersion1(workspace, info.path, experimentId);
    return new CopyError("not-found", `no experiment ${experimentId} in ${workspace.id}`, hint);
  }
  if (info.run !== undefined) {
    return new CopyError(
      "not-found",
      `run ${info.run.runId} of ${experimentId} has no jobs.jsonl`,
    );
  }
  const what = runId === CURRENT ? "no current run" : `no run ${runId}`;
  return new CopyError("not-found", `${experimentId} has ${what} in ${workspace.id}`, hint);
}
