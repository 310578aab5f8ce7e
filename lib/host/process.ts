/**
 * Processes, and what is written to and read from them.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import { printable } from "../workspace/layout.ts";
import type { Program } from "./child.ts";
import { spawn } from "./spawn.ts";

export type { Program } from "./child.ts";

/** What every start of a process needs to know. */
export interface Watch {
  /** Ends the process when it fires. */
  signal?: AbortSignal | undefined;
  /** Is told the command, before it starts. */
  onCommand?: ((command: string[]) => void) | undefined;
}

/** How much is written to a process at once, in bytes. */
const WRITE = 1 << 17;

/**
 * Stops here when the caller has asked to.
 *
 * @throws {CopyError} `interrupted`.
 */
export function stopIfAborted({ signal }: Watch): void {
  if (signal?.aborted) throw new CopyError("interrupted", "the copy was interrupted");
}

/** A process that runs. */
export interface Running {
  /** What it reads. */
  stdin: WritableStream<Uint8Array<ArrayBuffer>>;
  /** What it prints. */
  stdout: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** The end of what it complains about, once it has ended. */
  complaint: Promise<string>;
  /** Its exit code, once it has ended; 128 and more after a signal. */
  code: Promise<number>;
  /** Ends it. */
  kill(): void;
}

/** How much of a process's complaints is kept, in characters. */
const COMPLAINT = 1 << 20;

/**
 * Starts a program.
 *
 * @throws {CopyError} `program`, when it is not installed; `permission`, when Deno was not
 * granted to run it.
 */
export function start(program: Program, args: string[], watch: Watch): Running {
  stopIfAborted(watch);
  watch.onCommand?.([program, ...args]);
  const { stdin, stdout, stderr, code, kill } = spawn(program, args);
  watch.signal?.addEventListener("abort", kill);
  code.then(() => watch.signal?.removeEventListener("abort", kill));
  return { stdin, stdout, complaint: tail(stderr), code, kill };
}

/** The last characters of a stream, with nothing in it that a terminal would obey. */
async function tail(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  let kept = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    kept = (kept + text).slice(-COMPLAINT);
  }
  return kept.split(/\r?\n/).map(printable).join("\n");
}

/** What to write to a process. */
export type Parts = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** Writes parts to a process and closes; a process that stops reading early is no error here. */
export async function feed(running: Running, parts: Parts): Promise<void> {
  const writer = running.stdin.getWriter();
  try {
    for await (const part of gathered(parts)) await writer.write(part);
    await writer.close();
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe || error instanceof TypeError) return;
    running.kill(); // it would wait for the rest
    throw error;
  }
}

/** Small parts as large ones: each write costs a packet of ssh's. */
async function* gathered(parts: Parts): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let buffer = new Uint8Array(WRITE);
  let held = 0;
  for await (let part of parts) {
    while (part.length > 0) {
      const taken = part.subarray(0, WRITE - held);
      buffer.set(taken, held);
      held += taken.length;
      part = part.subarray(taken.length);
      if (held < WRITE) continue;
      yield buffer;
      buffer = new Uint8Array(WRITE);
      held = 0;
    }
  }
  if (held > 0) yield buffer.subarray(0, held);
}

/** All that a process prints, as text, once it has ended. */
export async function output(running: Running): Promise<string> {
  return await new Response(running.stdout).text();
}

/** Parts as one. */
export function joined(parts: Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
