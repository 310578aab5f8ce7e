/**
 * Standard output and standard error, whatever they are: a full disk, a pipe whose reader has gone.
 *
 * @module
 */

/** One of the two. */
export interface Output {
  /** Writes a text whole; what cannot be written is dropped. */
  write(text: string): void;
  /** Why something could not be written; a reader that has gone (`| head`) wanted no more. */
  failure(): string | undefined;
}

/** How long a pipe that takes no more is left to its reader, in milliseconds. */
const FULL_PIPE = 10;

/**
 * Makes an output of a stream.
 *
 * @param again Whether to go on after a failure: what is read by lines may miss some.
 */
export function makeOutput(
  stream: { writeSync(bytes: Uint8Array): number },
  again: boolean,
): Output {
  const encoder = new TextEncoder();
  let ended = false;
  let failure: string | undefined;
  const write = (text: string) => {
    for (let bytes = encoder.encode(text); bytes.length > 0 && !ended;) {
      try {
        bytes = bytes.subarray(stream.writeSync(bytes));
      } catch (error) {
        const { code, message } = error as { code?: unknown; message: string };
        if (code === "EAGAIN") wait(FULL_PIPE);
        else {
          if (code === "EPIPE") ended = true;
          else failure ??= message;
          if (!again) ended = true;
          return;
        }
      }
    }
  };
  return { write, failure: () => failure };
}

/** Lets time pass: another program may have told the system that nobody shall wait for this pipe. */
function wait(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
