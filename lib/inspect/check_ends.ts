/**
 * Looking at both ends of a check: the run, its jobs and their states.
 *
 * @module
 */

import { NoFolder } from "../errors.ts";
import type { Host, WorkspaceInfo } from "../host/host.ts";
import type { Hosts } from "../host/hosts.ts";
import type { Entry } from "../system/entry.ts";
import {
  checkId,
  CURRENT,
  type FolderId,
  jobFolder,
  type LinkedJob,
  parentOf,
  runFolder,
} from "../workspace/layout.ts";
import { damagesOf, withRunLinks } from "../copy/damaged_list.ts";
import { isTakenOfJob } from "../copy/found_job.ts";
import { type Inventory, isTakenOfRun, takeInventory } from "../copy/inventory.ts";
import {
  addJobs,
  followLinks,
  jobLinks,
  type JobToPlan,
  lookAtTargets,
  withLinked,
} from "../copy/job_links.ts";
import type { Ends } from "../copy/plan.ts";
import { refuseRequest } from "../copy/refusals.ts";
import { runAt } from "../copy/survey.ts";
import type { RunRequest } from "../copy/surveyed.ts";
import type { CopyProblem } from "../copy/types.ts";
import type { CheckOptions } from "./check_types.ts";
import type { Held } from "./compare_folders.ts";

/** What is known of both ends before anything is compared. */
export interface CheckedEnds {
  /** The machines. */
  hosts: Ends<Host>;
  /** What stands at the workspaces' paths. */
  infos: Ends<WorkspaceInfo>;
  /** The run's folder, and the jobs, of which only the states are known. */
  found: Ends<Inventory>;
  /** The run's id, `current` resolved. */
  runId: string;
  /** The run's folder, relative to a workspace. */
  run: string;
  /** The jobs of the run, and those that they are links to. */
  jobs: JobToPlan[];
  /** Lines of `jobs.jsonl` that are not jobs. */
  problems: CopyProblem[];
}

/** Looks at both ends; each is logged in to once. */
export async function lookAtEnds(
  hosts: Hosts,
  request: RunRequest,
  options: Pick<CheckOptions, "ended">,
): Promise<CheckedEnds> {
  const { workspaces, experimentId, runId } = request;
  checkId("experiment", experimentId);
  if (runId !== CURRENT) checkId("run", runId);
  refuseRequest(workspaces);
  const both = [workspaces.source, workspaces.destination];
  for (const workspace of both) hosts.check(workspace, ["read"]);
  // one after the other: both may ask for a password
  const from = await hosts.openForBytes(workspaces.source);
  const to = await hosts.openForBytes(workspaces.destination);
  const { path } = workspaces.source;
  const source = await from.look({ path, experimentId, runId, wanted: "jobs" });
  const { run, listed } = runAt(workspaces.source, source, request);
  const folder = runFolder(experimentId, run.runId);
  const destination = await to.look({
    path: workspaces.destination.path,
    experimentId,
    runId: run.runId,
  });
  if (destination.state === "absent") {
    throw new NoFolder(destination.path, workspaces.destination.ssh?.host);
  }
  const infos = { source, destination };
  const all = await withRunLinks(from, source, folder, listed);
  const { found, jobs } = await statesAt({ source: from, destination: to }, infos, {
    jobs: all.jobs,
    run: folder,
  });
  return {
    hosts: { source: from, destination: to },
    infos,
    found,
    runId: run.runId,
    run: folder,
    jobs,
    problems: damagesOf(folder, all, { source: found.source.run }, infos, options),
  };
}

/** The run's folder at both ends, and of its jobs the states. */
async function statesAt(
  hosts: Ends<Host>,
  infos: Ends<WorkspaceInfo>,
  { jobs, run }: { jobs: JobToPlan[]; run: string },
): Promise<{ found: Ends<Inventory>; jobs: JobToPlan[] }> {
  const request = { jobs, run, statesOnly: true };
  const [source, destination] = await Promise.all([
    takeInventory(hosts.source, infos.source, request),
    takeInventory(hosts.destination, infos.destination, request),
  ]);
  await followLinks(hosts.source, infos.source, source, request);
  destination.links = jobLinks(destination, infos.destination);
  const planned = withLinked(jobs, source.links);
  await lookAtTargets(hosts.destination, infos.destination, destination, planned);
  return { found: { source, destination }, jobs: planned };
}

/**
 * Looks at further jobs, which those of the run name; answers those that the source has: they come
 * along with a copy.
 */
export async function lookAtNeeded(
  { hosts, infos, found }: CheckedEnds,
  needed: FolderId[],
): Promise<JobToPlan[]> {
  const jobs = needed.map((job): JobToPlan => ({ ...job, tags: {}, transient: 0, besides: true }));
  const request = { jobs, statesOnly: true };
  for (const end of ["source", "destination"] as const) {
    addJobs(found[end], await takeInventory(hosts[end], infos[end], request));
  }
  return jobs.filter((job) => found.source.jobs.has(jobFolder(job)));
}

/** All that some folders hold, of jobs or of the run: what a copy takes of it, and themselves. */
export async function heldIn(
  host: Host,
  { realPath }: WorkspaceInfo,
  folders: ReadonlyMap<string, LinkedJob | undefined>,
): Promise<Map<string, Held>> {
  const held = new Map<string, Held>();
  for (const folder of folders.keys()) held.set(folder, { entries: new Map(), touched: new Set() });
  const request = { root: realPath, folders: [...folders.keys()], jobStatesOnly: false };
  await host.scan(request, (folder, entry) => add(held.get(folder), entry, folders.get(folder)));
  return held;
}

function add(held: Held | undefined, entry: Entry, job: LinkedJob | undefined): void {
  const isTaken = entry.path === "" ||
    (job === undefined ? isTakenOfRunHere(entry) : isTakenOfJob(entry, job, () => undefined));
  if (isTaken) held?.entries.set(entry.path, entry);
  else held?.touched.add(parentOf(entry.path));
}

/** The run's links to jobs count, too. */
function isTakenOfRunHere(entry: Entry): boolean {
  return isTakenOfRun(entry) || entry.path === "jobs" || entry.path.startsWith("jobs/");
}
