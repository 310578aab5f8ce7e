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
  #parts: (Uint8Array | Iterable<Uint8Array>)[] = [];
  #size = 0;
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
  addAll(parts: Iterable<Uint8Array>, size: number): void {
    this.#endRun();
    this.#parts.push(parts);
    this.#size += size;
  }

  /**
   * All that was added since the last call; many small parts as one, in the same memory each time.
   * One that is empty if there is nothing.
   */
  take(): Iterable<Uint8Array> {
    this.#endRun();
    const [parts, size] = [this.#parts, this.#size];
    [this.#parts, this.#size] = [[], 0];
    if (size > MAX_JOINED || parts.length === 1) return made(parts);
    if (size > this.#memory.length) this.#memory = new Uint8Array(2 * size);
    let end = 0;
    for (const part of made(parts)) {
      this.#memory.set(part, end);
      end += part.length;
    }
    return [this.#memory.subarray(0, end)];
  }

  /** Ends the latest part: the next one does not follow it in memory. */
  #endRun(): void {
    if (this.#run === undefined) return;
    const part = new Uint8Array(this.#run, this.#runStart, this.#runEnd - this.#runStart);
    this.#parts.push(part);
    this.#size += part.length;
    this.#run = undefined;
  }
}

/** The parts, one after the other. */
function* made(parts: (Uint8Array | Iterable<Uint8Array>)[]): Generator<Uint8Array> {
  for (const part of parts) {
    if (part instanceof Uint8Array) yield part;
    else yield* part;
  }
}
