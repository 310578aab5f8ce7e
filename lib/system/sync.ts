/**
 * Bringing to the disk of this machine what was written, so that it outlives a power cut.
 *
 * @module
 */

import { isGranted } from "./permissions.ts";
import { walk } from "./files.ts";
import { outputIfGranted, type Watch } from "./process.ts";

/** How many files are brought to the disk at once. */
const AT_ONCE = 16;

/**
 * Brings all that is in a folder to the disk: with one `sync -f` of its file system where Deno was
 * granted to run that, which takes a tenth of a second for thousands of files; otherwise one by one.
 */
export async function syncTree(folder: string, watch: Watch): Promise<void> {
  if (await outputIfGranted("sync", ["-f", folder], watch) !== undefined) return;
  const paths = [folder];
  walk(folder, true, ({ kind, path }) => {
    if (kind === "file" || kind === "folder") paths.push(`${folder}/${path}`);
  });
  for (let at = 0; at < paths.length; at += AT_ONCE) {
    await Promise.all(paths.slice(at, at + AT_ONCE).map(syncOne));
  }
}

/** Brings to the disk which names some folders hold; what may not be read is passed over. */
export async function syncFolders(folders: Iterable<string>): Promise<void> {
  await Promise.all([...folders].filter((path) => isGranted("read", path)).map(syncOne));
}

async function syncOne(path: string): Promise<void> {
  try {
    using file = Deno.openSync(path, { read: true });
    await file.sync();
  } catch (error) {
    // its owner may not read it, or it has gone
    if (error instanceof Deno.errors.PermissionDenied) return;
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
