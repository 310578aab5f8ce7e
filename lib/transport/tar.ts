/**
 * Many small files as one stream: the arguments of GNU tar, and what it does on this machine. It
 * takes half of rsync's time into an empty folder; what goes wrong is left to rsync, which knows
 * how to go on and what to say.
 *
 * @module
 */

import type { Dialect } from "../tar/dialect.ts";
import { bytesOf } from "../system/byte_text.ts";
import type { Pack, PackRequest, Unpacking } from "./archive.ts";
import {
  Chunks,
  endWhenIdle,
  feed,
  output,
  type Running,
  start,
  type Watch,
} from "../system/process.ts";

/** Whether a `tar --version` is of GNU tar. */
export function isGnuTar(version: string): boolean {
  return version.includes("GNU");
}

/** The arguments of GNU tar for folders, with names on its standard input. */
export function folderArguments({ leftBehind }: Pick<PackRequest, "leftBehind">): string[] {
  return [
    ...POSIX,
    ...["--anchored", "--wildcards", "--no-wildcards-match-slash"],
    ...leftBehind.map((place) => `--exclude=${place}`),
    ...FROM_INPUT,
  ];
}

/** The arguments of a tar for things by themselves. */
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
  // on macOS it would pack a file of what no other system knows beside each file
  return ["--format=pax", "--disable-copyfile", "--no-recursion", ...FROM_INPUT];
}

const POSIX = ["--format=posix", "--pax-option=delete=atime,delete=ctime"];

/** Records of 64 KiB: each is one write, and one read here. */
const FROM_INPUT = ["-b", "128", "-cf", "-", "--null", "-T", "-"];

/** Names as tar reads them. */
export function nameList(names: string[]): Uint8Array<ArrayBuffer> {
  return bytesOf(names.map((name) => `${name}\0`).join(""));
}

/** A process that packs. */
export interface Packing {
  /** The process. */
  running: Running;
  /** When it has got its names. */
  fed: Promise<void>;
  /** What it makes. */
  stream: AsyncIterable<Uint8Array>;
}

/** An archive that is begun once it is read, by one process after the other; it ends when nobody reads on. */
export function packWith(begin: readonly (() => Packing)[]): Pack {
  const { promise: whole, resolve } = Promise.withResolvers<boolean>();
  const { promise: complaints, resolve: tell } = Promise.withResolvers<string[]>();
  async function* pack(): AsyncGenerator<Uint8Array> {
    const begun: Running[] = [];
    let ended = false;
    try {
      for (const each of begin) {
        const { running, fed, stream } = each();
        begun.push(running);
        yield* stream;
        await fed;
      }
      ended = true;
    } finally {
      if (!ended) { for (const running of begun) running.kill(); // nobody reads on
       }
      const codes = await Promise.all(begun.map(({ code }) => code));
      resolve(ended && codes.every((code) => code === 0));
      const said = await Promise.all(begun.map(({ complaint }) => complaint));
      tell(said.flatMap((text) => text.split("\n")).filter((line) => COMPLAINT.test(line)));
    }
  }
  return { stream: pack(), whole, complaints };
}

/** A line of tar's own: others may be a login script's. */
const COMPLAINT = /^(\S*\/)?\w*tar: (?!Exiting with |Error exit delayed)/;

/** Packs folders of this machine, and things by themselves. */
export function packLocally(request: PackRequest, dialect: Dialect, watch: Watch): Pack {
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

/** What GNU tar unpacks an archive with that has passed the sieve. */
export const UNPACK_ARGUMENTS: readonly string[] = ["-b", "128", "-xpf", "-", "--same-owner"];

/**
 * Besides, for an archive that this machine's tar has made: links that lead to absolute paths are
 * made at once, not in the end. The sieve lets nothing pass that lies below a link; but where a host
 * may be hostile, tar looks after that, too.
 */
export const LINKS_AT_ONCE = "-P";

/** What another tar unpacks it with. */
export const PLAIN_UNPACK_ARGUMENTS: readonly string[] = ["-xpf", "-"];

/**
 * Unpacks into a folder of this machine; a group that the user is not in stays as it is. Answers what
 * went wrong; nothing, when all went well.
 */
export async function unpackLocally(
  folder: string,
  { stream, isOurs }: Pick<Unpacking, "stream" | "isOurs">,
  dialect: Dialect,
  watch: Watch,
): Promise<string> {
  const links = isOurs ? [LINKS_AT_ONCE] : [];
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
