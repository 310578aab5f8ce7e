/**
 * Reads files of another machine, and has it compute their sums.
 *
 * @module
 */

import { CopyError } from "../../errors.ts";
import { printable } from "../../text/printable.ts";
import { bytesOf } from "../../system/byte_text.ts";
import { tapped } from "../../system/streams.ts";
import { ByteReader } from "../../system/byte_reader.ts";
import { loadZstd } from "../../transport/zstd.ts";
import { nameList, packWith } from "../../transport/tar.ts";
import { endWhenIdle, type RunOptions } from "../../system/process.ts";
import type { FilePart, ReadFile, SummedFile, TellSum } from "../host.ts";
import type { Agent } from "./agent.ts";
import { nonsense } from "./answers.ts";
import { asLines } from "./lines.ts";
import { READ, SLICE, SUMS } from "./programs/programs.ts";
import type { Session } from "./session.ts";

/** The most bytes of a line before the bytes of some files. */
const MAX_LINE = 1 << 14;

/**
 * Does {@linkcode Host.read}; packed by zstd, where both ends have it.
 *
 * @param channel `new`: a channel that was opened for something else is taken only where the server
 * allows no other one.
 * @param warm Opens that channel again.
 */
export async function* readThere(
  name: string,
  session: Session,
  request: ReadRequest,
  warm: () => Promise<void>,
  channel?: "new",
): AsyncGenerator<ReadFile> {
  const { root, paths, most, hasZstd } = request;
  if (paths.length === 0) return;
  const zstd = hasZstd ? await loadZstd() : undefined;
  const lines = asLines([root, most === Infinity ? "" : String(most), zstd ? "zstd" : ""]);
  const names = nameList(paths.map((path) => `./${path}`));
  const packing = session.fetch(READ, lines, names, channel);
  const packed = packWith([() => packing]);
  let told = false;
  try {
    const { stream } = zstd ? zstd.unpack(packed) : packed;
    for await (const file of filesIn(stream, { name, paths, limit: most })) {
      told = true;
      yield file;
    }
  } catch (error) {
    if (await packing.running.code !== 255) throw error;
    if (told || channel === undefined) throw await session.failure(packing.running);
    yield* readThere(name, session, request, warm);
    await warm();
  }
}

/** What to read. */
interface ReadRequest {
  root: string;
  paths: string[];
  /** The most bytes of a file. */
  most: number;
  /** Whether the host has zstd. */
  hasZstd: boolean;
}

/** The files in what READ sends. */
async function* filesIn(
  stream: AsyncIterable<Uint8Array>,
  { name, paths, limit }: { name: string; paths: string[]; limit: number },
): AsyncGenerator<ReadFile> {
  await using bytes = new ByteReader(stream);
  let next = 0;
  for (;;) {
    const line = await bytes.line(MAX_LINE);
    if (line === "end") break;
    const [marks = "", ...sizes] = line?.trim().split(" ") ?? [];
    if (!/^[-+]+$/.test(marks)) throw incomplete(name);
    for (const mark of marks) {
      const path = paths[next++];
      const size = mark === "+" ? Number(sizes.shift()) : undefined;
      if (path === undefined || Number.isNaN(size)) throw incomplete(name);
      const isSent = size !== undefined && size <= limit;
      const content = isSent ? await bytes.take(size) : undefined;
      if (isSent && content === undefined) throw incomplete(name);
      yield [path, content];
    }
  }
  if (next < paths.length) throw incomplete(name);
}

/** Does {@linkcode Host.slice}. */
export async function* sliceThere(
  session: Session,
  path: string,
  { start, count }: FilePart,
  watch: RunOptions,
): AsyncGenerator<Uint8Array> {
  const lines = asLines([path, String(start), String(count)]);
  const { running, fed, stream } = session.fetch(SLICE, lines, new Uint8Array());
  const clock = endWhenIdle(running, watch.timeout);
  let ended = false;
  try {
    yield* tapped(stream, () => clock.moved());
    await fed;
    ended = true;
  } finally {
    if (!ended) running.kill(); // the reader has stopped
    await clock.during(running.code);
  }
  if (await running.code !== 0) throw new CopyError("program", "a part of a file did not come");
}

function incomplete(name: string): CopyError {
  return new CopyError(
    "connection",
    `${name} did not send all files that were requested`,
    "they may have changed just now: run the same command again",
  );
}

/** From so many bytes on, each file has a process of its own there: then several work at a time. */
const LARGE = 1 << 22;
/** How many small files one process sums. */
const TOGETHER = 500;

/** Does {@linkcode Host.sums}. */
export async function sumsThere(
  name: string,
  agent: Agent,
  { root, files }: { root: string; files: SummedFile[] },
  tell: TellSum,
): Promise<void> {
  const large = files.filter(({ size }) => size >= LARGE).sort((a, b) => b.size - a.size);
  const small = files.filter(({ size }) => size < LARGE);
  for (const [some, together] of [[large, 1], [small, TOGETHER]] as const) {
    if (some.length === 0) continue;
    let told = 0;
    const hear = (text: string) => {
      if (text === "none") throw noProgram(name);
      const [first, ...sums] = text.split(/[ \n]/);
      for (const [at, sum] of sums.entries()) {
        const file = some[Number(first) + at];
        const isSum = /^([0-9a-f]{64}|-)$/.test(sum);
        if (file === undefined || !isSum) throw nonsense(name, `'${printable(sum)}' for a sum`);
        told++;
        tell(file, sum === "-" ? undefined : sum);
      }
    };
    const names = some.map(({ path }, index) => `${index}:./${path}\0`).join("");
    await agent.run(SUMS, asLines([root, String(together)]), hear, [bytesOf(names)]);
    if (told !== some.length) throw nonsense(name, `${told} sums of ${some.length} files`);
  }
}

function noProgram(name: string): CopyError {
  return new CopyError(
    "program",
    `${name} has neither openssl nor sha256sum nor shasum`,
    "install one of them there, or check without --checksum",
  );
}
