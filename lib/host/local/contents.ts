/**
 * Reads files of this machine, and computes their sums.
 *
 * @module
 */

import { isUtf8 } from "../../system/byte_text.ts";
import { Held } from "../../system/held.ts";
import { requireAccess } from "../../system/permissions.ts";
import { resting, type RunOptions, stopIfAborted } from "../../system/process.ts";
import { joined } from "../../system/streams.ts";
import type { Dialect } from "../../tar/dialect.ts";
import { editTar } from "../../tar/edit.ts";
import type { Editor, MemberVisitor } from "../../tar/visitor.ts";
import { packLocally } from "../../transport/tar.ts";
import type { ReadFile, SummedFile, TellSum } from "../host.ts";

/** What is needed to read files. */
export interface Reading {
  /** The workspace. */
  root: string;
  /** The kind of tar, which reads files whose names are not UTF-8: Deno cannot open these. */
  dialect: () => Promise<Dialect>;
  /** The options of processes. */
  watch: RunOptions;
}

/** Does {@linkcode Host.read}. */
export async function* readLocally(
  reading: Reading,
  paths: Iterable<string>,
  most = Infinity,
): AsyncGenerator<ReadFile> {
  const { root, watch } = reading;
  requireAccess("read", root);
  const odd = new Map<string, Uint8Array>();
  await throughTar(reading, paths, (path) => {
    const parts: Uint8Array[] = [];
    return {
      push: (bytes) => void parts.push(bytes.slice()),
      finish: () => void odd.set(path, joined(parts)),
    };
  });
  const rest = resting(watch);
  for (const path of paths) {
    yield [path, isUtf8(path) ? readIfAllowed(`${root}/${path}`, most) : odd.get(path)];
    await rest();
  }
}

/** Does {@linkcode Host.sums}. */
export async function sumsLocally(
  reading: Reading,
  files: SummedFile[],
  tell: TellSum,
): Promise<void> {
  const { Sum, sumOfFile } = await import("../../system/hash.ts"); // no copy needs Node's hashes
  const { root, watch } = reading;
  requireAccess("read", root);
  const odd = new Map<string, string>();
  await throughTar(reading, files.map(({ path }) => path), (path) => {
    const sum = new Sum();
    return { push: (bytes) => sum.push(bytes), finish: () => void odd.set(path, sum.finish()) };
  });
  const rest = resting(watch);
  for (const file of files) {
    const { path } = file;
    tell(file, isUtf8(path) ? await sumOfFile(`${root}/${path}`, rest).catch(pass) : odd.get(path));
    await rest();
  }
}

/** Takes the bytes of one file. */
interface Taker {
  push(bytes: Uint8Array): void;
  finish(): void;
}

/** Reads the files whose names are not UTF-8 out of an archive of tar. */
async function throughTar(
  { root, dialect, watch }: Reading,
  paths: Iterable<string>,
  take: (path: string) => Taker,
): Promise<void> {
  const entries: string[] = [];
  for (const path of paths) if (!isUtf8(path)) entries.push(path);
  if (entries.length === 0) return;
  const known = await dialect();
  if (known === "plain") return;
  const packed = { folders: [], leftBehind: [], withSharedDocuments: true, isPlain: true };
  const { stream } = packLocally({ root, entries, ...packed }, known, watch);
  const visitor: MemberVisitor = {
    visit({ name }): Editor {
      const taker = take(name);
      return { push: taker.push, finish: () => (taker.finish(), new Held()) };
    },
    change: (_, bytes) => [bytes],
    end() {},
  };
  const expected = { from: "this machine", mostBytes: Infinity, owner: 0, onBytes: () => {} };
  for await (const _ of editTar(stream, visitor, expected)) stopIfAborted(watch);
}

function readIfAllowed(path: string, most: number): Uint8Array | undefined {
  try {
    const { isFile, size } = Deno.statSync(path);
    return isFile && size <= most ? Deno.readFileSync(path) : undefined; // a pipe would never end
  } catch (error) {
    return pass(error);
  }
}

/** Ignores an error of the system, but not one of Deno's permissions. */
function pass(error: unknown): undefined {
  const isOfSystem = typeof (error as { code?: unknown }).code === "string";
  if (!isOfSystem || error instanceof Deno.errors.NotCapable) throw error;
}
