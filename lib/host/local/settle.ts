/**
 * Moves what was staged to its place, on this machine, in the order that keeps a workspace valid.
 *
 * @module
 */

import { depthOf, parentOf, STORE } from "../../workspace/layout.ts";
import { removeTree } from "../../system/tree.ts";
import { lookAt } from "../../system/files.ts";
import { removeStaging } from "./left_staging.ts";
import { fillLocally } from "./fill.ts";
import { CAME_AS_LINK, moveInto, Places } from "./move.ts";
import { LocalRecords } from "./records.ts";
import type { RunOptions } from "../../system/process.ts";
import { inTheWay, RealFolders } from "./real_folders.ts";
import {
  type Afterwards,
  ASIDE,
  type FailedMove,
  isOfJobs,
  type Move,
  type PublishRequest,
  type Why,
} from "../steps.ts";
import { syncFolders, syncTree } from "../../system/sync.ts";

/**
 * Carries out a {@linkcode PublishRequest}. A job that cannot be moved does not stop other jobs.
 */
export async function settleLocally(
  { staging, moves, records, marker, keep, finished }: PublishRequest & { staging: string },
  tarVersion: () => Promise<string>,
  watch: RunOptions,
): Promise<FailedMove[]> {
  const staged = new RealFolders(parentOf(staging));
  if (!staged.has(staging)) throw inTheWay(staging);
  if (keep !== undefined && !staged.hasRoomFor(parentOf(keep))) throw inTheWay(parentOf(keep));
  const misplaced = notFolders(staging, moves, staged);
  const noted = records && new LocalRecords(records, staging.slice(staging.lastIndexOf("/") + 1));
  for (const folder of noted?.write() ?? []) misplaced.set(folder, "unrecorded");
  if (watch.fsync) await syncTree(staging, watch);
  if (watch.fsync && records?.written.length) {
    await syncTree(`${records.workspace}/${STORE}`, watch);
  }
  const failed: FailedMove[] = [];
  const isLink = ({ kind }: Move) => kind === "link";
  const jobs = moves.filter(isOfJobs);
  moveAll(jobs.filter(({ kind }) => kind !== "fill"));
  const filled = await fillLocally(staging, jobs.filter(({ kind }) => kind === "fill"), {
    ...{ tarVersion, watch },
    whyNot: ({ from }) => misplaced.get(from),
    hadRecord: (folder) => noted?.stood(folder) ?? false,
  });
  failed.push(...filled.failed);
  // after a power cut, too, a run must name only jobs that exist, and `current` a run that exists
  const changedByJobs = [...foldersOf(jobs), ...filled.changed];
  if (watch.fsync) await trying("disk", () => syncFolders(changedByJobs));
  const others = moves.filter((move) => !isOfJobs(move));
  moveAll(others.filter((move) => !isLink(move)));
  const marks = marker !== undefined && !failed.some(isHolding);
  if (marks) await trying("marker", () => mark(marker));
  moveAll(others.filter(isLink));
  const isDone = finished && !failed.some(isHolding);
  const changed = [...foldersOf(others), ...(marks ? [parentOf(marker)] : [])];
  if (watch.fsync) await trying("disk", () => syncFolders(changed));
  const hasFailed = (what: string) => failed.some(({ from }) => from === what);
  if (noted !== undefined && !hasFailed("disk")) {
    await trying("records", () => noted.drop((folder) => !hasFailed(folder)));
  }
  const isAway = keep === undefined
    ? await trying("staging", () => removeReplaced(staging))
    : await trying("replaced", () => keepReplaced(staging, keep, staged));
  if (isDone && isAway) await trying("staging", () => removeStaging(staging));
  return failed;

  /** Does a later step; its failure undoes no move. */
  async function trying(what: Afterwards, action: () => void | Promise<void>): Promise<boolean> {
    try {
      await action();
      return true;
    } catch (error) {
      failed.push({ from: what, why: { said: (error as Error).message } });
      return false;
    }
  }

  /**
   * Makes some moves. Those of the run and of `current` are held when an earlier one has failed.
   */
  function moveAll(group: Move[]): void {
    const isHeld = failed.some(isHolding);
    const places = new Places();
    for (const move of group) {
      const why = isHeld && !isOfJobs(move) ? "held" : misplaced.get(move.from) ??
        moveInto(staging, move, places, staged);
      if (why !== undefined) failed.push({ from: move.from, why });
    }
  }
}

/**
 * Whether a failure holds later moves. What has appeared instead may be as good, and a workspace
 * without its marker still has its runs.
 */
function isHolding({ from, why }: FailedMove): boolean {
  return why !== "appeared" && from !== "marker";
}

/** Why a folder is not moved: it has not come. */
const LACKING: Why = { said: "it is not in the staging folder" };

/** The folders that cannot be moved, and why: nothing is moved through a link. */
function notFolders(staging: string, moves: Move[], staged: RealFolders): Map<string, Why> {
  const folders = moves.filter(({ kind }) => ["put", "replace", "fill"].includes(kind))
    .map(({ from }) => from);
  const others = folders.filter((from) => !staged.has(`${staging}/${from}`));
  const isLacking = (from: string) => staged.hasRoomFor(`${staging}/${from}`);
  return new Map(others.map((from) => [from, isLacking(from) ? LACKING : CAME_AS_LINK]));
}

/** Makes the marker of a workspace, unless another copy has made it just now. */
function mark(marker: string): void {
  try {
    Deno.openSync(marker, { createNew: true, write: true }).close();
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
}

/** The folders that some moves have changed, and those above each that may be new. */
function foldersOf(moves: Move[]): Set<string> {
  const folders = new Set<string>();
  for (const { from, into } of moves) {
    let path = into;
    for (let left = depthOf(from); left > 0 && path !== ""; left--) {
      folders.add(path);
      path = parentOf(path);
    }
  }
  return folders;
}

function removeReplaced(staging: string): void {
  const aside = `${staging}/${ASIDE}`;
  if (lookAt(aside) !== undefined) removeTree(aside);
}

function keepReplaced(staging: string, keep: string, staged: RealFolders): void {
  const aside = `${staging}/${ASIDE}`;
  if (!staged.has(aside)) return removeReplaced(staging); // nothing that this copy moved there
  staged.make(parentOf(keep));
  Deno.renameSync(aside, keep);
}
