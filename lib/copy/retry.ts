/**
 * Trying again after a lost connection.
 *
 * @module
 */

import { delay } from "@std/async/delay";
import { CopyError, LostConnection } from "../errors.ts";
import type { CopyOptions } from "./types.ts";

/** The pauses before another try, in seconds. */
const PAUSES = [1, 4, 10];

/** What a copy that may be tried again has to tell. */
export interface Attempts<T> {
  /** Tries. */
  attempt(): Promise<T>;
  /** Forgets what the connections were used for; the next attempt makes new ones. */
  reset(): Promise<void>;
  /** How much stands at its place by now: whoever gets on may try as often again. */
  done(): number;
}

/**
 * Tries until it works, as long as only a connection is lost: at most three times more, and three
 * times anew after each time that something has come to stand at its place.
 */
export async function withRetries<T>(
  { attempt, reset, done }: Attempts<T>,
  { onEvent, signal }: CopyOptions,
): Promise<T> {
  for (let tries = 0, before = 0;; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof LostConnection)) throw error;
      if (done() > before) tries = 0;
      const seconds = PAUSES[tries];
      if (seconds === undefined) throw error;
      before = done();
      const { message } = error;
      onEvent?.({
        type: "retrying",
        attempt: tries + 1,
        attempts: PAUSES.length,
        seconds,
        message,
      });
      await reset();
      await delay(seconds * 1000, signal && { signal }).catch(() => {
        throw new CopyError("interrupted", "the copy was interrupted");
      });
    }
  }
}
