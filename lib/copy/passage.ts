/**
 * One archive on its way: from the end that packs it, through the rewriter, into a staging folder.
 *
 * @module
 */

import { delay } from "@std/async/delay";
import { CopyError } from "../errors.ts";
import type { Staging } from "../host/host.ts";
import { type PassingOptions, StreamRewriter } from "../rewrite/rewriter.ts";
import type { PassingRun } from "../rewrite/run_rewriter.ts";
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
import { archivesOf, type Pack, type PackRequest, type Unpacking } from "../transport/archive.ts";
import { placeOf } from "../workspace/layout.ts";
import type { Context } from "./context.ts";
import type { Load } from "./loads.ts";
import { mapOf } from "./maps.ts";
import { contentInStream, mostBytesOf, type Route } from "./route.ts";
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

/** What passes, and how. */
export interface Passage {
  route: Route;
  load: Load;
  rewriter: StreamRewriter<PlannedJob>;
  request: PackRequest;
  /** Receives how many bytes have come. */
  onBytes: (bytes: number) => void;
  /** Which of several streams this is, and what ends it before its end. */
  lane?: number;
  signal?: AbortSignal;
}

/** Lets an archive pass through the rewriter into a staging folder. */
export async function letPass(
  pack: Pack & Pick<Unpacking, "trusted">,
  { route, load, rewriter, request, onBytes, lane, signal }: Passage,
  context: Context,
): Promise<Streamed> {
  const { surveyed, outcome, stagings, options } = context;
  const { hosts, can } = surveyed;
  const staging = stagings.get(load.staging)!;
  const visitor = watched(rewriter, (folder) => outcome.arriving(folder, lane));
  const edited = editTar(pack.stream, visitor, {
    from: hosts.source.name,
    mostBytes: mostBytesOf(load, surveyed),
    owner: staging.owner,
    shared: staging.shared,
    onBytes,
    archives: pack.archives ?? archivesOf(request),
    dialect: dialectOf(can.destination.tar),
  });
  const stream = paced(edited, options.bandwidthLimit ?? 0, context.watch.signal);
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
      stream: signal === undefined ? stream : until(signal, stream),
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

/** Unpacks the entries that are made anew, when nothing comes from the source. */
export async function putAdded(
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

/** The rewriter of an archive of some jobs, and of the run. */
export function rewriterOf(
  jobs: PlannedJob[],
  run: PassingRun | undefined,
  load: Load,
  { surveyed, stagings }: Context,
  options: Pick<PassingOptions, "named" | "added" | "alone">,
): StreamRewriter<PlannedJob> {
  const dialect = dialectOf(surveyed.can.destination.tar);
  const staging = stagings.get(load.staging)!;
  return new StreamRewriter(jobs, run, mapOf(surveyed), surveyed.hosts.source.name, {
    ...options,
    parts: new Set(surveyed.standing.keys()),
    dialect,
    write: (entries) => members(...held(entries, staging, dialect)),
  });
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

/** The same stream, until the signal fires. */
async function* until(
  signal: AbortSignal,
  stream: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  for await (const part of stream) {
    if (signal.aborted) return;
    yield part;
  }
}

/** The same stream, at `limit` KiB a second at most; 0 for no limit. */
export async function* paced(
  stream: AsyncIterable<Uint8Array>,
  limit: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const began = performance.now();
  let bytes = 0;
  for await (const part of stream) {
    yield part;
    if (limit === 0) continue;
    bytes += part.length;
    const early = bytes / 1.024 / limit - (performance.now() - began);
    if (early > 0) await delay(early, signal && { signal });
  }
}
