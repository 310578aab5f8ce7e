/**
 * Jobs and runs that another copy has put in place meanwhile: whether they are as good as ours.
 *
 * @module
 */

import type { WorkspaceInfo } from "../host/host.ts";
import type { Why } from "../host/steps.ts";
import { jobState } from "../workspace/jobs.ts";
import { isShared, jobFolder, runFolder } from "../workspace/layout.ts";
import { type Inventory, takeInventory } from "./inventory.ts";
import type { Load } from "./loads.ts";
import { planRun, statusesOf } from "./plan_run.ts";
import { stagedAt } from "./publish_links.ts";
import { compareThere } from "./shortfall.ts";
import type { Survey } from "./surveyed.ts";
import type { PlannedJob } from "./types.ts";
import { whyUnusable } from "./usable.ts";

/**
 * The jobs, and the run's folder, that appeared at the destination meanwhile and need no copy now.
 */
export async function findAppeared(
  load: Load,
  causes: ReadonlyMap<string, Why>,
  survey: Survey,
): Promise<{ jobs: PlannedJob[]; run: string | undefined }> {
  const { hosts: { destination }, infos, plan: { experimentId, runId } } = survey;
  const hasAppeared = (from: string) => causes.get(from) === "appeared";
  const jobs = [...load.jobs, ...load.links].filter((job) => hasAppeared(stagedAt(job)));
  const run = runFolder(experimentId, runId);
  if (jobs.length === 0 && !hasAppeared(run)) return { jobs, run: undefined };
  const path = infos.destination.realPath;
  const info = await destination.look({ path, experimentId, runId });
  const wanted = { jobs, run, statesOnly: true };
  const there = await takeInventory(destination, info, wanted);
  const ends = { source: survey.found.source, destination: there };
  await compareThere(survey.hosts, infos, jobs, ends, survey.files);
  return {
    jobs: jobs.filter((job) => isAsGood(job, there)),
    run: hasAppeared(run) && isRunAsGood(survey, info, there) ? run : undefined,
  };
}

function isAsGood(job: PlannedJob, there: Inventory): boolean {
  const found = there.jobs.get(jobFolder(job));
  if (found === undefined) return false;
  if (job.linkTo === undefined && whyUnusable(found, jobFolder(job)) !== undefined) return false;
  if (there.records?.has(jobFolder(job)) && found.shortfall?.lacks !== false) return false;
  if (isShared(job)) return found.compared !== "behind";
  const state = jobState(job.taskId, found.markers, false);
  return state === job.source || state === "done";
}

function isRunAsGood(
  { infos: { source }, found, plan: { runId, jobs } }: Survey,
  destination: WorkspaceInfo,
  there: Inventory,
): boolean {
  const runs = { source: found.source.run, destination: there.run };
  const infos = { source, destination };
  return planRun(runId, jobs, runs, statusesOf(infos), infos).action === "skip";
}
