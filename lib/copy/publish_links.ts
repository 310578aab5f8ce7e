/**
 * Makes the jobs that are links to other jobs anew.
 *
 * @module
 */

import type { OverlayEntry } from "../tar/write.ts";
import { JOB_LINKS, type Move } from "../host/steps.ts";
import { jobFolder } from "../workspace/layout.ts";
import { now } from "../system/time.ts";
import type { Load } from "./loads.ts";
import type { Survey } from "./surveyed.ts";
import type { PlannedJob } from "./types.ts";

/** Where a job is in the staging folder. */
export function stagedAt(job: PlannedJob): string {
  return job.linkTo === undefined ? jobFolder(job) : `${JOB_LINKS}/${jobFolder(job)}`;
}

/** A job that could not be copied. */
export interface FailedJob {
  /** The job. */
  job: PlannedJob;
  /** Why. */
  reason: string;
  /** What to do about it, where another copy alone does not help. */
  hint?: string | undefined;
}

/** The links of a load, and what moves them. */
export interface LinkMoves {
  /** The links, in the staging folder. */
  overlay: OverlayEntry[];
  /** The moves that put them in place. */
  moves: Move[];
  /** Those not made, since they would lead nowhere. */
  failed: FailedJob[];
}

/**
 * Makes the links of a load; they are absolute, like those of experimaestro.
 *
 * @param gone Jobs that could not be copied.
 */
export function linkMoves(
  { links }: Load,
  { infos: { destination } }: Survey,
  gone: PlannedJob[],
): LinkMoves {
  const made: LinkMoves = { overlay: [], moves: [], failed: [] };
  const lacking = new Set(gone.map(jobFolder));
  for (const job of links) {
    const target = jobFolder(job.linkTo!);
    if (lacking.has(target)) {
      made.failed.push({ job, reason: `it is a link to ${target}, which was not copied` });
      continue;
    }
    const from = stagedAt(job);
    const leads = `${destination.realPath}/${target}`;
    made.overlay.push({ path: from, kind: "link", target: leads, mtime: now() });
    const into = `${destination.jobsPath}/${job.taskId}`;
    made.moves.push({ kind: "job link", from, into });
  }
  return made;
}
