/**
 * A second look at jobs that are replaced only when they hold nothing newer: by the times of all that
 * is in them, at both ends.
 *
 * @module
 */

import type { Host, Sight } from "../host/host.ts";
import { jobFolder } from "../workspace/layout.ts";
import { isTimeLater } from "../workspace/times.ts";
import { type Inventory, isTakenOfJob, takeInventory } from "./inventory.ts";
import type { Ends } from "./plan.ts";
import type { PlannedJob } from "./types.ts";

/** When the files and links of a job were written, by their paths. */
export type Times = ReadonlyMap<string, string>;

/** Looks at some jobs of the destination whole, and notes those that hold work of their own. */
export async function lookAgain(
  hosts: Ends<Host>,
  sights: Ends<Sight>,
  jobs: PlannedJob[],
  there: Inventory,
): Promise<void> {
  const wanted = { jobs, run: undefined, statesOnly: false, excludes: () => false };
  const found = await takeInventory(hosts.destination, sights.destination, wanted);
  const times = {
    source: await timesOf(hosts.source, sights.source, jobs),
    destination: await timesOf(hosts.destination, sights.destination, jobs),
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

async function timesOf(
  host: Host,
  sight: Sight,
  jobs: PlannedJob[],
): Promise<Map<string, Map<string, string>>> {
  const wanted = new Map(jobs.map((job) => [jobFolder(job), job]));
  const times = new Map(jobs.map((job) => [jobFolder(job), new Map<string, string>()]));
  const folders = [...wanted.keys()];
  await host.scan({ root: sight.realPath, folders, jobStatesOnly: false }, (folder, entry) => {
    const job = wanted.get(folder);
    if (job === undefined || entry.kind === "folder") return;
    if (isTakenOfJob(entry, job, () => false)) times.get(folder)!.set(entry.path, entry.mtime);
  });
  return times;
}

/**
 * Whether a job at the destination holds something that is newer than all that only the source has:
 * what both have with one time tells nothing. Clocks differ, and a file may be of tomorrow.
 */
export function hasOwnWork(source: Times, destination: Times): boolean {
  const latestOf = (times: Times, others: Times) =>
    [...times].filter(([path, time]) => differs(time, others.get(path))).map(([, time]) => time)
      .reduce((latest, time) => latest === "" || isTimeLater(time, latest) ? time : latest, "");
  const ours = latestOf(destination, source);
  const theirs = latestOf(source, destination);
  return ours !== "" && (theirs === "" || isTimeLater(ours, theirs));
}

/** Whether a time is another than that at the other end, as exactly as both ends tell it. */
function differs(time: string, other: string | undefined): boolean {
  return other === undefined || isTimeLater(time, other) || isTimeLater(other, time);
}
