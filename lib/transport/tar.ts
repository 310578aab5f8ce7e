/**
 * Many small files as one stream: the arguments of GNU tar, and what it does on this machine. It
 * takes half of rsync's time into an empty folder; what goes wrong is left to rsync, which knows
 * how to go on and what to say.
 *
 * @module
 */

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

/**
 * Whether tar is to write into the files that rsync made, and so keep the owners that root gave them
 * (`--overwrite`).
 *
 * @param owner The user who unpacks, as a number.
 * @param version What `tar --version` says.
 */
export function writesInto(owner: number, version: string): boolean {
  return owner === 0 && isGnuTar(version);
}

/** The arguments of GNU tar, for names on its standard input. */
export function packArguments({ leftBehind }: Pick<PackRequest, "leftBehind">): string[] {
  return [
    "--format=posix",
    "--pax-option=delete=atime,delete=ctime",
    ...["--anchored", "--wildcards", "--no-wildcards-match-slash"],
    ...leftBehind.map((place) => `--exclude=${place}`),
    // Records of 64 KiB: each is one write, and one read here.
    ...["-b", "128", "-cf", "-", "--null", "-T", "-"],
  ];
}

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

/** An archive that is begun once it is read, and ends when nobody reads on. */
export function packWith(begin: () => Packing): Pack {
  let resolve: (whole: boolean) => void = () => {};
  const whole = new Promise<boolean>((settled) => resolve = settled);
  async function* pack(): AsyncGenerator<Uint8Array> {
    const { running, fed, stream } = begin();
    let ended = false;
    try {
      yield* stream;
      await fed;
      ended = true;
    } finally {
      if (!ended) running.kill(); // nobody reads on
      resolve(await running.code === 0);
    }
  }
  return { stream: pack(), whole };
}

/** Packs folders of this machine. */
export function packLocally(request: PackRequest, watch: Watch): Pack {
  return packWith(() => {
    const running = start("tar", packArguments(request), watch, request.root);
    const fed = feed(running, [nameList(request.folders)]);
    return { running, fed, stream: new Chunks(running.stdout) };
  });
}

/** What GNU tar unpacks an archive with that has passed the sieve. */
export const UNPACK_ARGUMENTS: readonly string[] = ["-b", "128", "-xpf", "-", "--same-owner"];

/**
 * Besides, for an archive that this machine's tar has made: links that lead to absolute paths are
 * made at once, not in the end. The sieve lets nothing pass that lies below a link; but where a host
 * may be hostile, tar looks after that, too.
 */
export const LINKS_AT_ONCE = "-P";

/** Unpacks into a folder of this machine; a group that the user is not in stays as it is. */
export async function unpackLocally(
  folder: string,
  { stream, isOurs }: Unpacking,
  watch: Watch,
): Promise<boolean> {
  const links = isOurs ? [LINKS_AT_ONCE] : [];
  const running = start("tar", [...links, ...UNPACK_ARGUMENTS], watch, folder);
  const clock = endWhenIdle(running, watch.timeout);
  await clock.during(Promise.all([feed(running, stream, clock), output(running), running.code]));
  const code = await running.code;
  if (code !== 2) return code === 0;
  const lines = (await running.complaint).trim().split("\n");
  return lines.every((line) => /: Cannot change ownership to |: Exiting with /.test(line));
}
