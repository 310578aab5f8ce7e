/**
 * Which records of files left out are written with a load, and which are removed.
 *
 * @module
 */

import type { Records } from "../host/steps.ts";
import { isShared, jobFolder, JOBS, unitOf } from "../workspace/layout.ts";
import { type LeftOut, recordText } from "./left_out.ts";
import type { Load } from "./loads.ts";
import { isTimeLater } from "../workspace/times.ts";
import type { Survey } from "./surveyed.ts";
import type { PlannedJob } from "./types.ts";

/** What is left out of a job that is copied as it is, without what it lacks at the source. */
const NOTHING: Omit<LeftOut, "tooLarge"> = { files: 0, bytes: 0, first: [] };

/**
 * The records that a load writes, and those that it removes; undefined when there are none.
 *
 * @param named What a job has named in the workspace on its way; undefined where it did not pass.
 * @param failed Jobs that have not come: a record would describe another job in their place.
 * @param gone These, and those of earlier loads: what others lack that need them.
 */
export function recordsOf(
  load: Load,
  survey: Survey,
  named: (job: PlannedJob) => readonly string[] | undefined,
  failed: ReadonlySet<PlannedJob>,
  gone: ReadonlySet<PlannedJob>,
): Records | undefined {
  const { found, infos, files, plan: { source: { host, path } } } = survey;
  const source = host === undefined ? path : `${host}:${path}`;
  const times = [...found.destination.records?.values() ?? []];
  const seen = times.reduce((latest, time) => isTimeLater(time, latest) ? time : latest, "0");
  const workspace = infos.destination.realPath;
  const records: Records = { workspace, written: [], dropped: [], seen };
  const lost = new Set([...gone].map(jobFolder));
  const jobs = [...load.jobs.filter((job) => !failed.has(job)), ...load.settled]
    .filter((job) => !isShared(job));
  for (const each of jobs) {
    const { referencesMissing = [] } = each;
    const folder = jobFolder(each);
    const needed = () => named(each) ?? survey.reports.get(folder)?.inside ?? [];
    const lostUnits = new Set(
      lost.size === 0 ? [] : needed().map(unitOf).filter((unit) => lost.has(unit)),
    );
    lostUnits.delete(folder);
    const lacking = [...referencesMissing, ...lostUnits];
    const job = folder.slice(JOBS.length + 1);
    const isPartial = found.source.records?.has(folder) === true;
    const leftOut = found.source.jobs.get(folder)?.leftOut ??
      (isPartial || lacking.length > 0 ? NOTHING : undefined);
    const isSettled = () =>
      found.destination.jobs.get(folder)?.shortfall?.isWhole === true && lacking.length === 0;
    if (leftOut !== undefined && !isSettled()) {
      const about = { source, files, isPartial, lacking };
      records.written.push({ job, text: recordText(job, leftOut, about) });
    } else if (found.destination.records?.has(folder)) records.dropped.push(job);
  }
  // an interrupted copy may have left a draft: settling removes it
  return records.written.length > 0 || infos.destination.store ? records : undefined;
}
