/**
 * The stream of a load: documents, links, folders and small files, rewritten on their way.
 *
 * @module
 */

import type { PassingRun } from "../rewrite/run_rewriter.ts";
import type { StreamRewriter } from "../rewrite/rewriter.ts";
import { dialectOf } from "../tar/dialect.ts";
import type { OverlayEntry } from "../tar/write.ts";
import { archivesOf } from "../transport/archive.ts";
import { sideBySide } from "../transport/side_by_side.ts";
import { RefusedSession } from "../transport/ssh_complaints.ts";
import { runLink } from "../workspace/layout.ts";
import { bytesIn } from "../text/sizes.ts";
import type { Context } from "./context.ts";
import { packFetched } from "./fetch.ts";
import type { Load } from "./loads.ts";
import { packRead } from "./pack_read.ts";
import { letPass, putAdded, rewriterOf, type Streamed } from "./passage.ts";
import { namedOf, packRequestOf, type Route } from "./route.ts";
import { inSum, passShares, type Share } from "./shares.ts";
import type { Survey } from "./surveyed.ts";
import type { PlannedJob } from "./types.ts";

/** What a stream brings besides what is packed. */
export interface Beside {
  /** The run: its links, and what its `status.json` is to say. */
  run: Pick<PassingRun, "tags" | "ended"> & {
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
  beside: Beside,
): Promise<Streamed> {
  const shares = await passShares(route, load, context, beside.run.jobs);
  const come = new Set(shares.flatMap(({ jobs }) => jobs));
  const rest = { ...route, whole: route.whole.filter((job) => !come.has(job)) };
  let isRefused = false;
  const pass = async () => {
    try {
      return await passRest(rest, shares, load, context, beside, isRefused);
    } catch (error) {
      isRefused ||= error instanceof RefusedSession;
      throw error;
    }
  };
  // a server may not have noticed yet that other sessions have ended
  return (await sideBySide([[]], pass, context.watch))[0]!;
}

/**
 * Lets pass what several streams have not brought: the run after all, or all.
 *
 * @param isRefused Whether a server has refused a session for it before.
 */
async function passRest(
  route: Route,
  shares: Share[],
  load: Load,
  context: Context,
  { run, added }: Beside,
  isRefused: boolean,
): Promise<Streamed> {
  const { surveyed, ahead, outcome } = context;
  const { hosts, can } = surveyed;
  const dialect = dialectOf(can.destination.tar);
  const staging = context.stagings.get(load.staging)!;
  const linked = shares.flatMap((share) => share.rewriter.linked);
  const passing = route.run === undefined ? undefined : {
    folder: route.run,
    jobs: () => run.jobs(rewriter),
    tags: run.tags,
    ended: run.ended,
    linked: new Set(linked.map(runLink)),
  };
  const named = new Map(
    [...namedOf(route, surveyed)].map(([folder, paths]) => [folder, new Set(paths)]),
  );
  const rewriter: StreamRewriter<PlannedJob> = rewriterOf(
    [...route.whole, ...route.apart],
    passing,
    load,
    context,
    { named, added: () => added(rewriter), alone: route.alone },
  );
  for (const share of shares) rewriter.take(share.rewriter);
  if (!shares.every(({ whole }) => whole)) return { ...inSum(shares), rewriter };
  if (linked.length > 0) {
    const still = new Set(run.jobs(rewriter).map(runLink));
    const gone = linked.map(runLink).filter((path) => !still.has(path));
    if (gone.length > 0) await staging.discard(gone.map((path) => `${route.run}/${path}`));
  }
  const before = bytesIn(shares);
  const request = packRequestOf(route, load, surveyed);
  const begun = await ahead.take(request);
  if (archivesOf(request) === 0) return await putAdded(added(rewriter), rewriter, load, context);
  const isFetched = mustFetch(route, can, isRefused);
  const fetched = () =>
    dialect === "plain" || isRefused
      ? packRead(request, [...named.keys()], context)
      : packFetched(request, load, context);
  const pack = begun ?? (isFetched ? fetched() : hosts.source.pack(request));
  const trusted = can.source.trusted && !isFetched;
  const onBytes = (bytes: number) => outcome.progress(before + bytes, undefined);
  const passage = { route, load, rewriter, request, onBytes };
  return await letPass({ ...pack, trusted }, passage, context);
}

/**
 * Whether the source's tar must not pack: it makes no pax archives, or failed before. Then the
 * destination's does, which takes one session more than it has to unpack.
 */
function mustFetch(
  { isSecond }: Route,
  { source, destination }: Survey["can"],
  isRefused: boolean,
): boolean {
  if (dialectOf(source.tar) === "plain") return true;
  return isSecond && dialectOf(destination.tar) !== "plain" && !isRefused;
}
