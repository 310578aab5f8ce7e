/**
 * Stands in for `@std/cli/unicode-width` where JSR is out of reach.
 *
 * @module
 */

import { eastAsianWidth } from "npm:get-east-asian-width@^1.3.0";

/** What takes no column: control characters, what goes onto or between others, parts of Hangul. */
const NONE = /[\p{Cc}\p{Cf}\p{Mn}\p{Me}\u1160-\u11ff\ud7b0-\ud7ff]/u;

/** How many columns of a terminal a text takes. */
export function unicodeWidth(str: string): number {
  let columns = 0;
  for (const character of str) {
    if (!NONE.test(character)) columns += eastAsianWidth(character.codePointAt(0)!);
  }
  return columns;
}
