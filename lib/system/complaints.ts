/**
 * What a process complains of: its end is kept.
 *
 * @module
 */

import { escaped } from "../text/printable.ts";
import { within } from "./time.ts";

/** How much of a process's complaints is kept, in characters. */
const COMPLAINT = 1 << 20;

/** A process that complains of more, in characters, is ended: it would go on for ever. */
const MOST_COMPLAINTS = 1 << 24;
/** What is said of it. */
export const ENDLESS = "too much error output";

/** How long a process may take to end when it is asked to, in milliseconds. */
export const LAST_WORDS = 700;

/** The last characters of what a process complains of. */
export class Complaints {
  /** Whether a line is something else; undefined where all are complaints. */
  takes: ((line: string) => boolean) | undefined;
  #kept = "";
  #length = 0;
  /** The line that has not come to its end. */
  #line = "";

  /** Takes what has come; answers whether it is too much. */
  add(text: string): boolean {
    const { takes } = this;
    if (takes !== undefined) {
      const lines = (this.#line + text).split(/[\r\n]/);
      this.#line = lines.pop()!.slice(-COMPLAINT);
      text = lines.filter((line) => !takes(line)).map((line) => `${line}\n`).join("");
    }
    this.#kept += text;
    if (this.#kept.length > 2 * COMPLAINT) this.#kept = this.#kept.slice(-COMPLAINT);
    this.#length += text.length;
    return this.#length >= MOST_COMPLAINTS;
  }

  /** What is kept of them. */
  get kept(): string {
    return (this.#kept + this.#line).slice(-COMPLAINT);
  }
}

/**
 * The last characters of a stream, with nothing in it that a terminal would obey; what comes long
 * after the process has ended is not waited for.
 */
export async function tail(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  complaints: Complaints,
  code: Promise<number>,
  kill: () => void,
): Promise<string> {
  let isEndless = false;
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  const read = async () => {
    for (let { value } = await reader.read(); value; { value } = await reader.read()) {
      isEndless = complaints.add(value);
      if (!isEndless) continue;
      kill();
      break;
    }
  };
  const reading = read();
  await Promise.race([reading, code]);
  // rsync that has given up leaves its ssh behind
  if (!await within(LAST_WORDS, reading)) await reader.cancel();
  const kept = isEndless ? ENDLESS : complaints.kept;
  return kept.split(/\r?\n/).map(escaped).join("\n");
}
