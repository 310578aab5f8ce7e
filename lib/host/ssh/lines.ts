/**
 * The data of remote programs.
 *
 * @module
 */

import { CopyError } from "../../errors.ts";
import { printable } from "../../text/printable.ts";

/**
 * The data of a remote program, one text a line. A text with a newline would be read as two lines,
 * and the agent could take the second for a program.
 */
export function asLines(texts: string[]): string[] {
  const odd = texts.find((text) => /[\n\0]/.test(text));
  if (odd === undefined) return texts;
  throw new CopyError("refused", `'${printable(odd)}' contains a control character`);
}
