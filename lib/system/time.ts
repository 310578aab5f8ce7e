/**
 * Waiting.
 *
 * @module
 */

/**
 * Waits for something for so long at most; whether it came. (`deadline` of `@std/async` throws when
 * it did not, and here that is no error.)
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

/** This moment, in seconds since 1970. */
export function now(): string {
  return (Date.now() / 1000).toFixed(3);
}
