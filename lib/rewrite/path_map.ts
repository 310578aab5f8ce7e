/**
 * Maps paths of the source to paths at the destination.
 *
 * @module
 */

import { CopyError } from "../errors.ts";

import type { Entry } from "../system/entry.ts";
import { EXPERIMENTS, jobFolder, JOBS, type LinkedJob, PARTIALS } from "../workspace/layout.ts";
import { hasControl, printable } from "../text/printable.ts";
import { mappingFault } from "../workspace/mapping.ts";

/** A map of paths: folders at the source, each with its folder at the destination. */
export interface PathMap {
  /** The workspace at the destination. */
  readonly destination: string;
  /** From, to; the longest first. */
  readonly pairs: readonly Pair[];
  /** Where the source workspace was before. */
  readonly former: ReadonlySet<string>;
}

/** A folder, and what it becomes. */
export type Pair = readonly [from: string, to: string];

/** Where the source is, in every spelling, and where the destination is. */
export interface Roots {
  /** The source workspace, as configured and with links resolved. */
  workspace: string[];
  /** Folders outside the workspace that jobs were moved to, each the counterpart of `jobs`. */
  moved: string[];
  /** Its `jobs`, links resolved. */
  jobs: string;
  /** Its `experiments`, links resolved. */
  experiments: string;
  /** Its `partials`, links resolved. */
  partials: string;
  /** The destination workspace, links resolved. */
  destination: string;
  /** Folders that the user maps. */
  mapped?: readonly Pair[];
  /** Where the workspace was before. */
  former?: Iterable<string>;
}

/** Makes the map from all spellings of the source to the destination. */
export function pathMap(roots: Roots): PathMap {
  const { workspace, moved, jobs, experiments, partials, destination } = roots;
  const { mapped = [], former = [] } = roots;
  const pairs = new Map<string, string>([
    ...mapped,
    ...moved.map((path) => [path, `${destination}/jobs`] as const),
    [jobs, `${destination}/jobs`],
    [experiments, `${destination}/experiments`],
    [partials, `${destination}/partials`],
    ...workspace.map((path) => [path, destination] as const),
  ]);
  const longestFirst = [...pairs].sort(([a], [b]) => b.length - a.length);
  return withFormer({ destination, pairs: longestFirst, former: new Set() }, former);
}

/** The same map with former places of the source workspace, without those that cannot be true. */
export function withFormer(map: PathMap, roots: Iterable<string>): PathMap {
  const more = [...roots].map((root) => root.replace(/\/+$/, ""))
    .filter((root) => isFormerRoot(root, map));
  return more.length === 0 ? map : { ...map, former: new Set([...map.former, ...more]) };
}

/**
 * Whether a path, which comes from a document, can be a former place of the workspace: not the root
 * folder, nor a known place, nor anything in its jobs, experiments or partials today.
 */
function isFormerRoot(root: string, map: PathMap): boolean {
  if (!root.startsWith("/") || map.former.has(root) || hasControl(root)) return false;
  if (/\/(\.{0,2})(\/|$)/.test(root) || map.pairs.some(([from]) => from === root)) return false;
  const today = relocatePath(root, { ...map, former: new Set() });
  const inside = today === undefined ? undefined : insideOf(today, map);
  return inside === undefined || !FORMER_FOLDERS.includes(inside.split("/")[0]!);
}

/** Where the workspace was when a run was made, by the absolute links of the run to its jobs. */
export function formerRoots(run: Iterable<readonly [string, Pick<Entry, "target">]>): Set<string> {
  const roots = new Set<string>();
  for (const [path, { target }] of run) {
    if (path.startsWith(`${JOBS}/`) && target?.endsWith(`/${path}`)) {
      roots.add(target.slice(0, -path.length - 1));
    }
  }
  return roots;
}

/** A path at the destination; undefined when it stays as it is. */
export function relocatePath(path: string, map: PathMap): string | undefined {
  const [from = "", to] = map.pairs.find((pair) => isBelow(path, pair)) ?? [];
  // a former place may be below the present one: the longer match is meant
  const root = map.former.size === 0 ? undefined : formerRootOf(path, map);
  if (root !== undefined && root.length > from.length) {
    return map.destination + path.slice(root.length);
  }
  return to === undefined ? undefined : to + path.slice(from.length) || "/";
}

function isBelow(path: string, [from]: Pair): boolean {
  if (!path.startsWith(from)) return false;
  return path.length === from.length ||
    path[from.length] === "/" && !climbsOut(path.slice(from.length));
}

/** Only paths into these folders of a former place are mapped. */
const FORMER_FOLDERS = [JOBS, EXPERIMENTS, PARTIALS];

/** The former place of the workspace that a path is in; undefined when it is in none. */
function formerRootOf(path: string, { former }: PathMap): string | undefined {
  for (let at = path.lastIndexOf("/"); at > 0; at = path.lastIndexOf("/", at - 1)) {
    const root = path.slice(0, at);
    if (!former.has(root)) continue;
    const names = path.slice(at + 1).split("/");
    return FORMER_FOLDERS.includes(names[0]!) && !names.includes("..") ? root : undefined;
  }
  return undefined;
}

/** A path of the destination relative to its workspace; undefined when it is outside. */
export function insideOf(path: string, { destination }: PathMap): string | undefined {
  if (path === destination) return "";
  return path.startsWith(`${destination}/`) ? path.slice(destination.length + 1) : undefined;
}

/** Whether a path leaves the folder it begins in: `/jobs/../../data`. */
export function climbsOut(path: string): boolean {
  let depth = 0;
  for (const name of path.split("/")) {
    if (name === "..") depth--;
    else if (name !== "" && name !== ".") depth++;
    if (depth < 0) return true;
  }
  return false;
}

/**
 * Checks the option `map`, and returns its pairs.
 *
 * @throws {CopyError} `usage`, when one is not an absolute path, for example.
 */
export function readMapped(map: Readonly<Record<string, string>> = {}): Pair[] {
  return Object.entries(map).map(([from, to]) => {
    const wrong = mappingFault(from, to);
    if (wrong === undefined) return [from.replace(/\/+$/, ""), to.replace(/\/+$/, "")];
    const message = `cannot map path '${printable(wrong.place)}': it ${wrong.fault}`;
    throw new CopyError("usage", message, "map absolute paths, e.g. /data to /mnt/data");
  });
}

/** The paths of a job's folder at the destination: its own, and those of the links to it. */
export function jobPaths(
  { taskId, jobId, linkedBy = [] }: LinkedJob,
  { destination }: PathMap,
): string[] {
  return [{ taskId, jobId }, ...linkedBy].map((job) => `${destination}/${jobFolder(job)}`);
}
