/**
 * References: paths that documents and links name and that are not part of the copy. Those that the
 * destination lacks make the copy incomplete.
 *
 * @module
 */

import {
  folderAt,
  isInJobs,
  isInPartials,
  jobFolder,
  OBJECTS_FILE,
  runFolder,
  unitOf,
} from "../workspace/layout.ts";
import { tidied } from "../system/garbage.ts";
import { hasControl } from "../text/printable.ts";
import { Findings, type Report } from "../rewrite/findings.ts";
import { isOmitted, isWritten } from "./decisions.ts";
import { mapOf } from "./maps.ts";
import { anyOf } from "./paths_map.ts";
import type { Params } from "./params.ts";
import type { NamedPaths, Namers, Survey } from "./surveyed.ts";
import type { CopyPlan, PlannedJob } from "./types.ts";

/** Paths that files or links name, and that are not part of the copy. */
export interface LeftPaths {
  /** Outside the source workspace, as they are written. */
  outside: NamedPaths;
  /** In the source workspace, relative to it. */
  inside: NamedPaths;
}

/** No paths yet. */
export function noPaths(): LeftPaths {
  return { outside: new Map(), inside: new Map() };
}

/** Adds a path, and who names it. */
export function addPath(paths: NamedPaths, path: string, by: Namers): void {
  const { first, jobs } = paths.get(path) ?? byJob(undefined);
  const [least] = [first, by.first].filter((folder) => folder !== undefined).sort();
  paths.set(path, { first: least, jobs: jobs + by.jobs });
}

/** Who names a path, when one job does, or only the run. */
export function byJob(folder: string | undefined): Namers {
  return { first: folder, jobs: folder === undefined ? 0 : 1 };
}

/** The most paths that the warning names. */
const PATHS_NAMED = 5;

/** The warning about paths that lead out of the workspace; undefined when there are none. */
export function outsideWarning(
  outside: ReadonlyMap<string, Namers>,
  { destination }: Pick<CopyPlan, "destination">,
): string | undefined {
  if (outside.size === 0) return undefined;
  const named = [...outside.keys()].sort().slice(0, PATHS_NAMED)
    .map((path) => `${path} (in ${whoNames(outside.get(path)!)})`).join(", ");
  const more = outside.size > PATHS_NAMED ? ` and ${outside.size - PATHS_NAMED} more` : "";
  return `some jobs refer to files outside the workspace; those files are not copied: ${named}${more}` +
    (destination.isArchive ? "" : ". To rewrite these paths, add --map OLD=NEW");
}

/** Who names a path: a job and how many others, or the run when only that does. */
function whoNames({ first, jobs }: Namers): string {
  if (first === undefined) return "the run";
  return jobs === 1 ? first : `${first} and ${jobs - 1} more`;
}

/** What tells whether something is part of a copy. */
type Part = Pick<Survey, "found" | "plan" | "problems">;

/**
 * Whether a path of the source workspace is part of the copy, or a folder above a part of it. A job
 * that was not chosen is part of it only for its run, which lists it; so is any job where that list
 * is damaged, which is named instead.
 *
 * @param isOfRun Whether only the run names it.
 */
export function isCopied(path: string, { found, plan, problems }: Part, isOfRun = false): boolean {
  const folder = unitOf(path);
  const run = runFolder(plan.experimentId, plan.runId);
  if (path === "" || folder === run) return true;
  if (isOfRun && problems.length > 0 && isInJobs(path)) return true;
  const { source: { jobs }, destination: { jobs: there } } = found;
  if (isInPartials(path) && folderAt(path) !== undefined) return sharedOf(plan).has(folder);
  if (path.split("/").length >= 3 && !isInPartials(path)) {
    const omitted = omittedOf(plan);
    return there.has(folder) || (omitted.has(folder) ? isOfRun : jobs.has(folder));
  }
  const above = `${path}/`;
  const isBelow = (each: string) => each.startsWith(above);
  return isBelow(run) || anyOf(jobs.keys(), isBelow) || anyOf(there.keys(), isBelow);
}

/** The folders of the jobs that were not chosen. */
const omittedOf = ofPlan(({ jobs }) => jobs.filter(isOmitted));

/** The shared folders that will be at the destination with all that the source has. */
const sharedOf = ofPlan(({ partials = [] }) => partials.filter((one) => !one.incomplete));

/** Finds folders of a plan; of the same plan once. */
function ofPlan(find: (plan: CopyPlan) => PlannedJob[]): (plan: CopyPlan) => ReadonlySet<string> {
  const known = new WeakMap<CopyPlan, ReadonlySet<string>>();
  return (plan) => {
    const found = known.get(plan) ?? new Set(find(plan).map(jobFolder));
    known.set(plan, found);
    return found;
  };
}

/**
 * Which of some paths, not part of the copy, are at the source and not at the destination, each with
 * what is missing: the path, or the whole job, run or shared folder that it is in.
 */
export async function missingReferences(
  paths: Iterable<string>,
  { hosts, infos }: Pick<Survey, "hosts" | "infos">,
): Promise<Map<string, string>> {
  const asked = [...paths].filter(isPlain);
  if (asked.length === 0) return new Map();
  const there = await hosts.source.existing(infos.source.realPath, asked);
  if (there.length === 0) return new Map();
  const wanted = [...new Set(there.flatMap((path) => [path, unitOf(path)]))];
  const here = new Set(await hosts.destination.existing(infos.destination.realPath, wanted));
  const missing = there.filter((path) => !here.has(path));
  return new Map(missing.map((path) => [path, here.has(unitOf(path)) ? path : unitOf(path)]));
}

/** Whether a path, which comes from a document, is below the workspace, and safe to ask for. */
function isPlain(path: string): boolean {
  return path !== "" && !path.startsWith("/") && !hasControl(path) &&
    !path.split("/").includes("..");
}

/**
 * Notes in a plan what is named, by the jobs to be written and by the run, and will be missing; and
 * what the run names outside the workspace.
 *
 * @param ofRun What the run names.
 */
export async function planReferences(
  survey: Omit<Survey, "standing">,
  ofRun: Report,
): Promise<void> {
  const { plan, reports, outside } = survey;
  const named = new Set<string>();
  for (const [, { inside }] of tidied(reports)) {
    for (const path of inside) if (!isCopied(path, survey)) named.add(path);
  }
  if (isWritten(plan.run)) {
    for (const path of ofRun.outside) addPath(outside, path, byJob(undefined));
  }
  for (const path of ofRun.inside) if (!isCopied(path, survey, true)) named.add(path);
  const lacking = new Set((plan.partials ?? []).filter((one) => one.incomplete).map(jobFolder));
  const missing = await missingReferences(named, survey);
  for (const path of named) { // one that stays there without what the source has
    if (lacking.has(unitOf(path)) && !missing.has(path)) missing.set(path, unitOf(path));
  }
  if (missing.size > 0) plan.referencesMissing = [...new Set(missing.values())].sort();
  // the plan names these itself, but when its jobs are copied again only their records tell
  const needed = plan.jobs.filter(({ neededBy, incomplete }) => neededBy && incomplete);
  for (const job of needed) missing.set(jobFolder(job), jobFolder(job));
  if (missing.size === 0) return;
  for (const job of plan.jobs) {
    const lacks = (reports.get(jobFolder(job))?.inside ?? [])
      .flatMap((path) => missing.get(path) ?? missing.get(unitOf(path)) ?? []);
    if (lacks.length > 0) job.referencesMissing = [...new Set(lacks)].sort();
  }
}

/** The most bytes of `objects.jsonl` that are read for a plan. */
const MOST_READ = 1 << 22;

/** What the links of the run name; of one that stays as it is, its `objects.jsonl` as well. */
export async function findInRun(
  survey: Omit<Survey, "standing">,
  documents: Pick<Params, "other">,
): Promise<Report> {
  const { plan, found: { source } } = survey;
  const folder = runFolder(plan.experimentId, plan.runId);
  const findings = new Findings(folder, mapOf(survey));
  for (const [path, { kind, target }] of source.run) {
    if (kind === "link" && !isInJobs(path)) findings.link(path, target!);
  }
  const objects = source.run.get(OBJECTS_FILE);
  const isRead = objects?.kind === "file" && objects.size <= MOST_READ && !isWritten(plan.run);
  if (!isRead) return findings.finish();
  const content = await documents.other(`${folder}/${OBJECTS_FILE}`, MOST_READ);
  if (content !== undefined) findings.optionalDocument(OBJECTS_FILE, "lines", content);
  return findings.finish();
}
