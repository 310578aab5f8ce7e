/**
 * What comes out of the tar editor, put together: an archive has many small parts, which mostly follow each
 * other in the memory that they came in.
 *
 * @module
 */

/** What is larger is not put together with what comes beside it, in bytes. */
const MAX_JOINED = 1 << 20;

/** Gathers parts that are given on together. */
export class Output {
  /** Where what has come out is put together. */
  #memory = new Uint8Array();
  #parts: Uint8Array[] = [];
  /** What comes after them, as long as it is one piece of memory. */
  #run: ArrayBufferLike | undefined;
  #runStart = 0;
  #runEnd = 0;

  /** Adds a part: together with what it follows in memory. */
  add(part: Uint8Array): void {
    if (this.#run !== part.buffer || this.#runEnd !== part.byteOffset) {
      this.#endRun();
      this.#run = part.buffer;
      this.#runStart = part.byteOffset;
    }
    this.#runEnd = part.byteOffset + part.length;
  }

  /** All that was added since the last time; many small parts as one, in the same memory each time. */
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

  /** What follows does not follow in memory. */
  #endRun(): void {
    if (this.#run === undefined) return;
    this.#parts.push(new Uint8Array(this.#run, this.#runStart, this.#runEnd - this.#runStart));
    this.#run = undefined;
  }
}
