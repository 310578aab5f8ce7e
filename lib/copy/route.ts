/**
 * Which way each file goes. Documents, links and folders always go by the one stream that is
 * rewritten on its way. Jobs of small files go with them, which is faster. rsync brings the rest:
 * it can resume, and keeps holes and special files.
 *
 * @module
 */

import type { PackRequest } from "../transport/archive.ts";
import { dialectOf } from "../tar/dialect.ts";
import { type Entry, isClosed } from "../system/entry.ts";
import { type Content, contentOf, count } from "../system/content.ts";
import { runDocumentKind } from "../workspace/documents.ts";
import { jobFolder, jobName, JOBS, PARAMS_FILE, runFolder } from "../workspace/layout.ts";
import { escaped, leftBehindPlaces } from "../workspace/left_behind.ts";
import type { FoundJob } from "./found_job.ts";
import type { FoundRunFolder } from "./inventory.ts";
import { misplacedLink } from "./usable.ts";
import { isAlone } from "./alone.ts";
import type { Load } from "./loads.ts";
import { anyOf } from "./paths_map.ts";
import { leavesOut } from "./exclude.ts";
import { hasEnded, isCompleted, isWritten } from "./decisions.ts";
import type { SurveyData } from "./surveyed.ts";
import type { CopyOptions, PlannedJob } from "./types.ts";

/** Which way the parts of a load go. */
export interface Route {
  /** The jobs that go by the stream with all that is in them. */
  whole: PlannedJob[];
  /** The jobs of which rsync brings the files. */
  apart: PlannedJob[];
  /** The run's folder, which goes by the stream; undefined when it is not written. */
  run: string | undefined;
  /**
   * Whether rsync brings the run's files first, since it does what tar cannot, and tells which
   * files may not be read. Documents, links and folders follow by the stream, named one by one.
   */
  isRunApart: boolean;
  /** Whether the stream failed before: then it goes without zstd, which may be the cause. */
  isSecond: boolean;
  /** Whether all goes by the stream, since one end is an archive. */
  alone: boolean;
}

/** The largest average size, in bytes, of the files of a job that goes by the stream. */
const STREAMED_SIZE = 1 << 18;

/** What the route depends on besides the plan. */
interface RouteOptions {
  /** Whether files of an earlier attempt are there, which rsync can continue. */
  resumed: boolean;
  /** Whether both ends are on one other machine: by rsync, no content leaves it. */
  together?: boolean;
  /** Whether the stream was tried before. */
  isSecond?: boolean;
}

/** Which way the parts of a load go. */
export function routeOf(
  load: Load,
  known: SurveyData,
  options: CopyOptions,
  { resumed, together = false, isSecond = false }: RouteOptions,
): Route {
  const { plan, can, found: { source } } = known;
  const run = load.withRun && isWritten(plan.run)
    ? runFolder(plan.experimentId, plan.runId)
    : undefined;
  if (isAlone(can)) return routeAlone(load, run, known, options);
  const isGnu = [can.source, can.destination].every(({ tar }) => dialectOf(tar) === "gnu");
  const byRsync = resumed || together || leavesOut(options) || options.bandwidthLimit;
  const isWhole = (job: PlannedJob) => isSmall(source.jobs.get(jobFolder(job))!);
  // of a job that still runs, tar may pack a marker that is newer than the files before it
  const isNew = (job: PlannedJob) => hasEnded(job) && !isCompleted(job);
  const whole = isGnu && !byRsync ? load.jobs.filter(isNew).filter(isWhole) : [];
  const streamed = new Set(whole);
  return {
    whole,
    apart: load.jobs.filter((job) => !streamed.has(job)),
    run,
    isRunApart: run !== undefined &&
      (!isGnu || isSecond || anyOf(source.run.values(), isBulkOfRun)),
    isSecond,
    alone: false,
  };
}

/**
 * The route of a load that goes by the stream alone. Folders go whole where GNU tar packs them; a
 * link to a folder, what is left out of, and all where there is another tar, by the names of what
 * they hold.
 */
function routeAlone(
  load: Load,
  run: Route["run"],
  { can, found: { source } }: SurveyData,
  options: CopyOptions,
): Route {
  const isGnu = dialectOf(can.source.tar) === "gnu";
  const isWhole = (job: PlannedJob) =>
    isGnu && !isCompleted(job) && !leavesOut(options) &&
    source.jobs.get(jobFolder(job))!.linked === undefined;
  return {
    whole: load.jobs.filter(isWhole),
    apart: load.jobs.filter((job) => !isWhole(job)),
    run,
    isRunApart: run !== undefined && !isGnu,
    isSecond: false,
    alone: true,
  };
}

function isSmall(found: FoundJob): boolean {
  const isOpen = [...found.folders.values()].every(({ mode }) => !isClosed(mode));
  return isOpen && found.linked === undefined && !found.special && !found.holes &&
    misplacedLink(found) === undefined && found.bytes <= found.files * STREAMED_SIZE;
}

/** Whether rsync brings an entry of a run: a file with holes, a socket, a pipe or a device. */
function isBulkOfRun({ path, kind, holes }: Entry): boolean {
  return kind === "other" || holes === true && runDocumentKind(path) === undefined;
}

/** The paths named one by one for the stream, by folder; empty for the folder itself. */
export function namedOf(route: Route, { found: { source } }: SurveyData): Map<string, string[]> {
  const named = new Map(
    route.apart.map((job) => {
      const folder = jobFolder(job);
      return [folder, namedOfJob(source.jobs.get(folder)!, route.alone)];
    }),
  );
  if (route.run !== undefined && route.isRunApart) {
    named.set(
      route.run,
      route.alone ? inTreeOrder([...source.run.keys()]) : namedOfRun(source.run),
    );
  }
  return named;
}

/** `params.json` comes first: it tells where the workspace was before, which the others need. */
function namedOfJob(
  { folders, links, documents, oversized, rest = [] }: FoundJob,
  isAlone: boolean,
): string[] {
  const others = documents.filter((path) => path !== PARAMS_FILE && !oversized.includes(path));
  const bulk = isAlone ? rest : [];
  const some = [...folders.keys(), ...links.map(({ path }) => path), ...others, ...bulk];
  const named = inTreeOrder(some);
  if (!documents.includes(PARAMS_FILE)) return named;
  return ["", PARAMS_FILE, ...named.filter((path) => path !== "")];
}

function namedOfRun(run: FoundRunFolder): string[] {
  return inTreeOrder([...run].filter(([, entry]) => !isBulkOfRun(entry)).map(([path]) => path));
}

/** Sorts paths in the order of a walk: tar sets the time of a folder when it leaves it. */
function inTreeOrder(paths: string[]): string[] {
  return paths.map((path) => path.replaceAll("/", "\0")).sort()
    .map((key) => key.replaceAll("\0", "/"));
}

/** What each folder must hold in the stream, to be compared with what has passed. */
export function contentInStream(route: Route, known: SurveyData): Map<string, Content> {
  const { plan, found: { source } } = known;
  const contents = new Map<string, Content>();
  for (const folder of route.whole.map(jobFolder)) {
    contents.set(folder, source.jobs.get(folder)!);
  }
  for (const folder of route.apart.map(jobFolder)) {
    const found = source.jobs.get(folder)!;
    contents.set(folder, route.alone ? found : skeletonOf(found));
  }
  // a run in progress may have changed since the scan
  if (route.run === undefined || plan.run.inProgress) return contents;
  const isPassing = (entry: Entry) => !route.isRunApart || route.alone || !isBulkOfRun(entry);
  const inRun = { names: 0, bytes: 0 };
  for (const entry of source.run.values()) {
    if (entry.path !== "" && isPassing(entry)) count(inRun, entry);
  }
  return contents.set(route.run, inRun);
}

/** The sum of a job's documents, links and folders. */
function skeletonOf({ folders, links, documents, oversized, bytes, bulk }: FoundJob): Content {
  const parts = [...folders.values(), ...links].filter(({ path }) => path !== "")
    .map(({ path, kind }) => ({ path, kind, size: 0 }));
  const read = documents.filter((path) => !oversized.includes(path));
  const files = read.map((path) => ({ path, kind: "file" as const, size: 0 }));
  return { ...contentOf([...parts, ...files]), bytes: bytes - bulk.bytes };
}

/** What to pack of a load. */
export function packRequestOf(route: Route, load: Load, known: SurveyData): PackRequest {
  const { infos, found: { source } } = known;
  const entries = [...namedOf(route, known)].flatMap(([folder, [, ...paths]]) => {
    const below = paths.map((path) => `${folder}/${path}`);
    // `/.` packs the folder that a link leads to
    const isLinked = source.jobs.get(folder)?.linked !== undefined;
    return [isLinked ? `${folder}/.` : folder, ...below];
  });
  const places = leftBehindPlaces(load.jobs);
  const { run, isRunApart, alone } = route;
  const withoutHardLinks = alone && mustPart(route, known);
  return {
    root: infos.source.realPath,
    folders: [...route.whole.map(jobFolder), ...(run === undefined || isRunApart ? [] : [run])],
    // the run's links to jobs are packed: they are rewritten as they pass
    leftBehind: [
      ...places.filter((place) => !place.endsWith(`/${JOBS}`)),
      ...(alone ? markersOf(route.whole.filter((job) => !hasEnded(job))) : []),
    ],
    ...(withoutHardLinks && { withoutHardLinks }),
    entries,
    withSharedDocuments: alone || hasSharedDocuments(route, known),
    isPlain: route.isSecond,
  };
}

/** The markers that jobs under way may get while they are packed, after their older files. */
function markersOf(jobs: PlannedJob[]): string[] {
  return jobs.flatMap((job) =>
    ["done", "failed"].map((state) => escaped(`${jobFolder(job)}/${jobName(job.taskId)}.${state}`))
  );
}

/**
 * Whether hard links become files of their own. Documents are changed by themselves; and of jobs
 * that share a file, an import may take only some.
 */
function mustPart(route: Route, known: SurveyData): boolean {
  const { source } = known.found;
  const shared = new Set(route.run === undefined ? [] : sharedIn(source.run));
  const isShared = (job: PlannedJob) => {
    const files = [...source.jobs.get(jobFolder(job))!.shared ?? []];
    const isOthers = files.some((file) => shared.has(file));
    for (const file of files) shared.add(file);
    return isOthers;
  };
  return hasSharedDocuments({ ...route, apart: [...route.apart, ...route.whole] }, known) ||
    route.whole.some(isShared);
}

function hasSharedDocuments({ apart, run }: Route, { found: { source } }: SurveyData): boolean {
  const isShared = ({ path, shared }: Entry) =>
    shared !== undefined && runDocumentKind(path) !== undefined;
  return apart.some((job) => source.jobs.get(jobFolder(job))!.hasSharedDocuments) ||
    run !== undefined && anyOf(source.run.values(), isShared);
}

/** The files of a run with hard links, by their inodes. */
export function sharedIn(run: FoundRunFolder): string[] {
  const found: string[] = [];
  for (const { shared } of run.values()) if (shared !== undefined) found.push(shared);
  return found;
}

/** The most bytes of an entry in an archive beside its content: two long names, and padding. */
const MEMBER_SIZE = 16_384;

/** The most bytes that the archive of a load may have: twice what was found, and a little more. */
export function mostBytesOf({ jobs }: Load, { plan, found: { source } }: SurveyData): number {
  const inJobs = jobs.map((job) => {
    const { bytes, files, folders, links } = source.jobs.get(jobFolder(job))!;
    return bytes + (files + folders.size + links.length) * MEMBER_SIZE;
  });
  const inRun = plan.run.bytes + source.run.size * MEMBER_SIZE;
  return 2 * inJobs.reduce((sum, bytes) => sum + bytes, inRun) + 2 ** 24;
}
