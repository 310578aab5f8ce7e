/**
 * Several transfers at once, over one login.
 *
 * @module
 */

import { delay } from "@std/async/delay";
import type { RunOptions } from "../system/process.ts";
import { RefusedSession } from "./ssh_complaints.ts";

/**
 * How long to wait after each refusal, in milliseconds, before the next one counts. A server may
 * not have noticed that a session has ended, or a login script there still runs.
 */
export const PAUSES: readonly number[] = [200, 800, 3200];

/**
 * Brings each share of some folders by a run of its own. When one fails, the others are ended. What
 * a server has refused, since it allows fewer sessions, comes after the rest, by fewer runs.
 */
export async function sideBySide<Outcome>(
  shares: string[][],
  run: (folders: string[], watch: RunOptions & { signal: AbortSignal }) => Promise<Outcome>,
  watch: RunOptions,
): Promise<Outcome[]> {
  const failed = new AbortController();
  const signal = AbortSignal.any([failed.signal, ...(watch.signal ? [watch.signal] : [])]);
  const outcomes: Outcome[] = [];
  let refused: string[][] = [];
  let refusals = 0;
  const bring = async (folders: string[]) => {
    try {
      outcomes.push(await run(folders, { ...watch, signal }));
    } catch (error) {
      if (!(error instanceof RefusedSession) || refusals === PAUSES.length) failed.abort(error);
      else refused.push(folders);
    }
  };
  for (let left = shares; left.length > 0;) {
    refused = [];
    await Promise.all(left.map(bring));
    failed.signal.throwIfAborted(); // of several errors, the first
    const brought = left.length - refused.length;
    refusals = brought > 0 ? 0 : refusals + 1;
    left = dealtAgain(refused, Math.max(1, brought));
    if (left.length > 0) await delay(PAUSES[Math.max(0, refusals - 1)]!);
  }
  return outcomes;
}

/** The same folders in so many shares, or fewer. */
function dealtAgain(shares: string[][], count: number): string[][] {
  return Array.from(
    { length: Math.min(count, shares.length) },
    (_, at) => shares.filter((_, index) => index % count === at).flat(),
  );
}
