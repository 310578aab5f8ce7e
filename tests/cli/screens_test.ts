import { assertEquals } from "@std/assert";
import { width } from "../../lib/cli/format.ts";
import { FOLDER, screenFiles, screensAt, WIDTHS } from "./screens.ts";

/** A line with a command to paste, which is not wrapped. */
const COMMAND = /^ +(\S+ {2})?xpm-copy /;

Deno.test("the screens are those of tests/cli/screens/ (`deno task screens` renews these)", () => {
  const files = screenFiles();
  assertEquals(
    [...Deno.readDirSync(FOLDER)].map(({ name }) => name).sort(),
    [...files.keys()].sort(),
  );
  for (const [name, text] of files) {
    assertEquals(text, Deno.readTextFileSync(new URL(name, FOLDER)), name);
  }
});

for (const columns of WIDTHS) {
  Deno.test(`the screens fit ${columns} columns, but for commands`, () => {
    const lines = screensAt(columns).flatMap(([, lines]) => lines);
    assertEquals(
      lines.filter((line) => width(line) > columns && !COMMAND.test(line)),
      [],
    );
  });
}
