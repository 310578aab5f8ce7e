/**
 * Whether sizes and times in a staging folder prove anything.
 *
 * @module
 */

import { type Staging, UNVERIFIED } from "./host.ts";

/** The state of the mark `.unverified`, and the outcome of the archives that were unpacked. */
export class Verification {
  #isDoubted: boolean;
  #isMarked: boolean;

  /** @param marked Whether the mark was there when the folder was claimed. */
  constructor(marked: boolean) {
    this.#isDoubted = this.#isMarked = marked;
  }

  /** Whether sizes and times in the folder prove nothing. */
  get isDoubted(): boolean {
    return this.#isDoubted;
  }

  /** Notes an archive that was unpacked, and whether it was whole. */
  note(whole: boolean): void {
    this.#isMarked = true;
    if (!whole) this.#isDoubted = true;
  }

  /** Removes the mark from a staging folder where all archives were whole. */
  async clear(staging: Pick<Staging, "discard">): Promise<void> {
    if (this.#isMarked && !this.#isDoubted) await staging.discard([UNVERIFIED]);
    this.#isMarked = false;
  }
}
