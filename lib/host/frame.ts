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

/**
 * Reads an answer and tells each text of it.
 *
 * @returns Whether the answer came whole.
 * @throws {CopyError} `refused`, when the remote program stopped; its reason is the message.
 */
export async function readAnswer(
  stream: ReadableStream<Uint8Array>,
  word: string,
  tell: (text: string) => void,
): Promise<boolean> {
  let state: "before" | "within" | "stopping" = "before";
  for await (const text of texts(stream)) {
    if (state === "before") state = text === word ? "within" : "before";
    else if (state === "stopping") throw new CopyError("refused", text);
    else if (text === `${word} stop`) state = "stopping";
    else if (text === `${word} end`) return true;
    else tell(text);
  }
  return false;
}

/** Cuts a stream at its NULs; what comes after the last of them is dropped. */
async function* texts(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let rest: Uint8Array[] = [];
  let held = 0;
  for await (const chunk of stream) {
    let start = 0;
    for (let end = chunk.indexOf(0); end >= 0; end = chunk.indexOf(0, start)) {
      const piece = chunk.subarray(start, end);
      yield decoder.decode(rest.length === 0 ? piece : joined([...rest, piece]));
      rest = [];
      held = 0;
      start = end + 1;
    }
    if (start < chunk.length) rest.push(chunk.slice(start));
    held += chunk.length - start;
    if (held > MAX_TEXT) throw new CopyError("connection", "the remote host's answer has no end");
  }
}
