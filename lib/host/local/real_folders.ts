/**
 * The folders of a staging area that things are moved through. Somebody else may have prepared them,
 * and `Deno.rename` checks how a path is spelled, not where its folders lead. The twin of
 * `is_folder` in `../ssh/programs/folders.sh`.
 *
 * @module
 */

import { CopyError } from "../../errors.ts";
import { parentOf } from "../../workspace/layout.ts";
import { lookAt } from "../../system/files.ts";

/** Whether a folder stands at a path, and no link to one. */
export function isFolder(path: string): boolean {
  return lookAt(path, "")?.kind === "folder";
}

/** Whether something else stands where a folder should; others may make and remove it meanwhile. */
export function isInTheWay(path: string): boolean {
  const { kind = "folder" } = lookAt(path, "") ?? {};
  return kind !== "folder";
}

/** The error for what stands in the place of a folder. */
export function inTheWay(path: string): CopyError {
  return new CopyError("refused", `${path} is not a folder`, "remove it");
}

/** Knows which folders at or below one are real: neither they nor any above them is a link. */
export class RealFolders {
  readonly #found = new Set<string>();

  /** @param top Where to begin, absolute; what stands above it is trusted. */
  constructor(private readonly top: string) {}

  /** Whether a folder is real. */
  has(path: string): boolean {
    if (this.#found.has(path)) return true;
    if (path !== this.top && !(this.#isBelow(path) && this.has(parentOf(path)))) return false;
    if (!isFolder(path)) return false;
    this.#found.add(path);
    return true;
  }

  /** Whether a folder is real, or nothing stands in its place. */
  hasRoomFor(path: string): boolean {
    if (this.has(path)) return true;
    if (isInTheWay(path)) return false;
    return path === this.top || this.#isBelow(path) && this.hasRoomFor(parentOf(path));
  }

  /**
   * Makes a folder, and those above it that are missing.
   *
   * @throws {CopyError} `refused`, when something else stands in the place of one.
   */
  make(path: string): void {
    if (this.has(path)) return;
    if (this.#isBelow(path)) this.make(parentOf(path));
    try {
      Deno.mkdirSync(path);
    } catch (error) {
      // another copy may have made it just now
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    }
    if (!this.has(path)) throw inTheWay(path);
  }

  #isBelow(path: string): boolean {
    return path.startsWith(`${this.top}/`);
  }
}
