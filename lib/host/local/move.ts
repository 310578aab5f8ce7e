/**
 * Moves one folder or link to its place, on this machine: by a rename, and never onto another
 * folder.
 *
 * @module
 */

import { ensureDirSync } from "@std/fs/ensure-dir";
import { CopyError } from "../../errors.ts";
import { isInPartials, parentOf } from "../../workspace/layout.ts";
import { refused } from "../../system/permissions.ts";
import { rename } from "../../system/tree.ts";
import { lookAt, namesIn, realPath } from "../../system/files.ts";
import { ABOUT } from "./claim.ts";
import { whatKeeps } from "./guards.ts";
import { linkedRun } from "./look.ts";
import { isInTheWay, type RealFolders } from "./real_folders.ts";
import { ASIDE, type Move, type Why } from "../steps.ts";

/** Why a folder is not moved: a link has come in its place. */
export const CAME_AS_LINK: Why = {
  said: "the archive contains a link where a folder was expected",
};

/**
 * The names in the folders to move to; each folder is read once. A folder that appears there later
 * makes a rename fail, unless it is empty.
 */
export class Places {
  readonly #names = new Map<string, Names>();

  /** The names in a folder, which is created if needed; undefined when it is not a folder. */
  namesIn(folder: string): Names | undefined {
    const known = this.#names.get(folder);
    if (known !== undefined) return known;
    const { kind } = lookAt(folder) ?? {};
    if (kind === undefined) ensureDirSync(folder);
    else if (kind !== "folder") return undefined;
    const names = namesOf(folder);
    this.#names.set(folder, names);
    return names;
  }
}

/** A set of names. */
type Names = Pick<ReadonlySet<string>, "has">;

/** So many jobs in a folder are quicker asked for one by one than listed. */
const MANY = 2000;

/**
 * The names in a folder. When it may not be read, or has very many folders, any name may be there.
 */
function namesOf(folder: string): Names {
  try {
    if ((Deno.statSync(folder).nlink ?? 0) > MANY) return { has: () => true };
    return new Set(namesIn(folder)?.map(({ name }) => name));
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) return { has: () => true };
    throw error;
  }
}

/** Moves one folder or link to its place; returns the reason when that is not possible. */
export function moveInto(
  staging: string,
  { kind, from, into, standing, unless }: Move,
  places: Places,
  stagedFolders: RealFolders,
): Why | undefined {
  const name = from.slice(from.lastIndexOf("/") + 1);
  const [staged, final] = [`${staging}/${from}`, `${into}/${name}`];
  const aside = `${staging}/${ASIDE}/${from}`;
  try {
    if (!stagedFolders.has(parentOf(staged))) return CAME_AS_LINK;
    if (isInPartials(from) && isInTheWay(parentOf(into))) {
      return { said: `${parentOf(into)} is a link or not a folder` };
    }
    const names = places.namesIn(into);
    if (names === undefined) return { said: `${into} is a link or not a folder` };
    const there = kind === "link" || names.has(name) ? lookAt(final) : undefined;
    if (kind === "link" && there !== undefined) {
      if (there.kind !== "link") return { said: `${final} is not a link` };
      if (linkedRun(into) !== standing) return "moved";
    }
    if (kind === "job link" && realPath(staged) === undefined) return "unlinked";
    if (kind === "link" || there === undefined) {
      rename(staged, final);
      return undefined;
    }
    if (kind !== "replace") return "appeared";
    const since = `${staging}/${ABOUT}`;
    const kept = whatKeeps(final, there, { from, unless }, since);
    if (kept !== undefined) return kept;
    if (!stagedFolders.hasRoomFor(parentOf(aside))) {
      return { said: `${parentOf(aside)} is not a folder` };
    }
    stagedFolders.make(parentOf(aside));
    rename(final, aside);
    try {
      rename(staged, final);
    } catch (error) {
      if (lookAt(final) === undefined) giveBack(aside, final);
      throw error;
    }
    return undefined;
  } catch (error) {
    if (error instanceof CopyError) throw error;
    if (error instanceof Deno.errors.NotCapable) throw refused("write", into);
    // another copy was faster, just now
    const gone = kind === "replace" ? lookAt(aside) !== undefined : kind !== "link";
    if (gone && lookAt(final) !== undefined) return "appeared";
    return { said: (error as Error).message };
  }
}

/**
 * Undoes the first half of a replacement. If that fails, the staging folder must not be removed.
 */
function giveBack(aside: string, final: string): void {
  try {
    rename(aside, final);
  } catch (error) {
    throw new CopyError(
      "program",
      `${final} could not be replaced or put back; it is in ${aside} (${(error as Error).message})`,
      "run the same command again to put it back",
    );
  }
}
