import { assert, assertEquals } from "@std/assert";
import { draw, PICTURE, showCopy, textOf } from "../../scripts/picture.ts";
import { findProgram } from "../../scripts/setup.ts";
import { hasSshd } from "../support/sshd.ts";

/** What is the same in each run, on each machine: no figures, no versions, no progress. */
function lasting(lines: string[]): string[] {
  return lines.filter((line) => !/^(neuralir {2}| {10}\d| {2}(from|to) {2}|warning)/.test(line))
    .map((line) => line.replace(/[\d.,]+ ([KMGT]i)?B(\/s)?|[\d.]+ s/g, "N"));
}

Deno.test("textOf() reads back what draw() has drawn", () => {
  const lines = ["$ a  <b>", "  \u001b[32mgood\u001b[39m  & more", "last"];
  assertEquals(textOf(draw(lines)), ["$ a  <b>", "  good  & more", "last"]);
});

Deno.test({
  name: "docs/picture.svg shows what xpm-copy says today; if not: deno task picture",
  ignore: Deno.build.os !== "linux" || !await findProgram("script") || !await hasSshd(),
  async fn() {
    const picture = Deno.readTextFileSync(PICTURE);
    assert(picture.length < 20_000, `${picture.length} characters`);
    assertEquals(lasting(textOf(picture)), lasting(textOf(draw(await showCopy()))));
  },
});
