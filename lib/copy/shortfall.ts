/**
 * Compares jobs at the destination that have a record with the source: whether all that this copy
 * would bring is there, and whether replacing them would lose anything.
 *
 * @module
 */

import type { Host, WorkspaceInfo } from "../host/host.ts";
import { differenceOf, type Entries } from "../system/content.ts";
import type { Entry } from "../system/entry.ts";
import { printable } from "../text/printable.ts";
import { DOCUMENTS } from "../workspace/documents.ts";
import { jobFolder, type LinkedJob } from "../workspace/layout.ts";
import { isTimeLater, milliseconds } from "../workspace/times.ts";
import { BATCH_JOBS } from "./batches.ts";
import { entriesOf } from "./entries.ts";
import { excluder, type FileChoice, fileRules } from "./exclude.ts";
import type { Inventory } from "./inventory.ts";
import type { Shortfall } from "./left_out.ts";
import type { Ends } from "./plan.ts";

/** Compares the jobs that have a record with the source, entry by entry. */
export async function lookAtShortfalls(
  hosts: Ends<Host>,
  infos: Ends<WorkspaceInfo>,
  jobs: LinkedJob[],
  found: Ends<Inventory>,
  choice: FileChoice,
): Promise<void> {
  const { jobs: here, records: partial } = found.source;
  const { jobs: there, records = new Map() } = found.destination;
  const some = jobs.map((job) => ({ folder: jobFolder(job), job }))
    .filter(({ folder }) => records.has(folder) && here.has(folder) && there.has(folder));
  const all = () => undefined;
  // the entries of all jobs at once would take much memory
  for (let at = 0; at < some.length; at += BATCH_JOBS) {
    const batch = some.slice(at, at + BATCH_JOBS);
    const source = await entriesOf(hosts.source, infos.source.realPath, batch, all);
    const { realPath } = infos.destination;
    const newest = new Map<string, string>();
    const tell = (folder: string, { mtime }: Entry) => newest.set(folder, mtime);
    const destination = await entriesOf(hosts.destination, realPath, batch, all, tell);
    for (const { folder } of batch) {
      const ends = { source: source.get(folder)!, destination: destination.get(folder)! };
      const times = { changed: newest.get(folder), recorded: records.get(folder) };
      const shortfall = shortfallOf(ends, choice, times);
      // the source lacks files itself: a job that is like it is not whole
      there.get(folder)!.shortfall = partial?.has(folder)
        ? { ...shortfall, isWhole: false }
        : shortfall;
    }
  }
}

/**
 * Compares what a job holds at both ends.
 *
 * @param exclude The patterns of what this copy leaves out.
 * @param changed When the folder itself was last changed at the destination.
 * @param recorded When its record was written.
 */
export function shortfallOf(
  { source, destination }: Ends<Entries>,
  choice: FileChoice,
  { changed = "0", recorded }: { changed?: string | undefined; recorded?: string | undefined } = {},
): Shortfall {
  const excludes = excluder(choice);
  const wanted: Entries = new Map(
    [...source].filter(([, entry]) => excludes(entry) === undefined),
  );
  const { lost, extra } = differenceOf(comparable(wanted), comparable(destination));
  const whole = differenceOf(comparable(source), comparable(destination));
  const out = [...source.values()].filter(({ path }) => !wanted.has(path) && whole.lost.has(path));
  const files = out.filter(({ kind }) => kind !== "folder");
  const times = [...destination.values()].map(({ mtime }) => mtime);
  return {
    lacks: lost.size > 0,
    isWhole: whole.lost.size === 0,
    own: ownOf(source, destination, extra, recorded),
    files: files.length,
    bytes: files.reduce((sum, { kind, size }) => sum + (kind === "file" ? size : 0), 0),
    by: fileRules(choice).filter(({ excludes }) => out.some((one) => excludes(one) !== undefined))
      .map(({ name }) => name),
    newest: times.reduce((latest, time) => isTimeLater(time, latest) ? time : latest, changed),
  };
}

/** What would be lost with the job at the destination, as a clause; undefined for nothing. */
function ownOf(
  source: Entries,
  destination: Entries,
  extra: string[],
  recorded: string | undefined,
): string | undefined {
  const [path] = extra;
  if (path !== undefined) return `it contains ${printable(path)}, which this copy would not bring`;
  const latest = Math.max(0, ...filesOf(source).map(({ mtime }) => milliseconds(mtime)));
  const newer = filesOf(destination).find(({ path, mtime }) =>
    isNewer(mtime, latest) || isNewer(mtime, milliseconds(source.get(path)?.mtime ?? mtime))
  );
  if (newer !== undefined) return `${printable(newer.path)} is newer there`;
  // the record may be of a job that was there before, though the source has newer files by now
  const later = recorded === undefined
    ? undefined
    : filesOf(destination).find(({ path, mtime }) =>
      isNewer(mtime, milliseconds(recorded)) &&
      isNewer(source.get(path)?.mtime ?? mtime, milliseconds(mtime))
    );
  return later && `${printable(later.path)} was written there later`;
}

/** How much later the same file may seem: some tars and hosts know whole seconds only. */
const ROUNDED_MS = 1000;

function isNewer(time: string, than: number): boolean {
  return milliseconds(time) > than + ROUNDED_MS;
}

function filesOf(entries: Entries) {
  return [...entries.values()].filter(({ kind }) => kind === "file");
}

/** The same, with documents of one size: rewritten paths have another length. */
function comparable(entries: Entries): Entries {
  return new Map(
    [...entries].map(([path, entry]) =>
      [path, DOCUMENTS.includes(path) ? { ...entry, size: 0 } : entry] as const
    ),
  );
}
