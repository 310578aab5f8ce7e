/**
 * Flushes files to this machine's disk, so that they survive a power cut.
 *
 * @module
 */

import { isGranted } from "./permissions.ts";
import { walk } from "./files.ts";
import { outputIfGranted, type RunOptions } from "./process.ts";

/** How many files are flushed at once. */
const AT_ONCE = 16;

/**
 * Flushes all that a folder contains. Where Deno was granted to run `sync`, one `sync -f` of the
 * file system does it, in a tenth of a second for thousands of files; otherwise each file is
 * flushed by itself.
 */
export async function syncTree(folder: string, watch: RunOptions): Promise<void> {
  if (await outputIfGranted("sync", ["-f", folder], watch) !== undefined) return;
  const paths = [folder];
  walk(folder, ({ kind, path }) => {
    if (kind === "file" || kind === "folder") paths.push(`${folder}/${path}`);
  });
  for (let at = 0; at < paths.length; at += AT_ONCE) {
    await Promise.all(paths.slice(at, at + AT_ONCE).map(syncOne));
  }
}

/** Flushes some folders: the file systems of `tops` as a whole, where `sync` was granted. */
export async function flushLocally(
  tops: string[],
  folders: string[],
  watch: RunOptions,
): Promise<void> {
  for (const top of new Set(tops)) {
    if (await outputIfGranted("sync", ["-f", top], watch) !== undefined) continue;
    for (const folder of folders) await syncTree(folder, watch);
    break;
  }
}

/**
 * Flushes the names that some folders contain. Folders that Deno was not granted to read are
 * skipped.
 */
export async function syncFolders(folders: Iterable<string>): Promise<void> {
  await Promise.all([...folders].filter((path) => isGranted("read", path)).map(syncOne));
}

async function syncOne(path: string): Promise<void> {
  try {
    using file = Deno.openSync(path, { read: true });
    await file.sync();
  } catch (error) {
    // the user may not read it, or it has vanished
    if (error instanceof Deno.errors.PermissionDenied) return;
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
