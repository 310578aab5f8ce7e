import { assertEquals, assertRejects } from "@std/assert";
import { CopyError } from "../../../lib/errors.ts";
import { readOriginals } from "../../../lib/host/originals.ts";
import type { Original } from "../../../lib/system/entry.ts";
import { withFolder } from "../../support/variables.ts";

function touch(path: string, time: string): void {
  const { code } = new Deno.Command("touch", { args: ["-h", "-d", `@${time}`, path] }).outputSync();
  assertEquals(code, 0);
}

/** A time as `find` tells it, with nine decimals. */
function foundTime(path: string): string {
  const args = [path, "-maxdepth", "0", "-printf", "%T@"];
  const { stdout } = new Deno.Command("find", { args }).outputSync();
  return /^\d+\.\d{9}/.exec(new TextDecoder().decode(stdout))![0];
}

/** The same time with nine decimals: `tar` leaves zeros out. */
function nine(time: string | undefined): string {
  const [whole, fraction = ""] = (time ?? "none").split(".");
  return `${whole}.${fraction.padEnd(9, "0")}`;
}

const read = (root: string, paths: string[]) => readOriginals(root, paths, {});
const text = (original: Original | undefined) => new TextDecoder().decode(original?.bytes);
const NONE = new Uint8Array();

Deno.test("readOriginals() tells times to the nanosecond, of files, folders and links", () =>
  withFolder(async (root) => {
    Deno.mkdirSync(`${root}/d/e`, { recursive: true });
    Deno.writeTextFileSync(`${root}/d/f`, "f");
    Deno.symlinkSync("/no/where", `${root}/d/l`);
    const paths = ["d/f", "d/l", "d/e", "d"];
    for (
      const time of [
        "1768755000.123456789",
        "1768755000.000000001",
        "1768755000.999999999",
        "1768755000.100000000",
        "1768755000.000000000",
        "0.000000000",
        "0.000000007",
      ]
    ) {
      for (const path of paths) touch(`${root}/${path}`, time);
      const found = await read(root, paths);
      for (const path of paths) {
        assertEquals(nine(found.get(path)?.mtime), time, `${path}, ${time}`);
        assertEquals(nine(found.get(path)?.mtime), foundTime(`${root}/${path}`), path);
      }
    }
  }));

// GNU find tells -1.5 as -2.5; what is written at a destination is written by tar.
Deno.test("readOriginals() tells times before 1970 as tar takes them", () =>
  withFolder(async (root) => {
    Deno.writeTextFileSync(`${root}/f`, "");
    for (const time of ["-1.5", "-2", "-0.25", "-0.000000001"]) {
      touch(`${root}/f`, time);
      assertEquals((await read(root, ["f"])).get("f")?.mtime, time);
    }
  }));

Deno.test("readOriginals() gives bytes and modes, bytes of files only", () =>
  withFolder(async (root) => {
    const every = Uint8Array.from({ length: 1024 }, (_, index) => index % 256);
    Deno.writeFileSync(`${root}/bytes`, every);
    Deno.writeFileSync(`${root}/empty`, NONE);
    Deno.mkdirSync(`${root}/d`);
    Deno.writeTextFileSync(`${root}/d/below`, "");
    Deno.symlinkSync("bytes", `${root}/l`);
    for (const [path, mode] of [["bytes", 0o640], ["empty", 0o444], ["d", 0o2555]] as const) {
      Deno.chmodSync(`${root}/${path}`, mode);
    }
    for (const path of ["bytes", "empty", "d", "l"]) touch(`${root}/${path}`, "1768755000.5");
    const mtime = "1768755000.5";
    assertEquals(
      await read(root, ["bytes", "empty", "d", "l"]),
      new Map([
        ["bytes", { bytes: every, mode: 0o640, mtime }],
        ["empty", { bytes: NONE, mode: 0o444, mtime }],
        ["d", { bytes: NONE, mode: 0o2555, mtime }],
        ["l", { bytes: NONE, mode: 0o777, mtime }],
      ]),
    );
  }));

Deno.test("readOriginals() reads what a folder that is a link leads to, when asked for x/.", () =>
  withFolder(async (root) => {
    Deno.mkdirSync(`${root}/fast/1`, { recursive: true, mode: 0o750 });
    Deno.writeTextFileSync(`${root}/fast/1/params.json`, "{}");
    Deno.mkdirSync(`${root}/jobs`);
    Deno.symlinkSync("../fast/1", `${root}/jobs/1`);
    touch(`${root}/jobs/1`, "1768755000.000000001");
    touch(`${root}/fast/1`, "1768755000.000000002");
    touch(`${root}/fast/1/params.json`, "1768755000.000000003");
    Deno.chmodSync(`${root}/fast/1`, 0o555);
    const found = await read(root, ["jobs/1/.", "jobs/1/params.json"]);
    assertEquals([...found.keys()], ["jobs/1", "jobs/1/params.json"]);
    assertEquals(found.get("jobs/1"), {
      bytes: NONE,
      mode: 0o555,
      mtime: "1768755000.000000002",
    });
    assertEquals(text(found.get("jobs/1/params.json")), "{}");
    assertEquals(found.get("jobs/1/params.json")?.mtime, "1768755000.000000003");
    const link = (await read(root, ["jobs/1"])).get("jobs/1");
    assertEquals([link?.mode, link?.mtime], [0o777, "1768755000.000000001"]);
  }));

Deno.test("readOriginals() passes over what is not there, and does not wait at a FIFO", () =>
  withFolder(async (root) => {
    Deno.writeTextFileSync(`${root}/a`, "1");
    Deno.writeTextFileSync(`${root}/b`, "2");
    new Deno.Command("mkfifo", { args: [`${root}/fifo`] }).outputSync();
    const found = await read(root, ["none/.", "a", "none", "a/below", "b"]);
    assertEquals([...found].map(([path, original]) => [path, text(original)]), [
      ["a", "1"],
      ["b", "2"],
    ]);
    assertEquals((await read(root, ["none", "no/ne"])).size, 0);
    assertEquals((await read(root, [])).size, 0);
    assertEquals((await read(`${root}/none`, ["a"])).size, 0);
    const fifo = await read(root, ["fifo", "b"]);
    assertEquals([fifo.get("fifo")?.bytes, text(fifo.get("b"))], [NONE, "2"]);
  }));

Deno.test("readOriginals() reads a large file whole, and what comes after it", () =>
  withFolder(async (root) => {
    const large = new Uint8Array(40_000_003);
    for (let at = 0; at < large.length; at++) large[at] = (at * 31 + (at >> 12)) & 0xff;
    Deno.writeFileSync(`${root}/large`, large);
    Deno.writeTextFileSync(`${root}/after`, "after");
    const found = await read(root, ["large", "after"]);
    const bytes = found.get("large")!.bytes;
    assertEquals(bytes.length, large.length);
    assertEquals(bytes.findIndex((byte, at) => byte !== large[at]), -1);
    assertEquals(text(found.get("after")), "after");
  }));

Deno.test("readOriginals() takes names as they are", () =>
  withFolder(async (root) => {
    const names = [
      "a b",
      " lead and trail ",
      "new\nline",
      "end\n",
      "-x",
      "--files-from=x",
      "-",
      "é😀",
      "e\u0301",
      "back\\n\\\\",
      "*?[x]{a,b}",
      "'\"$(d)`e`",
      "x.",
      "...",
      "#c",
      "a=b",
      "y".repeat(255),
      "é".repeat(127),
    ];
    for (const [index, name] of names.entries()) {
      Deno.mkdirSync(`${root}/${name}`);
      Deno.writeTextFileSync(`${root}/${name}/${name}`, `${index}`);
      touch(`${root}/${name}/${name}`, `1768755000.${String(index + 1).padStart(9, "0")}`);
      touch(`${root}/${name}`, `1768755001.${String(index + 1).padStart(9, "0")}`);
    }
    const found = await read(root, names.flatMap((name) => [`${name}/.`, `${name}/${name}`]));
    assertEquals(found.size, 2 * names.length);
    for (const [index, name] of names.entries()) {
      const nanoseconds = String(index + 1).padStart(9, "0");
      assertEquals(text(found.get(`${name}/${name}`)), `${index}`, name);
      assertEquals(nine(found.get(`${name}/${name}`)?.mtime), `1768755000.${nanoseconds}`, name);
      assertEquals(nine(found.get(name)?.mtime), `1768755001.${nanoseconds}`, name);
    }
    const deep = Array<string>(6).fill("é".repeat(100)).join("/");
    Deno.mkdirSync(`${root}/${deep}`, { recursive: true });
    Deno.writeTextFileSync(`${root}/${deep}/f`, "deep");
    assertEquals(text((await read(root, [`${deep}/f`])).get(`${deep}/f`)), "deep");
  }));

// BUG when this was written: tar gives the bytes of hard links once, and the others were empty.
Deno.test("readOriginals() gives each hard link of a file its bytes, mode and time", () =>
  withFolder(async (root) => {
    Deno.mkdirSync(`${root}/jobs/1/.experimaestro`, { recursive: true });
    const paths = ["jobs/1/params.json", "jobs/1/.experimaestro/status.json", "third"];
    Deno.writeTextFileSync(`${root}/${paths[0]}`, '{"é": 1}', { mode: 0o640 });
    for (const path of paths.slice(1)) Deno.linkSync(`${root}/${paths[0]}`, `${root}/${path}`);
    touch(`${root}/third`, "1768755000.000000009");
    for (const order of [paths, paths.toReversed()]) {
      assertEquals(
        await read(root, order),
        new Map(order.map((path) => [path, {
          bytes: new TextEncoder().encode('{"é": 1}'),
          mode: 0o640,
          mtime: "1768755000.000000009",
        }])),
      );
    }
    const alone = await read(root, [paths[1]!]); // the first of them is not asked for
    assertEquals(text(alone.get(paths[1]!)), '{"é": 1}');
  }));

Deno.test("readOriginals() reads thousands of things at once", () =>
  withFolder(async (root) => {
    const paths = Array.from({ length: 5000 }, (_, index) => `jobs/${"t".repeat(60)}/${index}`);
    Deno.mkdirSync(`${root}/jobs/${"t".repeat(60)}`, { recursive: true });
    for (const path of paths) Deno.writeTextFileSync(`${root}/${path}`, path);
    const found = await read(root, paths);
    assertEquals([...found.keys()], paths);
    assertEquals(paths.filter((path) => text(found.get(path)) !== path), []);
  }));

Deno.test("readOriginals() stops when its signal has fired, and shows its command", () =>
  withFolder(async (root) => {
    Deno.writeTextFileSync(`${root}/a`, "1");
    const commands: string[][] = [];
    const onCommand = (command: string[]) => commands.push(command);
    await readOriginals(root, ["a"], { onCommand });
    assertEquals(commands.map(([program]) => program), ["tar"]);
    assertEquals(commands[0]!.includes("a"), false, "names come on standard input");
    const error = await assertRejects(
      () => readOriginals(root, ["a"], { signal: AbortSignal.abort(), onCommand }),
      CopyError,
    );
    assertEquals([error.code, commands.length], ["interrupted", 1]);
  }));
