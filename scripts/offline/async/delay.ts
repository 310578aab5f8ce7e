/**
 * Stands in for `@std/async/delay` where JSR is out of reach. Like that, it loads nothing of Node.
 *
 * @module
 */

/** What ends the waiting before its time. */
export interface DelayOptions {
  /** Rejects with its reason when it fires. */
  signal?: AbortSignal;
}

/** Waits. */
export async function delay(ms: number, { signal }: DelayOptions = {}): Promise<void> {
  signal?.throwIfAborted();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stop = () => {};
  try {
    await new Promise<void>((resolve, reject) => {
      stop = () => reject(signal!.reason);
      signal?.addEventListener("abort", stop);
      timer = setTimeout(resolve, ms);
    });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  }
}
