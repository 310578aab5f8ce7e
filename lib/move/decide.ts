/**
 * Which folders of the source a move removes, and which stay: a function of what was found.
 *
 * @module
 */

import { printable } from "../text/printable.ts";
import { jobFolder, type JobId, leadsTo } from "../workspace/layout.ts";
import { mentionedByStaying, type Mentions } from "./mentions.ts";
import type { Seal } from "./seals.ts";
import { isLeft, type KeptFolder, type KeptReason, type MovedFolder } from "./types.ts";

/** Why a folder must stay. */
export interface Reason {
  why: KeptReason;
  reason: string;
}

/** What is known of the folders of a run. */
export interface Known {
  /** The run's folder. */
  run: string;
  /** Its jobs, and those that they are links to. */
  jobs: readonly JobId[];
  /** What the folders hold that are there. */
  seals: ReadonlyMap<string, Seal>;
  /** Who mentions them. */
  mentions: Pick<Mentions, "of">;
  /** What must stay, and why, by its folder. */
  unfit: ReadonlyMap<string, Reason>;
  /** Whether a `.pid` is stale. */
  ended: boolean;
  /** The folders that the user has agreed to remove: no others are. Default: all. */
  agreed?: ReadonlySet<string>;
}

/** What goes, and what stays. */
export interface Decided {
  removed: MovedFolder[];
  kept: KeptFolder[];
}

/** Decides; what is not at the source is neither removed nor kept. */
export function decideFolders(known: Known): Decided {
  const decided = decide(known);
  const { agreed, unfit } = known;
  // only what would go: a job that was shown as shared stays for that reason, and its run may go
  const refused = decided.removed.filter(({ path }) => agreed?.has(path) === false);
  if (refused.length === 0) return decided;
  const why: Reason = {
    why: "changed",
    reason: "it was not on the list that you agreed to remove",
  };
  return decide({
    ...known,
    unfit: new Map([...unfit, ...refused.map(({ path }) => [path, why] as const)]),
  });
}

function decide(known: Known): Decided {
  const { run, jobs, seals, mentions, unfit } = known;
  const there = jobs.map(({ taskId, jobId }) => ({ taskId, jobId }))
    .filter((job) => seals.has(jobFolder(job)));
  const kept = new Map<string, Reason>();
  for (const job of there) {
    const why = ownReason(jobFolder(job), known);
    if (why !== undefined) kept.set(jobFolder(job), why);
  }
  // its run lists each job, and is no reason to keep one
  const going = [run, ...there.map(jobFolder).filter((folder) => !kept.has(folder))];
  for (const [folder, by] of mentionedByStaying(going, mentions)) {
    const cause = kept.get(by);
    const why = folder === run || cause !== undefined && isLeft(cause) ? "needed" : "shared";
    kept.set(folder, { why, reason: `${printable(by)} refers to it` });
  }
  const own = unfit.get(run) ?? kept.get(run);
  const left = [...kept.values()].filter(isLeft).length;
  if (own !== undefined) kept.set(run, own);
  else if (left > 0) kept.set(run, { why: "needed", reason: "some of its jobs stay" });
  const folders = [
    ...there.map((job) => ({ path: jobFolder(job), job })),
    ...(seals.has(run) ? [{ path: run }] : []),
  ].map((folder) => {
    const { bytes, files } = seals.get(folder.path)!;
    return { ...folder, bytes, files };
  });
  return {
    removed: folders.filter(({ path }) => !kept.has(path)),
    kept: folders.flatMap((folder) => {
      const why = kept.get(folder.path);
      return why === undefined ? [] : [{ ...folder, ...why }];
    }),
  };
}

function ownReason(folder: string, { seals, unfit, ended }: Known): Reason | undefined {
  const { target, runs } = seals.get(folder)!;
  if (target !== undefined && leadsTo(target, folder)) {
    return { why: "elsewhere", reason: `it is a link to ${printable(target)}` };
  }
  if (runs && !ended) {
    return { why: "running", reason: "it has a .pid file, so it may still be running" };
  }
  return unfit.get(folder);
}
