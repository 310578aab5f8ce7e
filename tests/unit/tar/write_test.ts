import { assertEquals } from "@std/assert";
import { lstatSync } from "node:fs";
import { textOf } from "../../../lib/system/byte_text.ts";
import { archive, type OverlayEntry } from "../../../lib/tar/write.ts";
import { joined } from "../../../lib/system/streams.ts";
import { findProgram } from "../../../scripts/setup.ts";
import { hasByteNames } from "../../support/byte_names.ts";
import { shell } from "../../support/shell.ts";
import { withFolder } from "../../support/variables.ts";

/** Unpacks entries with this machine's tar, as a copy does. */
async function unpacked(
  entries: OverlayEntry[],
  look: (root: string) => void,
  prepare: (root: string) => void = () => {},
): Promise<void> {
  const root = await Deno.makeTempDir();
  try {
    prepare(root);
    const child = new Deno.Command("tar", {
      args: ["-xpf", "-", "--no-same-owner", "--overwrite", "-C", root],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const [{ code, stderr }] = await Promise.all([
      child.output(),
      ReadableStream.from(archive(entries)).pipeTo(child.stdin),
    ]);
    assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
    look(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

/** The times below a folder, to the nanosecond: Deno itself knows them to the millisecond. */
function timesOf(root: string): Map<string, string> {
  const { stdout } = new Deno.Command("find", { args: [root, "-printf", "%P\\0%T@\\0"] })
    .outputSync();
  const texts = new TextDecoder().decode(stdout).split("\0");
  const times = new Map<string, string>();
  for (let at = 0; at + 1 < texts.length; at += 2) {
    times.set(texts[at]!, /^-?\d+\.\d{9}/.exec(texts[at + 1]!)![0]);
  }
  return times;
}

/** Whether this machine's tar is GNU's; `--overwrite` is. */
function isGnu(): boolean {
  try {
    const { stdout } = new Deno.Command("tar", { args: ["--version"] }).outputSync();
    return new TextDecoder().decode(stdout).includes("GNU");
  } catch {
    return false;
  }
}

const ignore = !isGnu();
const bytes = (text: string) => new TextEncoder().encode(text);

function file(path: string, mtime: string, mode = 0o644, content = path): OverlayEntry {
  return { kind: "file", path, mtime, mode, bytes: bytes(content) };
}

Deno.test({
  name: "archive() keeps times to the nanosecond, of files, links and folders",
  ignore,
  async fn() {
    const entries: OverlayEntry[] = [
      { kind: "folder", path: "a", mode: 0o755, mtime: "1768755000.000000001" },
      { kind: "folder", path: "a/b", mode: 0o755, mtime: "1768755000.100000000" },
      file("a/b/f", "1768755000.123456789"),
      file("a/zero", "0"),
      file("a/whole", "1768755000"),
      file("a/short", "1768755000.5"),
      { kind: "link", path: "a/b/l", target: "nowhere", mtime: "1768755000.987654321" },
    ];
    await unpacked(entries, (root) => {
      const times = timesOf(root);
      assertEquals(times.get("a"), "1768755000.000000001");
      assertEquals(times.get("a/b"), "1768755000.100000000");
      assertEquals(times.get("a/b/f"), "1768755000.123456789");
      assertEquals(times.get("a/zero"), "0.000000000");
      assertEquals(times.get("a/whole"), "1768755000.000000000");
      assertEquals(times.get("a/short"), "1768755000.500000000");
      assertEquals(times.get("a/b/l"), "1768755000.987654321");
    });
  },
});

Deno.test({
  name: "archive() keeps modes, whatever the mask, and contents to the byte",
  ignore,
  async fn() {
    const modes = [0o600, 0o644, 0o666, 0o755, 0o444, 0o2750];
    const every = Uint8Array.from({ length: 1024 }, (_, index) => index % 256);
    const entries: OverlayEntry[] = [
      ...modes.map((mode) => file(`m${mode}`, "1", mode)),
      { kind: "folder", path: "d", mode: 0o2775, mtime: "1" },
      { kind: "folder", path: "private", mode: 0o700, mtime: "1" },
      { kind: "file", path: "d/bytes", mode: 0o644, mtime: "1", bytes: every },
      { kind: "file", path: "d/empty", mode: 0o644, mtime: "1", bytes: new Uint8Array() },
      file("d/large", "1", 0o644, "é".repeat(500_000)),
    ];
    await unpacked(entries, (root) => {
      const mode = (path: string) => Number(lstatSync(`${root}/${path}`).mode) & 0o7777;
      for (const expected of modes) assertEquals(mode(`m${expected}`), expected);
      assertEquals([mode("d"), mode("private")], [0o2775, 0o700]);
      assertEquals(Deno.readFileSync(`${root}/d/bytes`), every);
      assertEquals(Deno.readFileSync(`${root}/d/empty`).length, 0);
      assertEquals(Deno.readTextFileSync(`${root}/d/large`), "é".repeat(500_000));
    });
  },
});

Deno.test({
  name: "archive() keeps names of any length and form",
  ignore,
  async fn() {
    const long = (char: string, count: number) => char.repeat(count);
    const deep = [long("x", 200), long("é", 120), long("y", 255), "end"].join("/");
    const names = [
      long("a", 100),
      long("b", 101),
      long("c", 255),
      long("é", 127),
      deep,
      "é😀/ü",
      "a b'c\"$(d)`e`\\f",
      "-rf",
      "a=b",
      " lead and trail ",
      "new\nline",
      "back\\n",
      "*?[x]",
    ];
    const entries = names.map((name) => file(name, "1768755000.000000007"));
    await unpacked(entries, (root) => {
      const times = timesOf(root);
      for (const name of names) {
        assertEquals(Deno.readTextFileSync(`${root}/${name}`), name);
        assertEquals(times.get(name), "1768755000.000000007");
      }
    });
  },
});

Deno.test({
  name: "archive() keeps links as they are, long and odd targets too",
  ignore,
  async fn() {
    const targets = [
      "20260118_170744",
      `/${"t".repeat(100)}`,
      Array.from({ length: 10 }, () => "é".repeat(100)).join("/"),
      "../../a b'$(c)",
      "/",
      "..",
      "a\nb",
    ];
    const entries = targets.map((target, index): OverlayEntry => ({
      kind: "link",
      path: index === 0 ? "z".repeat(150) : `l${index}`,
      target,
      mtime: "1",
    }));
    await unpacked(entries, (root) => {
      for (const [index, { path }] of entries.entries()) {
        assertEquals(Deno.readLinkSync(`${root}/${path}`), targets[index]!);
      }
    });
  },
});

const bsdtar = await findProgram("bsdtar");

for (const tar of [...(ignore ? [] : ["tar"]), ...(bsdtar === undefined ? [] : [bsdtar])]) {
  Deno.test({
    name: `archive() keeps the bytes of names and targets that are not ASCII, or not UTF-8, for ${
      tar.slice(tar.lastIndexOf("/") + 1)
    }`,
    ignore: !hasByteNames(),
    fn: () =>
      withFolder((root) => {
        const long = `/${"z".repeat(120)}`;
        const entries = ["a\udce9", "é", "\udcc3", `é${long}`, `\udce9${long}`].map((
          text,
        ): OverlayEntry => ({ kind: "link", path: `${text}x`, target: `${text}y`, mtime: "1" }));
        const isForGnu = tar === "tar";
        Deno.writeFileSync(`${root}/archive`, joined([...archive(entries, { isForGnu })]));
        assertEquals(shell(root, 'LC_ALL=C "$1" -xpf archive 2>&1; rm archive', tar), "");
        const found = shell(root, "find . -type l -printf '%P %l\\0' | od -An -v -tu1");
        const numbers = found.trim().split(/\s+/).map(Number);
        const links = textOf(Uint8Array.from(numbers)).split("\0").slice(0, -1);
        assertEquals(
          links.sort(),
          entries.map((entry) => `${entry.path} ${entry.kind === "link" && entry.target}`).sort(),
        );
      }),
  });
}

Deno.test({
  name: "archive() writes over what stands there, and gives its folders their times again",
  ignore,
  async fn() {
    const entries: OverlayEntry[] = [
      { kind: "folder", path: "job", mode: 0o755, mtime: "1768755000.000000009" },
      file("job/params.json", "1768755000.000000001", 0o600, "new"),
      { kind: "link", path: "job/link", target: "new", mtime: "1" },
    ];
    const prepare = (root: string) => {
      Deno.mkdirSync(`${root}/job`);
      Deno.writeTextFileSync(`${root}/job/params.json`, "old and longer");
      Deno.writeTextFileSync(`${root}/job/other`, "stays");
      Deno.symlinkSync("old", `${root}/job/link`);
    };
    await unpacked(entries, (root) => {
      assertEquals(Deno.readTextFileSync(`${root}/job/params.json`), "new");
      assertEquals(Deno.readTextFileSync(`${root}/job/other`), "stays");
      assertEquals(Deno.readLinkSync(`${root}/job/link`), "new");
      assertEquals(timesOf(root).get("job"), "1768755000.000000009");
      assertEquals(timesOf(root).get("job/params.json"), "1768755000.000000001");
    }, prepare);
  },
});

Deno.test({
  name: "archive() of nothing is an archive",
  ignore,
  async fn() {
    await unpacked([], (root) => assertEquals([...Deno.readDirSync(root)], []));
  },
});
