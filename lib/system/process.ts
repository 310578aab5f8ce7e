/**
 * Processes, and what is written to and read from them.
 *
 * @module
 */

import { CopyError, LostConnection } from "../errors.ts";
import type { Program } from "./child.ts";
import { Complaints, LAST_WORDS, tail } from "./complaints.ts";
import { gathered, type Parts, tapped } from "./streams.ts";
import { within } from "./time.ts";
import { spawn } from "./spawn.ts";

export type { Program } from "./child.ts";

/** What is done for a caller, and every start of a process, needs to know. */
export interface Watch {
  /** Ends the process when it fires. */
  signal?: AbortSignal | undefined;
  /** Is told the command, before it starts. */
  onCommand?: ((command: string[], folder: string | undefined) => void) | undefined;
  /** How long a transfer may stand still, in seconds; 0 for ever. */
  timeout?: number | undefined;
  /** Whether what is written must reach the disk before it gets its name. */
  fsync?: boolean | undefined;
}

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
  /** Lets lines be taken that are no complaints: it is asked of each. */
  listen(takes: (line: string) => boolean): void;
  /** Its exit code, once it has ended; 128 and more after a signal. */
  code: Promise<number>;
  /** Ends it. */
  kill(): void;
}

/**
 * Starts a program.
 *
 * @param folder Where it works, if not where this program does.
 * @throws {CopyError} `program`, when it is not installed; `permission`, when Deno was not
 * granted to run it.
 */
export function start(
  program: Program,
  args: string[],
  watch: Watch,
  folder?: string,
): Running {
  stopIfAborted(watch);
  watch.onCommand?.([program, ...args], folder);
  stopIfAborted(watch); // who is told may have had enough
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

/** A clock that ends a process in which nothing moves. */
export interface IdleClock {
  /** Something has moved. */
  moved(): void;
  /**
   * Waits for what is done with the process, as long as something moves.
   *
   * @throws {CopyError} `connection`, when nothing has moved for too long.
   */
  during<T>(work: Promise<T>): Promise<T>;
}

/** Ends a process once nothing has moved for so many seconds; 0: never. */
export function endWhenIdle(running: Running, seconds = 0): IdleClock {
  let last = performance.now();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const expired = new Promise<never>((_, reject) => {
    const look = () => {
      const left = last + seconds * 1000 - performance.now();
      if (left > 0) timer = setTimeout(look, left);
      else {
        running.kill();
        reject(new LostConnection(`the transfer made no progress for ${Math.round(seconds)} s`));
      }
    };
    if (seconds > 0) look();
  });
  expired.catch(() => {});
  return {
    moved: () => last = performance.now(),
    async during(work) {
      work.catch(() => {}); // what it comes to after its time is up
      try {
        return await Promise.race([work, expired]);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

/**
 * Writes parts to a process and closes; a process that stops reading early is no error here.
 *
 * @param clock Is told of each part that came, an empty one too, and of each that was taken.
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
    await end(running); // it would wait for the rest
    throw error;
  }
}

/** Writes parts to a process as they come, and closes; nothing is held back to go with the next one. */
export async function pour(running: Running, parts: Parts): Promise<void> {
  const writer = running.stdin.getWriter();
  try {
    for await (const part of parts) {
      if (!await isTaken(writer.write(part as Uint8Array<ArrayBuffer>))) return;
    }
    await isTaken(writer.close());
  } catch (error) {
    await end(running); // it would wait for the rest
    throw error;
  }
}

/** Ends a process, and waits for that; not for long, where the system holds it. */
export async function end(running: Running): Promise<void> {
  running.kill();
  await within(2 * LAST_WORDS, running.code);
}

/** Whether a process takes what is written to it; not, when it reads no more. */
export async function isTaken(writing: Promise<void>): Promise<boolean> {
  try {
    await writing;
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe || error instanceof TypeError) return false;
    throw error;
  }
}

/** How much is read from a process at once, in bytes: what a pipe holds. */
const READ = 1 << 16;

/**
 * What a process prints, chunk by chunk, all in the same memory: a chunk is void once the next one
 * is asked for.
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

  /** Lets the rest go. */
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

/** What a program prints that reads nothing; undefined when it fails. */
export async function answerOf(
  program: Program,
  args: string[],
  watch: Watch,
): Promise<string | undefined> {
  const running = start(program, args, watch);
  const [text] = await Promise.all([output(running), running.stdin.close()]);
  const code = await running.code;
  stopIfAborted(watch); // it may have ended of that
  return code === 0 ? text : undefined;
}

/**
 * The same of a program that one can do without; undefined when Deno was not granted to run it, when
 * it is not installed, and when it fails.
 */
export async function outputIfGranted(
  program: Program,
  args: string[],
  watch: Watch,
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
