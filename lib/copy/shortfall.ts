/**
 * Compares jobs at the destination that have a record with the source: what of it this copy would
 * bring, and whether the rest is still what it was.
 *
 * @module
 */

import type { Host, WorkspaceInfo } from "../host/host.ts";
import { differenceOf, type Entries } from "../system/content.ts";
import { type Entry, isClosed } from "../system/entry.ts";
import { printable } from "../text/printable.ts";
import { DOCUMENTS } from "../workspace/documents.ts";
import { jobFolder, type LinkedJob } from "../workspace/layout.ts";
import { isTimeLater, milliseconds, ROUNDED_MS } from "../workspace/times.ts";
import { BATCH_JOBS } from "./batches.ts";
import { compareShared } from "./compare_shared.ts";
import { isCompleted } from "./decisions.ts";
import { entriesOf } from "./entries.ts";
import { excluder, type Excludes, type FileChoice, rulesOf, type Standing } from "./exclude.ts";
import { addToJob, beginJob, type FoundJob, isBulk, namesOf } from "./found_job.ts";
import type { Inventory } from "./inventory.ts";
import type { Shortfall } from "./left_out.ts";
import type { Ends } from "./plan.ts";
import type { PlannedJob } from "./types.ts";

/** Compares with the source what is there already: jobs that have a record, and shared folders. */
export async function compareThere(
  hosts: Ends<Host>,
  infos: Ends<WorkspaceInfo>,
  jobs: LinkedJob[],
  found: Ends<Inventory>,
  choice: FileChoice,
): Promise<void> {
  await lookAtShortfalls(hosts, infos, jobs, found, choice);
  await compareShared(hosts, infos, jobs, found, choice);
}

/** Compares the jobs that have a record with the source, entry by entry. */
async function lookAtShortfalls(
  hosts: Ends<Host>,
  infos: Ends<WorkspaceInfo>,
  jobs: LinkedJob[],
  found: Ends<Inventory>,
  choice: FileChoice,
): Promise<void> {
  const { jobs: here, records: partial } = found.source;
  const { jobs: there, records } = found.destination;
  if (records === undefined) return;
  const isThere = (folder: string) => records.has(folder) && here.has(folder) && there.has(folder);
  const some = jobs.filter((job) => isThere(jobFolder(job)))
    .map((job) => ({ folder: jobFolder(job), job }));
  // the entries of all jobs at once would take much memory
  for (let at = 0; at < some.length; at += BATCH_JOBS) {
    const batch = some.slice(at, at + BATCH_JOBS);
    const allOf = (end: "source" | "destination") => withFolders(hosts[end], infos[end], batch);
    const [source, destination] = [await allOf("source"), await allOf("destination")];
    for (const { folder, job } of batch) {
      const ends = { source: source.get(folder)!, destination: destination.get(folder)! };
      const [whole, lacking] = [here.get(folder)!, there.get(folder)!];
      const shortfall = shortfallOf(ends, choice);
      if (lacking.linked !== undefined) shortfall.changed = "it is a link there";
      // the source lacks files itself: a job that is like it is not whole
      if (partial?.has(folder)) shortfall.isWhole = false;
      there.set(folder, { ...lacking, shortfall });
      const excludes = excluder(choice, new Map([[folder, shortfall.standing]]));
      const { leftOut, ...rest } = restOf(whole, job, ends.source, excludes);
      // a folder that is at the destination as well is not left out
      const isLeftOut = leftOut !== undefined && shortfall.by.length > 0;
      here.set(folder, { ...whole, toCome: { ...rest, ...(isLeftOut && { leftOut }) } });
    }
  }
}

/** All entries of some jobs, and their folders themselves under the empty name. */
async function withFolders(
  host: Host,
  { realPath }: WorkspaceInfo,
  some: { folder: string; job: LinkedJob }[],
): Promise<Map<string, Entries>> {
  const selves = new Map<string, Entry>();
  const tell = (folder: string, entry: Entry) => selves.set(folder, entry);
  const found = await entriesOf(host, realPath, some, () => undefined, tell);
  return new Map(
    [...found].map(([folder, entries]) => {
      const self = selves.get(folder);
      return [folder, new Map([...self === undefined ? [] : [["", self] as const], ...entries])];
    }),
  );
}

/** What a job would be if it had, besides its folders, only what is to come. */
function restOf(whole: FoundJob, job: LinkedJob, all: Entries, excludes: Excludes): FoundJob {
  const folder = jobFolder(job);
  const names = namesOf(job);
  const self = all.get("");
  const found = self && beginJob(self);
  for (const entry of all.values()) {
    if (found && entry !== self) addToJob(found, folder, names, entry, excludes);
  }
  const { markers, latest, pidTime, linked, trouble } = whole;
  const isToCome = (entry: Entry) =>
    entry.path !== "" && entry.kind !== "folder" && isBulk(entry) &&
    excludes(entry, folder) === undefined;
  const rest = [...all.values()].filter(isToCome).map(({ path }) => path);
  return { ...found ?? whole, rest, markers, latest, pidTime, linked, trouble };
}

/**
 * Of jobs that are completed, what is to come takes the place of all that is at the source.
 *
 * @returns What is at the destination.
 */
export function takeRest(jobs: PlannedJob[], { source, destination }: Ends<Inventory>): Standing {
  return new Map(
    jobs.filter(isCompleted).map(jobFolder).map((folder) => {
      source.jobs.set(folder, source.jobs.get(folder)!.toCome!);
      return [folder, destination.jobs.get(folder)!.shortfall!.standing];
    }),
  );
}

/** Compares what a job holds at both ends; its folder itself stands under the empty name. */
export function shortfallOf(
  { source, destination }: Ends<Entries>,
  choice: FileChoice,
): Shortfall {
  const excludes = excluder(choice);
  const isWanted = (entry: Entry) => entry.path === "" || excludes(entry) === undefined;
  const wanted: Entries = new Map([...source].filter(([, entry]) => isWanted(entry)));
  const { lost } = differenceOf(comparable(wanted), comparable(destination));
  const whole = differenceOf(comparable(source), comparable(destination));
  const isLost = ({ path }: Entry) => whole.lost.has(path);
  const out = [...source.values()].filter((entry) => !isWanted(entry) && isLost(entry));
  const files = out.filter(({ kind }) => kind !== "folder");
  const isOpen = foldersOf(wanted).some((each) => wasOpened(each, destination.get(each.path)));
  const standing = [...source.values()].filter(({ path, kind }) =>
    kind !== "folder" && destination.has(path)
  );
  const times = [...destination.values()].map(({ mtime }) => mtime);
  return {
    lacks: lost.size > 0 || isOpen,
    isWhole: whole.lost.size === 0 && !isOpen,
    changed: changeIn(source, destination),
    standing: new Set(standing.map(({ path }) => path)),
    files: files.length,
    bytes: files.reduce((sum, { kind, size }) => sum + (kind === "file" ? size : 0), 0),
    by: rulesOf(choice, out),
    newest: times.reduce((latest, time) => isTimeLater(time, latest) ? time : latest, "0"),
  };
}

/** Why the job at the destination is not that of the source, as a clause; undefined if it is. */
function changeIn(source: Entries, destination: Entries): string | undefined {
  for (const [path, there] of destination) {
    const here = source.get(path);
    const shown = printable(path);
    if (here === undefined) return `it contains ${shown}, which is not at the source`;
    if (here.kind !== there.kind) return `${shown} is a ${there.kind} there, not a ${here.kind}`;
    if (here.kind !== "file") continue;
    if (isNewer(there, here, ROUNDED_MS)) return `${shown} is newer there`;
    const hasSize = DOCUMENTS.includes(path) || here.size === there.size;
    if (!hasSize || isNewer(here, there, ROUNDED_MS)) {
      return `${shown} has changed at the source`;
    }
  }
  return undefined;
}

/** Whether a copy that was killed while it completed a job has left a folder with another time. */
function wasOpened(here: Entry, there: Entry | undefined): boolean {
  if (there === undefined) return false;
  return isNewer(there, here, COARSE_MS) || isClosed(here.mode) && !isClosed(there.mode);
}

function foldersOf(entries: Entries): Entry[] {
  return [...entries.values()].filter(({ kind }) => kind === "folder");
}

/** How much later the same folder may seem, on disks that know even less. */
const COARSE_MS = 2000;

function isNewer({ mtime }: Entry, than: Entry, by: number): boolean {
  return milliseconds(mtime) > milliseconds(than.mtime) + by;
}

/** The same, with documents of one size: rewritten paths have another length. */
function comparable(entries: Entries): Entries {
  return new Map(
    [...entries].map(([path, entry]) =>
      [path, DOCUMENTS.includes(path) ? { ...entry, size: 0 } : entry] as const
    ),
  );
}
