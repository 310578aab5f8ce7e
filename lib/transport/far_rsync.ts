/**
 * Runs rsync at a source behind ssh. This machine relays its protocol to a third machine: nothing
 * is stored here, and neither machine learns how to log in to the other. The source asks for a
 * command at the destination; it is started only if it is the expected one.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import { bytesOf } from "../system/byte_text.ts";
import {
  end,
  endWhenIdle,
  type IdleClock,
  type RunOptions,
  stopIfAborted,
} from "../system/process.ts";
import { type Parts, tapped } from "../system/streams.ts";
import { later } from "../system/time.ts";
import { printable } from "../text/printable.ts";
import {
  acceptedServer,
  clientArguments,
  NAMED,
  nameText,
  readWords,
  type RelayRequest,
} from "./relay.ts";
import { judge, type RsyncOutcome } from "./rsync.ts";
import { Progress } from "./rsync_progress.ts";
import type { RelayEnd } from "./rsync_end.ts";
import type { Packing } from "./tar.ts";

/** rsync at the source, as the client. */
interface Client {
  /** Its channel. */
  channel: Packing;
  /** All channels that were opened. */
  opened: Packing[];
  /** The clock that ends it when nothing moves. */
  clock: IdleClock;
  /** Sets what the client reads, once that is known. */
  reads: (parts: Parts) => void;
}

/**
 * Runs rsync between two machines.
 *
 * @throws {CopyError} `connection`, when a connection was lost; `program`, when rsync failed;
 * `refused`, when the source asks for any other command than the expected one.
 */
export function relayRsync(
  request: RelayRequest,
  { source, destination }: { source: RelayEnd; destination: RelayEnd },
  watch: RunOptions,
): Promise<RsyncOutcome> {
  const options = clientArguments(request, watch.timeout);
  return runClient(source.send, request, options, watch, async (client) => {
    const outgoing = client.channel.stream[Symbol.asyncIterator]();
    const asked = await readWords(outgoing);
    if (asked === undefined) return; // it has ended: its exit code and messages tell why
    const words = acceptedServer(asked.words, request, watch.timeout);
    if (words === undefined) throw refusal(asked.words);
    const moving = (parts: Parts) => tapped(parts, () => client.clock.moved());
    const onwards = moving(followedBy(asked.rest, outgoing));
    const server = destination.serve(request.to, words, onwards);
    client.opened.push(server);
    client.reads(moving(server.stream));
  });
}

/**
 * Runs rsync between two folders of one machine behind ssh.
 *
 * @throws {CopyError} `connection`, when the connection was lost; `program`, when rsync failed.
 */
export function rsyncThere(
  request: RelayRequest,
  end: RelayEnd,
  watch: RunOptions,
): Promise<RsyncOutcome> {
  const options = clientArguments(request, watch.timeout, `${request.to}/`);
  return runClient(end.copy, request, options, watch, async ({ channel }) => {
    for await (const _ of channel.stream); // nothing comes; it ends with rsync
  });
}

async function runClient(
  start: RelayEnd["send"],
  request: RelayRequest,
  options: string[],
  watch: RunOptions,
  run: (client: Client) => Promise<void>,
): Promise<RsyncOutcome> {
  watch.onCommand?.(["rsync", ...options], request.from); // it works there
  stopIfAborted(watch);
  const { promise, resolve: reads } = later<Parts>();
  const progress = new Progress(request.onProgress, NAMED);
  const onLine = (line: string) => {
    clock.moved();
    const isTaken = progress.take(line);
    if (isTaken) progress.tell();
    return isTaken;
  };
  const names = bytesOf(nameText(request.folders));
  const channel = start(request.from, options, names, follow(promise), onLine);
  const opened = [channel];
  const clock = endWhenIdle(channel.running, watch.timeout && watch.timeout + request.quiet);
  const ended = async () => {
    await run({ channel, opened, clock, reads });
    reads([]); // if no server was started
    await Promise.all(opened.flatMap(({ fed, running }) => [fed, running.code]));
  };
  try {
    await clock.during(ended());
  } catch (error) {
    reads([]);
    await Promise.all(opened.map(({ running }) => end(running)));
    throw error;
  }
  const codes = await Promise.all(opened.map(({ running }) => running.code));
  const complaints = await Promise.all(opened.map(({ running }) => running.complaint));
  return judge(codes.find((code) => code !== 0) ?? 0, complaints.join("\n"), watch);
}

function refusal(words: string[]): CopyError {
  const asked = printable(words.slice(1).join(" "));
  const hint = "is another program installed as rsync there, or does ~/.popt change its options?";
  return new CopyError(
    "refused",
    `the source's rsync asked for an unexpected server: ${asked}`,
    hint,
  );
}

/** Parts that become known later. */
async function* follow(parts: Promise<Parts>): AsyncGenerator<Uint8Array> {
  yield* await parts;
}

/** A part, and all that follows it. */
async function* followedBy(
  first: Uint8Array,
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield first;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}
