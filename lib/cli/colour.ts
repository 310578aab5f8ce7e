/**
 * Colours. They mark a state and mean nothing else.
 *
 * @module
 */

import type { ColorChoice } from "./requests.ts";
import type { Terminal } from "./terminal.ts";

/** The meaning of a colour: all is well, attention, something is wrong. */
export type Mark = "good" | "care" | "bad";

/** Colours a text, or returns it unchanged. */
export type Paint = (mark: Mark, text: string) => string;

// Not `@std/fmt/colors`: with NO_COLOR set it never colours, but `--color=always` has to.
const CODES: Record<Mark, number> = { good: 32, care: 33, bad: 31 };

/** Returns every text unchanged. */
export const plain: Paint = (_mark, text) => text;

const coloured: Paint = (mark, text) => `\x1b[${CODES[mark]}m${text}\x1b[39m`;

/**
 * Whether links and titles may be shown on one of the program's two outputs, and colours that were
 * not asked for: never where it is no terminal, whatever the choice of colours.
 */
export function mayShow(choice: ColorChoice, terminal: Terminal, output: "out" | "err"): boolean {
  const { isTerminal, noColor, dumb } = terminal;
  return isTerminal[output] && choice !== "never" && !noColor && !dumb;
}

/** The colours for one of the program's two outputs. */
export function choosePaint(choice: ColorChoice, terminal: Terminal, output: "out" | "err"): Paint {
  const isColoured = choice === "always" || mayShow(choice, terminal, output);
  return isColoured ? coloured : plain;
}
