/**
 * Comparing permission bits, which a destination may cut: its umask, or that of a project's folder,
 * may give others nothing (see `lib/system/sharing.ts`). A check makes no file there to find out,
 * so it goes by what all files have in common.
 *
 * @module
 */

import type { Entry } from "../system/entry.ts";

/** The bits of others and of the group, which may be cut. */
const CUT = 0o077;
/** The bit by which a folder passes on its group: a new folder has it from the one that it is in. */
const SETGID = 0o2000;

/** So many things must have a bit at the source, and none at the destination: then it was cut. */
const ENOUGH = 3;

/** What is known of the permission bits at a destination. */
export class Modes {
  /** How many things have a bit at the source, by the bit. */
  readonly #given = new Map<number, number>();
  /** The bits that one of these has at the destination, too. */
  #kept = 0;

  /** Notes the modes of one thing. */
  see(here: Entry, there: Entry): void {
    if (here.kind !== there.kind || here.kind === "link") return;
    this.#kept |= here.mode & there.mode;
    for (let bit = 1; bit <= CUT; bit *= 2) {
      if ((here.mode & bit) !== 0) this.#given.set(bit, (this.#given.get(bit) ?? 0) + 1);
    }
  }

  /** The bits that the destination cuts. */
  get #cut(): number {
    let cut = 0;
    for (const [bit, count] of this.#given) {
      if ((this.#kept & bit) === 0 && count >= ENOUGH) cut |= bit;
    }
    return cut & CUT;
  }

  /** Whether two modes are the same, as far as the destination allows. */
  isSame(here: Entry, there: Entry): boolean {
    if (here.mode === there.mode) return true;
    const passed = here.kind === "folder" ? SETGID & there.mode : 0;
    return ((here.mode & ~this.#cut) | passed) === there.mode;
  }
}
