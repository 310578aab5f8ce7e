/**
 * Names what has not come by the stream after the second attempt.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import { jobFolder } from "../workspace/layout.ts";
import type { Context } from "./context.ts";
import { excluder } from "./exclude.ts";
import { takeInventory } from "./inventory.ts";
import type { Load } from "./loads.ts";
import { contentInStream, type Route } from "./route.ts";
import type { Streamed } from "./passage.ts";
import type { PlannedJob } from "./types.ts";

/** Why jobs, or the run, have not come. */
export interface Failures {
  /** Of the jobs. */
  jobs: Map<PlannedJob, string>;
  /** Of the run; undefined when it has come. */
  run: string | undefined;
}

/**
 * Finds out which jobs have not come, and whether the run has.
 *
 * @throws {CopyError} `program`, when a complaint concerns no job of the load, or the archive was
 * cut short or refused.
 */
export async function whatFailed(
  { rewriter, complaints, trouble, differing }: Streamed,
  route: Route,
  load: Load,
  context: Context,
): Promise<Failures> {
  const failures: Failures = { jobs: new Map(), run: undefined };
  const jobs = new Map(load.jobs.map((job) => [jobFolder(job), job]));
  const fail = (folder: string, reason: string) => {
    const job = jobs.get(folder);
    if (job === undefined) failures.run ??= reason;
    else if (!failures.jobs.has(job)) failures.jobs.set(job, reason);
  };
  for (const line of complaints) {
    const folder = [...jobs.keys()].find((folder) => isAbout(line, folder));
    if (folder === undefined) throw failed(line);
    fail(folder, line);
  }
  if (trouble !== "" || !rewriter.ended) throw failed(trouble || "its archive was cut short");
  for (const [folder, path] of rewriter.left) {
    fail(folder, `${path} could not be used as it was received`);
  }
  const suspects = differing.filter((folder) => !failures.jobs.has(jobs.get(folder)!));
  for (const folder of await stillDiffering(suspects, jobs, rewriter, route, context)) {
    fail(folder, "what was received is incomplete: a document, a link or a folder is missing");
  }
  return failures;
}

function isAbout(line: string, folder: string): boolean {
  return ["/", ":", '"'].some((end) => line.includes(folder + end));
}

function failed(what: string): CopyError {
  const said = what.startsWith("rsync: ") ? `rsync failed: ${what}` : what;
  return new CopyError(
    "program",
    said.replace(/^tar: /, "tar failed: "),
    "run the same command again",
  );
}

/** The folders that differ from what the source holds by now, or that are gone there. */
async function stillDiffering(
  folders: string[],
  jobs: ReadonlyMap<string, PlannedJob>,
  rewriter: Streamed["rewriter"],
  route: Route,
  { surveyed, options }: Context,
): Promise<string[]> {
  if (folders.length === 0) return [];
  const { hosts, infos, found, standing } = surveyed;
  const wanted = folders.flatMap((folder) => jobs.get(folder) ?? []);
  const run = folders.find((folder) => folder === route.run);
  const excludes = excluder(options, standing);
  const request = { jobs: wanted, run, statesOnly: false, excludes };
  const source = await takeInventory(hosts.source, infos.source, request);
  const apart = wanted.filter((job) => source.jobs.has(jobFolder(job)));
  const there = { ...surveyed, found: { ...found, source } };
  const gone = wanted.filter((job) => !apart.includes(job)).map(jobFolder);
  const contents = contentInStream({ ...route, whole: [], apart, run }, there);
  return [...gone, ...rewriter.differing(contents)];
}
