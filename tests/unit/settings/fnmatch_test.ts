import { assertEquals } from "@std/assert";
import { fnmatch } from "../../../lib/settings/fnmatch.ts";

// The answers are those of `fnmatch.fnmatch` in Python 3.11.
const TABLE: [name: string, pattern: string, matches: boolean][] = [
  ["neuralir-1", "neuralir-*", true],
  ["neuralir", "neuralir-*", false],
  ["my-neuralir-1", "neuralir-*", false],
  ["", "*", true],
  ["", "", true],
  ["a", "", false],
  ["a/b", "*", true],
  [".hidden", "*", true],
  ["two\nlines", "two*lines", true],
  ["aXbXc", "a*X*c", true],
  ["aXbXd", "a*X*c", false],
  ["Case", "case", false],
  ["a.b", "a.b", true],
  ["axb", "a.b", false],
  ["\u{1F600}", "?", true],
  ["ab", "?", false],
  ["b", "[a-c]", true],
  ["d", "[a-c]", false],
  ["d", "[!a-c]", true],
  ["b", "[!a-c]", false],
  ["^", "[^a]", true],
  ["b", "[^a]", false],
  ["]", "[]]", true],
  ["x", "[!]]", true],
  ["]", "[!]]", false],
  ["-", "[a-]", true],
  ["-", "[a-c-e]", true],
  ["d", "[a-c-e]", false],
  ["b", "[c-a]", false],
  ["[ab", "[ab", true],
  ["a", "[ab", false],
  ["[!]", "[!]", true],
];

for (const [name, pattern, matches] of TABLE) {
  const verb = matches ? "matches" : "does not match";
  Deno.test(`fnmatch() ${verb} ${JSON.stringify(name)} with ${pattern}`, () => {
    assertEquals(fnmatch(name, pattern), matches);
  });
}

Deno.test("fnmatch() needs no exponential time", () => {
  assertEquals(fnmatch("a".repeat(5000), "a*".repeat(50) + "b"), false);
});
