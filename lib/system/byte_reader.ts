/**
 * Reading a stream of bytes piece by piece: lines, and so many bytes.
 *
 * @module
 */

/** Reads a stream whose chunks are valid only until the next one is requested. */
export class ByteReader implements AsyncDisposable {
  readonly #chunks: AsyncIterator<Uint8Array>;
  /** What has been read and not been used. */
  #held: Uint8Array = new Uint8Array();

  constructor(stream: AsyncIterable<Uint8Array>) {
    this.#chunks = stream[Symbol.asyncIterator]();
  }

  /** The next line, without its end; undefined when there is none of at most so many bytes. */
  async line(most: number): Promise<string | undefined> {
    let text = "";
    for (;;) {
      const end = this.#held.indexOf(0x0a);
      text += new TextDecoder().decode(this.#held.subarray(0, end < 0 ? undefined : end));
      this.#held = this.#held.subarray(end < 0 ? this.#held.length : end + 1);
      if (text.length > most) return undefined;
      if (end >= 0) return text;
      if (!await this.#more()) return undefined;
    }
  }

  /** The next bytes, so many; undefined when there are not that many. */
  async take(count: number): Promise<Uint8Array | undefined> {
    const bytes = new Uint8Array(count);
    for (let have = 0; have < count;) {
      const part = this.#held.subarray(0, count - have);
      bytes.set(part, have);
      have += part.length;
      this.#held = this.#held.subarray(part.length);
      if (have < count && !await this.#more()) return undefined;
    }
    return bytes;
  }

  async #more(): Promise<boolean> {
    const { value, done } = await this.#chunks.next();
    this.#held = value ?? new Uint8Array();
    return done !== true;
  }

  /** Ends the stream; what is left of it is not read. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#chunks.return?.();
  }
}
