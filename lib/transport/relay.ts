/**
 * rsync between two other machines, its protocol relayed by this one: nothing is stored here, and
 * neither machine learns how to log in to the other. At the source rsync is the client. What it asks
 * its remote shell to start is held word by word against what it is to ask for; only then is that
 * started at the destination, and the two channels are joined.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import { bytesOf, textOf } from "../system/byte_text.ts";
import { end, endWhenIdle, type Watch } from "../system/process.ts";
import { printable } from "../text/printable.ts";
import { joined, type Parts, tapped } from "../system/streams.ts";
import { isAtLeast, judge, rsyncArguments, type RsyncOutcome, type RsyncRequest } from "./rsync.ts";
import { Progress } from "./rsync_progress.ts";
import type { RelayEnd } from "./rsync_end.ts";

/** What to relay. `from` and `to` are the folders, absolute. */
export type RelayRequest = Omit<RsyncRequest, "rsh">;

/** What the client calls the other machine. */
const HOST = "RELAY";
/** What comes before the name of each file that is sent. */
const NAMED = "xpm-file:";

/** The arguments of the client, but for its remote shell. */
export function clientArguments(request: RelayRequest, timeout = 0): string[] {
  const ends = { rsh: undefined, from: "./", to: `${HOST}:.`, mark: NAMED };
  return ["--no-s", ...rsyncArguments({ ...request, ...ends }, timeout)];
}

/** The words that the client asks for, but for the letters that tell what it knows. */
export function serverWords(
  { sparse, trust, shared, bandwidthLimit, withoutLinks }: Pick<
    RelayRequest,
    "sparse" | "trust" | "shared" | "bandwidthLimit" | "withoutLinks"
  >,
  timeout = 0,
): string[] {
  const [link, group] = [withoutLinks ? "" : "l", shared?.group === undefined ? "g" : ""];
  const letters = `-${link}Ho${group}Dtpr${trust === "bytes" ? "I" : ""}R${sparse ? "S" : ""}e`;
  return [
    ...[HOST, "rsync", "--server", letters, "--log-format=X"],
    ...(timeout > 0 ? [`--timeout=${timeout}`] : []),
    ...(bandwidthLimit > 0 ? [`--bwlimit=${bandwidthLimit}`] : []),
    ...(trust === "size" ? ["--size-only"] : []),
    ...["-@-1", "--inplace", ...(sparse ? ["--no-W"] : []), "--no-implied-dirs", ".", "."],
  ];
}

/** Which of the words that is: what follows it there are the letters. */
const LETTERS = 3;
/** Letters that tell what an rsync knows: no other one takes them for more. */
const KNOWN = /^\.[A-Za-z]{1,24}$/;

/**
 * The arguments of the server, when a client has asked for what it was to ask for; undefined when
 * for anything else. They are the expected ones, whatever was asked.
 */
export function acceptedServer(
  asked: readonly string[],
  expected: readonly string[],
): string[] | undefined {
  const letters = asked[LETTERS]?.slice(expected[LETTERS]!.length) ?? "";
  if (!KNOWN.test(letters) || asked.length !== expected.length) return undefined;
  const words = expected.map((word, index) => index === LETTERS ? word + letters : word);
  return words.every((word, index) => word === asked[index]) ? words.slice(2) : undefined;
}

/** The longest part of a list of names, in characters: a program may be given no more at once. */
const PART = 1 << 15;

/** Names as the far end reads them, each with a NUL after it: `printf %b` takes each line. */
export function nameText(names: string[]): string {
  const lines: string[] = [];
  let line = "";
  for (const name of names) {
    const escaped = escapedName(name);
    if (line !== "" && line.length + escaped.length > PART) {
      lines.push(line);
      line = "";
    }
    line += `${escaped}\\0000`;
  }
  return [...lines, line].join("\n");
}

function escapedName(name: string): string {
  if (/^[\w./=+,:@-]*$/.test(name)) return name;
  return [...bytesOf(name)].map((byte) => {
    const letter = String.fromCharCode(byte);
    return /[\w./=+,:@-]/.test(letter) ? letter : `\\0${byte.toString(8).padStart(3, "0")}`;
  }).join("");
}

/** The most bytes of words. */
const MAX_WORDS = 1 << 16;

/** Reads words with a NUL after each, up to one of no length; answers what came after them, too. */
export async function readWords(
  stream: AsyncIterator<Uint8Array>,
): Promise<{ words: string[]; rest: Uint8Array } | undefined> {
  let held = new Uint8Array();
  for (;;) {
    const end = held.findIndex((byte, at) => byte === 0 && (at === 0 || held[at - 1] === 0));
    if (end >= 0) {
      const words = textOf(held.subarray(0, Math.max(end - 1, 0))).split("\0");
      return { words, rest: held.subarray(end + 1) };
    }
    const { value, done } = await stream.next();
    if (done || held.length > MAX_WORDS) return undefined;
    held = joined([held, value.slice()]).slice();
  }
}

/**
 * Runs rsync between two machines.
 *
 * @throws {CopyError} `connection`, when a connection was lost; `program`, when rsync failed, or is
 * too old; `refused`, when the source asks for anything but what was asked of it.
 */
export async function relayRsync(
  request: RelayRequest,
  ends: { source: RelayEnd; destination: RelayEnd },
  watch: Watch,
): Promise<RsyncOutcome> {
  requireKnown(request);
  const server = later<Parts>();
  const progress = new Progress(request.onProgress, NAMED);
  const onLine = (line: string) => {
    if (!progress.take(line)) return false;
    progress.tell();
    return true;
  };
  const client = ends.source.send(
    request.from,
    clientArguments(request, watch.timeout),
    bytesOf(nameText(request.folders)),
    follow(server.promise),
    onLine,
  );
  const started = [client];
  const clock = endWhenIdle(client.running, watch.timeout && watch.timeout + request.quiet);
  const moving = (parts: Parts) => tapped(parts, () => clock.moved());
  const join = async () => {
    const outgoing = client.stream[Symbol.asyncIterator]();
    const asked = await readWords(outgoing);
    if (asked !== undefined) {
      const words = acceptedServer(asked.words, serverWords(request, watch.timeout));
      if (words === undefined) throw refusal(asked.words);
      const onwards = moving(followedBy(asked.rest, outgoing));
      const serving = ends.destination.serve(request.to, words, onwards);
      started.push(serving);
      server.resolve(moving(serving.stream));
    } else server.resolve([]);
    await Promise.all(started.flatMap(({ fed, running }) => [fed, running.code]));
  };
  try {
    await clock.during(join());
  } catch (error) {
    server.resolve([]);
    await Promise.all(started.map(({ running }) => end(running)));
    throw error;
  }
  const codes = await Promise.all(started.map(({ running }) => running.code));
  const complaints = await Promise.all(started.map(({ running }) => running.complaint));
  return judge(codes.find((code) => code !== 0) ?? 0, complaints.join("\n"), watch);
}

/** @throws {CopyError} `program`, when an rsync is older than what its words are known of. */
function requireKnown({ version, otherVersion }: RelayRequest): void {
  for (const [end, known] of [["source", version], ["destination", otherVersion]]) {
    if (isAtLeast(known!, "3.1.3")) continue;
    const hint = "install rsync 3.1.3 or later there, or copy through a workspace on this machine";
    throw new CopyError("program", `the rsync at the ${end} is too old, or is openrsync`, hint);
  }
}

function refusal(words: string[]): CopyError {
  const asked = printable(words.slice(1).join(" "));
  const hint =
    "check that no other program replaces rsync there, and that ~/.popt does not change it";
  return new CopyError(
    "refused",
    `the source's rsync requested an unexpected server command: ${asked}`,
    hint,
  );
}

/** A promise, and what settles it. */
function later<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => resolve = settle);
  return { promise, resolve };
}

/** Parts that are known later. */
async function* follow(parts: Promise<Parts>): AsyncGenerator<Uint8Array> {
  yield* await parts;
}

/** A part, and all that follows it. */
async function* followedBy(
  first: Uint8Array,
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield first;
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}
