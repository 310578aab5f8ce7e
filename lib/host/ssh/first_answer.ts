/**
 * Waits for the first answer of a host: as long as a user needs to log in, perhaps with a code to
 * look up, but not for ever for a shell that a start-up file holds up.
 *
 * @module
 */

import { within } from "../../system/time.ts";

/** Into how many pauses the wait for an answer is divided. */
const LOOKS = 10;

/** How long an answer may take. */
export interface AnswerPatience {
  /** Seconds until the login. */
  login: number;
  /** Seconds after the login. */
  answer: number;
}

/**
 * Waits for an answer; returns what came in time.
 *
 * @param isLoggedIn Tells whether the login has succeeded by now.
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
