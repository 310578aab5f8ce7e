/**
 * Archives of the system's tar that pass, judged by it.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import type { MemberHead } from "../../../lib/tar/header.ts";
import { Held } from "../../../lib/system/held.ts";
import { joined } from "../../../lib/system/streams.ts";
import type { Editor, MemberVisitor } from "../../../lib/tar/visitor.ts";
import { editTar } from "../../../lib/tar/edit.ts";
import { byteStream, gather } from "../../support/byte_stream.ts";
import { findProgram } from "../../../scripts/setup.ts";
import { loadZstd } from "../../../lib/transport/zstd.ts";
import { shell } from "../../support/shell.ts";

const zstd = await loadZstd();

/** Where links lead. */
const LEAD = { target: "new" };

/** Lets all pass, but that links lead elsewhere. */
const VISITOR: MemberVisitor = {
  visit: ({ type }: MemberHead) => type === "2" ? { target: "x".repeat(150) } : "pass",
  change: (_, bytes) => [bytes],
  end: () => {},
};

/** Lets an archive pass for an owner, into a file; answers what tar says of it. */
async function ownersAfter(folder: string, owner: number): Promise<string[]> {
  const archive = Deno.readFileSync(`${folder}/before.tar`);
  const expected = { from: "tar", mostBytes: 1 << 20, owner, onBytes: () => {} };
  const after = await gather(editTar(byteStream([archive]), VISITOR, expected));
  Deno.writeFileSync(`${folder}/after.tar`, after);
  const listed = shell(folder, "tar --numeric-owner -tvf after.tar; tar -tvf after.tar");
  return listed.trim().split("\n").map((line) => line.split(/\s+/)[1]!);
}

/** How tar was told whose the files are: in the header, or in one of its own before it. */
const OWNERS: Record<string, string> = {
  "a number and a name": "--owner=somebody:1000",
  "a large number": "--owner=somebody:4000000",
  "a name that is long": `--owner=${"long".repeat(10)}:1000`,
  "a name in other letters": "--owner=jürgen:4000000",
  "a number that fills its field": "--owner=somebody:2097151",
};

for (const [what, option] of Object.entries(OWNERS)) {
  Deno.test(`editTar() gives all to one owner, where tar said ${what}`, async () => {
    const folder = Deno.makeTempDirSync({ prefix: "xpm-edit-" });
    shell(folder, "mkdir d; echo x > d/f; ln -s f d/l; touch -d @1.5 d/l d/f");
    shell(folder, `tar --format=posix "$1" --group=some:7 -cf before.tar d`, option);
    for (const owner of [65534, 4_000_000, 2 ** 32 - 2]) {
      const found = await ownersAfter(folder, owner);
      assertEquals(found.slice(0, 3), Array(3).fill(`${owner}/7`));
      assert(found.slice(3).every((each) => !/somebody|long|rgen/.test(each)), found.join(" "));
    }
    assertEquals((await ownersAfter(folder, 0)).some((each) => each.startsWith("0/")), false);
    Deno.removeSync(folder, { recursive: true });
  });
}

// BUG when this was written: links whose time is a whole second were lost, on their way from zstd.
Deno.test({
  name: "editTar() keeps the links of an archive that was packed",
  ignore: zstd === undefined || await findProgram("zstd") === undefined,
  fn: async () => {
    const folder = Deno.makeTempDirSync({ prefix: "xpm-edit-" });
    shell(folder, "mkdir d; ln -s x d/short; ln -s x d/other; touch -h -d @1 d/* d");
    shell(
      folder,
      "tar --format=posix --pax-option=delete=atime,delete=ctime -cf - d | zstd -qc > before.zst",
    );
    const packed = byteStream([Deno.readFileSync(`${folder}/before.zst`)]);
    const { stream } = zstd!.unpack({ stream: packed, whole: Promise.resolve(true) });
    const expected = { from: "tar", mostBytes: 1 << 20, owner: 0, onBytes: () => {} };
    const visitor: MemberVisitor = {
      ...VISITOR,
      visit: ({ type }) => type === "2" ? LEAD : "pass",
    };
    Deno.writeFileSync(`${folder}/after.tar`, await gather(editTar(stream, visitor, expected)));
    shell(folder, "rm -r d; tar -xf after.tar");
    const links = ["short", "other"].map((name) => Deno.readLinkSync(`${folder}/d/${name}`));
    assertEquals(links, ["new", "new"]);
    Deno.removeSync(folder, { recursive: true });
  },
});

// BUG when this was written: what filled up the last record passed, too, and came when tar was gone.
Deno.test("editTar() ends an archive where tar does, when a file has got longer", async () => {
  const folder = Deno.makeTempDirSync({ prefix: "xpm-edit-" });
  shell(folder, "echo x > f; tar --format=posix -b 128 -cf before.tar f");
  const visitor: MemberVisitor = {
    ...VISITOR,
    visit: () => "read",
    change: () => [new Uint8Array(5000)],
  };
  const expected = { from: "tar", mostBytes: 1 << 20, owner: 0, onBytes: () => {} };
  const stream = byteStream([Deno.readFileSync(`${folder}/before.tar`)]);
  const after = await gather(editTar(stream, visitor, expected));
  Deno.writeFileSync(`${folder}/after.tar`, after);
  const listed = shell(folder, "tar --block-number -tf after.tar").trim().split("\n");
  const [, block] = /^block (\d+): \*\* Block of NULs \*\*$/.exec(listed.at(-1)!)!;
  assertEquals(after.length, (Number(block) + 2) * 512);
  Deno.removeSync(folder, { recursive: true });
});

Deno.test("editTar() gives a file that is edited its new size, however its bytes come", async () => {
  const folder = Deno.makeTempDirSync({ prefix: "xpm-edit-" });
  const sizes = [0, 1, 511, 512, 513, 70_000, 1_000_000];
  for (const size of sizes) Deno.writeFileSync(`${folder}/${size}`, new Uint8Array(size).fill(97));
  const name = "long".repeat(40); // a pax header comes before it
  shell(folder, `ln 513 "$1"; tar --format=posix -cf before.tar "$1" ${sizes.join(" ")}`, name);
  const archive = Deno.readFileSync(`${folder}/before.tar`);
  for (const grows of [true, false]) {
    for (const length of [511, 65_536, archive.length]) {
      const chunks: Uint8Array[] = [];
      for (let at = 0; at < archive.length; at += length) {
        chunks.push(archive.subarray(at, at + length));
      }
      const edited = await gather(editTar(byteStream(chunks), {
        visit: ({ type }) => type === "0" ? doubling(grows) : "pass",
        change: (_, bytes) => [bytes],
        end: () => {},
      }, { from: "tar", mostBytes: 1 << 23, owner: 0, onBytes: () => {} }));
      Deno.writeFileSync(`${folder}/after.tar`, edited);
      shell(folder, "rm -rf after; mkdir after; tar -C after -xf after.tar");
      for (const path of [name, ...sizes]) {
        const size = Deno.statSync(`${folder}/${path}`).size;
        const found = Deno.readFileSync(`${folder}/after/${path}`);
        assertEquals(found.length, grows ? 2 * size : Math.min(size, 3), `${path} in ${length}`);
        assert(found.every((byte) => byte === 97));
      }
    }
  }
  Deno.removeSync(folder, { recursive: true });
});

function held(parts: Uint8Array[]): Held {
  const made = new Held();
  for (const part of parts) made.add(part);
  return made;
}

/** Doubles a file, or keeps three bytes of it. */
function doubling(grows: boolean): Editor {
  const parts: Uint8Array[] = [];
  return {
    push: (bytes) => parts.push(bytes.slice()),
    finish: () => held(grows ? [...parts, ...parts] : [joined(parts).slice(0, 3)]),
  };
}
