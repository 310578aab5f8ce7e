/**
 * Paths of this machine, as people type them.
 *
 * @module
 */

import { resolve } from "@std/path/posix/resolve";
import { CopyError } from "../errors.ts";
import { homeFolder } from "../system/environment.ts";

/**
 * Makes a path absolute: a leading `~` becomes the home folder, a relative path starts at the
 * current folder, and `.`, `..` and double slashes are removed. Links are not followed.
 *
 * @throws {CopyError} `usage`, when the path is empty or names another user's home folder;
 * `permission`, when `HOME` is needed and Deno was not granted to read it.
 */
export function localPath(path: string): string {
  if (typeof path !== "string") throw new CopyError("usage", "the path is not a text");
  if (path === "") throw new CopyError("usage", "the path is empty");
  if (path === "~" || path.startsWith("~/")) return resolve(`${homeFolder()}/${path.slice(1)}`);
  if (path.startsWith("~")) throw otherHome(path);
  return resolve(path);
}

/** The error for `~alice/...`: only a shell knows the home folder of another user. */
export function otherHome(path: string): CopyError {
  return new CopyError(
    "usage",
    `'${path}' begins with '~', but not with '~/'`,
    "write the folder in full, or './~...' for a folder of that name",
  );
}
