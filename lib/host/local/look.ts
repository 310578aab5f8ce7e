/**
 * Looks at a workspace of this machine: what it is, and which runs it has.
 *
 * @module
 */

import { resolve } from "@std/path/posix/resolve";
import { CopyError, NoFolder } from "../../errors.ts";
import {
  CURRENT,
  currentLinks,
  EXPERIMENTS,
  FILES_OF_2,
  isId,
  JOBS,
  JOBS_FILE,
  leadsTo,
  MARKER,
  PARTIALS,
  RECORDS,
  STAGING,
  STATUS_FILE,
  STORE,
} from "../../workspace/layout.ts";
import { printable } from "../../text/printable.ts";
import { latestByName, TRANSIENT } from "../../workspace/runs.ts";
import { isGranted, requireAccess } from "../../system/permissions.ts";
import { freeSpace } from "../../system/df.ts";
import { homeFolder } from "../../system/environment.ts";
import {
  entriesOf,
  isDoubtful,
  linkTarget,
  lookAt,
  namesIn,
  readText,
  realPath,
} from "../../system/files.ts";
import type {
  BrowseRequest,
  CurrentRun,
  FoundRun,
  Listing,
  LookRequest,
  SeenRun,
  WorkspaceInfo,
} from "../host.ts";
import type { RunOptions } from "../../system/process.ts";
import { findUnwritable, nearestOf } from "./nearest.ts";
import { RealFolders } from "./real_folders.ts";

/** Does {@linkcode Host.look}. */
export async function lookLocally(
  { path, experimentId, runId, wanted }: LookRequest,
  watch: RunOptions,
): Promise<WorkspaceInfo> {
  const { path: absolute, realPath: real, jobsPath, experimentsPath } = placesOf(path);
  const partialsPath = partialsOf(real);
  const kind = lookAt(real)?.kind;
  const names = new Set(namesIn(real)?.map(({ name }) => name));
  const experiment = `${experimentsPath}/${experimentId ?? ""}`;
  if (experimentId !== undefined) refuseForeign(experiment, experimentId);
  const staging = [stagingFor(real, jobsPath), stagingFor(real, experimentsPath)] as const;
  const partialsStaging = stagingFor(real, partialsPath);
  const areas = [...new Set([...staging, partialsStaging])];
  const current = experimentId === undefined ? undefined : currentRun(real, experimentId);
  const statusOf = (id?: string) => id && readText(`${experiment}/${id}/${STATUS_FILE}`);
  const place = wanted === "space" ? nearestOf(jobsPath) : undefined;
  const written = wanted === "space" ? [...staging, jobsPath, experimentsPath] : [];
  const [space, unwritable] = await Promise.all([
    freeSpace(place, watch),
    findUnwritable(written, staging, watch),
  ]);
  return {
    path: absolute,
    realPath: real,
    state: kind === undefined
      ? "absent"
      : [MARKER, JOBS, STAGING, STORE].some((name) => names.has(name)) // many a home has experiments
      ? "workspace"
      : names.size === 0
      ? "empty"
      : "foreign",
    marker: names.has(MARKER),
    jobsPath,
    experimentsPath,
    partialsPath,
    jobsStaging: staging[0],
    experimentsStaging: staging[1],
    partialsStaging,
    records: new RealFolders(real).has(`${real}/${RECORDS}`),
    store: new RealFolders(real).has(`${real}/${STORE}`),
    linkedStaging: areas.find((path) => linkTarget(path) !== undefined),
    staged: areas.flatMap((area) => entriesOf(area).map(({ name }) => `${area}/${name}`)),
    ...(unwritable !== undefined && { unwritable }),
    ...space,
    experimentExists: experimentId !== undefined && namesIn(experiment) !== undefined,
    inXp: experimentId !== undefined && isInXp(real, experimentId),
    current,
    currentStatus: statusOf(wanted === "jobs" ? undefined : current?.runId),
    run: runId === undefined
      ? undefined
      : findRun(experiment, runId === CURRENT ? current?.runId : runId, wanted === "jobs"),
  };
}

/** The paths of a workspace and its parts, links resolved; anything but a folder is refused. */
export function placesOf(
  path: string,
): Pick<WorkspaceInfo, "path" | "realPath" | "jobsPath" | "experimentsPath"> {
  const absolute = expand(path);
  const realPath = realPathOfWhatExists(absolute);
  requireAccess("read", realPath);
  const nearest = nearestOf(realPath);
  if (nearest !== undefined && !isFolder(nearest)) throw noFolder(nearest);
  const [jobsPath, experimentsPath] = [JOBS, EXPERIMENTS]
    .map((name) => placeOf(`${realPath}/${name}`)) as [string, string];
  return { path: absolute, realPath, jobsPath, experimentsPath };
}

/** Does {@linkcode Host.browse}. */
export function browseLocally(
  { path, experimentId, withJobs }: BrowseRequest,
): Listing {
  const real = realPathOfWhatExists(expand(path));
  requireAccess("read", real);
  if (namesIn(real) === undefined) throw new NoFolder(path);
  const root = `${real}/${EXPERIMENTS}`;
  const experiments = foldersIn(root, (name) => `${EXPERIMENTS}/${name}`)
    .filter((id) => experimentId === undefined || id === experimentId)
    .map((id) => ({
      experimentId: id,
      current: currentRun(real, id),
      runs: foldersIn(`${root}/${id}`).map((runId) => ({
        runId,
        status: readText(`${root}/${id}/${runId}/${STATUS_FILE}`),
        ...jobsIn(`${root}/${id}/${runId}`, withJobs),
      })),
    }));
  return { realPath: real, experiments, inXp: isInXp(real, experimentId ?? "") };
}

/** Whether experimaestro 1.x has made an experiment. A migrated one is a link there. */
function isInXp(workspace: string, experimentId: string): boolean {
  return lookAt(`${workspace}/xp`)?.kind === "folder" &&
    isFolder(`${workspace}/xp/${experimentId}`);
}

function noFolder(path: string): CopyError {
  const what = linkTarget(path) === undefined ? "not a folder" : "a link that leads nowhere";
  return new CopyError("refused", `${path} is ${what}`, "choose another workspace");
}

/** The path of a folder of a workspace, links resolved; it need not exist. */
function placeOf(path: string): string {
  const real = realPath(path);
  if (real === undefined && linkTarget(path) !== undefined) throw noFolder(path);
  return real ?? path;
}

/** Refuses an experiment's folder that is a link to anything but a folder of that experiment. */
function refuseForeign(path: string, experimentId: string): void {
  const target = linkTarget(path);
  if (target === undefined) return;
  if (!leadsTo(target, `${EXPERIMENTS}/${experimentId}`)) {
    const what = `${path} is a link to ${target}, not a folder of this experiment`;
    throw new CopyError("refused", printable(what));
  }
  const real = realPath(path);
  if (real !== undefined) requireAccess("read", real);
}

/** The path of `partials`, links resolved; what is wrong with it, whoever needs it will find. */
function partialsOf(root: string): string {
  const path = `${root}/${PARTIALS}`;
  try {
    return realPath(path) ?? path;
  } catch (error) {
    if (error instanceof CopyError) return path;
    throw error;
  }
}

function expand(path: string): string {
  const full = path === "~" || path.startsWith("~/") ? homeFolder() + path.slice(1) : path;
  return full.length > 1 ? full.replace(/\/+$/, "") : full;
}

function realPathOfWhatExists(given: string): string {
  const whole = realPath(given);
  if (whole !== undefined) return whole;
  const path = resolve(given);
  for (let end = path.length; end > 0; end = path.lastIndexOf("/", end - 1)) {
    const above = path.slice(0, end);
    // if the parent of a new folder may not be read, the path is checked once the folder exists
    if (end < path.length && !isGranted("read", above)) break;
    const real = realPath(above);
    if (real !== undefined) return (real === "/" ? "" : real) + path.slice(end);
  }
  return path;
}

/** The staging area for `place`: on the same file system, and with the same group. */
function stagingFor(workspace: string, place: string): string {
  return ground(place) === ground(workspace) ? `${workspace}/${STAGING}` : `${place}/${STAGING}`;
}

function isFolder(path: string): boolean {
  return namesIn(path) !== undefined;
}

/**
 * The device of the longest part of a path that exists, and the group that new entries get there;
 * undefined when that may not be read.
 */
function ground(path: string): string | undefined {
  const nearest = nearestOf(path);
  if (nearest === undefined) return undefined;
  const { dev, mode, gid } = Deno.statSync(nearest);
  return (mode ?? 0) & 0o2000 ? `${dev}:${gid}` : `${dev}`;
}

/**
 * The names of the folders in a folder. A link counts when it leads to a folder and its target ends
 * with `linked`. A name that is not UTF-8 is skipped: Deno cannot open it.
 */
function foldersIn(path: string, linked?: (name: string) => string): string[] {
  const leads = (name: string) =>
    linked !== undefined && leadsTo(linkTarget(`${path}/${name}`) ?? "", linked(name)) &&
    namesIn(`${path}/${name}`) !== undefined;
  return (namesIn(path) ?? [])
    .filter(({ name, isDirectory, isSymlink }) =>
      !name.startsWith(".") && (isDirectory || isSymlink && leads(name)) &&
      (!isDoubtful({ path: name }) || lookAt(`${path}/${name}`) !== undefined)
    )
    .map(({ name }) => name);
}

/** The run that experimaestro takes for an experiment's current one. */
function currentRun(workspace: string, experimentId: string): CurrentRun | undefined {
  const experiment = `${workspace}/${EXPERIMENTS}/${experimentId}`;
  for (const [at, place] of currentLinks(experimentId).entries()) {
    const target = linkTarget(`${workspace}/${place}`);
    if (target === undefined) continue;
    const runId = runNamedBy(target, experiment);
    return runId === undefined ? undefined : { runId, by: at === 0 ? "link" : "older link" };
  }
  const runId = latestByName(foldersIn(experiment).filter(isId));
  return runId === undefined ? undefined : { runId, by: "latest" };
}

/** The run that the link `current` in an experiment's folder names, if that run exists. */
export function linkedRun(experiment: string): string | undefined {
  return runNamedBy(linkTarget(`${experiment}/${CURRENT}`) ?? "", experiment);
}

/** The run that a link's target names by its last name, if that run exists. */
function runNamedBy(target: string, experiment: string): string | undefined {
  const name = target.replace(/\/+$/, "").split("/").at(-1) ?? "";
  return isId(name) && lookAt(`${experiment}/${name}`)?.kind === "folder" ? name : undefined;
}

function findRun(
  experiment: string,
  runId: string | undefined,
  withJobs: boolean,
): SeenRun | undefined {
  const folder = `${experiment}/${runId}`;
  if (runId === undefined || lookAt(folder)?.kind !== "folder") return undefined;
  return {
    runId,
    ...jobsIn(folder, withJobs),
    status: readText(`${folder}/${STATUS_FILE}`),
    transient: withJobs ? transientEvents(`${folder}/events`) : "",
  };
}

/** A run's `jobs.jsonl`; for a run of experimaestro 1.x, the jobs that it links to. */
function jobsIn(folder: string, wanted: boolean): Pick<FoundRun, "jobs" | "linked"> {
  if (!wanted) return { jobs: undefined };
  if (FILES_OF_2.some((name) => lookAt(`${folder}/${name}`) !== undefined)) {
    return { jobs: readText(`${folder}/${JOBS_FILE}`) };
  }
  const tasks = lookAt(`${folder}/${JOBS}`)?.kind === "folder" ? namesIn(`${folder}/${JOBS}`)! : [];
  const links = tasks.filter(({ isDirectory }) => isDirectory).flatMap(({ name: task }) =>
    namesIn(`${folder}/${JOBS}/${task}`)!.filter(({ isSymlink }) => isSymlink)
      .map(({ name }) => `${task}/${name}`)
  );
  return { jobs: undefined, linked: links.sort().join("\n") || undefined };
}

/** The lines of a run's events that call a job transient. */
function transientEvents(folder: string): string {
  if (lookAt(folder)?.kind !== "folder") return "";
  const files = (namesIn(folder) ?? []).filter(({ name }) => name.endsWith(".jsonl"));
  const lines = files.flatMap(({ name }) => readText(`${folder}/${name}`)?.split("\n") ?? []);
  return lines.filter((line) => TRANSIENT.some((one) => one.test(line))).join("\n");
}
