/**
 * What keeps a job on this machine from being replaced.
 *
 * @module
 */

import { jobName, JOBS } from "../../workspace/layout.ts";
import { mayBeLater } from "../../workspace/times.ts";
import { lookAt, walk } from "../../system/files.ts";

import type { Entry } from "../../system/entry.ts";

/** Whether a job is done: such a job is never replaced. */
export function isDone(final: string, into: string): boolean {
  return lookAt(markerIn(final, into, "done"), "") !== undefined;
}

/** Whether what stands there may give way: a folder, or the link that a job may be. */
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
