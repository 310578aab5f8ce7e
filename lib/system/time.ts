/**
 * Waiting, and the present time.
 *
 * @module
 */

/**
 * Waits for a promise, but not longer than so many milliseconds; returns whether it was fulfilled.
 * (`deadline` of `@std/async` throws when time is up, which is no error here.)
 */
export async function within(milliseconds: number, wanted: Promise<unknown>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), milliseconds);
  });
  try {
    return await Promise.race([wanted.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The present time, in seconds since 1970. */
export function now(): string {
  return (Date.now() / 1000).toFixed(3);
}

/** A promise, and what settles it (Node 20 has no `Promise.withResolvers`). */
export function later<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => resolve = settle);
  return { promise, resolve };
}
