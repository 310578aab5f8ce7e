/**
 * Processes: starting them, writing to them, reading from them.
 *
 * @module
 */

import { delay } from "@std/async/delay";
import { CopyError, LostConnection } from "../errors.ts";
import type { Program } from "./child.ts";
import { Complaints, LAST_WORDS, tail } from "./complaints.ts";
import { gathered, type Parts, tapped } from "./streams.ts";
import { within } from "./time.ts";
import { spawn } from "./spawn.ts";

export type { Program } from "./child.ts";

/** The options that each start of a process takes from the caller. */
export interface RunOptions {
  /** Ends the process when it is aborted. */
  signal?: AbortSignal | undefined;
  /** Receives the command before it starts. */
  onCommand?: ((command: string[], folder: string | undefined) => void) | undefined;
  /** How long a transfer may make no progress, in seconds; 0: for ever. */
  timeout?: number | undefined;
  /** Whether files must reach the disk before they get their names. */
  fsync?: boolean | undefined;
}

/**
 * Throws when the caller has asked to stop.
 *
 * @throws {CopyError} `interrupted`.
 */
export function stopIfAborted({ signal }: RunOptions): void {
  if (signal?.aborted) throw new CopyError("interrupted", "the copy was interrupted");
}

/** How long this program may work without hearing of anything else, in milliseconds. */
const BUSY = 50;

/**
 * Makes a function for long work that nothing interrupts: when it is time, it lets others have their
 * turn (Ctrl-C is heard then, and a login goes on).
 *
 * @throws {CopyError} `interrupted`, by the function, when the caller has asked to stop.
 */
export function resting(watch: RunOptions): () => Promise<void> {
  let rested = performance.now();
  return async () => {
    stopIfAborted(watch);
    if (performance.now() - rested < BUSY) return;
    await delay(0);
    stopIfAborted(watch);
    rested = performance.now();
  };
}

/** A running process. */
export interface Running {
  /** Its standard input. */
  stdin: WritableStream<Uint8Array<ArrayBuffer>>;
  /** Its standard output. */
  stdout: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** The last part of its error output, once it has ended. */
  complaint: Promise<string>;
  /**
   * Passes each line of the error output to a function, which returns whether it was no error
   * message.
   */
  listen(takes: (line: string) => boolean): void;
  /** Its exit code, once it has ended; 128 or more after a signal. */
  code: Promise<number>;
  /** Ends it. */
  kill(): void;
}

/**
 * Starts a program.
 *
 * @param folder Its working folder. Default: that of this program.
 * @throws {CopyError} `program`, when it is not installed; `permission`, when Deno was not granted
 * to run it.
 */
export function start(
  program: Program,
  args: string[],
  watch: RunOptions,
  folder?: string,
): Running {
  stopIfAborted(watch);
  watch.onCommand?.([program, ...args], folder);
  stopIfAborted(watch); // `onCommand` may have aborted
  const { stdin, stdout, stderr, code, kill: send } = spawn(program, args, folder);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const kill = () => {
    send("SIGTERM");
    timer ??= setTimeout(() => send("SIGKILL"), LAST_WORDS);
  };
  watch.signal?.addEventListener("abort", kill);
  code.then(() => {
    clearTimeout(timer);
    watch.signal?.removeEventListener("abort", kill);
  });
  const complaints = new Complaints();
  return {
    ...{ stdin, stdout, code, kill },
    complaint: tail(stderr, complaints, code, kill),
    listen: (takes) => complaints.takes = takes,
  };
}

/** A clock that ends a process which makes no progress. */
export interface IdleClock {
  /** Notes progress. */
  moved(): void;
  /**
   * Waits for work with the process, as long as there is progress.
   *
   * @throws {CopyError} `connection`, when there was none for too long.
   */
  during<T>(work: Promise<T>): Promise<T>;
}

/**
 * Ends a process after so many seconds without progress; 0: never.
 *
 * @param what What is said then, before the time.
 */
export function endWhenIdle(
  running: Running,
  seconds = 0,
  what = "the transfer made no progress",
): IdleClock {
  let last = performance.now();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const expired = new Promise<never>((_, reject) => {
    const look = () => {
      const left = last + seconds * 1000 - performance.now();
      if (left > 0) timer = setTimeout(look, left);
      else {
        running.kill();
        reject(new LostConnection(`${what} for ${Math.round(seconds)} s`));
      }
    };
    if (seconds > 0) look();
  });
  expired.catch(() => {});
  return {
    moved: () => last = performance.now(),
    async during(work) {
      work.catch(() => {}); // its outcome after the time is up
      try {
        return await Promise.race([work, expired]);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

/**
 * Writes parts to a process and closes its input. A process that stops reading early is no error
 * here.
 *
 * @param clock Notes each part that arrives, even an empty one, and each that the process has
 * taken.
 */
export async function feed(running: Running, parts: Parts, clock?: IdleClock): Promise<void> {
  const writer = running.stdin.getWriter();
  try {
    const noted = clock === undefined ? parts : tapped(parts, () => clock.moved());
    for await (const part of gathered(noted)) {
      if (!await isTaken(writer.write(part))) return;
      clock?.moved();
    }
    await isTaken(writer.close());
  } catch (error) {
    await end(running); // it would wait for more input
    throw error;
  }
}

/**
 * Writes parts to a process as they come, and closes; nothing is held back to go with the next one.
 * All parts are read, also when the process reads no more: who makes them would never end otherwise.
 */
export async function pour(running: Running, parts: Parts): Promise<void> {
  const writer = running.stdin.getWriter();
  try {
    let taken = true;
    for await (const part of parts) {
      taken &&= await isTaken(writer.write(part as Uint8Array<ArrayBuffer>));
    }
    await isTaken(writer.close());
  } catch (error) {
    await end(running); // it would wait for more input
    throw error;
  }
}

/** Ends a process and waits for its end, but not for long: the system may keep it. */
export async function end(running: Running): Promise<void> {
  running.kill();
  await within(2 * LAST_WORDS, running.code);
}

/** Whether a process takes what is written to it; false once it has stopped reading. */
export async function isTaken(writing: Promise<void>): Promise<boolean> {
  try {
    await writing;
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe || error instanceof TypeError) return false;
    throw error;
  }
}

/** How many bytes are read from a process at once: the capacity of a pipe. */
const READ = 1 << 16;

/**
 * The output of a process, chunk by chunk, all in the same memory: each chunk is valid only until
 * the next one is requested.
 */
export class Chunks implements AsyncIterable<Uint8Array> {
  readonly #reader: ReadableStreamBYOBReader;
  #memory = new ArrayBuffer(READ);

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader({ mode: "byob" });
  }

  /** The next chunk; undefined after the last one. */
  async next(): Promise<Uint8Array | undefined> {
    const { value, done } = await this.#reader.read(new Uint8Array(this.#memory));
    if (value !== undefined) this.#memory = value.buffer;
    return done ? undefined : value;
  }

  /** Discards the rest. */
  async end(): Promise<void> {
    await this.#reader.cancel().catch(() => {});
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    try {
      for (let chunk = await this.next(); chunk !== undefined; chunk = await this.next()) {
        yield chunk;
      }
    } finally {
      await this.end();
    }
  }
}

/** All that a process prints, as text, once it has ended. */
export async function output(running: Running): Promise<string> {
  return await new Response(running.stdout).text();
}

/** The output of a program that reads no input; undefined when it fails. */
export async function answerOf(
  program: Program,
  args: string[],
  watch: RunOptions,
): Promise<string | undefined> {
  const running = start(program, args, watch);
  const [text] = await Promise.all([output(running), running.stdin.close()]);
  const code = await running.code;
  stopIfAborted(watch); // that may be why it has ended
  return code === 0 ? text : undefined;
}

/**
 * The output of a program that is not essential; undefined when Deno was not granted to run it,
 * when it is not installed, or when it fails.
 */
export async function outputIfGranted(
  program: Program,
  args: string[],
  watch: RunOptions,
): Promise<string | undefined> {
  const run = { name: "run", command: program } as const;
  if (Deno.permissions.querySync(run).state !== "granted") return undefined;
  try {
    return await answerOf(program, args, watch);
  } catch (error) {
    if (error instanceof CopyError && error.code === "program") return undefined;
    throw error;
  }
}
