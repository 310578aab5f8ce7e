/**
 * Checks that the folders of a staging area are no links before anything is moved through them.
 * Another user may have prepared them, and `Deno.rename` checks the text of a path, not where its
 * folders lead. The twin of `../ssh/programs/real_folders.sh` and `folders.sh`.
 *
 * @module
 */

import { CopyError } from "../../errors.ts";
import { parentOf } from "../../workspace/layout.ts";
import { lookAt } from "../../system/files.ts";

/** Whether a path is a folder, and not a link to one. */
export function isFolder(path: string): boolean {
  return lookAt(path)?.kind === "folder";
}

/** Whether anything but a folder is at a path; other copies may create and remove it meanwhile. */
export function isInTheWay(path: string): boolean {
  const { kind = "folder" } = lookAt(path) ?? {};
  return kind !== "folder";
}

/** The error for anything in place of a folder. */
export function inTheWay(path: string): CopyError {
  return new CopyError("refused", `${path} is not a folder`, "remove it");
}

/** Knows which folders at or below a top are real: neither they nor any between is a link. */
export class RealFolders {
  readonly #found = new Set<string>();

  /** @param top The top folder, absolute; the folders above it are trusted. */
  constructor(private readonly top: string) {}

  /** Whether a folder is real. */
  has(path: string): boolean {
    if (this.#found.has(path)) return true;
    if (path !== this.top && !(this.#isBelow(path) && this.has(parentOf(path)))) return false;
    if (!isFolder(path)) return false;
    this.#found.add(path);
    return true;
  }

  /** Whether a folder is real, or does not exist and could be made. */
  hasRoomFor(path: string): boolean {
    if (this.has(path)) return true;
    if (isInTheWay(path)) return false;
    return path === this.top || this.#isBelow(path) && this.hasRoomFor(parentOf(path));
  }

  /**
   * Makes a folder, and the missing ones above it.
   *
   * @throws {CopyError} `refused`, when anything else is in place of one.
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
