/**
 * Putting what was staged in its place, on this machine: renames, never onto a name.
 *
 * @module
 */

import { parentOf, STORE } from "../../workspace/layout.ts";
import { removeTree } from "../../system/tree.ts";
import { lookAt } from "../../system/files.ts";
import { ASIDE, removeStaging } from "./left_staging.ts";
import { ABOUT } from "./claim.ts";
import { CAME_AS_LINK, moveInto, Places } from "./move.ts";
import { LocalRecords } from "./records.ts";
import type { RunOptions } from "../../system/process.ts";
import { inTheWay, RealFolders } from "./real_folders.ts";
import {
  type Afterwards,
  APPEARED,
  type FailedMove,
  HELD,
  isOfJobs,
  type Move,
  type PublishRequest,
} from "../steps.ts";
import { syncFolders, syncTree } from "../../system/sync.ts";

/** Does what a {@linkcode PublishRequest} says; a move that fails does not keep others from theirs. */
export async function settleLocally(
  { staging, moves, records, marker, keep, finished }: PublishRequest & { staging: string },
  watch: RunOptions,
): Promise<FailedMove[]> {
  const staged = new RealFolders(parentOf(staging));
  if (!staged.has(staging)) throw inTheWay(staging);
  if (keep !== undefined && !staged.hasRoomFor(parentOf(keep))) throw inTheWay(parentOf(keep));
  const misplaced = notFolders(staging, moves, staged);
  const noted = records && new LocalRecords(records, staging.slice(staging.lastIndexOf("/") + 1));
  for (const [from, reason] of noted?.write() ?? []) misplaced.set(from, reason);
  if (watch.fsync) await syncTree(staging, watch);
  if (watch.fsync && records?.written.length) {
    await syncTree(`${records.workspace}/${STORE}`, watch);
  }
  const failed: FailedMove[] = [];
  const isLink = ({ kind }: Move) => kind === "link";
  const jobs = moves.filter(isOfJobs);
  moveAll(jobs);
  // a run may only name jobs that are there, after a power cut too; and `current` a run
  if (watch.fsync) await trying("disk", () => syncFolders(foldersOf(jobs)));
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
    const since = lookAt(`${staging}/${ABOUT}`, "")?.mtime ?? "0";
    await trying("records", () => noted.drop(since, (folder) => !hasFailed(folder)));
  }
  const isAway = keep === undefined
    ? await trying("staging", () => removeReplaced(staging))
    : await trying("replaced", () => keepReplaced(staging, keep, staged));
  if (isDone && isAway) await trying("staging", () => removeStaging(staging));
  return failed;

  /** Does what comes after moves: what cannot be done undoes none of them. */
  async function trying(what: Afterwards, action: () => void | Promise<void>): Promise<boolean> {
    try {
      await action();
      return true;
    } catch (error) {
      failed.push({ from: what, reason: (error as Error).message });
      return false;
    }
  }

  /** Makes some moves; all but those of jobs are held when one before has failed. */
  function moveAll(group: Move[]): void {
    const isHeld = failed.some(isHolding);
    const places = new Places();
    for (const move of group) {
      const reason = isHeld && !isOfJobs(move) ? HELD : misplaced.get(move.from) ??
        moveInto(staging, move, places, staged, (folder) => noted?.stood(folder) ?? false);
      if (reason !== undefined) failed.push({ from: move.from, reason });
    }
  }
}

/**
 * Whether a failure holds the moves that come after it: what has appeared instead is as good, and
 * without its marker a workspace still has its runs.
 */
function isHolding({ from, reason }: FailedMove): boolean {
  return reason !== APPEARED && from !== "marker";
}

/** Why a folder is not moved: nothing has come. */
const LACKING = "it is not in the staging folder";

/** Why some folders cannot be moved: nothing is written through a link. */
function notFolders(staging: string, moves: Move[], staged: RealFolders): Map<string, string> {
  const folders = moves.filter(({ kind }) => kind === "put" || kind === "replace")
    .map(({ from }) => from);
  const others = folders.filter((from) => !staged.has(`${staging}/${from}`));
  const isLacking = (from: string) => staged.hasRoomFor(`${staging}/${from}`);
  return new Map(others.map((from) => [from, isLacking(from) ? LACKING : CAME_AS_LINK]));
}

/** Makes the marker of a workspace, unless another copy has, which may be just now. */
function mark(marker: string): void {
  try {
    Deno.openSync(marker, { createNew: true, write: true }).close();
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
}

/** The folders whose names some moves have changed, with the two above each that may be new. */
function foldersOf(moves: Move[]): Set<string> {
  const folders = new Set<string>();
  for (const { into } of moves) {
    for (const path of [into, parentOf(into), parentOf(parentOf(into))]) {
      if (path !== "") folders.add(path);
    }
  }
  return folders;
}

function removeReplaced(staging: string): void {
  const aside = `${staging}/${ASIDE}`;
  if (lookAt(aside, "") !== undefined) removeTree(aside);
}

function keepReplaced(staging: string, keep: string, staged: RealFolders): void {
  const aside = `${staging}/${ASIDE}`;
  if (!staged.has(aside)) return removeReplaced(staging); // nothing of ours
  staged.make(parentOf(keep));
  Deno.renameSync(aside, keep);
}
