/**
 * Data of the programs of a host.
 *
 * @module
 */

import { CopyError } from "../../errors.ts";
import { printable } from "../../text/printable.ts";

/**
 * Data of a remote program, a line each. What holds the end of a line would be read as two, and the
 * second perhaps as something to run.
 */
export function asLines(texts: string[]): string[] {
  const odd = texts.find((text) => /[\n\0]/.test(text));
  if (odd === undefined) return texts;
  throw new CopyError("refused", `'${printable(odd)}' contains a control character`);
}
