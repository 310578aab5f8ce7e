/**
 * Waiting for the first answer of a host: as long as the user takes to log in, but not for ever for
 * a shell that a start-up file keeps from it.
 *
 * @module
 */

import { within } from "../../system/time.ts";

/** How often it is asked whether the login has succeeded, while the answer may come. */
const LOOKS = 10;

/**
 * Waits for an answer; whether it came in time.
 *
 * @param seconds How long it may take from the login on.
 * @param isLoggedIn Tells whether the user has logged in by now.
 */
export async function comesInTime(
  answer: Promise<void>,
  seconds: number,
  isLoggedIn: () => Promise<boolean>,
): Promise<boolean> {
  for (let looks = 0; looks < LOOKS;) {
    if (await within(seconds * 1000 / LOOKS, answer)) return true;
    if (await isLoggedIn()) looks++;
  }
  return false;
}
