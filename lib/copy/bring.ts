/**
 * Bringing a load by rsync, and what has been copied by the system before.
 *
 * @module
 */

import { copyLarge } from "../transport/clone.ts";
import { rsyncVersion } from "../transport/rsync.ts";
import { jobFolder, JOBS, runFolder } from "../workspace/layout.ts";
import { compareStaged, type Lost } from "./compare.ts";
import type { Context } from "./context.ts";
import { hasClosedFolders, haveHoles, type Load } from "./loads.ts";
import { hasEnded, isWritten } from "./decisions.ts";
import { runDocumentKind } from "../workspace/documents.ts";
import { failedJobs, notBySize, stage, type Staging } from "./stage.ts";

/** How a load gets into its staging folder. */
function stagingOf(
  load: Load,
  { surveyed, tally, options, resumed, stagings }: Context,
): Omit<Staging, "folders" | "trust"> {
  const { sights, can } = surveyed;
  return {
    ends: { source: can.source.rsync, destination: can.destination.rsync },
    paths: { source: sights.source.realPath, destination: load.staging },
    jobs: load.jobs,
    openFolders: hasClosedFolders(load, surveyed),
    sparse: haveHoles(load, surveyed),
    shared: stagings.get(load.staging)!.shared,
    exclude: options.exclude ?? [],
    bandwidthLimit: options.bandwidthLimit ?? 0,
    quiet: quietTime(load, resumed),
    onProgress: (bytes: number, file: string | undefined) => tally.progress(bytes, file),
  };
}

/** Copies large files from one folder of this machine to another; answers how many bytes. */
async function bringLarge(load: Load, context: Context): Promise<number> {
  const { surveyed, tally, options, watch, resumed } = context;
  const { can, sights, found: { source } } = surveyed;
  if (!can.source.clone || !can.destination.clone || resumed || options.bandwidthLimit) return 0;
  // what is copied keeps no time of its own: a file that changed meanwhile would pass for the later one
  const paths = load.jobs.filter(hasEnded).flatMap((job) => {
    const { linked, large } = source.jobs.get(jobFolder(job))!;
    return linked === undefined ? large.map((path) => `${job.taskId}/${job.jobId}/${path}`) : [];
  });
  let copied = 0;
  const onBytes = (bytes: number, file: string) =>
    tally.progress(copied = bytes, `${JOBS}/${file}`);
  await copyLarge(sights.source.jobsPath, `${load.staging}/${JOBS}`, paths, onBytes, watch);
  return copied;
}

/**
 * Removes what an earlier attempt has rewritten: rsync could take it for what the source has, and it
 * knows nothing of the run's links to jobs.
 */
async function discardRewritten(
  load: Load,
  { surveyed, resumed, stagings }: Context,
): Promise<void> {
  const { plan, found: { source } } = surveyed;
  if (!resumed || hasClosedFolders(load, surveyed)) return;
  const places = load.jobs.map(jobFolder).flatMap((folder) =>
    source.jobs.get(folder)!.documents.map((path) => `${folder}/${path}`)
  );
  if (load.withRun) {
    const run = runFolder(plan.experimentId, plan.runId);
    const documents = [...source.run.keys()].filter((path) => runDocumentKind(path) !== undefined);
    // a host takes one name a line: where a name holds two, the folder that it is in goes
    const lines = documents.map((path) => path.replace(/\/[^/\n]*\n.*$/s, ""));
    places.push(...[JOBS, ...lines].map((path) => `${run}/${path}`));
  }
  await stagings.get(load.staging)!.discard(places);
}

/** How many files rsync looks at in a second at least, and bytes of what is half there. */
const LOOKED_AT = { files: 200, bytes: 5e7 };

/** How long rsync may work without a word, in seconds. */
function quietTime({ jobs }: Load, resumed: boolean): number {
  const files = jobs.reduce((sum, job) => sum + job.files, 0);
  const bytes = resumed ? jobs.reduce((sum, job) => sum + job.bytes, 0) : 0;
  return files / LOOKED_AT.files + bytes / LOOKED_AT.bytes;
}

/** Brings a load into its staging folder; answers what has not come whole. */
export async function bring(load: Load, context: Context): Promise<Lost> {
  const { surveyed, tally, watch } = context;
  const { plan } = surveyed;
  const claimed = context.stagings.get(load.staging)!;
  const { unverified } = claimed;
  const folders = load.jobs.map(jobFolder);
  if (load.withRun && isWritten(plan.run)) folders.push(runFolder(plan.experimentId, plan.runId));
  if (folders.length === 0) return { jobs: new Map(), run: undefined };
  const large = await bringLarge(load, context);
  tally.endPart(large);
  // rsync may take long, and sizes and times tell what it has brought
  await claimed.verify();
  const trust = unverified ? "bytes" : large > 0 ? "size" : "size and time";
  const staging: Staging = { ...stagingOf(load, context), folders, trust };
  const { source, destination } = staging.ends;
  const isPlain = [source, destination].some(({ said }) => rsyncVersion(said) === "");
  if (unverified && isPlain) {
    await claimed.discard(folders); // another rsync may compare no bytes
  } else await discardRewritten(load, context);
  const failed = failedJobs(await stage(staging, watch), load.jobs);
  return await compareStaged(load, context, failed, async (some) => {
    const outcome = await stage({ ...notBySize(staging), folders: some }, watch);
    return failedJobs(outcome, load.jobs);
  });
}
