/**
 * Packs many small files into one stream with tar, and unpacks it on this machine. Into an empty
 * folder this takes half of rsync's time. Whatever goes wrong is left to rsync, which can resume,
 * and explains errors.
 *
 * @module
 */

import { later, within } from "../system/time.ts";
import type { Dialect } from "../tar/dialect.ts";
import { bytesOf } from "../system/byte_text.ts";
import type { Pack, PackRequest, Unpacking } from "./archive.ts";
import { sessionRefusal } from "./ssh_complaints.ts";
import {
  Chunks,
  endWhenIdle,
  feed,
  output,
  type Running,
  type RunOptions,
  start,
} from "../system/process.ts";

/** The arguments of GNU tar for whole folders, whose names it reads from its standard input. */
export function folderArguments(
  { leftBehind, withoutHardLinks }: Pick<PackRequest, "leftBehind" | "withoutHardLinks">,
): string[] {
  return [
    ...POSIX,
    ...(withoutHardLinks ? ["--hard-dereference"] : []),
    ...["--anchored", "--wildcards", "--no-wildcards-match-slash"],
    ...leftBehind.map((place) => `--exclude=${place}`),
    ...FROM_INPUT,
  ];
}

/** The arguments of tar for single entries. */
export function entryArguments(
  { withSharedDocuments }: Pick<PackRequest, "withSharedDocuments">,
  dialect: Dialect,
): string[] {
  if (dialect === "gnu") {
    const links = withSharedDocuments ? ["--hard-dereference"] : [];
    return [
      ...POSIX,
      ...links,
      "--no-unquote",
      "--quoting-style=literal",
      "--no-recursion",
      ...FROM_INPUT,
    ];
  }
  // otherwise macOS adds, beside each file, one that no other system understands
  return ["--format=pax", "--disable-copyfile", "--no-recursion", ...FROM_INPUT];
}

const POSIX = ["--format=posix", "--pax-option=delete=atime,delete=ctime"];

/** Records of 64 KiB: each is one write there and one read here. */
const FROM_INPUT = ["-b", "128", "-cf", "-", "--null", "-T", "-"];

/** Names in the form that tar reads. */
export function nameList(names: string[]): Uint8Array<ArrayBuffer> {
  return bytesOf(names.map((name) => `${name}\0`).join(""));
}

/** A process that packs. */
export interface Packing {
  /** The process. */
  running: Running;
  /** Fulfilled when it has received its names. */
  fed: Promise<void>;
  /** Its output. */
  stream: AsyncIterable<Uint8Array>;
}

/**
 * An archive from several processes, one after the other. They start with the first read, and end
 * when the reader stops.
 */
export function packWith(begin: readonly (() => Packing)[]): Pack {
  const { promise: whole, resolve } = later<boolean>();
  const { promise: complaints, resolve: tell } = later<string[]>();
  const begun: Running[] = [];
  let isOver = false;
  const kill = () => {
    isOver = true;
    for (const running of begun) running.kill();
  };
  async function* pack(): AsyncGenerator<Uint8Array> {
    let ended = false;
    try {
      for (const each of begin) {
        if (isOver) return;
        const { running, fed, stream } = each();
        begun.push(running);
        yield* stream;
        await fed;
      }
      ended = true;
    } finally {
      if (!ended) kill(); // the reader has stopped
      const codes = await Promise.all(begun.map(({ code }) => code));
      resolve(ended && codes.every((code) => code === 0));
      const said = await Promise.all(begun.map(({ complaint }) => complaint));
      tell(said.flatMap((text) => text.split("\n")).filter((line) => COMPLAINT.test(line)));
    }
  }
  return { stream: pack(), whole, complaints, kill };
}

/** The same from a host; reading it throws where the server refuses the session that it needs. */
export function packThere(begin: () => Packing): Pack {
  return packWith([() => {
    const packing = begin();
    return { ...packing, stream: unlessRefused(packing) };
  }]);
}

/**
 * How much is still read of an archive that nobody wants any more, in bytes, and for how long, in
 * milliseconds. Where the other end has packed all, and some of it is still on its way when ssh is
 * killed, the server counts the session until the connection ends.
 */
const [WOUND_UP, PATIENCE] = [1 << 22, 2000];

async function* unlessRefused({ stream, running }: Packing): AsyncGenerator<Uint8Array> {
  const parts = stream[Symbol.asyncIterator]();
  let isEmpty = true;
  let ended = false;
  try {
    for (let part = await parts.next(); !part.done; part = await parts.next()) {
      isEmpty = false;
      yield part.value;
    }
    ended = true;
  } finally {
    if (!ended) {
      await within(PATIENCE, windUp(parts).catch(() => {}));
      running.kill();
      await parts.return?.();
    }
  }
  const refusal = isEmpty ? sessionRefusal(await running.complaint) : undefined;
  if (refusal !== undefined) throw refusal;
}

/** Reads what is on its way. */
async function windUp(parts: AsyncIterator<Uint8Array>): Promise<void> {
  for (let left = WOUND_UP; left > 0;) {
    const { done, value } = await parts.next();
    left = done ? 0 : left - value.length;
  }
}

/** An error message of tar itself; other lines may come from a login script. */
const COMPLAINT = /^(\S*\/)?\w*tar: (?!Exiting with |Error exit delayed)/;

/** Packs folders and single entries of this machine. */
export function packLocally(request: PackRequest, dialect: Dialect, watch: RunOptions): Pack {
  const { root, folders, entries } = request;
  const packing = (args: string[], names: string[]) => () => {
    const running = start("tar", args, watch, root);
    const fed = feed(running, [nameList(names)]);
    return { running, fed, stream: new Chunks(running.stdout) };
  };
  return packWith([
    ...(folders.length > 0 ? [packing(folderArguments(request), folders)] : []),
    ...(entries.length > 0 ? [packing(entryArguments(request, dialect), entries)] : []),
  ]);
}

/** The arguments of GNU tar for an archive that the tar editor has checked. */
export const UNPACK_ARGUMENTS: readonly string[] = ["-b", "128", "-xpf", "-", "--same-owner"];

/**
 * The option for an archive that this machine's tar has packed: links to absolute paths are created
 * at once, not at the end. The tar editor lets no member pass that lies below a link. For the archive of
 * a host, which may be hostile, tar also ensures that.
 */
export const LINKS_AT_ONCE = "-P";

/** The arguments of any other tar for unpacking. */
export const PLAIN_UNPACK_ARGUMENTS: readonly string[] = ["-xpf", "-"];

/**
 * Unpacks into a folder of this machine. A group that the user does not belong to is not set, and
 * that is no error. Returns the error; empty when there was none.
 */
export async function unpackLocally(
  folder: string,
  { stream, trusted }: Pick<Unpacking, "stream" | "trusted">,
  dialect: Dialect,
  watch: RunOptions,
): Promise<string> {
  const links = trusted ? [LINKS_AT_ONCE] : [];
  const args = dialect === "gnu" ? [...links, ...UNPACK_ARGUMENTS] : [...PLAIN_UNPACK_ARGUMENTS];
  const running = start("tar", args, watch, folder);
  const clock = endWhenIdle(running, watch.timeout);
  await clock.during(Promise.all([feed(running, stream, clock), output(running), running.code]));
  const code = await running.code;
  if (code === 0) return "";
  const lines = (await running.complaint).trim().split("\n");
  const isGroup = (line: string) => /: Cannot change ownership to |: Exiting with /.test(line);
  if (code === 2 && lines.every(isGroup)) return "";
  return `tar failed: ${lines.find((line) => !isGroup(line)) ?? `exit ${code}`}`;
}
