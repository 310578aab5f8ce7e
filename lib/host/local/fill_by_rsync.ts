/**
 * Adds to the folder of a job what it lacks where names are not UTF-8: Deno cannot rename these, and
 * rsync makes hard links of all that was staged.
 *
 * @module
 */

import { isUtf8 } from "../../system/byte_text.ts";
import { differenceOf } from "../../system/content.ts";
import type { Entry } from "../../system/entry.ts";
import { output, type RunOptions, start, stopIfAborted } from "../../system/process.ts";
import { syncTree } from "../../system/sync.ts";
import { removeTree } from "../../system/tree.ts";
import { parentOf } from "../../workspace/layout.ts";
import { scanLocally } from "./scan.ts";

/** What a folder of a job holds; its own path stands under the empty one. */
type Held = Map<string, Entry>;

/** What was staged of a job, if some of its names are not UTF-8; for one that a walk has doubted. */
export async function withByteNames(staged: string, watch: RunOptions): Promise<Held | undefined> {
  const held = await heldIn(staged, watch);
  return [...held.keys()].every(isUtf8) ? undefined : held;
}

/** Adds to a folder all that was staged; answers whether all of it had room. */
export async function fillByRsync(
  come: Held,
  staged: string,
  final: string,
  watch: RunOptions,
): Promise<boolean> {
  const before = await heldIn(final, watch);
  const isFolder = (entry: Entry | undefined) => entry === undefined || entry.kind === "folder";
  const hasRoom = ([path, entry]: [string, Entry]) =>
    !before.has(path) || isFolder(entry) && isFolder(before.get(path));
  if (![...come].every(hasRoom)) return false;
  // else a folder that was changed within the second of its own time would keep that of the change
  const options = ["-aHS", "--ignore-existing", "--modify-window=-1", `--link-dest=${staged}`];
  const running = start("rsync", [...options, "--", `${staged}/`, `${final}/`], watch);
  await Promise.all([running.stdin.close(), output(running)]);
  const code = await running.code;
  stopIfAborted(watch);
  if (code !== 0) throw new Error(`rsync failed: ${(await running.complaint).trim()}`);
  const { lost } = differenceOf(come, await heldIn(final, watch));
  for (const [path, what] of lost) throw new Error(`${path} ${what}`);
  if (watch.fsync) await syncTree(final, watch);
  removeTree(staged); // rsync must not write into what has two names by now
  return true;
}

async function heldIn(folder: string, watch: RunOptions): Promise<Held> {
  const held: Held = new Map();
  const root = parentOf(parentOf(parentOf(folder)));
  const folders = [folder.slice(root.length + 1)];
  const request = { root, folders, jobStatesOnly: false };
  await scanLocally(request, (_, entry) => held.set(entry.path, entry), watch);
  return held;
}
