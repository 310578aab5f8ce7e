/**
 * A load that goes by the stream alone, since one end is an archive: rsync can bring nothing later.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import { jobFolder } from "../workspace/layout.ts";
import type { Context } from "./context.ts";
import { entriesOf } from "./entries.ts";
import { excluder } from "./exclude.ts";
import { whatFailed } from "./failures.ts";
import { isBulk } from "./found_job.ts";
import type { Load } from "./loads.ts";
import type { Route } from "./route.ts";
import type { Streamed } from "./passage.ts";
import type { Survey } from "./surveyed.ts";
import type { PlannedJob } from "./types.ts";

/** The folders of a load, relative to the workspace. */
export function foldersOf({ whole, apart, run }: Route): string[] {
  return [...[...whole, ...apart].map(jobFolder), ...(run === undefined ? [] : [run])];
}

/** Names all that some jobs hold: tar packs no folder by a link to it, and not every tar a folder. */
export async function nameAll(
  jobs: PlannedJob[],
  { hosts, infos, found, files, standing }: Survey,
): Promise<void> {
  if (jobs.length === 0) return;
  const some = jobs.map((job) => ({ folder: jobFolder(job), job }));
  const excludes = excluder(files, standing);
  const entries = await entriesOf(hosts.source, infos.source.realPath, some, excludes);
  for (const [folder, all] of entries) {
    const rest = [...all.values()]
      .filter((entry) => entry.kind !== "folder" && isBulk(entry)).map(({ path }) => path);
    found.source.jobs.set(folder, { ...found.source.jobs.get(folder)!, rest });
  }
}

/**
 * The jobs that have not come as they should, and why.
 *
 * @throws {CopyError} `program`, when the run has not come.
 */
export async function whyNot(
  streamed: Streamed,
  route: Route,
  load: Load,
  context: Context,
): Promise<Map<PlannedJob, string | CopyError>> {
  const failed = new Map<PlannedJob, string | CopyError>();
  if (streamed.rewriter.troubled.length > 0) {
    for (const [job, report] of streamed.rewriter.finish().jobs) {
      if (report instanceof CopyError) failed.set(job, report);
    }
  }
  if (streamed.whole) return failed;
  const { jobs, run } = await whatFailed(streamed, route, load, context);
  for (const [job, reason] of jobs) failed.set(job, reason);
  // what differs from the plan may be as the source has it by now
  const why = run ?? (failed.size + streamed.differing.length === 0 ? "tar failed" : undefined);
  if (why === undefined) return failed;
  throw new CopyError("program", why, "run the same command again");
}
