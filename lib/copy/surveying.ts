/**
 * Surveying one run after the other, when the jobs of all have been looked at.
 *
 * @module
 */

import { tidy } from "../system/garbage.ts";
import { bytesOf } from "../system/byte_text.ts";
import type { Abilities, Host, LookRequest, WorkspaceInfo } from "../host/host.ts";
import { formerRoots, type Pair } from "../rewrite/path_map.ts";
import type { JobInfo, JobsFile } from "../workspace/jobs.ts";
import { CURRENT, jobFolder, STAGING } from "../workspace/layout.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { damagesOf } from "./damaged_list.ts";
import { isCompleted, isWritten, unitsOf } from "./decisions.ts";
import { type Inventory, takeInventory } from "./inventory.ts";
import { addJobs, jobLinks, type JobToPlan, lookAtTargets } from "./job_links.ts";
import { lookAgain } from "./look_again.ts";
import { makePlan } from "./make_plan.ts";
import { withNeeded } from "./needed.ts";
import { type Ends, restsOnTimes } from "./plan.ts";
import { reportsByFolder } from "./packings.ts";
import type { Params } from "./params.ts";
import { findInRun, planReferences } from "./references.ts";
import { refuseUnwritable } from "./refusals.ts";
import { compareThere, takeRest } from "./shortfall.ts";
import type { RunName, Survey, SurveyData } from "./surveyed.ts";
import type { CopyOptions, CopyPlan, PlannedJob } from "./types.ts";
import { isDone, isRecorded } from "./usable.ts";

/** A run, as it was found at the source. */
export interface SourceRun extends RunName, JobsFile {
  /** What is at the workspace's path. */
  info: WorkspaceInfo;
  /** The run's folder, relative to the workspace. */
  folder: string;
}

/** Looks at jobs of the source, and at a run. */
export type TakeSource = (jobs: JobInfo[], run?: SourceRun) => Promise<Inventory>;

/** What the runs of a survey have in common. */
export interface CommonData {
  workspaces: Ends<Workspace>;
  hosts: Ends<Host>;
  can: Ends<Abilities>;
  mapped: Pair[];
  options: CopyOptions;
  /** The run that was looked at together with the jobs. */
  first: { run: SourceRun; infos: Ends<WorkspaceInfo> };
  takeSource: TakeSource;
  /** The documents that tell what jobs name. */
  params: Params;
  packing: EarlyPacking | undefined;
}

/** Packs before a survey has ended. */
export interface EarlyPacking {
  /** Is told a plan, which may be a guess, or change when jobs are found to be needed. */
  begin(source: Host, known: SurveyData, isGuess?: boolean): Promise<void>;
  /** Gives up what has begun: its session is needed, and a server may allow no other one. */
  stop(): Promise<void>;
}

/** The question what is at the destination, as far as it concerns a run. */
export function questionThere(
  { destination: { path } }: Ends<Workspace>,
  { experimentId, runId }: RunName,
): LookRequest {
  return { path, experimentId, runId, wanted: "space" };
}

/** Whether the answer to it holds for a run that was found at the source by this name. */
export function holdsFor(
  { experimentExists, run }: WorkspaceInfo,
  name: string,
  { runId }: RunName,
): boolean {
  return name !== CURRENT || !experimentExists || run?.runId === runId;
}

/** The most bytes of a path that programs can give to the system, on Linux. */
const MAX_PATH = 4095;

/** How long a path below a workspace may be, to fit the system in the staging folder as well. */
export function longestPath(source: string, destination: string): number {
  const staging = `${destination}/${STAGING}/0123456789abcdef`;
  return MAX_PATH - 1 - Math.max(...[source, staging].map((path) => bytesOf(path).length));
}

/** A survey of several runs under way. */
export class Surveying {
  /** The jobs that were looked at a second time. */
  readonly #certain = new Set<string>();
  /** The folders of the jobs that the runs before will have brought, but for those of the latest. */
  readonly #coming = new Set<string>();
  /** The jobs that the latest will have brought. */
  #latest: PlannedJob[] = [];

  /** @param found The first run, and the jobs of all. */
  constructor(private readonly common: CommonData, private readonly found: Ends<Inventory>) {}

  /** Surveys a run. */
  async survey(run: SourceRun): Promise<Survey> {
    for (const job of this.#latest) this.#coming.add(jobFolder(job));
    const { infos, folders, linked } = await this.#lookAt(run);
    const { hosts, can, mapped, options, workspaces } = this.common;
    // the jobs are those of all runs; more may be looked at
    const found = () => ({
      source: { ...this.found.source, run: folders.source },
      destination: { ...this.found.destination, run: folders.destination },
    });
    const surveyed = {
      ...{ hosts, infos, can, files: options, mapped },
      ...{ found: found(), formerRoots: formerRoots(folders.source) },
      problems: damagesOf(run.folder, run, folders, infos, options),
    };
    const known = () => ({ infos, can, found: found() });
    const tell = (plan: CopyPlan) => this.common.packing?.begin(hosts.source, { ...known(), plan });
    const needed = await withNeeded(run.jobs, surveyed, {
      plan: async (jobs) => {
        const plan = await this.#plan(jobs, run, known);
        // documents that are still to be read need the session that packing would take
        if (await this.common.params.hasBegun()) await tell(plan);
        return plan;
      },
      look: (jobs) => this.#lookAtMore(jobs),
      read: (jobs, bytes) => this.common.params.read(jobs, bytes),
    }, options);
    const coming = this.#coming.size === 0
      ? []
      : unitsOf(needed.plan).map(jobFolder).filter((folder) => this.#coming.has(folder));
    const planned = { ...surveyed, ...needed, found: found(), coming };
    for (const end of ["source", "destination"] as const) {
      if (linked[end].length > 0) {
        planned.found[end].linked = [...planned.found[end].linked ?? [], ...linked[end]];
      }
    }
    refuseUnwritable(workspaces.destination, infos.destination, planned.plan);
    const ofRun = await findInRun(planned, this.common.params);
    await tell(planned.plan);
    this.#latest = unitsOf(planned.plan).filter(isWritten);
    tidy();
    await planReferences(planned, ofRun);
    tidy();
    const reports = reportsByFolder(0);
    for (const job of planned.plan.jobs) {
      if (isWritten(job) && !isCompleted(job)) continue; // its documents will pass, and tell it again
      const report = planned.reports.get(jobFolder(job));
      if (report === undefined) continue;
      reports.set(jobFolder(job), report);
      if (isCompleted(job) && report.former !== undefined) planned.formerRoots.add(report.former);
    }
    return { ...planned, reports, standing: takeRest(planned.plan.jobs, this.found) };
  }

  /** Looks at a run, without its jobs. */
  async #lookAt(run: SourceRun) {
    const { hosts, first, takeSource, workspaces } = this.common;
    if (run === first.run) {
      const { source, destination } = this.found;
      const folders = { source: source.run, destination: destination.run };
      return { infos: first.infos, folders, linked: { source: [], destination: [] } };
    }
    const info = await hosts.destination.look(questionThere(workspaces, run));
    const wanted = { jobs: [], run: run.folder, statesOnly: true };
    const source = await takeSource([], run);
    const destination = await takeInventory(hosts.destination, info, wanted);
    return {
      infos: { source: run.info, destination: info },
      folders: { source: source.run, destination: destination.run },
      linked: { source: source.linked ?? [], destination: destination.linked ?? [] },
    };
  }

  /** Plans a run; jobs that it rests on are looked at once more. */
  async #plan(
    jobs: JobToPlan[],
    { experimentId }: SourceRun,
    known: () => Pick<Survey, "infos" | "can" | "found">,
  ): Promise<CopyPlan> {
    const { workspaces, options, hosts, first } = this.common;
    const request = { workspaces, experimentId };
    const plan = makePlan(request, known(), jobs, options, this.#coming);
    const doubtful = plan.jobs.filter((job) =>
      restsOnTimes(job, options.includeRunning === true) && !this.#certain.has(jobFolder(job))
    );
    if (doubtful.length === 0) return plan;
    for (const job of doubtful) this.#certain.add(jobFolder(job));
    await lookAgain(hosts, first.infos, doubtful, this.found.destination);
    return makePlan(request, known(), jobs, options, this.#coming);
  }

  /** Looks at jobs that others need, and that have not been looked at. */
  async #lookAtMore(jobs: JobToPlan[]): Promise<void> {
    const { hosts, first: { infos }, takeSource, options } = this.common;
    const { source: here, destination: there } = this.found;
    const more = jobs.filter((job) => !here.jobs.has(jobFolder(job)));
    await lookAtTargets(hosts.destination, infos.destination, there, more);
    there.links = jobLinks(there, infos.destination);
    const some = more.filter((job) => !isDone(job, there) || isRecorded(job, there));
    addJobs(here, await takeSource(some));
    await compareThere(hosts, infos, more, this.found, options);
  }
}
