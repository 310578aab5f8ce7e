/**
 * Reading files, and making sums of them.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { assertEquals, assertRejects } from "@std/assert";
import { CopyError } from "../../mod.ts";
import { textOf } from "../../lib/system/byte_text.ts";
import { hasByteNames } from "../support/byte_names.ts";
import { shell } from "../support/shell.ts";
import type { ReadFile } from "../../lib/host/host.ts";
import type { Files } from "../support/files.ts";
import type { Case } from "./conformance.ts";
import { type Fixture, STAGING } from "./fixture.ts";

const ODD = [
  "plain",
  "two\nlines",
  "back\\slash",
  "carriage\rreturn",
  "it's = a (name)= of 'many' $(signs)",
  " blanks ",
  "-n",
  "1:2",
  "é 漢字",
  "nothing",
];

/** A file of each odd name, whose bytes are its name; one of bytes of all values, with newlines. */
function make(f: Fixture): string[] {
  const files: Record<string, string | Uint8Array> = {};
  for (const name of ODD) files[`ws/jobs/t/1/${name}`] = name === "nothing" ? "" : name;
  files["ws/jobs/t/1/bytes"] = Uint8Array.from({ length: 70_000 }, (_, at) => at * 7 % 256);
  f.make(files as Files);
  return [...ODD, "bytes"].map((name) => `jobs/t/1/${name}`);
}

function sumOf(path: string): string {
  return createHash("sha256").update(Deno.readFileSync(path)).digest("hex");
}

/** The sums that a host makes, by path; every file must be told once. */
async function sumsOf(f: Fixture, paths: string[], size = 1): Promise<Record<string, string>> {
  const sums: Record<string, string> = {};
  const files = paths.map((path) => ({ path, size }));
  await (await f.host()).sums(f.at("ws"), files, ({ path }, sum) => {
    assertEquals(path in sums, false, `${path} was told twice`);
    sums[path] = sum ?? "none";
  });
  return sums;
}

async function readAll(f: Fixture, paths: string[], most?: number): Promise<ReadFile[]> {
  const host = await f.host();
  const read = await Array.fromAsync(host.read(f.at("ws"), paths, most));
  const asText = await Array.fromAsync(host.read(f.at("ws"), paths, most, true));
  const ofText = (bytes?: Uint8Array) => bytes?.map((each) => each || 1); // no NUL
  const known = (
    [path, bytes]: ReadFile,
  ): ReadFile => [path, f.traits.remote ? ofText(bytes) : bytes];
  assertEquals(asText, read.map(known));
  return read;
}

export const contentsCases: readonly Case[] = [
  {
    name: "read() tells the bytes of files of all names, in their order",
    async check(f) {
      const paths = make(f);
      const expected = paths.map((path) => [path, Deno.readFileSync(f.at(`ws/${path}`))] as const);
      assertEquals(await readAll(f, paths), expected.map((each) => [...each]));
      assertEquals(await readAll(f, paths.slice(0, 1)), [[...expected[0]!]]);
      assertEquals(await readAll(f, []), []);
    },
  },
  {
    name: "read() tells of many files, and passes over those that are not there",
    modes: true,
    async check(f) {
      const names = Array.from({ length: 450 }, (_, at) => `jobs/t/${at}/params.json`);
      const made = names.filter((_, at) => at % 7 !== 0);
      f.make({
        ...Object.fromEntries(made.map((path) => [`ws/${path}`, `${path}\n`])),
        "ws/jobs/t/closed": "closed",
      });
      shell(f.root, "chmod 000 ws/jobs/t/closed");
      const read = await readAll(f, [...names, "jobs/t/closed"]);
      const mayAll = f.traits.user === 0;
      assertEquals(
        read.map(([path, bytes]) => [path, bytes && new TextDecoder().decode(bytes)]),
        [
          ...names.map((path, at) => [path, at % 7 === 0 ? undefined : `${path}\n`]),
          ["jobs/t/closed", mayAll ? "closed" : undefined],
        ],
      );
    },
  },
  {
    name: "sums() makes the sums of files of all names, large and small",
    async check(f) {
      const paths = make(f);
      const expected = Object.fromEntries(
        paths.map((path) => [path, sumOf(f.at(`ws/${path}`))]),
      );
      assertEquals(await sumsOf(f, paths), expected);
      assertEquals(await sumsOf(f, paths, 2 ** 30), expected);
      const plain = Object.entries(expected).filter(([path]) => !/[\n\\]/.test(path));
      assertEquals(await sumsOf(f, plain.map(([path]) => path)), Object.fromEntries(plain));
      assertEquals(await sumsOf(f, []), {});
    },
  },
  {
    name: "sums() makes those of many files, and passes over those that cannot be read",
    modes: true,
    async check(f) {
      const paths = Array.from({ length: 230 }, (_, at) => `jobs/t/1/${at}`);
      f.make(Object.fromEntries(paths.map((path) => [`ws/${path}`, path])));
      const expected = Object.fromEntries(
        paths.map((path) => [path, sumOf(f.at(`ws/${path}`))]),
      );
      shell(f.root, "rm ws/jobs/t/1/60; chmod 000 ws/jobs/t/1/160");
      expected["jobs/t/1/60"] = "none";
      if (f.traits.user !== 0) expected["jobs/t/1/160"] = "none";
      assertEquals(await sumsOf(f, paths), expected);
    },
  },
  {
    name: "read() and sums() take names that are not UTF-8",
    ignored: ({ tar, remote }) =>
      !hasByteNames()
        ? "no such names here"
        : tar === "busybox" && !remote
        ? "its tar tells no such name"
        : undefined,
    async check(f) {
      f.make({ "ws/jobs/t/1/plain": "plain" });
      shell(f.at("ws/jobs/t/1"), "printf odd > \"$(printf 'n\\351')\"");
      const path = `jobs/t/1/${textOf(Uint8Array.of(0x6e, 0xe9))}`;
      f.give();
      const bytes = new TextEncoder().encode("odd");
      assertEquals(await readAll(f, [path]), [[path, bytes]]);
      const sum = createHash("sha256").update(bytes).digest("hex");
      assertEquals(await sumsOf(f, [path]), { [path]: sum });
    },
  },
  {
    name: "slice() and place() bring parts of a file to their places, and through no link",
    async check(f) {
      const bytes = Uint8Array.from({ length: 5 * 2 ** 19 }, (_, at) => at * 7 % 251);
      const name = "jobs/t/1/-n it's $(a) \\ =name";
      f.make({ [`ws/${name}`]: bytes, outside: { folder: 0o755 } });
      const held = await f.claim(STAGING);
      const from = await f.host();
      const bring = (path: string, start: number, count: number) =>
        held.place(path, start, from.slice(f.at(`ws/${name}`), { start, count }));
      await bring(name, 2, 9); // it ends before
      await Promise.all([bring(name, 1, 1), bring(name, 0, 1), bring(name, 7, 1)]);
      const staged = `ws/.xpm-staging/${STAGING}`;
      assertEquals(sumOf(f.at(`${staged}/${name}`)), sumOf(f.at(`ws/${name}`)));
      assertEquals(Deno.statSync(f.at(`${staged}/${name}`)).mode! & 0o777, 0o600);
      Deno.symlinkSync(f.at("outside"), f.at(`${staged}/jobs/u`));
      await assertRejects(() => bring("jobs/u/1/file", 0, 1), CopyError);
      assertEquals(f.files("outside"), {});
      await held.release();
    },
  },
  {
    name: "read() passes over what is too large, no plain file, gone, or closed",
    modes: true,
    async check(f) {
      const [large, small] = [["1", "b"], ["a", "c", "d"]].map((names) =>
        names.map((name) => `jobs/t/1/${name}`)
      ) as [string[], string[]];
      const paths = [...large, ...small].sort();
      f.make(Object.fromEntries(
        paths.map((path) => [`ws/${path}`, small.includes(path) ? "text" : "texts"]),
      ));
      shell(f.root, "chmod 000 ws/jobs/t/1/d; mkdir ws/jobs/t/1/folder; mkfifo ws/jobs/t/1/pipe");
      const others = ["folder", "pipe", "gone"].map((name) => `jobs/t/1/${name}`);
      f.give();
      const isRead = (path: string) =>
        small.includes(path) && (!path.endsWith("d") || f.traits.user === 0);
      const wanted = [...paths, ...others, "jobs/t/1/c"];
      const text = new TextEncoder().encode("text");
      const expected = wanted.map((path): ReadFile => [path, isRead(path) ? text : undefined]);
      assertEquals(await readAll(f, wanted, 4), expected);
    },
  },
  {
    name: "read() may begin long before what it reads is wanted, and may be ended at once",
    async check(f) {
      const bytes = new Uint8Array(5 * 2 ** 20).map((_, at) => at * 7919 % 251);
      const paths = ["a", "b", "c"].map((name) => `jobs/t/1/${name}`);
      f.make(Object.fromEntries(paths.map((path) => [`ws/${path}`, bytes])));
      f.give();
      const host = await f.host();
      const [read, ended] = [host.read(f.at("ws"), paths), host.read(f.at("ws"), paths)];
      assertEquals(await host.existing(f.at("ws"), paths), paths);
      await ended.return?.();
      for (const path of paths) {
        const { value: [name, content] } = await read.next() as IteratorYieldResult<ReadFile>;
        assertEquals([name, content?.length], [path, bytes.length]);
        assertEquals(content, bytes);
      }
      assertEquals(await read.next(), { value: undefined, done: true });
    },
  },
];
