/**
 * How a report looks: its colours, its names and its width.
 *
 * @module
 */

import { choosePaint, mayShow, type Paint } from "./colour.ts";
import { linkTo } from "./escapes.ts";
import type { OutputChoice } from "./requests.ts";
import type { Terminal } from "./terminal.ts";

/** How a report looks. */
export interface ReportStyle {
  /** Colours marks. */
  paint: Paint;
  /** Whether every job appears, with its full name. */
  verbose: boolean;
  /** The width at which sentences are wrapped; infinite where it goes to a file or a pipe. */
  columns: number;
  /** Makes a text lead to a path of this machine; absent where there are no links. */
  link?: (text: string, path: string) => string;
}

/** The style for one of the program's two outputs, as the terminal is now. */
export function chooseStyle(
  { color, verbose }: OutputChoice,
  terminal: Terminal,
  output: "out" | "err",
): ReportStyle {
  const columns = terminal.isTerminal[output] ? terminal.columns() : Infinity;
  const { shows, hostname } = terminal;
  const hasLinks = shows.links && hostname !== "" && mayShow(color, terminal, output);
  return {
    paint: choosePaint(color, terminal, output),
    verbose,
    columns,
    ...(hasLinks && { link: (text: string, path: string) => linkTo(hostname, path, text) }),
  };
}
