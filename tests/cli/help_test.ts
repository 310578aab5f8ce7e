import { assert, assertEquals } from "@std/assert";
import { HELP_TEXT, helpOf } from "../../lib/cli/help.ts";
import { COMMANDS, OPTIONS } from "../../lib/cli/options.ts";

Deno.test("HELP_TEXT tells of each option, once", () => {
  const told = [...HELP_TEXT.matchAll(/^ {2}(?:-\w, | {4})--([a-z-]+)/gm)].map(([, name]) => name!);
  const known = Object.keys(OPTIONS).filter((name) => !name.endsWith("-workspace"));
  assertEquals(told.sort(), known.sort());
});

Deno.test("helpOf() shows the usage, and the options that a command takes", () => {
  const text = helpOf("clean");
  assert(text.startsWith("Usage:\n  xpm-copy clean WORKSPACE [--yes]\n\n"), text);
  assert(text.includes("\n  -y, --yes "), text);
  assert(text.includes("(default 300, 0 = never)"), "an entry goes on for several lines");
  assert(!text.includes("--from") && !text.includes("--brief"), text);
  assert(helpOf("copy").includes("  xpm-copy neuralir --from cluster --to local\n"));
});

for (const command of COMMANDS.filter((name) => name !== "copy" && name !== "permissions")) {
  Deno.test(`helpOf() of ${command} fits a screen`, () => {
    const lines = helpOf(command).split("\n");
    assert(lines.length <= 42, `${lines.length} lines`);
    assertEquals(lines.filter((line) => line.length > 80), []);
  });
}
