/**
 * Keeping an archive from writing through the links that it brings itself.
 *
 * @module
 */

import { parentOf } from "../workspace/layout.ts";

/** What some file systems pass over, and what stands above or below a letter. */
const IGNORED = /\p{Default_Ignorable_Code_Point}|\p{M}/gu;

/** What all file systems tell apart. */
const SIMPLE = /^[\x20-@[-~]*$/;

/** The links that an archive has brought so far. */
export class Links {
  readonly #names = new Set<string>();
  /** The last folder that none of them leads to. */
  #free: string | undefined;

  /** Takes note of a link, hard or not. */
  add(name: string): void {
    this.#names.add(folded(name));
    this.#free = undefined;
  }

  /** Whether a name is, or may be reached through, one of them. */
  leadTo(name: string): boolean {
    if (this.#names.size === 0) return false;
    const whole = folded(name);
    if (this.#names.has(whole)) return true;
    const folder = parentOf(whole);
    if (folder === this.#free) return false;
    for (let end = folder.length; end > 0; end = folder.lastIndexOf("/", end - 1)) {
      if (this.#names.has(folder.slice(0, end))) return true;
    }
    this.#free = folder;
    return false;
  }
}

/**
 * A name as a file system has it that tells neither `A` from `a` nor one spelling of `é` from
 * another, and has `%E9` for a byte that is no character, as HFS+ does.
 */
function folded(name: string): string {
  if (SIMPLE.test(name)) return name;
  const text = name.replace(
    /\p{Surrogate}/gu,
    (byte) => `%${(byte.charCodeAt(0) & 0xff).toString(16)}`,
  );
  const folded = text.normalize("NFKD").toLowerCase().toUpperCase().toLowerCase();
  return folded.normalize("NFKD").replace(IGNORED, "");
}
