/**
 * Waiting for the first answer of a host: for as long as a user may take to log in, who has a code
 * to look for, but not for ever for a shell that a start-up file keeps from it.
 *
 * @module
 */

import { within } from "../../system/time.ts";

/** How often it is asked whether the login has succeeded, while the answer may come. */
const LOOKS = 10;

/** How long it may take. */
export interface AnswerPatience {
  /** Seconds up to the login. */
  login: number;
  /** Seconds from the login on. */
  answer: number;
}

/**
 * Waits for an answer; what came in time.
 *
 * @param isLoggedIn Tells whether the user has logged in by now.
 */
export async function comesInTime(
  answer: Promise<void>,
  patience: AnswerPatience,
  isLoggedIn: () => Promise<boolean>,
): Promise<"answer" | "login" | "nothing"> {
  const pause = patience.answer / LOOKS;
  let before = 0;
  for (let looks = 0; looks < LOOKS;) {
    if (await within(pause * 1000, answer)) return "answer";
    if (looks > 0 || await isLoggedIn()) looks++;
    else if ((before += pause) >= patience.login) return "nothing";
  }
  return "login";
}
