/**
 * Carrying out a load: bringing it into its staging folder, rewriting it, publishing it.
 *
 * @module
 */

import type { Pack } from "../transport/archive.ts";
import { sift } from "../tar/sift.ts";
import { parentOf } from "../workspace/layout.ts";
import { bring } from "./bring.ts";
import { contentOf } from "../system/content.ts";
import type { Context } from "./context.ts";
import type { Load } from "./loads.ts";
import { Passage, type Passed } from "../rewrite/rewriter.ts";
import type { PlannedJob } from "./types.ts";
import { hasEnded } from "./decisions.ts";
import { linkedByRun } from "./plan.ts";
import { mapOf, prepare } from "./prepare.ts";
import { publish } from "./publish.ts";
import { mostBytesOf, NOTHING, packRequestOf, smallOf } from "./route.ts";
import type { Survey } from "./survey.ts";

/** Stages a load, rewrites it and publishes it. */
export async function carryOut(load: Load, index: number, context: Context): Promise<void> {
  const { surveyed, tally, options, watch } = context;
  const passed = await passSmall(load, context);
  const rest = {
    ...load,
    jobs: load.jobs.filter((job) => passed?.jobs.has(job) !== true),
    withRun: load.withRun && passed?.run === undefined,
  };
  const isHere = surveyed.can.source.clone;
  const early = isHere && rest.jobs.every(hasEnded) ? prepare(rest, surveyed, watch) : undefined;
  early?.catch(() => {}); // it is awaited later
  const { jobs: failed, run: runFailed } = await bring(rest, context);
  for (const job of load.jobs) {
    const complaint = failed.get(job);
    if (complaint === undefined) continue;
    tally.fail(job, complaint);
    context.failed.add(job);
  }
  const brought = { ...rest, jobs: rest.jobs.filter((job) => !failed.has(job)) };
  for (const jobs of [[...passed?.jobs.keys() ?? []], brought.jobs]) {
    tally.bring(jobs, surveyed.found.source);
  }
  const prepared = await (early ?? prepare(brought, surveyed, watch));
  const keep = options.keepReplaced === true ? keepFolder(load, index, surveyed) : undefined;
  const published = await publish(
    context.stagings.get(load.staging)!,
    {
      ...load,
      jobs: load.jobs.filter((job) => !failed.has(job)),
      withRun: load.withRun && runFailed === undefined,
    },
    surveyed,
    keep,
    {
      jobs: new Map([...prepared.jobs, ...passed?.jobs ?? []]),
      originals: prepared.originals,
      passedRun: passed?.run,
      failed: context.failed,
    },
  );
  if (runFailed !== undefined) published.runFailed.push(runFailed);
  const isKept = !published.afterwards.some(({ what }) => what === "replaced");
  tally.take(load, published, isKept ? keep : undefined);
  for (const { job } of published.failed) context.failed.add(job);
  context.resumed ||= context.failed.size > 0; // they stay in the staging folder
}

/** What of a load has passed as a tar stream, rewritten on its way; undefined when nothing has. */
async function passSmall(load: Load, context: Context): Promise<Passed<PlannedJob> | undefined> {
  const { surveyed, tally, options, ahead } = context;
  const { plan, hosts } = surveyed;
  // rsync can continue what is half there
  const small = context.resumed ? NOTHING : smallOf(load, surveyed, options);
  const { jobs, run } = small;
  const request = packRequestOf(small, load, surveyed);
  const begun = ahead.take(request);
  if (request.folders.length === 0) return undefined;
  const passing = run === undefined ? undefined : { folder: run, jobs: linkedByRun(plan.jobs) };
  const passage = new Passage(jobs, passing, mapOf(surveyed), hosts.source.name);
  const come = await letPass(begun ?? hosts.source.pack(request), passage, load, context);
  if (!come || !isAsFound(passage, run !== undefined, surveyed)) {
    context.resumed = true;
    return undefined;
  }
  const bytes = jobs.reduce((sum, job) => sum + job.bytes, run === undefined ? 0 : plan.run.bytes);
  tally.endPart(bytes);
  return passage.finish();
}

/** Whether what has passed is what was found; a run that goes on has changed meanwhile. */
function isAsFound(
  passage: Passage<PlannedJob>,
  withRun: boolean,
  { plan, found }: Survey,
): boolean {
  const { jobs, run } = found.source;
  const isHeld = withRun && !plan.run.inProgress;
  const inRun = [...run.values()].filter(({ path }) => path !== "");
  return passage.isLike(jobs, isHeld ? contentOf(inRun) : undefined);
}

/** Unpacks an archive that passes into a staging folder; answers whether all of it has come. */
async function letPass(
  { stream, whole }: Pack,
  passage: Passage<PlannedJob>,
  load: Load,
  { surveyed, tally, stagings }: Context,
): Promise<boolean> {
  const { source } = surveyed.hosts;
  const staging = stagings.get(load.staging)!;
  const sieved = sift(stream, passage, {
    from: source.name,
    mostBytes: mostBytesOf(load, surveyed),
    owner: staging.owner,
    shared: staging.shared,
    onBytes: (bytes) => tally.progress(bytes, undefined),
  });
  const isOurs = surveyed.can.source.trusted;
  try {
    const isWhole = async () => await whole && passage.whole;
    return await staging.unpack({ stream: sieved, isOurs, whole: isWhole });
  } catch (error) {
    letGo(stream);
    throw error;
  }
}

/** Ends what makes a stream, of which perhaps nothing has been read; it is not waited for. */
function letGo(stream: AsyncIterable<Uint8Array>): void {
  try {
    stream[Symbol.asyncIterator]().return?.().catch(() => {});
  } catch {
    // who reads it will end it
  }
}

/** A new folder for what a load replaces, another one than that of a copy at the same moment. */
function keepFolder({ staging }: Load, index: number, { plan }: Survey): string {
  const area = parentOf(staging);
  const stamp = new Date().toISOString().replace(/[-:]|\..*/g, "");
  const which = `${staging.slice(-4)}-${index}`;
  return `${area}/replaced/${stamp}-${which}-${plan.experimentId}-${plan.runId}`;
}
