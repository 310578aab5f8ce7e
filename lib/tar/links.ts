/**
 * Finds members of an archive that would be written through a link which the archive brought
 * before.
 *
 * @module
 */

import { PackedMap, type Packing } from "../system/packed_map.ts";
import { parentOf } from "../workspace/layout.ts";

/** Characters that some file systems ignore, and marks above or below letters. */
const IGNORED = /\p{Default_Ignorable_Code_Point}|\p{M}/gu;

/** Names that every file system distinguishes. */
const SIMPLE = /^[\x20-@[-~]*$/;

/** Only the names are kept. */
const NAMES: Packing<true, null> = {
  numbers: 0,
  pack: () => ({ common: null, kind: "", numbers: [], text: "" }),
  unpack: () => true,
};

/** The links that an archive has brought so far: a run has one to each of its jobs. */
export class Links {
  readonly #names = new PackedMap(NAMES);
  /** The folder checked last, if it is below none of them. */
  #free: string | undefined;

  /** Notes a link, symbolic or hard. */
  add(name: string): void {
    this.#names.set(folded(name), true);
    this.#free = undefined;
  }

  /** Notes the links that another archive has brought. */
  addAll(others: Links): void {
    for (const name of others.#names.keys()) this.#names.set(name, true);
    this.#free = undefined;
  }

  /** Whether a name is one of the links, or may be below one. */
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
 * A name as the least exact file system sees it: one that does not distinguish `A` from `a`, nor
 * two spellings of `é`, and writes `%E9` for a byte that is not UTF-8, as HFS+ does.
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
