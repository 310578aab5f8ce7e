/**
 * The stream of a load: documents, links, folders and small files, rewritten on their way.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import { mapOf } from "./maps.ts";
import type { PassingRun } from "../rewrite/run_rewriter.ts";
import { placeOf, StreamRewriter } from "../rewrite/rewriter.ts";
import { type Dialect, dialectOf } from "../tar/dialect.ts";
import { editTar } from "../tar/edit.ts";
import type { MemberVisitor } from "../tar/visitor.ts";
import {
  archive,
  type ArchiveOptions,
  members,
  type OverlayEntry,
  sharedEntries,
} from "../tar/write.ts";
import type { Staging } from "../host/host.ts";
import { archivesOf, type Pack, type PackRequest, type Unpacking } from "../transport/archive.ts";
import { packFetched } from "./fetch.ts";
import type { Context } from "./context.ts";
import type { Load } from "./loads.ts";
import { paced } from "./pace.ts";
import { contentInStream, mostBytesOf, namedOf, packRequestOf, type Route } from "./route.ts";
import type { Survey } from "./survey.ts";
import type { PlannedJob } from "./types.ts";

/** The outcome of a stream. */
export interface Streamed {
  /** What has passed. */
  rewriter: StreamRewriter<PlannedJob>;
  /** Whether all has come, and is what was found. */
  whole: boolean;
  /** Complaints of the end that packs, a line each. */
  complaints: string[];
  /** What the end that unpacks has said; empty when it took all. */
  trouble: string;
  /** The folders that have come otherwise than they were found. */
  differing: string[];
}

/** What a stream brings besides what is packed. */
export interface Beside {
  /** The run: its links, and its tags. */
  run: Omit<PassingRun, "folder" | "jobs"> & {
    jobs(rewriter: StreamRewriter<PlannedJob>): PlannedJob[];
  };
  /** The entries that are made anew, appended when all has passed. */
  added(rewriter: StreamRewriter<PlannedJob>): OverlayEntry[];
}

/** Packs a load at the source, rewrites it on its way, and unpacks it in its staging folder. */
export async function passStream(
  route: Route,
  load: Load,
  context: Context,
  { run, added }: Beside,
): Promise<Streamed> {
  const { surveyed, ahead } = context;
  const { hosts, can } = surveyed;
  const dialect = dialectOf(can.destination.tar);
  const staging = context.stagings.get(load.staging)!;
  const passing = route.run === undefined
    ? undefined
    : { folder: route.run, jobs: () => run.jobs(rewriter), tags: run.tags };
  const named = new Map(
    [...namedOf(route, surveyed)].map(([folder, paths]) => [folder, new Set(paths)]),
  );
  const rewriter: StreamRewriter<PlannedJob> = new StreamRewriter(
    [...route.whole, ...route.apart],
    passing,
    mapOf(surveyed),
    hosts.source.name,
    {
      named,
      parts: new Set(surveyed.standing.keys()),
      added: () => added(rewriter),
      alone: route.alone,
      dialect,
      write: (entries) => members(...held(entries, staging, dialect)),
    },
  );
  const request = packRequestOf(route, load, surveyed);
  const begun = ahead.take(request);
  if (archivesOf(request) === 0) return await putAdded(added(rewriter), rewriter, load, context);
  const isFetched = mustFetch(route, can);
  const pack = begun ??
    (isFetched ? packFetched(request, load, context) : hosts.source.pack(request));
  const trusted = can.source.trusted && !isFetched;
  return await letPass({ ...pack, trusted }, request, route, rewriter, load, context);
}

/**
 * Whether the other end must pack: the tar of the source makes no pax archives, or failed before.
 */
function mustFetch({ isSecond }: Route, { source, destination }: Survey["can"]): boolean {
  if (dialectOf(source.tar) === "plain") return true;
  return isSecond && dialectOf(destination.tar) !== "plain";
}

/** The same visitor, which also tells the folder of each job, or of the run, as it comes. */
function watched(visitor: MemberVisitor, onFolder: (folder: string) => void): MemberVisitor {
  let last = "";
  return {
    visit(head, headers) {
      const decision = visitor.visit(head, headers);
      const [folder] = placeOf(head.name);
      if (folder !== last) onFolder(last = folder);
      return decision;
    },
    change: (head, bytes) => visitor.change(head, bytes),
    end: () => visitor.end(),
  };
}

/** Lets an archive pass through the rewriter into a staging folder. */
async function letPass(
  pack: Pack & Pick<Unpacking, "trusted">,
  request: PackRequest,
  route: Route,
  rewriter: StreamRewriter<PlannedJob>,
  load: Load,
  context: Context,
): Promise<Streamed> {
  const { surveyed, outcome, stagings, options } = context;
  const { hosts, can } = surveyed;
  const staging = stagings.get(load.staging)!;
  const visitor = watched(rewriter, (folder) => outcome.arriving(folder));
  const edited = editTar(pack.stream, visitor, {
    from: hosts.source.name,
    mostBytes: mostBytesOf(load, surveyed),
    owner: staging.owner,
    shared: staging.shared,
    onBytes: (bytes) => outcome.progress(bytes, undefined),
    archives: pack.archives ?? archivesOf(request),
    dialect: dialectOf(can.destination.tar),
  });
  const streamed: Streamed = { rewriter, whole: false, complaints: [], trouble: "", differing: [] };
  const whole = async () => {
    const packed = await pack.whole;
    const complaints = await pack.complaints ?? [];
    streamed.complaints = packed
      ? []
      : complaints.filter((line) => !isOfWork(line, route, context));
    streamed.differing = rewriter.differing(contentInStream(route, surveyed));
    const isPacked = packed || complaints.length > 0 && streamed.complaints.length === 0;
    return isPacked && rewriter.whole && streamed.differing.length === 0;
  };
  try {
    const trouble = await staging.unpack({
      stream: paced(edited, options.bandwidthLimit ?? 0, context.watch.signal),
      trusted: pack.trusted,
      isPlain: route.isSecond,
      hasBulk: route.whole.length > 0,
      whole,
    });
    streamed.whole = trouble === undefined;
    streamed.trouble = trouble ?? "";
    if (trouble !== undefined && trouble !== "") await whole();
    return streamed;
  } catch (error) {
    letGo(pack.stream);
    throw error;
  }
}

/** Whether tar complains only that a file of a run in progress changes. */
function isOfWork(line: string, { run }: Route, { surveyed }: Context): boolean {
  const isChange = /: (file changed as we read it|File removed before we read it)$/.test(line);
  return isChange && surveyed.plan.run.inProgress && run !== undefined && line.includes(`${run}/`);
}

/** Unpacks the entries that are made anew, when nothing comes from the source. */
async function putAdded(
  added: OverlayEntry[],
  rewriter: StreamRewriter<PlannedJob>,
  load: Load,
  { surveyed, stagings }: Context,
): Promise<Streamed> {
  const nothing = { rewriter, complaints: [], differing: [] };
  if (added.length === 0) return { ...nothing, whole: true, trouble: "" };
  const staging = stagings.get(load.staging)!;
  const dialect = dialectOf(surveyed.can.destination.tar);
  const trouble = await staging.unpack({
    stream: archive(...held(added, staging, dialect)),
    trusted: true,
    isPlain: true,
    hasBulk: false,
    whole: () => Promise.resolve(true),
  });
  if (trouble === undefined) return { ...nothing, whole: true, trouble: "" };
  throw new CopyError("program", trouble || "tar failed", "run the same command again");
}

/** The entries that are made anew, with owner, group and modes of the staging folder. */
function held(
  entries: OverlayEntry[],
  { owner, shared }: Staging,
  dialect: Dialect,
): [OverlayEntry[], ArchiveOptions] {
  const options = { isForGnu: dialect === "gnu", owner, group: shared?.group };
  return [sharedEntries(entries, shared), options];
}

/** Ends the source of a stream that may not have been read at all, without waiting for it. */
function letGo(stream: AsyncIterable<Uint8Array>): void {
  try {
    stream[Symbol.asyncIterator]().return?.().catch(() => {});
  } catch {
    // it is being read: its reader will end it
  }
}
