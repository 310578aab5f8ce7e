/**
 * What may not come after a link in an archive.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { Links } from "../../../lib/tar/links.ts";

const FOLDER = "jobs/t/1";

/** Whether a name leads through links that came before. */
function leads(name: string, ...links: string[]): boolean {
  const brought = new Links();
  for (const link of links) brought.add(`${FOLDER}/${link}`);
  return brought.leadTo(`${FOLDER}/${name}`);
}

Deno.test("Links lead to themselves and to what lies below them", () => {
  for (const name of ["a", "a/x", "a/x/y/z"]) assert(leads(name, "b", "a"), name);
  for (const name of ["b", "b/a", "ab", "ab/x", "c/a/x"]) assert(!leads(name, "a"), name);
  assert(!leads("a"));
  const whole = new Links();
  whole.add(FOLDER);
  assert(whole.leadTo(`${FOLDER}/x`));
  assert(!whole.leadTo(`${FOLDER}0/x`));
});

Deno.test("Links lead where a file system does not tell names apart", () => {
  for (const name of ["DATA/x", "data/x", "dat\u200ba/x"]) assert(leads(name, "Data"), name);
  assert(leads("cafe\u0301/x", "caf\u00e9"));
  assert(leads("STRASSE/x", "stra\u00dfe"));
  assert(leads("k/x", "\u212a"));
  for (const name of ["ss/x", "\u00df/x"]) assert(leads(name, "\u1e9e"), name);
  assert(leads("\u03b1\u03b9\u0301/x", "\u03b1\u0345\u0301"));
});

Deno.test("Links tell names that are not UTF-8 apart, but not from what HFS+ makes of them", () => {
  for (const name of ["l\udce9/x", "l%E9/x", "L%e9/x"]) assert(leads(name, "l\udce9"), name);
  for (const name of ["l\udce8/x", "l\ufffd/x", "lé/x"]) assert(!leads(name, "l\udce9"), name);
});

Deno.test("Links that come later lead to what came before, too", () => {
  const brought = new Links();
  const ask = (name: string) => brought.leadTo(`${FOLDER}/${name}`);
  brought.add(`${FOLDER}/other`);
  assertEquals([ask("a/x"), ask("a/y")], [false, false]);
  brought.add(`${FOLDER}/a`);
  assertEquals([ask("a/y"), ask("b/y")], [true, false]);
});
