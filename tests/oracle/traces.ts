/**
 * What the files of a workspace tell about where it was made, and about what was computed.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { join } from "@std/path";

/** Text of past runs and events: experimaestro reads no path there. */
const HISTORY = [
  /^jobs\/[^/]+\/[^/]+\/[^/]+\.(py|out|err)$/,
  /^jobs\/[^/]+\/[^/]+\/\.experimaestro\/events\//,
  /^experiments\/[^/]+\/[^/]+\/(events\/|environment\.json$)/,
  /^\.(events|scheduler)\//,
];
/** Locks are touched by any run. */
const LOCK = /^jobs\/[^/]+\/[^/]+\/[^/]+\.lock$/;

/** The files and links, history left out, that hold a text, by their path in the workspace. */
export function traces(workspace: string, text: string): string[] {
  return entries(workspace).filter(({ path, isSymlink }) => {
    if (HISTORY.some((pattern) => pattern.test(path))) return false;
    const full = join(workspace, path);
    return (isSymlink ? Deno.readLinkSync(full) : Deno.readTextFileSync(full)).includes(text);
  }).map(({ path }) => path).sort();
}

/**
 * Where the links lead, those to nothing left out, and those of a machine's own `.events`, where
 * experimaestro before 2.1.1 has `current`; `root` is the workspace as they have it.
 */
export function links(workspace: string, root: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const { path, isSymlink } of entries(workspace)) {
    if (!isSymlink || path.startsWith(".events/")) continue;
    const target = Deno.readLinkSync(join(workspace, path));
    const below = target.startsWith(`${root}/`) ? target.slice(root.length + 1) : undefined;
    if (below === undefined) found.set(path, target);
    else if (existsSync(join(workspace, below))) found.set(path, `<workspace>/${below}`);
  }
  return found;
}

/** Size and time of each file of the jobs. */
export function jobFiles(workspace: string): Map<string, string> {
  const found = entries(workspace, "jobs").filter(({ path }) => !LOCK.test(path));
  return new Map(found.map(({ path }) => {
    const { size, mtime } = Deno.lstatSync(join(workspace, path));
    return [path, `${size} ${mtime?.getTime()}`];
  }));
}

/** The files that are not what they were: written, new or gone. */
export function changedFiles(before: Map<string, string>, after: Map<string, string>): string[] {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].filter((path) => before.get(path) !== after.get(path)).sort();
}

interface FoundEntry {
  path: string;
  isSymlink: boolean;
}

/** All files and links below a folder. */
function entries(workspace: string, below = ""): FoundEntry[] {
  return [...Deno.readDirSync(join(workspace, below))].flatMap((entry) => {
    const path = join(below, entry.name);
    return entry.isDirectory ? entries(workspace, path) : [{ path, isSymlink: entry.isSymlink }];
  });
}
