/**
 * The frames around a remote program and its answer. A program is sent after its length, and before
 * a word that is new each time and its data. It answers with a NUL and that word, then with texts
 * that end with a NUL; the last text is the word and `end`. See `docs/formats.md`.
 *
 * @module
 */

import { CopyError } from "../../errors.ts";
import { printable } from "../../text/printable.ts";
import { bytesOf, textOf } from "../../system/byte_text.ts";
import { joined, type Parts } from "../../system/streams.ts";
import { Chunks } from "../../system/process.ts";

/** The most bytes that login scripts may print before an answer. */
const MAX_BANNER = 1 << 20;
/** The most bytes of an answer: some million files have room. */
const MAX_ANSWER = 1 << 28;

const encoder = new TextEncoder();

/** A program after its length. */
export function sized(program: string): string {
  return `${encoder.encode(program).length}\n${program}`;
}

/** The input of a program: its word, its lines, its body. */
export async function* input(
  word: string,
  lines: string[],
  body: Parts,
): AsyncGenerator<Uint8Array> {
  yield bytesOf([word, ...lines, ""].join("\n"));
  yield* body;
}

/** Reads the framed answers of a remote shell, one after the other. */
export class Answers {
  readonly #chunks: Chunks;
  /** Bytes that have been read and not been used. */
  #held: Uint8Array = new Uint8Array();
  /** The texts that have been decoded, and the index of the next one. */
  #texts: string[] = [];
  #next = 0;
  /** How many more bytes may come. */
  #left = MAX_BANNER;

  /** @param onBytes Called whenever some bytes have come. */
  constructor(stream: ReadableStream<Uint8Array>, private readonly onBytes = () => {}) {
    this.#chunks = new Chunks(stream);
  }

  /**
   * Reads an answer and tells each text of it.
   *
   * @param lost The text that comes instead of the end when the program ended too early.
   * @returns Whether the answer came whole.
   * @throws {CopyError} `refused`, when the remote program stopped; its reason is the message.
   */
  async read(word: string, tell: (text: string) => void, lost?: string): Promise<boolean> {
    if (!await this.#begin(word, lost)) return false;
    let stopping = false;
    for (let text = await this.#text(); text !== undefined; text = await this.#text()) {
      if (stopping) throw new CopyError("refused", text.split("\n").map(printable).join("\n"));
      else if (text === `${word} stop`) stopping = true;
      else if (text === `${word} end`) return true;
      else if (text === lost) return false;
      else if (text.endsWith(`${word} end`)) {
        throw new CopyError("connection", "the remote host's answer is incomplete");
      } else tell(text);
    }
    return false;
  }

  /** All bytes after the word that begins an answer. */
  async *rest(word: string): AsyncGenerator<Uint8Array> {
    if (!await this.#begin(word, undefined, "one")) return;
    this.#left = Infinity; // its reader limits it
    yield this.#held;
    for (let chunk = await this.#more(); chunk !== undefined; chunk = await this.#more()) {
      yield chunk;
    }
  }

  /** Reads up to the word that begins an answer; returns whether it came. */
  async #begin(
    word: string,
    lost: string | undefined,
    decoded: "one" | "all" = "all",
  ): Promise<boolean> {
    this.#left = MAX_BANNER;
    for (let text = await this.#text(decoded); text !== word; text = await this.#text(decoded)) {
      if (text === undefined || text === lost) return false;
    }
    this.#left = MAX_ANSWER;
    return true;
  }

  /** Reads to the end, and ignores it. */
  async end(): Promise<void> {
    await this.#chunks.end();
  }

  async #more(): Promise<Uint8Array | undefined> {
    const chunk = await this.#chunks.next();
    this.onBytes();
    this.#left -= chunk?.length ?? 0;
    if (this.#left >= 0) return chunk;
    throw new CopyError("connection", "the remote host's answer does not end");
  }

  /**
   * The text before the next NUL; undefined when there is none.
   *
   * @param decoded How many texts to decode: only `one` when a stream may follow.
   */
  async #text(decoded: "one" | "all" = "all"): Promise<string | undefined> {
    if (this.#next < this.#texts.length) return this.#texts[this.#next++];
    const parts: Uint8Array[] = [];
    for (;;) {
      const end = decoded === "all" ? this.#held.lastIndexOf(0) : this.#held.indexOf(0);
      if (end >= 0) {
        parts.push(this.#held.subarray(0, end));
        this.#held = this.#held.subarray(end + 1);
        this.#texts = textOf(joined(parts)).split("\0");
        this.#next = 1;
        return this.#texts[0];
      }
      parts.push(this.#held.slice());
      const chunk = await this.#more();
      if (chunk === undefined) return undefined;
      this.#held = chunk;
    }
  }
}
