/**
 * Putting what was staged in its place, on this machine: renames, never onto a name.
 *
 * @module
 */

import { ensureDirSync } from "@std/fs/ensure-dir";
import { CopyError } from "../errors.ts";
import { JOBS, parentOf } from "../workspace/layout.ts";
import { refused } from "./access.ts";
import { removeTree, rename } from "./changes.ts";
import { lookAt, namesIn } from "./files.ts";
import {
  APPEARED,
  type FailedMove,
  HELD,
  type Move,
  MOVED,
  NEWER,
  type Settlement,
} from "./steps.ts";
import { ASIDE } from "./left_staging.ts";
import { ABOUT } from "./local_claim.ts";
import { hasBegun, holdsNewer, isDone, isReplaceable } from "./local_guards.ts";
import { linkedRun } from "./local_look.ts";
import { archive, type OverlayEntry } from "./overlay.ts";
import { isGnuTar, writesInto } from "./pack.ts";
import type { Parts } from "./parts.ts";
import { feed, output, start, stopIfAborted, type Watch } from "./process.ts";
import { inTheWay, isFolder, RealFolders } from "./real_folders.ts";
import { syncFolders, syncTree } from "./sync.ts";

/**
 * Does what a {@linkcode Settlement} says; a move that fails does not keep others from theirs.
 *
 * @param tar What `tar --version` says.
 */
export async function settleLocally(
  { staging, carry, overlay, moves, marker, keep, finished }: Settlement,
  tar: string,
  watch: Watch,
): Promise<FailedMove[]> {
  const staged = new RealFolders(parentOf(staging));
  if (!staged.has(staging)) throw inTheWay(staging);
  if (keep !== undefined && !staged.hasRoomFor(parentOf(keep))) throw inTheWay(parentOf(keep));
  const misplaced = notFolders(staging, moves, staged);
  if (carry !== undefined && isFolder(parentOf(carry.from)) && isFolder(carry.from)) {
    const into = `${staging}/${carry.into}`;
    const kept = staged.has(into) && await takeOver(carry.from, into, watch);
    if (!kept && !misplaced.has(carry.into)) misplaced.set(carry.into, LOST);
  }
  const isOut = (entry: OverlayEntry) =>
    misplaced.has(entry.path.split("/").slice(0, 3).join("/")) ||
    !staged.hasRoomFor(`${staging}/${above(entry)}`);
  await unpack(staging, overlay.filter((entry) => !isOut(entry)), tar, watch);
  if (watch.fsync) await syncTree(staging, watch);
  const failed: FailedMove[] = [];
  const isJob = ({ from }: Move) => from.startsWith(`${JOBS}/`);
  const isLink = ({ kind }: Move) => kind === "link";
  const jobs = moves.filter(isJob);
  moveAll(jobs);
  // a run may only name jobs that are there, after a power cut too; and `current` a run
  if (watch.fsync) await syncFolders(foldersOf(jobs));
  const others = moves.filter((move) => !isJob(move));
  moveAll(others.filter((move) => !isLink(move)));
  const marks = marker !== undefined && !failed.some(isHolding) && mark(marker);
  moveAll(others.filter(isLink));
  if (watch.fsync) {
    await syncFolders([...foldersOf(others), ...(marks ? [parentOf(marker)] : [])]);
  }
  clear(staging, keep, finished && !failed.some(isHolding), staged);
  return failed;

  /** Makes some moves; all but those of jobs are held when one before has failed. */
  function moveAll(group: Move[]): void {
    const isHeld = failed.some(isHolding);
    const places = new Places();
    for (const move of group) {
      const reason = isHeld && !isJob(move)
        ? HELD
        : misplaced.get(move.from) ?? moveInto(staging, move, places, staged);
      if (reason !== undefined) failed.push({ from: move.from, reason });
    }
  }
}

/** Whether a failed move holds those that come after it: what has appeared instead is as good. */
function isHolding({ reason }: FailedMove): boolean {
  return reason !== APPEARED;
}

/** Why a folder is not moved: something else has come, or nothing. */
const [CAME_AS_LINK, LACKING] = ["it came as a link", "it is not in the staging folder"];

/** Why a run does not replace another: a folder there is a link or a file here, for one. */
const LOST = "what only the one that stands there holds could not be kept";

/** Why some folders cannot be moved: nothing is written through a link. */
function notFolders(staging: string, moves: Move[], staged: RealFolders): Map<string, string> {
  const folders = moves.filter(({ kind }) => kind !== "link").map(({ from }) => from);
  const others = folders.filter((from) => !staged.has(`${staging}/${from}`));
  const isLacking = (from: string) => staged.hasRoomFor(`${staging}/${from}`);
  return new Map(others.map((from) => [from, isLacking(from) ? LACKING : CAME_AS_LINK]));
}

/** The folder of an entry that must be one, and no link: of a job or of a run, or above these. */
function above({ kind, path }: OverlayEntry): string {
  const parts = path.split("/");
  return parts.slice(0, kind === "folder" ? 3 : Math.min(3, parts.length - 1)).join("/");
}

/**
 * Copies into the new folder what only the old one holds: rsync keeps times, links and holes.
 *
 * @returns Whether there was room for all of it.
 */
async function takeOver(from: string, into: string, watch: Watch): Promise<boolean> {
  // Folders of both would get their modes from the old one; their owner must be able to write them.
  const options = ["--ignore-existing", "--chmod=Du+w"];
  const args = ["-aHS", ...options, "--exclude=/jobs", "--exclude=/.status.json.lock"];
  return await finish("rsync", [...args, "--", `${from}/`, `${into}/`], undefined, watch) === 0;
}

async function unpack(
  staging: string,
  overlay: OverlayEntry[],
  version: string,
  watch: Watch,
): Promise<void> {
  if (overlay.length === 0) return;
  const owner = Deno.lstatSync(staging).uid ?? NaN;
  const options = ["--no-same-owner", ...(writesInto(owner, version) ? ["--overwrite"] : [])];
  const args = ["-xpf", "-", ...options, "-C", staging];
  await finish("tar", args, archive(overlay, { isForGnu: isGnuTar(version) }), watch);
}

/** What rsync ends with when some files could not be copied. */
const PARTIAL = 23;

/** Runs a program; answers its exit code. */
async function finish(
  program: "rsync" | "tar",
  args: string[],
  input: Parts | undefined,
  watch: Watch,
): Promise<number> {
  const running = start(program, args, watch);
  await Promise.all([input ? feed(running, input) : running.stdin.close(), output(running)]);
  const code = await running.code;
  if (code !== 0 && code !== PARTIAL) {
    stopIfAborted(watch);
    throw new CopyError("program", `${program} failed: ${(await running.complaint).trim()}`);
  }
  return code;
}

/**
 * The names in the folders that things are moved to, each read once. What appears there later makes
 * a rename fail, unless it is an empty folder.
 */
class Places {
  readonly #names = new Map<string, Names>();

  /** The names in a folder, which is made when it is not there; undefined when it is no folder. */
  namesIn(folder: string): Names | undefined {
    const known = this.#names.get(folder);
    if (known !== undefined) return known;
    const { kind } = lookAt(folder, "") ?? {};
    if (kind === undefined) ensureDirSync(folder);
    else if (kind !== "folder") return undefined;
    const names = namesOf(folder);
    this.#names.set(folder, names);
    return names;
  }
}

/** Names, of which it can be asked whether one is among them. */
type Names = Pick<ReadonlySet<string>, "has">;

/** The names in a folder; where they may not be read, each may be among them. */
function namesOf(folder: string): Names {
  try {
    return new Set(namesIn(folder)?.map(({ name }) => name));
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) return { has: () => true };
    throw error;
  }
}

/** Puts one folder or link in its place; the reason when that cannot be. */
function moveInto(
  staging: string,
  { kind, from, into, standing, unlessNewer }: Move,
  places: Places,
  stagedFolders: RealFolders,
): string | undefined {
  const name = from.slice(from.lastIndexOf("/") + 1);
  const [staged, final] = [`${staging}/${from}`, `${into}/${name}`];
  const aside = `${staging}/${ASIDE}/${from}`;
  try {
    if (!stagedFolders.has(parentOf(staged))) return CAME_AS_LINK;
    const names = places.namesIn(into);
    if (names === undefined) return `${into} is a link or no folder`;
    const there = kind === "link" || names.has(name) ? lookAt(final, "") : undefined;
    if (kind === "link" && there !== undefined) {
      if (there.kind !== "link") return `${final} is no link`;
      if (linkedRun(into) !== standing) return MOVED;
    }
    if (kind === "link" || there === undefined) {
      rename(staged, final);
      return undefined;
    }
    if (kind === "put" || isDone(final, into)) return APPEARED;
    if (!isReplaceable(there, from)) return `${final} is no folder`;
    if (hasBegun(final, into, `${staging}/${ABOUT}`)) return "it has begun to run there";
    if (unlessNewer !== undefined && holdsNewer(final, there, unlessNewer)) return NEWER;
    if (!stagedFolders.hasRoomFor(parentOf(aside))) return `${parentOf(aside)} is no folder`;
    stagedFolders.make(parentOf(aside));
    rename(final, aside);
    try {
      rename(staged, final);
    } catch (error) {
      if (lookAt(final, "") === undefined) giveBack(aside, final);
      throw error;
    }
    return undefined;
  } catch (error) {
    if (error instanceof CopyError) throw error;
    if (error instanceof Deno.errors.NotCapable) throw refused("write", into);
    // another copy was faster, just now
    const gone = kind === "put" || kind === "replace" && lookAt(aside, "") !== undefined;
    if (gone && lookAt(final, "") !== undefined) return APPEARED;
    return (error as Error).message;
  }
}

/** Undoes the first half of a replacement; what cannot go back must not go with the staging folder. */
function giveBack(aside: string, final: string): void {
  try {
    rename(aside, final);
  } catch (error) {
    throw new CopyError(
      "program",
      `${final} could not be replaced, nor put back: it is in ${aside} (${
        (error as Error).message
      })`,
      "run the same command again: it puts it back",
    );
  }
}

/** Makes the marker of a workspace; whether no other copy has, which may be just now. */
function mark(marker: string): boolean {
  try {
    Deno.openSync(marker, { createNew: true, write: true }).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
    throw error;
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

/** Keeps or removes what was replaced, and the staging folder once it has served. */
function clear(
  staging: string,
  keep: string | undefined,
  finished: boolean,
  staged: RealFolders,
): void {
  const aside = `${staging}/${ASIDE}`;
  if (keep !== undefined && staged.has(aside)) {
    staged.make(parentOf(keep));
    Deno.renameSync(aside, keep);
  } else if (lookAt(aside, "") !== undefined) removeTree(aside);
  if (finished) removeTree(staging);
}
