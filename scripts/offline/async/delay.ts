/**
 * Stands in for `@std/async/delay` where JSR is out of reach.
 *
 * @module
 */

import { setTimeout } from "node:timers/promises";

/** What ends the waiting before its time. */
export interface DelayOptions {
  /** Rejects with its reason when it fires. */
  signal?: AbortSignal;
}

/** Waits. */
export async function delay(ms: number, { signal }: DelayOptions = {}): Promise<void> {
  try {
    await setTimeout(ms, undefined, { signal });
  } catch {
    throw signal?.reason;
  }
}
