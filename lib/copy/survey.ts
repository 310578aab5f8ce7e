/**
 * Looking at both ends of a copy, refusing what would do harm, and planning.
 *
 * @module
 */

import { delay } from "@std/async/delay";
import { CopyError, NoFolder } from "../errors.ts";
import type { Host, SeenRun, WorkspaceInfo } from "../host/host.ts";
import type { Hosts } from "../host/hosts.ts";
import { checkId, CURRENT, jobFolder, runFolder } from "../workspace/layout.ts";
import { type JobInfo, type JobsFile, jobsOf } from "../workspace/jobs.ts";
import { tidy } from "../system/garbage.ts";
import { withoutStates } from "../workspace/runs.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { withRunLinks } from "./damaged_list.ts";
import { excluder, type Excludes } from "./exclude.ts";
import { type Inventory, takeInventory } from "./inventory.ts";
import { followLinks, jobLinks, lookAtTargets, withLinked } from "./job_links.ts";
import { makePlan } from "./make_plan.ts";
import { Params } from "./params.ts";
import type { Ends } from "./plan.ts";
import { type Pair, readMapped } from "../rewrite/path_map.ts";
import { refuseRequest, refuseSights, refuseTools } from "./refusals.ts";
import { orError } from "./retry.ts";
import { type JobChooser, jobChooser } from "./select.ts";
import { compareThere } from "./shortfall.ts";
import { BATCH_JOBS } from "./batches.ts";
import type { CopyOptions } from "./types.ts";
import type { RunName, RunRequest, RunsRequest, Survey, SurveyData } from "./surveyed.ts";
import {
  type EarlyPacking,
  holdsFor,
  longestPath,
  questionThere,
  type SourceRun,
  Surveying,
  type TakeSource,
} from "./surveying.ts";
import { isDone, isRecorded } from "./usable.ts";
import { ofVersion1 } from "./version_1.ts";

/**
 * Looks at both ends and plans; writes nothing.
 *
 * @param packing Is told each plan; where documents are being read already, before it is known
 * whether it needs more jobs. A guess comes while the login to the destination goes on, for one
 * that has nothing yet.
 */
export async function survey(
  hosts: Hosts,
  { workspaces, ...run }: RunRequest,
  options: CopyOptions,
  packing?: EarlyPacking,
): Promise<Survey> {
  const [one] = await surveyRuns(hosts, { workspaces, runs: [run] }, options, packing);
  if (one instanceof CopyError) throw one;
  return one!;
}

/**
 * The same for several runs. Jobs that some of them share are looked at once, and planned with the
 * first of these runs.
 *
 * @returns The survey of each run, or why that run cannot be copied.
 */
export async function surveyRuns(
  hosts: Hosts,
  { workspaces, runs }: RunsRequest,
  options: CopyOptions,
  packing?: EarlyPacking,
): Promise<(Survey | CopyError)[]> {
  for (const { experimentId, runId } of runs) {
    checkId("experiment", experimentId);
    if (runId !== CURRENT) checkId("run", runId);
  }
  refuseRequest(workspaces);
  const asked = {
    workspaces,
    excludes: excluder(options),
    mapped: readMapped(options.map),
    chooser: jobChooser(options),
  };
  const { host, runs: seen, beside } = await lookAtSource(hosts, { workspaces, runs }, options);
  const first = seen.find((run) => !(run instanceof CopyError)) as SourceRun | undefined;
  if (first === undefined) return seen as CopyError[];
  const free = async () => {
    if (host.can.rsync.relay !== undefined) await packing?.stop(); // this machine needs no session
  };
  const params = new Params(host, first.info.realPath, free);
  try {
    const source = {
      host,
      seen,
      first,
      params,
      beside: beside.then((early) =>
        first === seen[0] && early && holdsFor(early, runs[0]!.runId, first) ? early : undefined
      ),
    };
    const surveying = await lookAtBoth(hosts, asked, source, options, packing);
    const surveys: (Survey | CopyError)[] = [];
    for (const run of seen) {
      surveys.push(
        run instanceof CopyError ? run : await orError(() => surveying.survey(run), options),
      );
    }
    return surveys;
  } finally {
    await params.end();
  }
}

/** What the user asks for, read and checked. */
interface Asked {
  workspaces: Ends<Workspace>;
  excludes: Excludes;
  mapped: Pair[];
  chooser: JobChooser;
}

/** The source, as far as it has been looked at. */
interface SeenSource {
  host: Host;
  /** The runs, or why they cannot be copied. */
  seen: (SourceRun | CopyError)[];
  /** The first that can. */
  first: SourceRun;
  params: Params;
  /** What a look at the destination found meanwhile; undefined when it must be looked at. */
  beside: Promise<WorkspaceInfo | undefined>;
}

/** Looks at the jobs of all runs, at both ends. */
async function lookAtBoth(
  hosts: Hosts,
  { workspaces, excludes, mapped, chooser }: Asked,
  { host, seen, first, params, beside }: SeenSource,
  options: CopyOptions,
  packing?: EarlyPacking,
): Promise<Surveying> {
  const opening = hosts.openForBytes(workspaces.destination);
  const looking = beside.then((early) =>
    early ?? hosts.look(workspaces.destination, questionThere(workspaces, first))
  );
  looking.catch(() => {}); // thrown where it is awaited
  let isOpen = false;
  opening.then(() => isOpen = true, () => {}); // a failure is thrown where it is awaited
  await hosts.prewarm(workspaces.destination);
  await Promise.race([opening, delay(0)]); // lets the login start before this thread is busy
  const all = seen.flatMap((run) => run instanceof CopyError ? [] : run.jobs);
  const [jobs, chosen] = [all, all.filter((job) => chooser.isListed(job))]
    .map((some) => seen.length === 1 ? some : onceEach(some)) as [JobInfo[], JobInfo[]];
  const done = new Set<string>();
  const takeSource: TakeSource = async (jobs, run) => {
    const isNeeded = (folder: string) => !done.has(folder);
    const longest = longestPath(first.info.realPath, workspaces.destination.path);
    const wanted = { jobs, run: run?.folder, statesOnly: false, excludes, isNeeded, longest };
    const { info } = run ?? first;
    const found = await takeInventory(host, info, { ...wanted, toPack: true });
    await followLinks(host, info, found, wanted);
    return found;
  };
  // a login takes longer than a scan of the whole source
  const ahead = isOpen ? undefined : takeSource(chosen, first);
  ahead?.then(async (here) => {
    if (packing === undefined || chosen.length > BATCH_JOBS) return; // a second plan of so many would only take memory
    const found = { source: here, destination: { jobs: new Map(), run: new Map() } };
    const guess = likeSource(host, first, found);
    const plan = makePlan({ workspaces, ...first }, guess, jobs, options);
    await packing.begin(host, { ...guess, plan }, true);
  }).catch(() => {}); // the same error is thrown where the scan is awaited
  const to = await opening;
  const info = await looking;
  const infos = { source: first.info, destination: info };
  const can = { source: host.can, destination: to.can };
  refuseSights(workspaces, infos, can, options);
  const run = first.folder;
  const there = await takeInventory(to, info, { jobs, run, statesOnly: true });
  there.links = jobLinks(there, info);
  for (const job of jobs) {
    if (isDone(job, there) && !isRecorded(job, there)) done.add(jobFolder(job));
  }
  const wanted = chosen.filter((job) => !done.has(jobFolder(job)));
  const taken = ahead ?? takeSource(wanted, first);
  if (ahead === undefined) params.begin(wanted);
  const here = await taken;
  for (const folder of done) {
    here.jobs.delete(folder);
    here.links?.delete(folder);
  }
  const linked = withLinked(jobs, here.links);
  if (here.links !== undefined) await lookAtTargets(to, info, there, linked);
  refuseTools(workspaces, can, infos);
  const both = { source: host, destination: to };
  const found = { source: here, destination: there };
  await compareThere(both, infos, linked, found, options);
  const common = { workspaces, hosts: both, can, mapped, options, takeSource, params, packing };
  return new Surveying({ ...common, first: { run: first, infos } }, found);
}

/** The same jobs, each once. */
function onceEach(jobs: JobInfo[]): JobInfo[] {
  return [...new Map(jobs.toReversed().map((job) => [jobFolder(job), job])).values()].reverse();
}

/** A guess at the destination: that it is like the source, but holds what `found` says. */
function likeSource(
  host: Host,
  { info }: SourceRun,
  found: Ends<Inventory>,
): Omit<SurveyData, "plan"> {
  return {
    infos: { source: info, destination: { ...info, staged: [] } },
    can: { source: host.can, destination: host.can },
    found,
  };
}

/**
 * The source, with the runs to copy. Permissions of this machine are checked before any login.
 *
 * @returns Also what is at the destination, if its login goes on beside that to the source.
 */
async function lookAtSource(
  hosts: Hosts,
  { workspaces, runs }: RunsRequest,
  options: CopyOptions,
): Promise<
  { host: Host; runs: (SourceRun | CopyError)[]; beside: Promise<WorkspaceInfo | undefined> }
> {
  const { source, destination } = workspaces;
  hosts.check(source, ["read"]);
  hosts.check(destination, options.dryRun === true ? ["read"] : ["read", "write"]);
  for (const workspace of [source, destination]) hosts.prewarm(workspace).catch(() => {});
  const { path } = source;
  const ask = ({ experimentId, runId }: RunName) =>
    hosts.look(source, { path, experimentId, runId, wanted: "jobs" });
  const asked = ask(runs[0]!); // with the login, which may fail
  asked.catch(() => {});
  const beside = hosts.lookBeside(destination, source, questionThere(workspaces, runs[0]!));
  beside.catch(() => {}); // it is thrown where it is needed
  const host = await hosts.openForBytes(source);
  const look = async (run: RunName): Promise<SourceRun> => {
    const { experimentId, runId } = run;
    const info = await (run === runs[0] ? asked : ask(run));
    const { run: { runId: id }, listed } = runAt(source, info, { experimentId, runId });
    const folder = runFolder(experimentId, id);
    const all = await withRunLinks(host, info, folder, listed);
    return { experimentId, runId: id, info: withoutTexts(info), folder, ...all };
  };
  const found: (SourceRun | CopyError)[] = [];
  for (const run of runs) found.push(await orError(() => look(run), options));
  tidy(); // the texts are not needed any more
  return { host, runs: found, beside };
}

/** The same without long texts that have been read, or that only a destination is asked for. */
function withoutTexts({ run, ...info }: WorkspaceInfo): WorkspaceInfo {
  const jobs = run?.jobs === undefined ? undefined : "";
  const status = withoutStates(run?.status);
  return { ...info, currentStatus: undefined, run: run && { ...run, jobs, status } };
}

/** The run to copy, with its list of jobs. */
export function runAt(
  workspace: Workspace,
  info: WorkspaceInfo,
  { experimentId, runId }: Pick<RunRequest, "experimentId" | "runId">,
): { run: SeenRun; listed: JobsFile } {
  if (info.state === "absent") throw new NoFolder(info.path, workspace.ssh?.host);
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
    const message = `run ${info.run.runId} of ${experimentId} has no jobs.jsonl`;
    return new CopyError("not-found", message);
  }
  const what = runId === CURRENT ? "no current run" : `no run ${runId}`;
  return new CopyError("not-found", `${experimentId} has ${what} in ${workspace.id}`, hint);
}
