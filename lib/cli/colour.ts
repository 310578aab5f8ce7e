/**
 * Colour, which marks state and nothing else.
 *
 * @module
 */

import type { ColorChoice } from "./requests.ts";
import type { Terminal } from "./terminal.ts";

/** What a colour says: all is well, look here, something is wrong. */
export type Mark = "good" | "care" | "bad";

/** Colours a text, or leaves it as it is. */
export type Paint = (mark: Mark, text: string) => string;

// Not `@std/fmt/colors`: where NO_COLOR is set it never colours, and `--color=always` has to.
const CODES: Record<Mark, number> = { good: 32, care: 33, bad: 31 };

/** Leaves every text as it is. */
export const plain: Paint = (_mark, text) => text;

const coloured: Paint = (mark, text) => `\x1b[${CODES[mark]}m${text}\x1b[39m`;

/** The paint for one of the two outputs of the program. */
export function choosePaint(choice: ColorChoice, terminal: Terminal, output: "out" | "err"): Paint {
  if (choice !== "auto") return choice === "always" ? coloured : plain;
  return terminal.isTerminal[output] && !terminal.noColor && !terminal.dumb ? coloured : plain;
}
