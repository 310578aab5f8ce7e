/**
 * Which way each file goes. Documents, links and folders always go by the one stream that is rewritten
 * on its way; small files go with them, which is faster; rsync, which can do more, brings the rest.
 *
 * @module
 */

import type { PackRequest } from "../transport/archive.ts";
import { dialectOf } from "../tar/dialect.ts";
import { type Entry, isClosed } from "../system/entry.ts";
import { type Content, contentOf } from "../system/content.ts";
import { runDocumentKind } from "../workspace/documents.ts";
import { jobFolder, JOBS, PARAMS_FILE, runFolder } from "../workspace/layout.ts";
import { leftBehindPlaces } from "../workspace/left_behind.ts";
import type { FoundJob, FoundRunFolder } from "./inventory.ts";
import { misplacedLink } from "./usable.ts";
import type { Load } from "./loads.ts";
import { hasEnded, isWritten } from "./decisions.ts";
import type { SurveyData } from "./survey.ts";
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
   * Whether rsync brings the run first: it does what tar cannot, and tells what may not be read. What is
   * rewritten comes after that by the stream, named one by one.
   */
  isRunApart: boolean;
  /** Whether it was tried before: then zstd, which may have failed, is left out. */
  isSecond: boolean;
}

/** What a folder's files may have on average, in bytes, to go by the stream. */
const STREAMED_SIZE = 1 << 18;

/** What else tells the way. */
interface RouteOptions {
  /** Whether rsync has something to go on with. */
  resumed: boolean;
  /** Whether both ends are on one other machine: then rsync lets nothing leave it. */
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
  const isGnu = [can.source, can.destination].every(({ tar }) => dialectOf(tar) === "gnu");
  const byRsync = resumed || together || options.exclude?.length || options.bandwidthLimit;
  const isWhole = (job: PlannedJob) => isSmall(source.jobs.get(jobFolder(job))!);
  // rsync looks for the markers before it reads the files, tar may do so after
  const whole = isGnu && !byRsync ? load.jobs.filter(hasEnded).filter(isWhole) : [];
  const streamed = new Set(whole);
  const run = load.withRun && isWritten(plan.run)
    ? runFolder(plan.experimentId, plan.runId)
    : undefined;
  return {
    whole,
    apart: load.jobs.filter((job) => !streamed.has(job)),
    run,
    isRunApart: run !== undefined &&
      (!isGnu || isSecond || [...source.run.values()].some(isBulkOfRun)),
    isSecond,
  };
}

function isSmall(found: FoundJob): boolean {
  const isOpen = [...found.folders.values()].every(({ mode }) => !isClosed(mode));
  return isOpen && found.linked === undefined && !found.special && !found.holes &&
    misplacedLink(found) === undefined && found.bytes <= found.files * STREAMED_SIZE;
}

/** Whether rsync brings a thing of a run: holes, and what is neither file nor folder nor link. */
function isBulkOfRun({ path, kind, holes }: Entry): boolean {
  return kind === "other" || holes === true && runDocumentKind(path) === undefined;
}

/** What of some folders goes by the stream: paths there, empty for the folder itself. */
export function namedOf(route: Route, { found: { source } }: SurveyData): Map<string, string[]> {
  const named = new Map(
    route.apart.map((job) => {
      const folder = jobFolder(job);
      return [folder, namedOfJob(source.jobs.get(folder)!)];
    }),
  );
  if (route.run !== undefined && route.isRunApart) named.set(route.run, namedOfRun(source.run));
  return named;
}

/** `params.json` first: it tells where the workspace was before. */
function namedOfJob({ folders, links, documents, oversized }: FoundJob): string[] {
  const others = documents.filter((path) => path !== PARAMS_FILE && !oversized.includes(path));
  const named = inTreeOrder([...folders.keys(), ...links.map(({ path }) => path), ...others]);
  if (!documents.includes(PARAMS_FILE)) return named;
  return ["", PARAMS_FILE, ...named.filter((path) => path !== "")];
}

function namedOfRun(run: FoundRunFolder): string[] {
  return inTreeOrder([...run].filter(([, entry]) => !isBulkOfRun(entry)).map(([path]) => path));
}

/** In the order of a walk: tar gives a folder its time once it has left it. */
function inTreeOrder(paths: string[]): string[] {
  return paths.map((path) => path.replaceAll("/", "\0")).sort()
    .map((key) => key.replaceAll("\0", "/"));
}

/** What is to be seen of each folder in the stream. */
export function contentInStream(route: Route, known: SurveyData): Map<string, Content> {
  const { plan, found: { source } } = known;
  const contents = new Map<string, Content>();
  for (const folder of route.whole.map(jobFolder)) {
    contents.set(folder, source.jobs.get(folder)!);
  }
  for (const folder of route.apart.map(jobFolder)) {
    contents.set(folder, skeletonOf(source.jobs.get(folder)!));
  }
  // a run that goes on has changed meanwhile
  if (route.run === undefined || plan.run.inProgress) return contents;
  const inRun = [...source.run.values()].filter(({ path }) => path !== "");
  return contents.set(
    route.run,
    contentOf(route.isRunApart ? inRun.filter((entry) => !isBulkOfRun(entry)) : inRun),
  );
}

/** What a job's documents, links and folders are, summed up. */
function skeletonOf({ folders, links, documents, oversized, bytes, bulk }: FoundJob): Content {
  const parts = [...folders.values(), ...links].filter(({ path }) => path !== "");
  const read = documents.filter((path) => !oversized.includes(path));
  const files = read.map((path) => ({ path, kind: "file" as const, size: 0 }));
  return { ...contentOf([...parts, ...files]), bytes: bytes - bulk.bytes };
}

/** What to pack of a load. */
export function packRequestOf(route: Route, load: Load, known: SurveyData): PackRequest {
  const { infos: infos, found: { source } } = known;
  const entries = [...namedOf(route, known)].flatMap(([folder, [, ...paths]]) => {
    const below = paths.map((path) => `${folder}/${path}`);
    // of a link what it leads to; after what is in it, for tar does not know it by that name
    if (source.jobs.get(folder)?.linked !== undefined) return [...below, `${folder}/.`];
    return [folder, ...below];
  });
  const places = leftBehindPlaces(load.jobs);
  const { run, isRunApart } = route;
  return {
    root: infos.source.realPath,
    folders: [...route.whole.map(jobFolder), ...(run === undefined || isRunApart ? [] : [run])],
    // the run's links to jobs are changed on their way
    leftBehind: places.filter((place) => !place.endsWith(`/${JOBS}`)),
    entries,
    withSharedDocuments: hasSharedDocuments(route, known),
    isPlain: route.isSecond,
  };
}

function hasSharedDocuments({ apart, run }: Route, { found: { source } }: SurveyData): boolean {
  const isShared = ({ path, shared }: Entry) =>
    shared !== undefined && runDocumentKind(path) !== undefined;
  return apart.some((job) => source.jobs.get(jobFolder(job))!.hasSharedDocuments) ||
    run !== undefined && [...source.run.values()].some(isShared);
}

/** What one thing in an archive takes at most beside its bytes: two long names, and blocks. */
const MEMBER_SIZE = 16_384;

/** How many bytes a load can be at most in an archive: twice what was seen, and a little more. */
export function mostBytesOf({ jobs }: Load, { plan, found: { source } }: SurveyData): number {
  const inJobs = jobs.map((job) => {
    const { bytes, files, folders, links } = source.jobs.get(jobFolder(job))!;
    return bytes + (files + folders.size + links.length) * MEMBER_SIZE;
  });
  const inRun = plan.run.bytes + source.run.size * MEMBER_SIZE;
  return 2 * inJobs.reduce((sum, bytes) => sum + bytes, inRun) + 2 ** 24;
}
