/**
 * Makes the plan of a copy of what a survey has found.
 *
 * @module
 */

import type { Abilities, WorkspaceInfo } from "../host/host.ts";
import { printable } from "../text/printable.ts";
import { rsyncVersion } from "../transport/rsync_version.ts";
import { idOf, isShared, jobFolder } from "../workspace/layout.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { bytesIn } from "../text/sizes.ts";
import { isOmitted, isWritten, unitsOf } from "./decisions.ts";
import { type JobToPlan, withLinked } from "./job_links.ts";
import { planJobs } from "./plan.ts";
import { planRun, statusesOf } from "./plan_run.ts";
import { leftOutWarnings, withLeftOut } from "./recorded.ts";
import { outsideWarning } from "./references.ts";
import { versionWarnings } from "./refusals.ts";
import { spaceWarning } from "./space.ts";
import type { RunRequest, Survey, SurveyData } from "./surveyed.ts";
import { choiceWarnings } from "./unmatched.ts";
import type { CopyOptions, CopyPlan, PlannedEnd, PlannedJob, PlannedRun } from "./types.ts";
import { migratedWarnings } from "./version_1.ts";

/**
 * Makes a plan.
 *
 * @param jobs The jobs of the run, and others that jobs of it need.
 * @param coming The folders of jobs that count as being there, since a run before brings them.
 */
export function makePlan(
  { workspaces, experimentId }: Pick<RunRequest, "workspaces" | "experimentId">,
  { infos, can, found }: Omit<SurveyData, "plan">,
  jobs: JobToPlan[],
  options: CopyOptions,
  coming: ReadonlySet<string> = new Set(),
): CopyPlan {
  const runId = infos.source.run!.runId;
  const statuses = statusesOf(infos);
  const { omitted } = infos.source;
  const planned = planJobs(withLinked(jobs, found.source.links), found, statuses, {
    ...options,
    omitted,
  })
    .map((job) => withLeftOut(job, found.source, options))
    .map((job) => coming.size > 0 && coming.has(jobFolder(job)) ? cameBefore(job) : job)
    .map((job) => can.source.isArchive ? asOfFile(job) : job);
  const folders = { source: found.source.run, destination: found.destination.run };
  const ofJobs = planned.filter((job) => !isShared(job));
  const partials = planned.filter(isShared);
  const planOfRun = planRun(runId, ofJobs, folders, statuses, infos, options);
  const run = can.source.isArchive ? asOfFile(planOfRun) : planOfRun;
  const isAny = !ofJobs.every(isOmitted);
  return {
    experimentId,
    runId,
    source: describe(workspaces.source, infos.source, can.source),
    destination: describe(workspaces.destination, infos.destination, can.destination),
    run,
    jobs: ofJobs,
    ...(partials.length > 0 && { partials }),
    warnings: [
      ...choiceWarnings(options, jobs, isAny),
      ...versionWarnings(workspaces, can),
      ...migratedWarnings(infos.source.run!),
      ...leftOutWarnings(ofJobs, found),
    ],
    ...amountOf([...planned, run]),
  };
}

/** Plans a run again that was surveyed before others were copied, by what is there now. */
export function replanned(
  survey: Survey,
  destination: WorkspaceInfo,
  workspaces: RunRequest["workspaces"],
  options: CopyOptions,
): Survey {
  const { plan, found, can } = survey;
  const infos = { source: survey.infos.source, destination };
  const folders = { source: found.source.run, destination: found.destination.run };
  const run = planRun(plan.runId, plan.jobs, folders, statusesOf(infos), infos, options);
  const there = describe(workspaces.destination, destination, can.destination);
  const amount = amountOf([...unitsOf(plan), run]);
  return { ...survey, infos, plan: { ...plan, run, destination: there, ...amount } };
}

/**
 * Adds to a plan what a copy would say at its end, and what it would be refused for; a copy that is
 * resumed needs less space, and is not refused.
 */
export function addWarnings(
  plan: Pick<CopyPlan, "bytes" | "files" | "destination" | "warnings">,
  outside: Survey["outside"],
  resumed: boolean,
): void {
  const full = spaceWarning(plan);
  if (full !== undefined) {
    const message = `${full.message}; free some space there`;
    plan.warnings.push({ code: resumed ? "job" : "refused", message });
  }
  const warning = outsideWarning(outside, plan);
  if (warning !== undefined) plan.warnings.push({ code: "job", message: printable(warning) });
}

/** How much will be sent at most of some jobs and runs. */
export function amountOf(
  parts: readonly (PlannedJob | PlannedRun)[],
): Pick<CopyPlan, "bytes" | "files"> {
  const sent = parts.filter(isWritten);
  return {
    bytes: bytesIn(sent),
    files: sent.reduce((sum, { files }) => sum + files, 0),
  };
}

/**
 * What is planned, with the reason in words for a source that is a file. Why it lacks a job is not
 * known: that may have been running when the file was made.
 */
function asOfFile<T extends { reason?: string }>(planned: T): T {
  if (planned.reason === undefined) return planned;
  const reason = planned.reason.replaceAll("at the source", "in the file").replace(
    / \(.+\?\)$/,
    "",
  );
  return { ...planned, reason };
}

/** A job that an earlier run of the same copy brings. */
function cameBefore(job: PlannedJob): PlannedJob {
  const { destination } = job;
  const reason = "copied with an earlier run";
  const nothing = { bytes: 0, files: 0, incomplete: false };
  return { ...idOf(job), action: "skip", source: "unseen", destination, reason, ...nothing };
}

function describe(
  workspace: Workspace,
  info: WorkspaceInfo,
  { rsync, isArchive }: Abilities,
): PlannedEnd {
  return {
    id: workspace.id,
    ...(workspace.ssh && { host: workspace.ssh.host }),
    ...(workspace.ssh?.transferHost && { transferHost: workspace.ssh.transferHost }),
    path: isArchive ? workspace.path : info.realPath,
    ...(isArchive && { isArchive }),
    ...(!isArchive && (info.state === "absent" || info.state === "empty") && { isNew: true }),
    rsync: rsyncVersion(rsync.said),
    ...(info.freeBytes !== undefined && { freeBytes: info.freeBytes }),
    ...(info.freeFiles !== undefined && { freeFiles: info.freeFiles }),
  };
}
