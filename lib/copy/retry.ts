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

/** How often to try: three times, or until it works. */
export type Patience = "three times" | "for ever";

/** A copy that may be tried again. */
export interface Attempts<T> {
  /** Tries. */
  attempt(): Promise<T>;
  /** Drops the connections; the next attempt makes new ones. */
  reset(): Promise<void>;
  /** How many jobs are in place by now: when there are more, the attempts are counted anew. */
  done(): number;
}

/**
 * Tries again as long as only a connection is lost: at most three times, and the count starts again
 * whenever an attempt has put jobs in place; or for ever.
 */
export async function withRetries<T>(
  { attempt, reset, done }: Attempts<T>,
  { onEvent, signal }: CopyOptions,
  patience: Patience = "three times",
): Promise<T> {
  for (let tries = 0, before = 0;; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof LostConnection)) throw error;
      if (done() > before) tries = 0;
      const seconds = PAUSES[tries] ?? (patience === "for ever" ? PAUSES.at(-1) : undefined);
      if (seconds === undefined) throw error;
      before = done();
      const { message } = error;
      onEvent?.({
        type: "retrying",
        attempt: tries + 1,
        ...(patience === "three times" && { attempts: PAUSES.length }),
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
