/**
 * The stream of a load: documents, links, folders and small files, rewritten on their way.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import { mapOf } from "./maps.ts";
import type { PassingRun } from "../rewrite/run_rewriter.ts";
import { StreamRewriter } from "../rewrite/rewriter.ts";
import { type Dialect, dialectOf } from "../tar/dialect.ts";
import { editTar } from "../tar/edit.ts";
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

/** What became of a stream. */
export interface Streamed {
  /** What has passed. */
  rewriter: StreamRewriter<PlannedJob>;
  /** Whether all has come, and is what was found. */
  whole: boolean;
  /** What the end that packs has complained of, a line each. */
  complaints: string[];
  /** What the other one has said; empty when it took all. */
  trouble: string;
  /** The folders of which something else has come than was found. */
  differing: string[];
}

/** What comes with a stream. */
export interface Beside {
  /** The run: its links, and its tags. */
  run: Omit<PassingRun, "folder" | "jobs"> & {
    jobs(rewriter: StreamRewriter<PlannedJob>): PlannedJob[];
  };
  /** What is made anew, once all has passed. */
  added(rewriter: StreamRewriter<PlannedJob>): OverlayEntry[];
}

/** Lets a stream pass into the staging folder of a load. */
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
      added: () => added(rewriter),
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

/** Whether the source's tar is of no use: it makes no archive that others read, or has failed before. */
function mustFetch({ isSecond }: Route, { source, destination }: Survey["can"]): boolean {
  if (dialectOf(source.tar) === "plain") return true;
  return isSecond && dialectOf(destination.tar) !== "plain";
}

/** Unpacks an archive that passes into a staging folder. */
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
  const edited = editTar(pack.stream, rewriter, {
    from: hosts.source.name,
    mostBytes: mostBytesOf(load, surveyed),
    owner: staging.owner,
    shared: staging.shared,
    onBytes: (bytes) => outcome.progress(bytes, undefined),
    archives: archivesOf(request),
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

/** Whether tar has noticed that somebody works in a run that goes on. */
function isOfWork(line: string, { run }: Route, { surveyed }: Context): boolean {
  const isChange = /: (file changed as we read it|File removed before we read it)$/.test(line);
  return isChange && surveyed.plan.run.inProgress && run !== undefined && line.includes(`${run}/`);
}

/** Unpacks what is made anew, where nothing has to come. */
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
    stream: inTurn(archive(...held(added, staging, dialect))),
    trusted: true,
    isPlain: true,
    hasBulk: false,
    whole: () => Promise.resolve(true),
  });
  if (trouble === undefined) return { ...nothing, whole: true, trouble: "" };
  throw new CopyError("program", trouble || "tar failed", "run the same command again");
}

/** What is made anew, held to what a staging folder is; and how it is written. */
function held(
  entries: OverlayEntry[],
  { owner, shared }: Staging,
  dialect: Dialect,
): [OverlayEntry[], ArchiveOptions] {
  const options = { isForGnu: dialect === "gnu", owner, group: shared?.group };
  return [sharedEntries(entries, shared), options];
}

async function* inTurn(parts: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* parts;
  await Promise.resolve();
}

/** Ends what makes a stream, of which perhaps nothing has been read; it is not waited for. */
function letGo(stream: AsyncIterable<Uint8Array>): void {
  try {
    stream[Symbol.asyncIterator]().return?.().catch(() => {});
  } catch {
    // who reads it will end it
  }
}
