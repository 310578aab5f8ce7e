/**
 * Whether what a staging folder holds can be taken for what it seems.
 *
 * @module
 */

/** What a staging folder knows of the archives that were unpacked there. */
export class Verification {
  #isDoubted: boolean;
  #isMarked: boolean;

  /** @param marked Whether the mark was there when the folder was claimed. */
  constructor(marked: boolean) {
    this.#isDoubted = this.#isMarked = marked;
  }

  /** Whether sizes and times of what the folder holds prove nothing. */
  get isDoubted(): boolean {
    return this.#isDoubted;
  }

  /** Whether there is a mark that has served: all archives were whole. */
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
