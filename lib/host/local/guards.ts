/**
 * The guards that keep a job of this machine from being replaced. `settle.sh` has the same ones.
 *
 * @module
 */

import { jobName, JOBS } from "../../workspace/layout.ts";
import { mayBeLater } from "../../workspace/times.ts";
import { lookAt, walk } from "../../system/files.ts";

import type { Entry } from "../../system/entry.ts";

/** Whether a job is done: it is replaced only if it has a record of files left out. */
export function isDone(final: string, into: string): boolean {
  return lookAt(markerIn(final, into, "done"), "") !== undefined;
}

/** Whether an entry may be replaced: a folder, or a link in place of a job. */
export function isReplaceable({ kind }: Entry, from: string): boolean {
  return kind === "folder" || kind === "link" && from.startsWith(`${JOBS}/`);
}

/** Whether a job was started since a file was written. */
export function hasBegun(final: string, into: string, since: string): boolean {
  const timeOf = (path: string) => Number(lookAt(path, "")?.mtime ?? NaN);
  return timeOf(markerIn(final, into, "pid")) >= timeOf(since);
}

/** A marker of a job, by the folder of its task. */
function markerIn(final: string, into: string, kind: "done" | "pid"): string {
  return `${final}/${jobName(into.slice(into.lastIndexOf("/") + 1))}.${kind}`;
}

/** Whether a folder, or something in it, may be newer than a time. */
export function holdsNewer(path: string, folder: Entry, time: string): boolean {
  let found = mayBeLater(folder.mtime, time);
  walk(path, true, ({ mtime }) => found ||= mayBeLater(mtime, time));
  return found;
}
