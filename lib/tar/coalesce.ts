/**
 * Joins the parts that the tar editor puts out, where they follow each other in memory: an archive has
 * many small ones.
 *
 * @module
 */

const NONE = new Uint8Array();

/** Gathers parts to be written together. */
export class Output {
  #parts: (Uint8Array | Iterable<Uint8Array>)[] = [];
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

  /** Adds parts that may be made only when they are read. */
  addAll(parts: Iterable<Uint8Array>): void {
    this.#endRun();
    this.#parts.push(parts);
  }

  /** All that was added since the last call; an empty part if there is nothing. */
  *take(): Generator<Uint8Array> {
    this.#endRun();
    const parts = this.#parts;
    this.#parts = [];
    if (parts.length === 0) yield NONE;
    for (const part of parts) {
      if (part instanceof Uint8Array) yield part;
      else yield* part;
    }
  }

  /** Ends the latest part: the next one does not follow it in memory. */
  #endRun(): void {
    if (this.#run === undefined) return;
    this.#parts.push(new Uint8Array(this.#run, this.#runStart, this.#runEnd - this.#runStart));
    this.#run = undefined;
  }
}
