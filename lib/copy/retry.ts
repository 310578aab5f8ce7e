/**
 * Trying again after a lost connection.
 *
 * @module
 */

import { delay } from "@std/async/delay";
import { CopyError, LostConnection } from "../errors.ts";
import type { Hosts } from "../host/hosts.ts";
import { asCopyError } from "../system/permissions.ts";
import type { CopyOptions } from "./types.ts";

/** The pauses before another try, in seconds. */
const PAUSES = [1, 4, 10];

/** What is said of a copy that was asked to stop. */
export const INTERRUPTED = "the copy was interrupted";

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
      await pause(seconds, { signal });
    }
  }
}

/** Tries work again of which nothing is left when a connection is lost. */
export function retried<T>(
  hosts: Pick<Hosts, "close">,
  work: () => Promise<T>,
  options: CopyOptions,
  { interrupted = INTERRUPTED, patience }: { interrupted?: string; patience?: Patience } = {},
): Promise<T> {
  const attempt = () => explained(options, interrupted, work);
  const attempts = { attempt, reset: () => hosts.close(true), done: () => 0 };
  return withRetries(attempts, options, patience);
}

/**
 * Does something, and turns its error into one for people. Once the caller has asked to stop, that
 * is the reason for any error.
 *
 * @param interrupted What is said then.
 */
export async function explained<T>(
  { signal }: Pick<CopyOptions, "signal">,
  interrupted: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!signal?.aborted) throw asCopyError(error);
    const { reason } = signal;
    const isExplained = error instanceof CopyError && error.code === "interrupted" &&
      error.cause === reason;
    throw isExplained ? error : stopped(interrupted, reason);
  }
}

/** What something answers, or why it cannot; what ends everything, as a lost connection, is thrown. */
export async function orError<T>(
  work: () => Promise<T>,
  { signal }: { signal?: AbortSignal },
): Promise<T | CopyError> {
  try {
    return await work();
  } catch (error) {
    const endsAll = signal?.aborted || !(error instanceof CopyError) ||
      error.code === "connection" || error.code === "interrupted";
    if (endsAll) throw error;
    return error;
  }
}

/** The error for work that the caller has asked to stop. */
function stopped(message: string, reason: unknown): CopyError {
  return new CopyError("interrupted", message, undefined, { cause: reason });
}

/**
 * Waits.
 *
 * @throws {CopyError} `interrupted`, as soon as the caller asks to stop.
 */
export async function pause(
  seconds: number,
  { signal }: { signal?: AbortSignal | undefined },
): Promise<void> {
  await delay(seconds * 1000, signal && { signal }).catch(() => {
    throw stopped(INTERRUPTED, signal?.reason);
  });
}
