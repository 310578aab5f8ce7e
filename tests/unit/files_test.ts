import { assertEquals } from "@std/assert";
import {
  linkTarget,
  lookAt,
  namesIn,
  readPlainFile,
  realPath,
  walk,
} from "../../lib/host/files.ts";
import type { Entry } from "../../lib/host/host.ts";

/** Does something in a folder of its own. */
async function within(action: (root: string) => Promise<void> | void): Promise<void> {
  const root = await Deno.realPath(await Deno.makeTempDir());
  try {
    await action(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

function touch(path: string, time: string): void {
  const { code } = new Deno.Command("touch", { args: ["-h", "-d", `@${time}`, path] }).outputSync();
  assertEquals(code, 0);
}

Deno.test("lookAt() tells kind, size, mode and time", () =>
  within((root) => {
    Deno.writeTextFileSync(`${root}/é f`, "12345", { mode: 0o640 });
    touch(`${root}/é f`, "1768755000.123000000");
    assertEquals(lookAt(`${root}/é f`, "a/b"), {
      path: "a/b",
      kind: "file",
      size: 5,
      mtime: "1768755000.123000000",
      mode: 0o640,
    });
    Deno.symlinkSync("../no where", `${root}/l`);
    touch(`${root}/l`, "1768755000.001");
    const link = lookAt(`${root}/l`, "l");
    assertEquals([link?.kind, link?.target, link?.mtime], [
      "link",
      "../no where",
      "1768755000.001000000",
    ]);
    touch(root, "5.5");
    const folder = lookAt(root, "");
    assertEquals([folder?.kind, folder?.mtime, folder?.mode], ["folder", "5.500000000", 0o700]);
  }));

Deno.test("lookAt() is undefined where nothing stands", () =>
  within((root) => {
    Deno.writeTextFileSync(`${root}/f`, "");
    assertEquals(lookAt(`${root}/none`, ""), undefined);
    assertEquals(lookAt(`${root}/f/below`, ""), undefined);
    assertEquals(namesIn(`${root}/f`), undefined);
    assertEquals(namesIn(`${root}/none`), undefined);
    assertEquals(realPath(`${root}/none`), undefined);
    assertEquals(linkTarget(`${root}/f`), undefined);
  }));

Deno.test("readPlainFile() reads a file with its mode and time, and follows no link", () =>
  within((root) => {
    Deno.writeFileSync(`${root}/f`, new Uint8Array([0, 255, 10]), { mode: 0o600 });
    touch(`${root}/f`, "1768755000.042000000");
    assertEquals(readPlainFile(`${root}/f`), {
      bytes: new Uint8Array([0, 255, 10]),
      mode: 0o600,
      mtime: "1768755000.042000000",
    });
    Deno.symlinkSync("f", `${root}/l`);
    assertEquals(readPlainFile(`${root}/l`), undefined);
    assertEquals(readPlainFile(root), undefined);
    assertEquals(readPlainFile(`${root}/none`), undefined);
  }));

Deno.test("walk() tells of all that is in a folder, folders before what they hold", () =>
  within((root) => {
    Deno.mkdirSync(`${root}/a/b`, { recursive: true });
    Deno.writeTextFileSync(`${root}/a/b/f`, "123");
    Deno.writeTextFileSync(`${root}/.hidden`, "");
    Deno.symlinkSync("a", `${root}/link`);
    touch(`${root}/a/b/f`, "1768755000.987654321");
    touch(`${root}/a/b`, "1768755000.987");
    const told: Entry[] = [];
    walk(root, true, (entry) => told.push(entry));
    const order = told.map(({ path }) => path);
    assertEquals(order.toSorted(), [".hidden", "a", "a/b", "a/b/f", "link"]);
    assertEquals(order.indexOf("a") < order.indexOf("a/b"), true);
    assertEquals(order.indexOf("a/b") < order.indexOf("a/b/f"), true);
    const entry = (path: string) => told.find((entry) => entry.path === path);
    assertEquals(entry("link")?.target, "a");
    assertEquals(entry("a/b")?.mtime, "1768755000.987000000");
    assertEquals([entry("a/b/f")?.mtime, entry("a/b/f")?.size], ["1768755000.987", 3]);
    const shallow: string[] = [];
    walk(root, false, ({ path }) => shallow.push(path));
    assertEquals(shallow.toSorted(), [".hidden", "a", "link"]);
  }));

// BUG when this was written: Deno 2.9.6 gives `mtimeNs` cut to milliseconds, and what is rewritten
// at a destination gets its time from here.
Deno.test("lookAt() and readPlainFile() tell times to the nanosecond", () =>
  within((root) => {
    const time = "1768755000.123456789";
    Deno.writeTextFileSync(`${root}/f`, "");
    Deno.symlinkSync("f", `${root}/l`);
    for (const path of [`${root}/f`, `${root}/l`, root]) touch(path, time);
    assertEquals(
      [`${root}/f`, `${root}/l`, root].map((path) => lookAt(path, "")?.mtime),
      [time, time, time],
    );
    assertEquals(readPlainFile(`${root}/f`)?.mtime, time);
  }));

// BUG when this was written: the fraction was added the wrong way.
Deno.test("lookAt() tells times before 1970 as rsync and tar do", () =>
  within((root) => {
    Deno.writeTextFileSync(`${root}/f`, "");
    touch(`${root}/f`, "-1.5");
    assertEquals(lookAt(`${root}/f`, "")?.mtime, "-1.500000000");
  }));
