/**
 * What a check makes of the run's folder, of `current` and of the marker.
 *
 * @module
 */

import { movesCurrent, planRun, statusesOf } from "../copy/plan_run.ts";
import type { CopyProblem } from "../copy/types.ts";
import {
  CURRENT,
  EXPERIMENTS,
  jobFolder,
  type LinkedJob,
  MARKER,
  runLink,
} from "../workspace/layout.ts";
import type { Ends } from "../copy/plan.ts";
import type { CheckedEnds } from "./check_ends.ts";
import type { Held } from "./compare_folders.ts";
import type { Difference } from "./check_types.ts";

/** What is made of a run. */
export interface JudgedRun {
  /** Whether its files are to be compared. */
  compare: boolean;
  /** The differences that there are already. */
  differences: Difference[];
  /** What there is to say of it. */
  notes: CopyProblem[];
}

/** The jobs that the run should link to: they are at the destination. */
export function linkedThere({ jobs, found }: CheckedEnds): LinkedJob[] {
  return jobs.filter((job) =>
    job.besides === undefined && found.destination.jobs.has(jobFolder(job))
  );
}

/** Judges the run. */
export function judgeRun(ends: CheckedEnds, ended: boolean): JudgedRun {
  const { infos, found, runId, run } = ends;
  const folders = { source: found.source.run, destination: found.destination.run };
  const planned = planRun(runId, [], folders, statusesOf(infos), infos, { ended });
  const notes: CopyProblem[] = planned.inProgress
    ? [{ code: "refused", message: `${run} is in progress at the source` }]
    : [];
  const around = aroundRun(ends, planned.inProgress);
  const only = (difference: Omit<Difference, "path">) => ({
    ...{ compare: false, notes },
    differences: [{ ...difference, path: run }, ...around],
  });
  if (found.destination.run.size === 0) return only({ kind: "missing", what: "the whole run" });
  if (planned.blocked !== undefined) {
    const what = `a folder → ${planned.blocked}`;
    return only({ kind: "differs", what, aspects: ["kind"] });
  }
  const isAhead = planned.action === "leave" || planned.action === "skip" && planned.reason;
  if (isAhead) return only({ kind: "newer", what: planned.reason! });
  return { compare: true, differences: around, notes };
}

/** What differs of the marker, and of the link to the current run. */
function aroundRun({ infos, runId, run }: CheckedEnds, inProgress: boolean): Difference[] {
  const differences: Difference[] = [];
  const path = `${EXPERIMENTS}/${run.split("/")[1]}/${CURRENT}`;
  const { current } = infos.destination;
  if (!inProgress && movesCurrent(runId, infos) && current?.by !== "link") {
    differences.push({ kind: "missing", path, what: `a link to ${runId}` });
  } else if (!inProgress && movesCurrent(runId, infos)) {
    const what = `target ${runId} → ${current!.runId}`;
    differences.push({ kind: "differs", path, what, aspects: ["target"] });
  }
  if (!infos.destination.marker) {
    differences.push({ kind: "missing", path: MARKER, what: "experimaestro's marker" });
  }
  return differences;
}

/** The links that a run has at neither end: a copy would make them. */
export function linksAtNeither(run: string, linked: LinkedJob[], held: Ends<Held>): Difference[] {
  return linked.filter((job) =>
    [held.source, held.destination].every(({ entries }) => !entries.has(runLink(job)))
  ).map(({ taskId, jobId }) => {
    const job = { taskId, jobId };
    return {
      ...{ kind: "missing", path: `${run}/${runLink(job)}` },
      what: `a link to ${jobFolder(job)}`,
      job,
    };
  });
}
