/**
 * Lists the content of folders of this machine.
 *
 * @module
 */

import { resolve } from "@std/path/posix/resolve";
import { CopyError } from "../../errors.ts";
import {
  isInPartials,
  jobAt,
  jobFolder,
  JOBS,
  leadsTo,
  parentOf,
  PARTIALS,
  RECORDS,
} from "../../workspace/layout.ts";
import { asCopyError, isGranted, requireAccess } from "../../system/permissions.ts";
import { listDoubtful } from "./doubtful.ts";
import {
  isDoubtful,
  linkTarget,
  lookAt,
  namesIn,
  realPath,
  unreadable,
  walk,
} from "../../system/files.ts";
import type { LinkedFolder, ScanRequest, Visit } from "../found.ts";
import { resting, type RunOptions } from "../../system/process.ts";

/** What has been found so far, besides the visited entries. */
interface Found {
  /** The folders that are links, or are in one. */
  linked: LinkedFolder[];
  /** The folders that rsync must list, because Deno cannot. */
  doubted: string[];
}

/** Does {@linkcode Host.scan}. */
export async function scanLocally(
  request: ScanRequest,
  visit: Visit,
  watch: RunOptions,
): Promise<LinkedFolder[]> {
  const { root, folders, isNeeded } = request;
  const found: Found = { linked: [], doubted: [] };
  const above = linksAbove(root, folders);
  const rest = resting(watch);
  for (const folder of folders) {
    await rest();
    if (isNeeded?.(folder) === false) continue;
    try {
      scanOne(request, folder, above.get(folder), visit, found);
    } catch (error) {
      visit(folder, unreadable(reasonOf(error, folder)));
    }
  }
  await listDoubtful(root, found.doubted, visit, watch);
  return found.linked;
}

/** Why a job could not be scanned; then the others still are. Any other error ends the scan. */
function reasonOf(error: unknown, folder: string): string {
  const known = asCopyError(error);
  const isOne = isJob(folder) || isInPartials(folder);
  const isOfJob = known instanceof CopyError && known.code === "refused" && isOne;
  if (!isOfJob) throw error;
  return (error as Error).message;
}

function isJob(folder: string): boolean {
  return folder.startsWith(`${JOBS}/`);
}

/** Requires that a shared folder may be read where `partials` leads, if that is a link. */
function requirePartials(root: string): void {
  const real = realPath(`${root}/${PARTIALS}`);
  if (real !== undefined) requireAccess("read", real);
}

/** @param above Where the folder leads, when the folder above it is a link. */
function scanOne(
  { root, jobStatesOnly }: ScanRequest,
  folder: string,
  above: string | undefined,
  visit: Visit,
  { linked, doubted }: Found,
): void {
  const path = `${root}/${folder}`;
  if (isInPartials(folder)) requirePartials(root);
  const self = lookAt(path);
  if (self === undefined) return;
  const target = self.target ?? above;
  const real = target === undefined ? path : follow(root, folder, target);
  if (target !== undefined) linked.push({ folder, target, realPath: real ?? "" });
  const start = target === undefined || real === undefined ? self : lookAt(real) ?? self;
  visit(folder, start);
  if (real === undefined || start.kind !== "folder") return;
  if (folder === RECORDS) requireReadable(real);
  if (jobStatesOnly && isJob(folder)) {
    for (const { name } of namesIn(real) ?? []) {
      if (!/\.(done|failed|pid)$/.test(name)) continue;
      const marker = lookAt(`${real}/${name}`, name);
      if (marker !== undefined) visit(folder, marker);
    }
    return;
  }
  const isDoubted = walk(real, (entry) => {
    if (!isDoubtful(entry)) visit(folder, entry);
  });
  if (isDoubted) doubted.push(folder);
}

/** Refuses records that may not be read: they are not taken for none. */
function requireReadable(folder: string): void {
  for (const { name, isDirectory } of namesIn(folder) ?? []) {
    if (isDirectory) namesIn(`${folder}/${name}`);
  }
}

/** Where folders lead when a folder above them, of a task or an experiment, is a link. */
function linksAbove(root: string, folders: Iterable<string>): Map<string, string> {
  const targets = new Map<string, string | undefined>();
  const found = new Map<string, string>();
  for (const folder of folders) {
    const parent = parentOf(folder);
    for (const above of isInPartials(folder) ? [parentOf(parent), parent] : [parent]) {
      if (!targets.has(above)) targets.set(above, linkTarget(`${root}/${above}`));
      const target = targets.get(above);
      if (target !== undefined) {
        found.set(folder, target.replace(/\/*$/, folder.slice(above.length)));
      }
    }
  }
  return found;
}

/**
 * The real path of a job that is a link, if it leads to a folder of that job that Deno may read, or
 * to a folder of another job of the workspace.
 */
function follow(root: string, folder: string, target: string): string | undefined {
  const path = `${root}/${folder}`;
  if (leadsTo(target, folder)) {
    const real = realPath(path);
    if (real !== undefined) requireAccess("read", real);
    return real;
  }
  const real = isJob(folder) ? realPathIfGranted(path) : undefined;
  const jobs = realPath(`${root}/${JOBS}`);
  if (real === undefined || jobs === undefined) return undefined;
  if (jobAt(real, [jobs]) !== undefined) return real;
  // a link to another job that was itself moved, and is a link
  const named = jobAt(resolve(`${jobs}/..`, parentOf(folder), target), [jobs, `${root}/${JOBS}`]);
  return named && leadsTo(real, jobFolder(named)) && isGranted("read", real) ? real : undefined;
}

/** The real path of a link that may lead anywhere; undefined when Deno may not read it. */
function realPathIfGranted(path: string): string | undefined {
  try {
    return realPath(path);
  } catch (error) {
    if (error instanceof CopyError) return undefined;
    throw error;
  }
}
