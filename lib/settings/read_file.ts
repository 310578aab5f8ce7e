/**
 * Reads the user's own small text files.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import { requireAccess } from "../system/permissions.ts";

/**
 * Reads a settings file; undefined when it does not exist.
 *
 * @throws {CopyError} `permission`, when Deno was not granted to read it, or the file that it is a
 * link to; `settings`, when it is no text file, or cannot be read.
 */
export async function readSettingsText(path: string): Promise<string | undefined> {
  requireAccess("read", path);
  try {
    const realPath = await Deno.realPath(path);
    requireAccess("read", realPath);
    if (!(await Deno.stat(realPath)).isFile) {
      throw new CopyError("settings", `${path} is not a file`, "give the path of a settings file");
    }
    const bytes = await Deno.readFile(realPath);
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof CopyError) throw error;
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return undefined;
    }
    throw unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): CopyError {
  if (error instanceof TypeError) {
    return new CopyError("settings", `${path} is not text in UTF-8`, "save it as UTF-8");
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return new CopyError(
      "settings",
      `${path} cannot be read: permission denied`,
      "check its permissions, and those of its folder",
    );
  }
  const reason = error instanceof Error ? error.message : String(error);
  return new CopyError("settings", `${path} cannot be read: ${reason}`);
}
