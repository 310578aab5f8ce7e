/**
 * Looking at both ends of a copy, refusing what would do harm, and planning.
 *
 * @module
 */

import { delay } from "@std/async/delay";
import { CopyError, notThere } from "../errors.ts";
import { bytesOf } from "../system/byte_text.ts";
import type { Abilities, Host, SeenRun, WorkspaceInfo } from "../host/host.ts";
import type { Hosts } from "../host/hosts.ts";
import { rsyncVersion } from "../transport/rsync_version.ts";
import { checkId, CURRENT, jobFolder, runFolder, STAGING } from "../workspace/layout.ts";
import { type JobInfo, type JobsFile, jobsOf } from "../workspace/jobs.ts";
import { readRunStatus, readTransientJobs } from "../workspace/runs.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { excluder } from "./exclude.ts";
import { isWritten } from "./decisions.ts";
import { type Inventory, takeInventory } from "./inventory.ts";
import { followLinks, jobLinks, lookAtTargets, withLinked } from "./job_links.ts";
import { lookAgain } from "./look_again.ts";
import { type Ends, planJobs, restsOnTimes } from "./plan.ts";
import { planRun } from "./plan_run.ts";
import { formerRoots, type Pair, readMapped } from "../rewrite/path_map.ts";
import { refuseRequest, refuseSights, refuseTools, versionWarnings } from "./refusals.ts";
import { leftOutWarnings } from "./recorded.ts";
import { lookAtShortfalls } from "./shortfall.ts";
import { spaceWarning } from "./space.ts";
import { BATCH_JOBS } from "./batches.ts";
import type { CopyOptions, CopyPlan, CopyProblem, PlannedEnd } from "./types.ts";
import { isDone, isRecorded } from "./usable.ts";
import { migratedWarnings, ofVersion1 } from "./version_1.ts";

/** Which run to copy from where to where. */
export interface RunRequest {
  /** The workspaces. */
  workspaces: Ends<Workspace>;
  /** The experiment. */
  experimentId: string;
  /** The run; `current` will be resolved. */
  runId: string;
}

/** What is known before anything is written. */
export interface Survey {
  /** The machines. */
  hosts: Ends<Host>;
  /** What is at the workspaces' paths. */
  infos: Ends<WorkspaceInfo>;
  /** What they can do. */
  can: Ends<Abilities>;
  /** The run and the jobs. */
  found: Ends<Inventory>;
  /** What to do. */
  plan: CopyPlan;
  /** Lines of `jobs.jsonl` that are not jobs. */
  problems: CopyProblem[];
  /** What the user leaves out: patterns. */
  exclude: string[];
  /** What the user says of places outside the workspaces. */
  mapped: Pair[];
  /** Where the source workspace was before. Its documents tell more of these as they pass. */
  formerRoots: Set<string>;
}

/** What is known of both ends; before the login to the destination, a guess. */
export type SurveyData = Omit<Survey, "hosts" | "problems" | "exclude" | "mapped" | "formerRoots">;

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
  const exclude = options.exclude ?? [];
  const excludes = excluder(exclude);
  const mapped = readMapped(options.map);
  const source = await lookAtSource(hosts, request);
  const opening = hosts.openForBytes(workspaces.destination);
  let isOpen = false;
  opening.then(() => isOpen = true, () => {}); // a failure is thrown where it is awaited
  await hosts.prewarm(workspaces.destination);
  await Promise.race([opening, delay(0)]); // lets the login start before this thread is busy
  const { jobs, problems } = source.listed;
  const run = runFolder(experimentId, source.run.runId);
  const done = new Set<string>();
  const takeSource = async (jobs: JobInfo[]) => {
    const isNeeded = (folder: string) => !done.has(folder);
    const longest = longestPath(source.info.realPath, workspaces.destination.path);
    const wanted = { jobs, run, statesOnly: false, excludes, isNeeded, longest, toPack: true };
    const found = await takeInventory(source.host, source.info, wanted);
    await followLinks(source.host, source.info, found, wanted);
    return found;
  };
  // a login takes longer than a scan of the whole source
  const ahead = isOpen ? undefined : takeSource(jobs);
  ahead?.then((here) => {
    if (onGuess === undefined || jobs.length > BATCH_JOBS) return; // a second plan of so many would only take memory
    const found = { source: here, destination: { jobs: new Map(), run: new Map() } };
    const guess = likeSource(source, found);
    onGuess(source.host, { ...guess, plan: makePlan(request, guess, jobs, options) });
  }).catch(() => {}); // the same error is thrown where the scan is awaited
  const to = await opening;
  const { path } = workspaces.destination;
  const info = await to.look({ path, experimentId, runId: source.run.runId, wanted: "space" });
  const infos = { source: source.info, destination: info };
  refuseSights(workspaces, infos, options);
  const there = await takeInventory(to, info, { jobs, run, statesOnly: true, excludes });
  there.links = jobLinks(there, info);
  for (const job of jobs) {
    if (isDone(job, there) && !isRecorded(job, there)) done.add(jobFolder(job));
  }
  const here = await (ahead ?? takeSource(jobs.filter((job) => !done.has(jobFolder(job)))));
  for (const folder of done) {
    here.jobs.delete(folder);
    here.links?.delete(folder);
  }
  if (here.links !== undefined) await lookAtTargets(to, info, there, withLinked(jobs, here.links));
  const can = { source: source.host.can, destination: to.can };
  refuseTools(workspaces, can, infos);
  const looked = { infos, can, found: { source: here, destination: there } };
  const planned = withLinked(jobs, here.links);
  await lookAtShortfalls(
    { source: source.host, destination: to },
    infos,
    planned,
    looked.found,
    exclude,
  );
  let plan = makePlan(request, looked, jobs, options);
  const doubtful = plan.jobs.filter((job) => restsOnTimes(job, options.includeRunning === true));
  if (doubtful.length > 0) {
    await lookAgain({ source: source.host, destination: to }, infos, doubtful, there);
    plan = makePlan(request, looked, jobs, options);
  }
  return {
    hosts: { source: source.host, destination: to },
    ...looked,
    plan,
    exclude,
    mapped,
    formerRoots: formerRoots(here.run),
    problems: problems.map((problem) => ({
      code: "job",
      message: `${run}/${problem}`,
    })),
  };
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
  const host = await hosts.openForBytes(source);
  const info = await host.look({ path: source.path, experimentId, runId, wanted: "jobs" });
  return { host, info, ...runAt(source, info, request) };
}

/** The run to copy, with its list of jobs. */
export function runAt(
  workspace: Workspace,
  info: WorkspaceInfo,
  { experimentId, runId }: RunRequest,
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

function makePlan(
  { workspaces, experimentId }: RunRequest,
  { infos, can, found }: Omit<SurveyData, "plan">,
  jobs: JobInfo[],
  options: CopyOptions,
): CopyPlan {
  const runId = infos.source.run!.runId;
  const source = readRunStatus(infos.source.run?.status);
  const transientJobs = readTransientJobs(infos.source.run?.transient ?? "");
  const statuses = {
    source: source && { ...source, transientJobs },
    destination: readRunStatus(infos.destination.run?.status),
  };
  const planned = planJobs(withLinked(jobs, found.source.links), found, statuses, options);
  const folders = { source: found.source.run, destination: found.destination.run };
  const run = planRun(runId, planned, folders, statuses, infos, options);
  const sent = [
    ...planned.filter(isWritten),
    ...(isWritten(run) ? [run] : []),
  ];
  const plan: CopyPlan = {
    experimentId,
    runId,
    source: describe(workspaces.source, infos.source, can.source),
    destination: describe(workspaces.destination, infos.destination, can.destination),
    run,
    jobs: planned,
    warnings: [
      ...versionWarnings(workspaces, can),
      ...migratedWarnings(infos.source.run!),
      ...leftOutWarnings(planned, found),
    ],
    bytes: sent.reduce((sum, { bytes }) => sum + bytes, 0),
    files: sent.reduce((sum, { files }) => sum + files, 0),
  };
  const full = options.dryRun === true ? spaceWarning(plan) : undefined;
  if (full !== undefined) plan.warnings.push(full);
  return plan;
}

function describe(workspace: Workspace, info: WorkspaceInfo, { rsync }: Abilities): PlannedEnd {
  return {
    id: workspace.id,
    ...(workspace.ssh && { host: workspace.ssh.host }),
    ...(workspace.ssh?.transferHost && { transferHost: workspace.ssh.transferHost }),
    path: info.realPath,
    rsync: rsyncVersion(rsync.said),
    ...(info.freeBytes !== undefined && { freeBytes: info.freeBytes }),
    ...(info.freeFiles !== undefined && { freeFiles: info.freeFiles }),
  };
}
