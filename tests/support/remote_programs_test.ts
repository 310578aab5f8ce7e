import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { assert, assertEquals } from "@std/assert";
import { withFolder } from "./variables.ts";
import { withoutProgram } from "./remote_programs.ts";

Deno.test("withoutProgram() takes programs only, on a desktop too, where X11 is a link to the folder itself", () =>
  withFolder(async (root) => {
    const bin = `${root}/usr/bin`;
    mkdirSync(`${bin}/folder`, { recursive: true });
    for (const name of ["rsync", "sh", "dash"]) writeFileSync(`${bin}/${name}`, "");
    symlinkSync(".", `${bin}/X11`);
    symlinkSync("dash", `${bin}/ash`);
    symlinkSync("/nowhere", `${bin}/gone`);
    symlinkSync("loop", `${bin}/loop`);
    symlinkSync("rsync", `${bin}/rsync-ssl`);
    symlinkSync("usr/bin", `${root}/bin`); // the same folder by another name
    let made = "";
    await withoutProgram("rsync", (folder) => {
      made = folder;
      assertEquals(readdirSync(folder).sort(), ["ash", "dash", "rsync-ssl", "sh"]);
      assert(!existsSync(`${folder}/rsync`));
      return Promise.resolve();
    }, [bin, `${root}/bin`, `${root}/sbin`]);
    assert(!existsSync(made));
    assertEquals(readdirSync(bin).length, 9);
  }));
