/**
 * Renaming and removing folders of this machine, those that their owner may not write among them.
 *
 * @module
 */

import { lookAt, namesIn, walk } from "./files.ts";

/** Renames; a folder that its owner may not write is opened for it, and closed again. */
export function rename(from: string, to: string): void {
  try {
    Deno.renameSync(from, to);
  } catch (error) {
    const { kind, mode = 0 } = lookAt(from, "") ?? {};
    if (kind !== "folder" || (mode & 0o200) !== 0) throw error;
    Deno.chmodSync(from, mode | 0o200);
    try {
      Deno.renameSync(from, to);
    } catch (again) {
      Deno.chmodSync(from, mode);
      throw again;
    }
    Deno.chmodSync(to, mode);
  }
}

/**
 * Removes a folder with all that is in it, folders that their owner may not write among them; of a
 * link only itself. The mode of a file is left: it may have a name elsewhere.
 */
export function removeTree(path: string): void {
  try {
    Deno.removeSync(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.PermissionDenied)) throw error;
    if (lookAt(path, "")?.kind !== "folder") throw error;
    walk(path, true, ({ kind, path: below, mode }) => {
      if (kind === "folder") Deno.chmodSync(`${path}/${below}`, mode | 0o700);
    });
    Deno.chmodSync(path, 0o700);
    Deno.removeSync(path, { recursive: true });
  }
}

/** Removes a folder in which nothing is; another copy may begin there, or end, at this moment. */
export function removeEmpty(folder: string): void {
  if (namesIn(folder)?.length === 0) attempt(() => Deno.removeSync(folder));
}

/** Does something that another copy may have made impossible meanwhile; whether it worked. */
export function attempt(action: () => void): boolean {
  try {
    action();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return false;
  }
}
