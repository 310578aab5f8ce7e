/**
 * The frames around a remote program and what it answers. The program comes after its length, then
 * a word chosen anew each time and its data. It answers NUL, that word, then texts that end with a
 * NUL, the last of them that word and `end`.
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
/** The most bytes that an answer may have: a line for each of some million files. */
const MAX_ANSWER = 1 << 28;

const encoder = new TextEncoder();

/** A program with its length before it. */
export function sized(program: string): string {
  return `${encoder.encode(program).length}\n${program}`;
}

/** What a program reads: its word, before which it may come itself; its lines, its body. */
export async function* input(
  word: string,
  lines: string[],
  body: Parts,
): AsyncGenerator<Uint8Array> {
  yield bytesOf([word, ...lines, ""].join("\n"));
  yield* body;
}

/** What a remote shell answers, one framed answer after the other. */
export class Answers {
  readonly #chunks: Chunks;
  /** What has been read and not been used. */
  #held: Uint8Array = new Uint8Array();
  /** What of it has been decoded, and where the next text stands there. */
  #texts: string[] = [];
  #next = 0;
  /** How many more bytes may come. */
  #left = MAX_BANNER;

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#chunks = new Chunks(stream);
  }

  /**
   * Reads an answer and tells each text of it.
   *
   * @param lost What is said instead of an end, where the program has come to none.
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

  /** All that comes after the word that begins an answer, as it is. */
  async *rest(word: string): AsyncGenerator<Uint8Array> {
    if (!await this.#begin(word, undefined, "one")) return;
    this.#left = Infinity; // who reads it sets its bounds
    yield this.#held;
    for (let chunk = await this.#more(); chunk !== undefined; chunk = await this.#more()) {
      yield chunk;
    }
  }

  /** Reads up to the word that begins an answer; answers whether it came. */
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

  /** Reads on to the end, for nothing. */
  async end(): Promise<void> {
    await this.#chunks.end();
  }

  async #more(): Promise<Uint8Array | undefined> {
    const chunk = await this.#chunks.next();
    this.#left -= chunk?.length ?? 0;
    if (this.#left >= 0) return chunk;
    throw new CopyError("connection", "the remote host's answer does not end");
  }

  /**
   * What comes before the next NUL; undefined when there is none.
   *
   * @param decoded How much of what has come: `one`, where the next may be no text.
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
