/**
 * The frame around what a remote program answers: NUL, a word chosen anew each time, then texts
 * that end with a NUL, the last of them that word and `end`.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import { joined } from "./process.ts";

/** The most bytes one text of an answer may have. */
const MAX_TEXT = 1 << 28;

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** What a remote shell answers, one framed answer after the other. */
export class Answers {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  /** What has been read and not been used. */
  #held: Uint8Array = new Uint8Array();

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader();
  }

  /**
   * Reads an answer and tells each text of it.
   *
   * @returns Whether the answer came whole.
   * @throws {CopyError} `refused`, when the remote program stopped; its reason is the message.
   */
  async read(word: string, tell: (text: string) => void): Promise<boolean> {
    let state: "before" | "within" | "stopping" = "before";
    for (let text = await this.#text(); text !== undefined; text = await this.#text()) {
      if (state === "before") state = text === word ? "within" : "before";
      else if (state === "stopping") throw new CopyError("refused", text);
      else if (text === `${word} stop`) state = "stopping";
      else if (text === `${word} end`) return true;
      else tell(text);
    }
    return false;
  }

  /** All that comes after the word that begins an answer, as it is. */
  async *rest(word: string): AsyncGenerator<Uint8Array> {
    for (let text = await this.#text(); text !== word; text = await this.#text()) {
      if (text === undefined) return;
    }
    yield this.#held;
    for (let chunk = await this.#more(); chunk !== undefined; chunk = await this.#more()) {
      yield chunk;
    }
  }

  /** Reads on to the end, for nothing. */
  async end(): Promise<void> {
    await this.#reader.cancel().catch(() => {});
  }

  async #more(): Promise<Uint8Array | undefined> {
    return (await this.#reader.read()).value;
  }

  /** What comes before the next NUL; undefined when there is none. */
  async #text(): Promise<string | undefined> {
    const parts: Uint8Array[] = [];
    let length = 0;
    for (;;) {
      const end = this.#held.indexOf(0);
      if (end >= 0) {
        parts.push(this.#held.subarray(0, end));
        this.#held = this.#held.subarray(end + 1);
        return decoder.decode(joined(parts));
      }
      // the same memory may be used for the next chunk
      parts.push(this.#held.slice());
      length += this.#held.length;
      if (length > MAX_TEXT) {
        throw new CopyError("connection", "the remote host's answer has no end");
      }
      const chunk = await this.#more();
      if (chunk === undefined) return undefined;
      this.#held = chunk;
    }
  }
}
