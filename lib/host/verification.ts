/**
 * Whether sizes and times in a staging folder prove anything.
 *
 * @module
 */

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

  /** Whether there is a mark that is not needed any more: all archives were whole. */
  get hasServed(): boolean {
    return this.#isMarked && !this.#isDoubted;
  }

  /** Notes an archive that was unpacked, and whether it was whole. */
  note(whole: boolean): boolean {
    this.#isMarked = true;
    if (!whole) this.#isDoubted = true;
    return whole;
  }

  /** Notes that the mark is gone. */
  cleared(): void {
    this.#isMarked = false;
  }
}
