/**
 * Reading YAML, with complaints that say where.
 *
 * @module
 */

import { parse } from "@std/yaml/parse";
import { CopyError } from "../errors.ts";
import { printable } from "../text/printable.ts";
import { type Value, valueOf } from "./validate.ts";

/** What a syntax error says, and where; the lines after it show the text. */
const COMPLAINT = /^(?:Cannot [^:]+: )?(.+) at line (\d+), column (\d+)/;
/** A line that begins an entry of a mapping or a list, with a tab before it. */
const TABBED_ENTRY = /^ *(?=\t)\s*(?:-\s|[^\s#].*:(?:\s|$))/;
/** What begins a text of several lines: `key: |`. */
const BLOCK = /(?:^|[\s:-])[|>][-+\d]*\s*(?:#.*)?$/;

/**
 * Reads a YAML text. Of equal keys the last one counts, as in Python.
 *
 * @param file What to call it in complaints.
 * @throws {CopyError} `settings`, when it is not YAML.
 */
export function readYaml(text: string, file: string): Value {
  refuseTabs(text, file);
  try {
    return valueOf(parse(text, { allowDuplicateKeys: true }), file);
  } catch (error) {
    if (error instanceof SyntaxError) throw complaint(error.message, file);
    if (!(error instanceof RangeError)) throw error;
    // the parser has run out of stack
    throw new CopyError("settings", `${file}: lists and mappings are nested too deeply`);
  }
}

function complaint(message: string, file: string): CopyError {
  const [, said = message, line, column] = COMPLAINT.exec(message) ?? [];
  const what = printable(said[0]?.toLowerCase() + said.slice(1));
  return line === undefined
    ? new CopyError("settings", `${file}: ${what}`, "correct the YAML there")
    : malformed(file, line, column!, what, "correct the YAML there");
}

function malformed(
  file: string,
  line: number | string,
  column: number | string,
  what: string,
  hint: string,
): CopyError {
  return new CopyError("settings", `${file}, line ${line}, column ${column}: ${what}`, hint);
}

/**
 * Refuses an entry that is indented with a tab, as Python does. The parser passes over the tab: an
 * `ssh` indented so would become a key of the whole file, and the workspace one of this machine.
 */
function refuseTabs(text: string, file: string): void {
  let block = Infinity; // how far the key of a text of several lines is indented
  for (const [at, line] of text.split(/\r\n?|\n/).entries()) {
    if (line.trim() === "") continue;
    const indented = line.search(/[^ ]/);
    if (indented > block) continue;
    if (TABBED_ENTRY.test(line)) {
      const what = "tabs are not allowed as indentation";
      throw malformed(file, at + 1, indented + 1, what, "indent with spaces");
    }
    block = BLOCK.test(line) ? indented : Infinity;
  }
}
