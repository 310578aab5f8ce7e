/**
 * Writes commands so that a user can paste them into a shell.
 *
 * @module
 */

import { hasControl } from "./printable.ts";

// A leading `~/` stays unquoted: the shell and this program expand it in the same way.
const PLAIN = /^(?:~\/)?[A-Za-z0-9_@%+:,.\/-][A-Za-z0-9_@%+=:,.\/~-]*$/;

/** Quotes one word for a POSIX shell, if necessary. Control characters never appear raw. */
export function quote(word: string): string {
  if (PLAIN.test(word)) return word;
  if (!hasControl(word)) return `'${word.replaceAll("'", `'\\''`)}'`;
  const escaped = Array.from(word, (c) => {
    if (c === "'" || c === "\\") return "\\" + c;
    return hasControl(c) ? "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0") : c;
  });
  return `$'${escaped.join("")}'`;
}

/** Quotes a command, word by word. */
export function quoteCommand(words: string[]): string {
  return words.map(quote).join(" ");
}
