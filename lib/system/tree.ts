/**
 * Renames and removes folders of this machine, even those that their owner may not write.
 *
 * @module
 */

import { lookAt, namesIn, walk } from "./files.ts";

/**
 * Renames a file or folder. A folder that its owner may not write is made writable during the
 * rename.
 */
export function rename(from: string, to: string): void {
  try {
    Deno.renameSync(from, to);
  } catch (error) {
    const { kind, mode = 0 } = lookAt(from) ?? {};
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
 * Removes a folder with all its content, even folders that their owner may not write. A link is
 * removed, not followed. Modes of files stay the same: a file may have another name elsewhere.
 */
export function removeTree(path: string): void {
  try {
    Deno.removeSync(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.PermissionDenied)) throw error;
    if (lookAt(path)?.kind !== "folder") throw error;
    walk(path, ({ kind, path: below, mode }) => {
      if (kind === "folder") Deno.chmodSync(`${path}/${below}`, mode | 0o700);
    });
    Deno.chmodSync(path, 0o700);
    Deno.removeSync(path, { recursive: true });
  }
}

/** Removes a folder if it is empty. Another copy may begin or end there at the same moment. */
export function removeEmpty(folder: string): void {
  if (namesIn(folder)?.length === 0) attempt(() => Deno.removeSync(folder));
}

/** Tries an action that another copy may have made impossible; returns whether it worked. */
export function attempt(action: () => void): boolean {
  try {
    action();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return false;
  }
}
