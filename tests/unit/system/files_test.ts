import { assertEquals, assertThrows } from "@std/assert";
import { CopyError } from "../../../mod.ts";
import {
  linkTarget,
  lookAt,
  namesIn,
  readText,
  realPath,
  walk,
} from "../../../lib/system/files.ts";

import type { Entry } from "../../../lib/system/entry.ts";
import { hasByteNames } from "../../support/byte_names.ts";
import { shell } from "../../support/shell.ts";
import { withFolder } from "../../support/variables.ts";

function touch(path: string, time: string): void {
  const { code } = new Deno.Command("touch", { args: ["-h", "-d", `@${time}`, path] }).outputSync();
  assertEquals(code, 0);
}

Deno.test("lookAt() tells kind, size, mode and time", () =>
  withFolder((root) => {
    Deno.writeTextFileSync(`${root}/é f`, "12345", { mode: 0o640 });
    touch(`${root}/é f`, "1768755000.123000000");
    assertEquals(lookAt(`${root}/é f`, "a/b"), {
      path: "a/b",
      kind: "file",
      size: 5,
      mtime: "1768755000.123",
      mode: 0o640,
    });
    Deno.symlinkSync("../no where", `${root}/l`);
    touch(`${root}/l`, "1768755000.001");
    const link = lookAt(`${root}/l`, "l");
    assertEquals([link?.kind, link?.target, link?.mtime], [
      "link",
      "../no where",
      "1768755000.001",
    ]);
    touch(root, "5.5");
    const folder = lookAt(root);
    assertEquals([folder?.kind, folder?.mtime, folder?.mode], ["folder", "5.500", 0o700]);
  }));

Deno.test("lookAt() is undefined where nothing stands", () =>
  withFolder((root) => {
    Deno.writeTextFileSync(`${root}/f`, "");
    assertEquals(lookAt(`${root}/none`), undefined);
    assertEquals(lookAt(`${root}/f/below`), undefined);
    assertEquals(namesIn(`${root}/f`), undefined);
    assertEquals(namesIn(`${root}/none`), undefined);
    assertEquals(realPath(`${root}/none`), undefined);
    assertEquals(linkTarget(`${root}/f`), undefined);
  }));

Deno.test({
  name: "linkTarget() knows a link whose target is not UTF-8, and realPath() what it leads to",
  ignore: !hasByteNames(),
  fn: () =>
    withFolder((root) => {
      shell(
        root,
        `byte=$(printf '\\351'); mkdir "$byte"; ln -s "$byte" l; ln -s "$byte/none" gone`,
      );
      assertEquals(linkTarget(`${root}/l`), "\ufffd (not UTF-8)");
      const error = assertThrows(() => realPath(`${root}/l`), CopyError);
      assertEquals(error.message, `${root}/l leads to a path that is not UTF-8`);
      assertEquals(realPath(`${root}/gone`), undefined);
    }),
});

Deno.test("readText() reads a plain file, and follows no link", () =>
  withFolder((root) => {
    Deno.writeTextFileSync(`${root}/f`, "é\n");
    assertEquals(readText(`${root}/f`), "é\n");
    Deno.writeTextFileSync(`${root}/empty`, "");
    assertEquals(readText(`${root}/empty`), "");
    Deno.symlinkSync("f", `${root}/l`);
    assertEquals(readText(`${root}/l`), undefined);
    assertEquals(readText(root), undefined);
    assertEquals(readText(`${root}/none`), undefined);
    assertEquals(readText(`${root}/f/below`), undefined);
  }));

Deno.test("walk() tells of all that is in a folder, folders before what they hold", () =>
  withFolder((root) => {
    Deno.mkdirSync(`${root}/a/b`, { recursive: true });
    Deno.writeTextFileSync(`${root}/a/b/f`, "123");
    Deno.writeTextFileSync(`${root}/.hidden`, "");
    Deno.symlinkSync("a", `${root}/link`);
    touch(`${root}/a/b/f`, "1768755000.987654321");
    touch(`${root}/a/b`, "1768755000.987");
    const told: Entry[] = [];
    walk(root, (entry) => told.push(entry));
    const order = told.map(({ path }) => path);
    assertEquals(order.toSorted(), [".hidden", "a", "a/b", "a/b/f", "link"]);
    assertEquals(order.indexOf("a") < order.indexOf("a/b"), true);
    assertEquals(order.indexOf("a/b") < order.indexOf("a/b/f"), true);
    const entry = (path: string) => told.find((entry) => entry.path === path);
    assertEquals(entry("link")?.target, "a");
    assertEquals(entry("a/b")?.mtime, "1768755000.987");
    assertEquals([entry("a/b/f")?.mtime, entry("a/b/f")?.size], ["1768755000.987", 3]);
  }));

// Deno knows no more of a time; what is rewritten gets its time from `readOriginals()`.
Deno.test("lookAt() tells times to the millisecond, cut and not rounded", () =>
  withFolder((root) => {
    Deno.writeTextFileSync(`${root}/f`, "");
    Deno.symlinkSync("f", `${root}/l`);
    for (const path of [`${root}/f`, `${root}/l`, root]) touch(path, "1768755000.123999999");
    assertEquals(
      [`${root}/f`, `${root}/l`, root].map((path) => lookAt(path)?.mtime),
      ["1768755000.123", "1768755000.123", "1768755000.123"],
    );
    touch(`${root}/f`, "1768755000");
    assertEquals(lookAt(`${root}/f`)?.mtime, "1768755000.000");
  }));

Deno.test("lookAt() tells times before 1970 as a remote scan does: whole seconds, then on from there", () =>
  withFolder((root) => {
    Deno.writeTextFileSync(`${root}/f`, "");
    for (const [time, told] of [["-1.5", "-2.500"], ["-2", "-2.000"], ["-0.25", "-1.750"]]) {
      touch(`${root}/f`, time!);
      assertEquals(lookAt(`${root}/f`)?.mtime, told);
      const args = [`${root}/f`, "-printf", "%T@"];
      const { stdout } = new Deno.Command("find", { args }).outputSync();
      assertEquals(new TextDecoder().decode(stdout).slice(0, told!.length), told);
    }
  }));
