/**
 * Commands as a user can paste them into a shell.
 *
 * @module
 */

import { hasControl } from "./printable.ts";

// A leading `~/` stays bare: it means the same to the shell and to us.
const PLAIN = /^(?:~\/)?[A-Za-z0-9_@%+:,.\/-][A-Za-z0-9_@%+=:,.\/~-]*$/;

/** Quotes one word for a POSIX shell, if it needs it; control characters never come out raw. */
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
