/**
 * The shell at the other end of a session, which runs programs one after the other.
 *
 * @module
 */

import type { CopyError } from "../../errors.ts";
import { AGENT } from "./programs/programs.ts";
import { bytesOf } from "../../system/byte_text.ts";
import { Answers, input, sized } from "./frame.ts";
import { gathered, type Parts } from "../../system/streams.ts";
import { within } from "../../system/time.ts";
import {
  endWhenIdle,
  type IdleClock,
  isTaken,
  type Running,
  type RunOptions,
  stopIfAborted,
} from "../../system/process.ts";

/** How much of what a program is fed goes at once, in bytes: each part costs a process there. */
const PART = 1 << 20;

/** The shell that is at work at the other end. */
export class Agent {
  /** Stays open: the agent ends with it, or with us. */
  readonly #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #answers: Answers;
  /** The word of its first answer; later it tells by it that a program has ended too early. */
  readonly #word = crypto.randomUUID();
  /** The end of what it was asked last. */
  #turn: Promise<void> = Promise.resolve();

  /**
   * @param running An ssh that has a shell wait for a program.
   * @param programs The rsync and the tar there: every program is told of them.
   * @param failure Finds out why it did not answer.
   */
  constructor(
    private readonly running: Running,
    private readonly watch: RunOptions,
    private readonly programs: readonly string[],
    private readonly failure: () => Promise<CopyError>,
  ) {
    this.#writer = running.stdin.getWriter();
    this.#answers = new Answers(running.stdout);
  }

  /** Starts it: that takes as long as somebody takes to log in. */
  async open(): Promise<void> {
    this.#tell([sized(AGENT) + this.#word, ...this.programs, ""].join("\n"));
    await this.#answer(this.#word, () => {});
  }

  /**
   * Lets it run a constant program, and tells each text of its answer.
   *
   * @param program One of `programs/` and the like.
   * @param lines The program's first data, a line each.
   * @param body What comes after them.
   * @param pace Whether the program must not stand still for longer than a transfer may.
   */
  async run(
    program: string,
    lines: string[],
    tell: (text: string) => void,
    body: Parts = [],
    pace: "moving" | "any" = "any",
  ): Promise<void> {
    await this.#inTurn(async () => {
      const clock = endWhenIdle(this.running, pace === "moving" ? this.watch.timeout : 0);
      const word = crypto.randomUUID();
      const answered = new AbortController();
      this.#tell(`run ${sized(program)}`);
      const sent = this.#send(
        input(word, [...this.programs, ...lines], body),
        clock,
        answered.signal,
      );
      sent.catch(() => {}); // it is awaited later
      const heard = (text: string) => {
        clock.moved();
        tell(text);
      };
      try {
        await clock.during(this.#answer(word, heard));
      } finally {
        answered.abort();
        await sent.finally(() => this.#tell("done\n"));
      }
    });
  }

  /**
   * Lets it run a constant program in its own shell, where it may leave something.
   *
   * @param lines The program's data, a line each: it reads no more than these.
   */
  async keep(program: string, lines: string[], tell: (text: string) => void): Promise<void> {
    await this.#inTurn(async () => {
      const word = crypto.randomUUID();
      this.#tell([`keep ${sized(program)}${word}`, ...this.programs, ...lines, ""].join("\n"));
      await this.#answer(word, tell);
    });
  }

  /** Tells it something that it does not answer. */
  note(line: string): void {
    this.#tell(`${line}\n`);
  }

  /**
   * Ends it.
   *
   * @param patience How long it may take to give up what it holds there, in milliseconds.
   */
  async close(patience = 0): Promise<void> {
    await this.#writer.close().catch(() => {}); // it may have ended before
    if (patience > 0) await within(patience, this.running.code);
    this.running.kill();
    await this.running.code;
    await this.#answers.end();
  }

  /** Waits for the end of what it was asked before. */
  async #inTurn(ask: () => Promise<void>): Promise<void> {
    const before = this.#turn;
    let done = () => {};
    this.#turn = new Promise((resolve) => done = resolve);
    try {
      await before;
      stopIfAborted(this.watch);
      await ask();
    } finally {
      done();
    }
  }

  /** Writes to it; that it has ended is no error here. */
  #tell(text: string): void {
    this.#writer.write(bytesOf(text)).catch(() => {});
  }

  async #answer(word: string, tell: (text: string) => void): Promise<void> {
    if (await this.#answers.read(word, tell, `${this.#word} lost`)) return;
    await this.#writer.close().catch(() => {}); // it ends with that
    throw await this.failure();
  }

  /** Sends what a program is fed, until it has answered. */
  async #send(parts: Parts, clock: IdleClock, answered: AbortSignal): Promise<void> {
    try {
      for await (const part of gathered(parts, PART)) {
        if (answered.aborted) break;
        this.#tell(`${part.length}\n`);
        if (!await isTaken(this.#writer.write(part))) break;
        clock.moved();
      }
    } finally {
      this.#tell("0\n");
    }
  }
}
