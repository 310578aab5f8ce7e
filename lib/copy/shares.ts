/**
 * Small files by several streams at once. The jobs that go whole are dealt out; documents of other
 * jobs and the run come after them, by one stream.
 *
 * @module
 */

import type { StreamRewriter } from "../rewrite/rewriter.ts";
import { sideBySide } from "../transport/side_by_side.ts";
import { isInJobs, jobFolder } from "../workspace/layout.ts";
import type { Context } from "./context.ts";
import { dealOut, type Part, streamsFor, together } from "./lanes.ts";
import type { FoundRunFolder } from "./inventory.ts";
import type { Load } from "./loads.ts";
import { letPass, type Passage, rewriterOf, type Streamed } from "./passage.ts";
import { packRequestOf, type Route, sharedIn } from "./route.ts";
import type { PlannedJob } from "./types.ts";

/** What one of several streams has brought. */
export interface Share extends Streamed {
  /** The jobs. */
  jobs: PlannedJob[];
  /** How many bytes it was. */
  bytes: number;
}

/** The jobs that the run links to, but for those that were troubled in a stream. */
type JobsOfRun = (rewriter: StreamRewriter<PlannedJob>) => PlannedJob[];

/**
 * Lets jobs pass that go whole, by several streams at once, where that is quicker; answers nothing
 * where it is not. Where files take long to be made, the links of the run to jobs come along.
 */
export async function passShares(
  route: Route,
  load: Load,
  context: Context,
  jobsOfRun: JobsOfRun,
): Promise<Share[]> {
  const folders = await sharesOf(route, load, context);
  if (folders.length === 0) return [];
  const { ahead, outcome, watch } = context;
  await ahead.drop(); // it is of all
  const jobs = new Map(route.whole.map((job) => [jobFolder(job), job]));
  const bytes: number[] = [];
  const shares = await sideBySide(folders, async (some, { signal }) => {
    const lane = bytes.push(0) - 1;
    const onBytes = (come: number) => {
      bytes[lane] = come;
      outcome.progress(bytes.reduce((sum, each) => sum + each), undefined);
    };
    const whole = some.flatMap((folder) => jobs.get(folder) ?? []);
    const part = { ...route, whole, apart: [], run: undefined, isRunApart: false };
    const own = { ...load, jobs: whole, withRun: false };
    const run = some.find((folder) => folder === route.run);
    const passing = { route: part, load: own, run, jobsOfRun, onBytes, lane, signal };
    return { ...await passShare(passing, context), jobs: whole, bytes: bytes[lane]! };
  }, watch);
  outcome.endPart(0);
  return shares;
}

/** What one of several streams brings, and how. */
interface Passing extends Pick<Passage, "route" | "load" | "onBytes" | "lane" | "signal"> {
  /** The run whose links to jobs it brings, if it does. */
  run: string | undefined;
  jobsOfRun: JobsOfRun;
}

async function passShare(
  { run, jobsOfRun, ...passing }: Passing,
  context: Context,
): Promise<Streamed> {
  const { route, load } = passing;
  const { surveyed } = context;
  const { hosts, can } = surveyed;
  const links = run === undefined ? [] : linksIn(surveyed.found.source.run);
  const rewriter: StreamRewriter<PlannedJob> = rewriterOf(
    route.whole,
    run === undefined ? undefined : { folder: run, jobs: () => jobsOfRun(rewriter), tags: [] },
    load,
    context,
    { named: new Map(run === undefined ? [] : [[run, new Set(links)]]) },
  );
  const entries = links.map((path) => `${run}/${path}`);
  const request = { ...packRequestOf(route, load, surveyed), entries };
  const pack = { ...hosts.source.pack(request), trusted: can.source.trusted };
  return await letPass(pack, { ...passing, rewriter, request }, context);
}

/** The links to jobs in a run, by their paths in it. */
function linksIn(run: FoundRunFolder): string[] {
  const links: string[] = [];
  for (const { path, kind } of run.values()) {
    if (kind === "link" && isInJobs(path)) links.push(path);
  }
  return links;
}

/** The folders that each of several streams brings; none where one stream brings all. */
async function sharesOf(
  { whole, run, alone }: Route,
  load: Load,
  { surveyed: { plan, can, found: { source } }, stagings, options }: Context,
): Promise<string[][]> {
  if (alone || whole.length < 2) return [];
  const partOfRun = { folder: run ?? "", shared: run === undefined ? [] : sharedIn(source.run) };
  const ofJobs = whole.map(jobFolder).map((folder) => {
    const { bytes, files, folders, links, shared = [] } = source.jobs.get(folder)!;
    return { folder, bytes, entries: files + folders.size + links.length, shared };
  });
  // a hard link is one only within a stream
  const groups = together<Pick<Part, "folder" | "shared">>([partOfRun, ...ofJobs]);
  const withRun = new Set(groups.find((group) => group.includes(partOfRun)));
  const parts = ofJobs.filter((part) => !withRun.has(part));
  const sum = (what: "bytes" | "entries") => parts.reduce((sum, part) => sum + part[what], 0);
  const { isSlow } = stagings.get(load.staging)!;
  const ends = { source: can.source.rsync, destination: can.destination.rsync };
  const amount = { bytes: sum("bytes"), entries: sum("entries") };
  const count = await streamsFor(ends, amount, isSlow, options);
  if (count === 1) return [];
  if (!isSlow) return dealOut(parts, count);
  // those of a run in progress may change
  const links = run === undefined || plan.run.inProgress ? 0 : linksIn(source.run).length;
  const all = parts.map((part) => ({ ...part, bytes: part.entries }));
  if (links > 0) all.push({ folder: run!, bytes: links, entries: links, shared: [] });
  return dealOut(all, count);
}

/** What several streams have said. */
export function inSum(streams: Streamed[]): Omit<Streamed, "rewriter"> {
  return {
    whole: streams.every(({ whole }) => whole),
    complaints: streams.flatMap(({ complaints }) => complaints),
    trouble: streams.find(({ trouble }) => trouble !== "")?.trouble ?? "",
    differing: streams.flatMap(({ differing }) => differing),
  };
}
