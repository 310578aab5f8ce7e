/**
 * What documents and links name that is no part of the copy: what of it the destination lacks.
 *
 * @module
 */

import { hasControl, jobFolder, PARAMS_FILE, runFolder } from "../workspace/layout.ts";
import { Findings } from "./folder_rewriting.ts";
import { isWritten } from "./plan.ts";
import { mapOf } from "./prepare.ts";
import { isInJobs } from "./rewrite.ts";
import type { Survey } from "./survey.ts";

/** Paths, and the folders of the jobs that name each; none where only the run does. */
export type NamedPaths = Map<string, Set<string>>;

/** Paths that files or links name, and that are not part of the copy. */
export interface LeftPaths {
  /** Outside the source workspace, as they stand there. */
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

/** Whether a path of the source workspace is part of the copy, or a folder that something of it is in. */
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
 * What is there at the source, and not at the destination, of paths that are no part of the copy: as
 * the jobs, runs and shared folders that are lacking as a whole, and as the paths where only these are.
 */
export async function missingReferences(
  paths: Iterable<string>,
  { hosts, sights }: Survey,
): Promise<string[]> {
  const asked = [...paths].filter(isPlain);
  if (asked.length === 0) return [];
  const there = await hosts.source.existing(sights.source.realPath, asked);
  if (there.length === 0) return [];
  const wanted = [...new Set(there.flatMap((path) => [path, unitOf(path)]))];
  const here = new Set(await hosts.destination.existing(sights.destination.realPath, wanted));
  const missing = there.filter((path) => !here.has(path))
    .map((path) => here.has(unitOf(path)) ? path : unitOf(path));
  return [...new Set(missing)].sort();
}

/** Whether a path, which a document may say, is one below the workspace, and can be asked for. */
function isPlain(path: string): boolean {
  return path !== "" && !path.startsWith("/") && !hasControl(path) &&
    !path.split("/").includes("..");
}

/** How many names the folders have that are copied, or shared, as a whole. */
const DEPTHS: Readonly<Record<string, number>> = { jobs: 3, experiments: 3, partials: 4 };

/** The job, the run or the shared folder that a path is in; else the path itself. */
function unitOf(path: string): string {
  const names = path.split("/");
  return names.slice(0, DEPTHS[names[0]!]).join("/");
}

/** Of at most so many jobs the documents are read for a plan. */
const MOST_READ = 2000;

/** How many documents are read before others have their turn. */
const READ_AT_ONCE = 100;

/**
 * What the plan knows of that: by the links that were found, and by the documents, where reading
 * them costs no transfer.
 */
export async function plannedReferences(survey: Survey): Promise<string[]> {
  const { plan, found: { source }, hosts, sights } = survey;
  const map = mapOf(survey);
  const named = new Set<string>();
  const jobs = plan.jobs.filter(isWritten);
  for (const [index, job] of jobs.entries()) {
    const folder = jobFolder(job);
    const findings = new Findings(folder, map);
    for (const { path, target } of source.jobs.get(folder)!.links) findings.link(path, target!);
    const params = `${folder}/${PARAMS_FILE}`;
    const bytes = index < MOST_READ && hosts.source.peek(sights.source.realPath, params);
    if (bytes) findings.optionalDocument(PARAMS_FILE, "params", bytes);
    for (const path of findings.finish().inside) named.add(path);
    if (index % READ_AT_ONCE === 0) await new Promise((resolve) => setTimeout(resolve));
  }
  if (isWritten(plan.run)) {
    const findings = new Findings(runFolder(plan.experimentId, plan.runId), map);
    for (const [path, { kind, target }] of source.run) {
      if (kind === "link" && !isInJobs(path)) findings.link(path, target!);
    }
    for (const path of findings.finish().inside) named.add(path);
  }
  return await missingReferences([...named].filter((path) => !isCopied(path, survey)), survey);
}
