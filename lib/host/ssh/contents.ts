/**
 * Reads files of another machine, and has it compute their sums.
 *
 * @module
 */

import { delay } from "@std/async/delay";
import { CopyError } from "../../errors.ts";
import { printable } from "../../text/printable.ts";
import { bytesOf } from "../../system/byte_text.ts";
import { tapped } from "../../system/streams.ts";
import { ByteReader } from "../../system/byte_reader.ts";
import { PAUSES } from "../../transport/side_by_side.ts";
import { RefusedSession } from "../../transport/ssh_complaints.ts";
import { loadZstd } from "../../transport/zstd.ts";
import { nameList, packWith } from "../../transport/tar.ts";
import { endWhenIdle, type Running, type RunOptions } from "../../system/process.ts";
import type { FilePart, ReadFile, SummedFile, TellSum } from "../host.ts";
import type { Agent } from "./agent.ts";
import { nonsense } from "./answers.ts";
import { asLines } from "./lines.ts";
import { READ, SLICE, SUMS } from "./programs/programs.ts";
import type { Session } from "./session.ts";

/** The most bytes of a line before the bytes of some files. */
const MAX_LINE = 1 << 14;
/** How often files are requested again when one of them changes while it is sent. */
const AGAIN = 3;
/** The most bytes of files that wait for the next line, which tells that none has changed. */
const HELD = 1 << 24;

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
  let { paths } = request;
  for (let [again, refusals] = [0, 0]; paths.length > 0;) {
    try {
      const hasZstd = request.hasZstd && again === 0; // it may be the cause
      const rest = { ...request, paths, hasZstd };
      for await (const files of someThere(name, session, rest, warm, channel)) {
        if (files.length > 0) again = 0;
        paths = paths.slice(files.length);
        yield* files;
      }
    } catch (error) {
      const isRefused = error instanceof RefusedSession;
      if (
        isRefused
          ? refusals++ === PAUSES.length
          : !(error instanceof Incomplete) || again++ === AGAIN
      ) throw error;
      if (isRefused) await delay(PAUSES[refusals - 1]!);
    }
  }
}

/** The same once, some files at a time. */
async function* someThere(
  name: string,
  session: Session,
  request: ReadRequest,
  warm: () => Promise<void>,
  channel?: "new",
): AsyncGenerator<ReadFile[]> {
  const { root, paths, most, asText, hasZstd, watch } = request;
  const names = nameList(paths.map((path) => `./${path}`));
  const linesFor = (form: string) => asLines([root, most === Infinity ? "" : String(most), form]);
  if (asText) {
    const told = answerOf(session.agent, linesFor("text"), names);
    return yield* filesIn(told, { name, paths, limit: most });
  }
  const zstd = hasZstd ? await loadZstd() : undefined;
  const lines = linesFor(zstd ? "zstd" : "");
  const packing = session.fetch(READ, lines, names, channel);
  const pack = packWith([() => packing]);
  const packed = { ...pack, stream: inTime(pack.stream, packing.running, watch) };
  let told = false;
  try {
    const { stream } = zstd ? zstd.unpack(packed) : packed;
    for await (const files of filesIn(stream, { name, paths, limit: most })) {
      told = true;
      yield files;
    }
  } catch (error) {
    if (!(error instanceof Incomplete) || await packing.running.code !== 255) throw error;
    if (told || channel === undefined) throw await session.failure(packing.running);
    yield* someThere(name, session, request, warm);
    await warm();
  }
}

/** What READ answers, as a text. */
async function* answerOf(
  agent: Agent,
  lines: string[],
  names: Uint8Array,
): AsyncGenerator<Uint8Array> {
  const told: string[] = [];
  await agent.run(READ, lines, (text) => told.push(text), { body: [names] });
  yield bytesOf(told.join(""));
}

/** What to read. */
interface ReadRequest {
  root: string;
  paths: string[];
  /** The most bytes of a file. */
  most: number;
  /** Whether it is a few texts, which take no channel of their own. */
  asText: boolean;
  /** Whether the host has zstd. */
  hasZstd: boolean;
  /** The options of processes. */
  watch: RunOptions;
}

/** Passes parts on, and ends their process when none comes in time; their reader may take its time. */
async function* inTime(
  stream: AsyncIterable<Uint8Array>,
  running: Running,
  { timeout }: RunOptions,
): AsyncGenerator<Uint8Array> {
  const parts = stream[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { value, done } = await endWhenIdle(running, timeout).during(parts.next());
      if (done) return;
      yield value;
    }
  } finally {
    await parts.return?.();
  }
}

/** The files in what READ sends, as soon as it is certain that they came as they are. */
async function* filesIn(
  stream: AsyncIterable<Uint8Array>,
  { name, paths, limit }: { name: string; paths: string[]; limit: number },
): AsyncGenerator<ReadFile[]> {
  await using bytes = new ByteReader(stream);
  let [files, held, next]: [ReadFile[], number, number] = [[], 0, 0];
  for (;;) {
    const head = headOf(await bytes.line(MAX_LINE));
    if (head === undefined) throw new Incomplete(name);
    yield files;
    [files, held] = [[], 0];
    if (head === "end") break;
    for (const mark of head.marks) {
      const path = paths[next++];
      const size = mark === "+" ? head.sizes.shift() : undefined;
      const isSent = size !== undefined && size <= limit;
      const content = isSent ? await bytes.take(size) : undefined;
      if (path === undefined || isSent && content === undefined) throw new Incomplete(name);
      files.push([path, content]);
      held += content?.length ?? 0;
      if (held <= HELD) continue;
      yield files;
      [files, held] = [[], 0];
    }
  }
  if (next < paths.length) throw new Incomplete(name);
}

/** What a line before the bytes of some files tells; undefined when it is none. */
function headOf(line?: string): "end" | { marks: string; sizes: number[] } | undefined {
  if (line === "end") return line;
  const [, marks, rest] = /^= ([-+]+)((?: \d+)*)$/.exec(line ?? "") ?? [];
  if (marks === undefined) return undefined;
  const sizes = rest!.split(" ").slice(1).map(Number);
  return sizes.length === marks.replaceAll("-", "").length ? { marks, sizes } : undefined;
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

/** Not all files came, or not as they are. */
class Incomplete extends CopyError {
  constructor(name: string) {
    super(
      "connection",
      `${name} did not send all files that were requested`,
      "they may have changed just now: run the same command again",
    );
  }
}

/** From so many bytes on, each file has a process of its own there: then several work at a time. */
const LARGE = 1 << 22;
/** How many small files one process sums. */
const TOGETHER = 500;
/** How many processes work at a time, at most. */
const PROCESSES = 8;
/** How many bytes a slow disk reads in a second, at least. */
const PACE = 2e7;

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
    // of these, nothing may come before all have been read
    const first = some.slice(0, PROCESSES * together).reduce((sum, { size }) => sum + size, 0);
    const how = { body: [bytesOf(names)], silence: first / PACE };
    await agent.run(SUMS, asLines([root, String(together)]), hear, how);
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
