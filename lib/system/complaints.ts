/**
 * Collects the error output of a process, and keeps its end.
 *
 * @module
 */

import { escaped } from "../text/printable.ts";
import { within } from "./time.ts";

/** How many characters of the error output are kept. */
const COMPLAINT = 1 << 20;

/** A process with more error output, in characters, is ended: it would never stop. */
const MOST_COMPLAINTS = 1 << 24;
/** The error message for such a process. */
export const ENDLESS = "too much error output";

/** How long a process may take to end after a request, in milliseconds. */
export const LAST_WORDS = 700;

/** The last characters of a process's error output. */
export class Complaints {
  /** Recognizes lines that are no error messages, and takes them; undefined when there are none. */
  takes: ((line: string) => boolean) | undefined;
  #kept = "";
  #length = 0;
  /** The beginning of a line that has not ended. */
  #line = "";

  /** Adds error output; returns whether it is too much. */
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

  /** The text that is kept. */
  get kept(): string {
    return (this.#kept + this.#line).slice(-COMPLAINT);
  }
}

/**
 * The last characters of an error stream, without anything that a terminal would obey. Output that
 * comes long after the end of the process is dropped.
 */
export async function tail(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  complaints: Complaints,
  code: Promise<number>,
  kill: () => void,
): Promise<string> {
  let isEndless = false;
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  const read = async () => {
    for (let done = false; !done && !isEndless;) {
      const part = await reader.read();
      done = part.done;
      isEndless = complaints.add(decoder.decode(part.value, { stream: !done }));
    }
    if (isEndless) kill();
  };
  const reading = read();
  await Promise.race([reading, code]);
  // the ssh of an rsync that has given up may live on
  if (!await within(LAST_WORDS, reading)) await reader.cancel();
  const kept = isEndless ? ENDLESS : complaints.kept;
  return kept.split(/\r?\n/).map(escaped).join("\n");
}
