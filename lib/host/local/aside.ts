/**
 * Takes folders of this machine's workspaces out of sight, into a staging folder, so that they can
 * be looked at once more and then be removed. Until that is decided they stand where a claim puts
 * back what a killed copy had moved aside.
 *
 * @module
 */

import { refused } from "../../system/permissions.ts";
import { lookAt, namesIn } from "../../system/files.ts";
import { syncFolders } from "../../system/sync.ts";
import { removeEmpty, rename } from "../../system/tree.ts";
import { parentOf } from "../../workspace/layout.ts";
import type { Place } from "../host.ts";
import { ASIDE, type Commitment, type FailedMove, GONE, REMOVED } from "../steps.ts";
import { inTheWay, RealFolders } from "./real_folders.ts";

/** Does {@linkcode Staging.setAside}. */
export function setAsideLocally(staging: string, folders: Place[], back: boolean): FailedMove[] {
  const staged = new RealFolders(parentOf(staging));
  if (!staged.has(staging)) throw inTheWay(staging);
  return folders.flatMap(({ name, path }) => {
    const why = moveOne(staged, `${staging}/${ASIDE}/${name}`, path, back);
    return why === undefined ? [] : [{ from: name, why: { said: why } }];
  });
}

/** Why it was not moved; undefined when it was. */
function moveOne(
  staged: RealFolders,
  aside: string,
  place: string,
  back: boolean,
): string | undefined {
  const [from, to] = back ? [aside, place] : [place, aside];
  const parent = parentOf(place);
  try {
    const isPlain = new RealFolders(parentOf(parent)).has(parent) &&
      staged.hasRoomFor(parentOf(aside));
    if (!isPlain) return `${parent} is a link, or not a folder`;
    if (lookAt(from) === undefined) return GONE;
    if (lookAt(to) !== undefined) return `something else is at ${to}`;
    staged.make(parentOf(aside));
    rename(from, to);
    return undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw refused("write", parent);
    return (error as Error).message;
  }
}

/** Does {@linkcode Staging.commit}. */
export async function commitLocally(
  staging: string,
  { runId, links, folders }: Commitment,
): Promise<void> {
  const staged = new RealFolders(parentOf(staging));
  if (!staged.has(staging)) throw inTheWay(staging);
  const removed = `${staging}/${REMOVED}`;
  if (lookAt(removed) !== undefined) throw inTheWay(removed);
  for (const link of links) {
    const target = lookAt(link)?.target?.replace(/\/$/, "");
    if (target !== undefined && target.slice(target.lastIndexOf("/") + 1) === runId) {
      Deno.removeSync(link);
    }
  }
  if (staged.has(`${staging}/${ASIDE}`)) rename(`${staging}/${ASIDE}`, removed);
  // what is removed from now on must not come back by half after a power cut
  await syncFolders([staging]);
  for (const folder of folders) removeEmpty(folder);
}

/** Does {@linkcode Host.jobs}. */
export function jobsLocally(root: string): string[] {
  return (namesIn(root) ?? []).flatMap(({ name: task }) => {
    if (task.startsWith(".") || lookAt(`${root}/${task}/.`)?.kind !== "folder") return [];
    return namesIn(`${root}/${task}`)!.map(({ name }) => name)
      .filter((name) => !name.startsWith(".")).map((name) => `${task}/${name}`);
  });
}
