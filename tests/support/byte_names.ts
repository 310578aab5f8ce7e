/**
 * Names of files, and targets of links, that are not UTF-8: made and looked at by the system's own
 * programs, for Deno knows no such names.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { shell } from "./shell.ts";

/** Whether such a name can be had here; not on every file system. */
export function hasByteNames(): boolean {
  const folder = Deno.makeTempDirSync();
  try {
    shell(folder, `: > "$(printf 'n\\351')"`);
    return true;
  } catch {
    return false;
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/**
 * Puts such things into a folder: files, a folder, links of every kind, and beside them the names
 * that they are taken for where bytes are lost.
 *
 * @param inside What absolute links in it lead to.
 */
export function makeByteNames(folder: string, inside: string): void {
  shell(
    folder,
    `at() { printf "$1"; } # octal digits as a byte
    ln -s "$(at 'caf\\351.txt')" menu
    echo one > "$(at 'n\\351e')"
    echo three > "$(at 'n\\350e')"
    echo other > "$(at 'n\\357\\277\\275e')"
    ln "$(at 'n\\351e')" "$(at 'hard\\377')"
    mkdir "$(at 'd\\351')" "$(at 'd\\351/e\\344')"
    echo two > "$(at 'd\\351/in')"
    echo x > "$(at 'd\\351/e\\344/a -> b\\tc\\#012')"
    ln -s "$(at 'x -> y\\351')" "$(at 'd\\351/e\\344/z -> \\351')"
    ln -s ok "$(at 'l\\351')"
    ln -s "$1/$(at 'short\\351')" away
    ln -s "$1/$(at 'away\\351/%0200d' 0)" "$(at 'd\\351/far away')"
    ln -s "$1/plain" "$(at 'd\\351/plain\\344')"
    ln -s "$(at '/data/caf\\351')" outside
    chmod 2750 "$(at 'd\\351')"`,
    inside,
  );
}

/** What is in a folder: kind, mode, time, names, target and bytes of each thing, a byte a character. */
export function describeBytes(folder: string): string[] {
  const hex = shell(
    folder,
    `{
      find . ! -type f -printf '%y %m %T@ %n %P -> %l\\0'
      find . -type f -printf '%y %m %T@ %n ' -exec sha256sum -z {} \\;
    } | od -An -v -tx1 | tr -d ' \\n'`,
  );
  const text = hex.replace(/../g, (digits) => String.fromCharCode(parseInt(digits, 16)));
  const lines = text.split("\0").sort();
  assert(lines.length > 12, "fewer than were made");
  return lines;
}

/** Checks that one folder is like another but for where its links lead. */
export function assertSameBytes(
  actual: string,
  expected: string,
  [from, to]: [from: string, to: string],
): void {
  const moved = describeBytes(expected).map((line) =>
    line.replace(` -> ${from}/`, () => ` -> ${to}/`)
  );
  assertEquals(describeBytes(actual), moved.sort());
}
