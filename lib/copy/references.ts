/**
 * References: paths that documents and links name and that are not part of the copy. Those that the
 * destination lacks make the copy incomplete.
 *
 * @module
 */

import { isInJobs, jobFolder, PARAMS_FILE, runFolder } from "../workspace/layout.ts";
import { hasControl } from "../text/printable.ts";
import { Findings, type Report } from "../rewrite/findings.ts";
import { isWritten } from "./decisions.ts";
import type { PathMap } from "../rewrite/path_map.ts";
import { mapOf } from "./maps.ts";
import type { Survey } from "./survey.ts";
import type { PlannedJob } from "./types.ts";

/** Paths, each with the folders of the jobs that name it; with none when only the run does. */
export type NamedPaths = Map<string, Set<string>>;

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
export function addPath(paths: NamedPaths, path: string, by: Iterable<string>): void {
  const known = paths.get(path);
  if (known === undefined) paths.set(path, new Set(by));
  else for (const folder of by) known.add(folder);
}

/** The most paths that the warning names. */
const PATHS_NAMED = 5;

/** The warning about paths that lead out of the workspace; undefined when there are none. */
export function outsideWarning(outside: NamedPaths): string | undefined {
  if (outside.size === 0) return undefined;
  const named = [...outside.keys()].sort().slice(0, PATHS_NAMED)
    .map((path) => `${path} (in ${whoNames(outside.get(path)!)})`).join(", ");
  const more = outside.size > PATHS_NAMED ? ` and ${outside.size - PATHS_NAMED} more` : "";
  return `some jobs refer to files outside the workspace; those files are not copied: ${named}${more}. ` +
    "To rewrite these paths, add --map OLD=NEW";
}

/** Who names a path: a job and how many others, or the run when only that does. */
function whoNames(jobs: ReadonlySet<string>): string {
  const [first] = [...jobs].sort();
  if (first === undefined) return "the run";
  return jobs.size === 1 ? first : `${first} and ${jobs.size - 1} more`;
}

/** Whether a path of the source workspace is part of the copy, or a folder above a part of it. */
export function isCopied(path: string, { found, plan }: Survey): boolean {
  const names = path.split("/");
  const folder = names.slice(0, 3).join("/");
  const run = runFolder(plan.experimentId, plan.runId);
  if (path === "" || folder === run) return true;
  const { source: { jobs }, destination: { jobs: there } } = found;
  if (names.length >= 3) return jobs.has(folder) || there.has(folder);
  const above = `${path}/`;
  return run.startsWith(above) ||
    [...jobs.keys(), ...there.keys()].some((each) => each.startsWith(above));
}

/**
 * Which of some paths, not part of the copy, are at the source and not at the destination. Where a
 * whole job, run or shared folder is missing, that is answered instead.
 */
export async function missingReferences(
  paths: Iterable<string>,
  { hosts, infos }: Survey,
): Promise<string[]> {
  const asked = [...paths].filter(isPlain);
  if (asked.length === 0) return [];
  const there = await hosts.source.existing(infos.source.realPath, asked);
  if (there.length === 0) return [];
  const wanted = [...new Set(there.flatMap((path) => [path, unitOf(path)]))];
  const here = new Set(await hosts.destination.existing(infos.destination.realPath, wanted));
  const missing = there.filter((path) => !here.has(path))
    .map((path) => here.has(unitOf(path)) ? path : unitOf(path));
  return [...new Set(missing)].sort();
}

/** Whether a path, which comes from a document, is below the workspace, and safe to ask for. */
function isPlain(path: string): boolean {
  return path !== "" && !path.startsWith("/") && !hasControl(path) &&
    !path.split("/").includes("..");
}

/** How many names the path of a job, a run or a shared folder has. */
const DEPTHS: Readonly<Record<string, number>> = { jobs: 3, experiments: 3, partials: 4 };

/** The job, the run or the shared folder that a path is in; else the path itself. */
function unitOf(path: string): string {
  const names = path.split("/");
  return names.slice(0, DEPTHS[names[0]!]).join("/");
}

/** The most jobs whose documents are read for a plan. */
const MOST_READ = 2000;

/** How many documents are read before the event loop has its turn. */
const READ_AT_ONCE = 100;

/** What is known of references before a copy. */
export interface PlannedReferences {
  /** What the destination will lack. */
  missing: string[];
  /** The warning about paths that lead out of the workspace. */
  warning: string | undefined;
}

/**
 * What is known of references before a copy: by the links that were found, and by `params.json` of
 * jobs where reading it costs no transfer.
 */
export async function plannedReferences(survey: Survey): Promise<PlannedReferences> {
  const { plan } = survey;
  const map = mapOf(survey);
  const left = noPaths();
  for (const [index, job] of plan.jobs.filter(isWritten).entries()) {
    const { outside, inside } = findInJob(job, map, survey, index < MOST_READ);
    for (const path of outside) addPath(left.outside, path, [jobFolder(job)]);
    for (const path of inside) addPath(left.inside, path, [jobFolder(job)]);
    if (index % READ_AT_ONCE === 0) await new Promise((resolve) => setTimeout(resolve));
  }
  if (isWritten(plan.run)) {
    const { outside, inside } = findInRun(map, survey);
    for (const path of outside) addPath(left.outside, path, []);
    for (const path of inside) addPath(left.inside, path, []);
  }
  const named = [...left.inside.keys()].filter((path) => !isCopied(path, survey));
  return {
    missing: await missingReferences(named, survey),
    warning: outsideWarning(left.outside),
  };
}

function findInJob(job: PlannedJob, map: PathMap, survey: Survey, isRead: boolean): Report {
  const { found: { source }, hosts, infos } = survey;
  const folder = jobFolder(job);
  const findings = new Findings(folder, map);
  const params = `${folder}/${PARAMS_FILE}`;
  const bytes = isRead && hosts.source.peek(infos.source.realPath, params);
  if (bytes) findings.optionalDocument(PARAMS_FILE, "params", bytes);
  for (const { path, target } of source.jobs.get(folder)!.links) findings.link(path, target!);
  return findings.finish();
}

function findInRun(map: PathMap, survey: Survey): Report {
  const { plan, found: { source } } = survey;
  const findings = new Findings(runFolder(plan.experimentId, plan.runId), map);
  for (const [path, { kind, target }] of source.run) {
    if (kind === "link" && !isInJobs(path)) findings.link(path, target!);
  }
  return findings.finish();
}
