/**
 * Writes to standard output and standard error, also when the disk is full, or the reader of a pipe
 * has gone.
 *
 * @module
 */

/** Standard output, or standard error. */
export interface Output {
  /** Writes a whole text; what cannot be written is dropped. */
  write(text: string): void;
  /**
   * Why something could not be written; undefined when it could. A reader that has gone (`| head`)
   * is no failure.
   */
  failure(): string | undefined;
}

/** How long to wait before the next write to a full pipe, in milliseconds. */
const FULL_PIPE = 10;

/**
 * Makes an output for a stream.
 *
 * @param again Whether to continue after a failure. A reader of lines must not miss one in between.
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

/**
 * Waits. Another program may have made the pipe non-blocking, and then the system does not wait.
 */
function wait(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
