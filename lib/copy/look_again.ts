/**
 * A second, thorough look at jobs that may be replaced only when they hold nothing newer: it
 * compares the times of all files at both ends.
 *
 * @module
 */

import type { Host, WorkspaceInfo } from "../host/host.ts";
import { jobFolder } from "../workspace/layout.ts";
import { isTimeLater } from "../workspace/times.ts";
import { entriesOf } from "./entries.ts";
import { type Inventory, takeInventory } from "./inventory.ts";
import type { Ends } from "./plan.ts";
import type { PlannedJob } from "./types.ts";

/** When the files and links of a job were written, by their paths. */
export type Times = ReadonlyMap<string, string>;

/** Scans some jobs of the destination in full, and notes those that hold work of their own. */
export async function lookAgain(
  hosts: Ends<Host>,
  infos: Ends<WorkspaceInfo>,
  jobs: PlannedJob[],
  there: Inventory,
): Promise<void> {
  const wanted = { jobs, statesOnly: false };
  const found = await takeInventory(hosts.destination, infos.destination, wanted);
  const times = {
    source: await timesOf(hosts.source, infos.source, jobs),
    destination: await timesOf(hosts.destination, infos.destination, jobs),
  };
  for (const folder of jobs.map(jobFolder)) {
    const job = found.jobs.get(folder);
    if (job === undefined) there.jobs.delete(folder);
    else {
      const ends = [times.source.get(folder)!, times.destination.get(folder)!] as const;
      there.jobs.set(folder, { ...job, hasOwnWork: hasOwnWork(...ends) });
    }
  }
}

/** When the files and links of some jobs were written, by the jobs' folders. */
async function timesOf(
  host: Host,
  { realPath }: WorkspaceInfo,
  jobs: PlannedJob[],
): Promise<Map<string, Times>> {
  const wanted = jobs.map((job) => ({ folder: jobFolder(job), job }));
  const found = await entriesOf(host, realPath, wanted, () => undefined);
  return new Map([...found].map(([folder, entries]) => [
    folder,
    new Map(
      [...entries.values()].flatMap(({ path, kind, mtime }) =>
        kind === "folder" ? [] : [[path, mtime] as const]
      ),
    ),
  ]));
}

/**
 * Whether a job at the destination holds something newer than all that differs at the source. Files
 * with the same time at both ends do not count: a time in the future, by a wrong clock, would hide
 * work.
 */
export function hasOwnWork(source: Times, destination: Times): boolean {
  const latestOf = (times: Times, others: Times) =>
    [...times].filter(([path, time]) => differs(time, others.get(path))).map(([, time]) => time)
      .reduce((latest, time) => latest === "" || isTimeLater(time, latest) ? time : latest, "");
  const ours = latestOf(destination, source);
  const theirs = latestOf(source, destination);
  return ours !== "" && (theirs === "" || isTimeLater(ours, theirs));
}

/** Whether two times differ, as exactly as both ends tell them. */
function differs(time: string, other: string | undefined): boolean {
  return other === undefined || isTimeLater(time, other) || isTimeLater(other, time);
}
