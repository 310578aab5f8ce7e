/**
 * Joins the parts that the tar editor puts out. An archive has many small ones, most of which
 * follow each other in memory.
 *
 * @module
 */

/** Parts of more bytes together than this are not joined by copying. */
const MAX_JOINED = 1 << 20;

/** Gathers parts to be written together. */
export class Output {
  /** The memory that parts are joined in. */
  #memory = new Uint8Array();
  #parts: Uint8Array[] = [];
  /** The latest part, which grows as long as the next one follows it in memory. */
  #run: ArrayBufferLike | undefined;
  #runStart = 0;
  #runEnd = 0;

  /** Adds a part, joined with the one before if it follows that in memory. */
  add(part: Uint8Array): void {
    if (this.#run !== part.buffer || this.#runEnd !== part.byteOffset) {
      this.#endRun();
      this.#run = part.buffer;
      this.#runStart = part.byteOffset;
    }
    this.#runEnd = part.byteOffset + part.length;
  }

  /**
   * All that was added since the last call; many small parts as one, in the same memory each time.
   */
  take(): Uint8Array[] {
    this.#endRun();
    const parts = this.#parts;
    this.#parts = [];
    const size = parts.reduce((sum, { length }) => sum + length, 0);
    if (size > MAX_JOINED || parts.length < 2) return parts;
    if (size > this.#memory.length) this.#memory = new Uint8Array(2 * size);
    let end = 0;
    for (const part of parts) {
      this.#memory.set(part, end);
      end += part.length;
    }
    return [this.#memory.subarray(0, end)];
  }

  /** Ends the latest part: the next one does not follow it in memory. */
  #endRun(): void {
    if (this.#run === undefined) return;
    this.#parts.push(new Uint8Array(this.#run, this.#runStart, this.#runEnd - this.#runStart));
    this.#run = undefined;
  }
}
