/**
 * Reads YAML, with the line and the column in every error.
 *
 * @module
 */

import { parse } from "@std/yaml/parse";
import { CopyError } from "../errors.ts";
import { printable } from "../text/printable.ts";
import { type Value, valueOf } from "./validate.ts";

/** The message and the position of a syntax error. The lines after it quote the text. */
const COMPLAINT = /^(?:Cannot [^:]+: )?(.+) at line (\d+), column (\d+)/;
/** A line that begins an entry of a mapping or a list, indented with a tab. */
const TABBED_ENTRY = /^ *(?=\t)\s*(?:-\s|[^\s#].*:(?:\s|$))/;
/** The beginning of a text of several lines: `key: |`. */
const BLOCK = /(?:^|[\s:-])[|>][-+\d]*\s*(?:#.*)?$/;

/**
 * Reads a YAML text. Of equal keys the last one counts, as in Python.
 *
 * @param file The name of the file, for errors.
 * @throws {CopyError} `settings`, when it is not YAML.
 */
export function readYaml(text: string, file: string): Value {
  refuseTabs(text, file);
  try {
    return valueOf(parse(text, { allowDuplicateKeys: true }), file);
  } catch (error) {
    if (error instanceof SyntaxError) throw complaint(error.message, file);
    if (!(error instanceof RangeError)) throw error;
    // the parser's stack has overflowed
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
 * Refuses an entry that is indented with a tab, as Python does. The parser ignores the tab: `ssh`
 * indented with one would become a key of the whole file, and the workspace would become local.
 */
function refuseTabs(text: string, file: string): void {
  let block = Infinity; // the indentation of the key before a text of several lines
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
