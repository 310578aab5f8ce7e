/**
 * The shell at the other end of a session, which runs programs one after the other.
 *
 * @module
 */

import type { CopyError } from "../../errors.ts";
import { AGENT, EXISTING } from "./programs/programs.ts";
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

/**
 * The size of the parts in which a program gets its input, in bytes: each costs a process there.
 */
const PART = 1 << 20;

/** How often a program that may be silent is asked for a sign of life, at least, in milliseconds. */
const BEAT = 15_000;

/**
 * How long a program may be silent beyond the time-out, in seconds; `alive`: as long as the shell
 * around it gives signs of life.
 */
export type Silence = number | "alive";

/** The shell at the other end. */
export class Agent {
  /** The input of the agent. It ends when this is closed, or when this program dies. */
  readonly #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  /** Whether that was closed. Node 20 fails at a write to a stream that is about to close. */
  #isClosed = false;
  readonly #answers: Answers;
  /** The word of its first answer, by which it later reports a program that ended too early. */
  readonly #word = crypto.randomUUID();
  /** The name of the machine, once it is open. */
  #machine = "";
  /** Its first answer. What is asked before that goes with the login. */
  #opened: Promise<void> = Promise.resolve();
  /** The end of the latest request. */
  #turn: Promise<void> = Promise.resolve();
  /** Ends it when nothing more comes of the present answer. */
  #clock: IdleClock | undefined;
  /** Whether a sign of life of the shell is enough for it. */
  #mayBeSilent = false;

  /**
   * @param running An ssh whose shell waits for a program.
   * @param host The name of the host.
   * @param programs The rsync and the tar there, which every program is told.
   * @param failure Returns why it did not answer.
   */
  constructor(
    private readonly running: Running,
    private readonly watch: RunOptions,
    private readonly programs: readonly string[],
    private readonly host: string,
    private readonly failure: () => Promise<CopyError>,
  ) {
    this.#writer = running.stdin.getWriter();
    const moved = () => this.#clock?.moved();
    this.#answers = new Answers(running.stdout, moved);
    running.listen((line) => line === "alive" && (this.#mayBeSilent && moved(), true));
  }

  /** Starts it; this takes as long as the login. */
  async open(): Promise<void> {
    this.#tell([sized(AGENT) + this.#word, ...this.programs, ""].join("\n"));
    await (this.#opened = this.#read(this.#word, (name) => this.#machine = name));
  }

  /** The machine's own name for itself. */
  get machine(): string {
    return this.#machine;
  }

  /**
   * Runs a constant program, and tells each text of its answer.
   *
   * @param program One of `programs/`.
   * @param lines The program's first data, a line each.
   * @param body The data after these lines.
   * @throws {CopyError} `connection`, when nothing of the answer comes in time.
   */
  async run(
    program: string,
    lines: string[],
    tell: (text: string) => void,
    { body = [], silence }: { body?: Parts; silence?: Silence } = {},
  ): Promise<void> {
    await this.#inTurn(async () => {
      const word = crypto.randomUUID();
      const answered = new AbortController();
      this.#tell(`run ${sized(program)}`);
      const sent = this.#send(input(word, [...this.programs, ...lines], body), answered.signal);
      sent.catch(() => {}); // its error is thrown below
      try {
        await this.#answer(word, tell, silence);
      } finally {
        answered.abort();
        await sent.finally(() => this.#tell("done\n"));
      }
    });
  }

  /**
   * Runs a constant program in the shell of the agent itself, where it can leave variables.
   *
   * @param lines The program's data, one text a line; it reads no more than these.
   */
  async keep(program: string, lines: string[], tell: (text: string) => void): Promise<void> {
    await this.#inTurn(async () => {
      const word = crypto.randomUUID();
      this.#tell([`keep ${sized(program)}${word}`, ...this.programs, ...lines, ""].join("\n"));
      await this.#answer(word, tell);
    });
  }

  /** Measures a round trip, in seconds, by a question that costs the host next to nothing. */
  async roundTrip(): Promise<number> {
    const began = performance.now();
    await this.run(EXISTING, ["/"], () => {});
    return (performance.now() - began) / 1000;
  }

  /** Sends it a line that it does not answer. */
  note(line: string): void {
    this.#tell(`${line}\n`);
  }

  /**
   * Ends it.
   *
   * @param patience How long it may take to give up its claims, in milliseconds.
   */
  async close(patience = 0): Promise<void> {
    await this.#closeInput();
    if (patience > 0) await within(patience, this.running.code);
    this.running.kill();
    await this.running.code;
    await this.#answers.end();
  }

  /** Asks when the requests before have ended. */
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

  /** Writes to it. If it has ended, its missing answer will tell. */
  #tell(text: string): void {
    this.#write(bytesOf(text)).catch(() => {});
  }

  /** Writes to it; returns whether it still reads. */
  async #write(bytes: Uint8Array<ArrayBuffer>): Promise<boolean> {
    return !this.#isClosed && await isTaken(this.#writer.write(bytes));
  }

  async #closeInput(): Promise<void> {
    this.#isClosed = true;
    await this.#writer.close().catch(() => {}); // it may have ended already
  }

  async #answer(word: string, tell: (text: string) => void, silence: Silence = 0): Promise<void> {
    await this.#opened; // a login has more time
    const { timeout = 0 } = this.watch;
    const [more, beat] = silence === "alive" ? [0, timeout] : [silence, 0];
    const what = `${this.host} did not answer`;
    this.#mayBeSilent = silence === "alive";
    this.#clock = endWhenIdle(this.running, timeout && timeout + more, what);
    const ask = () => this.note("alive");
    const timer = beat > 0 ? setInterval(ask, Math.min(BEAT, beat * 250)) : undefined;
    try {
      await this.#clock.during(this.#read(word, tell));
    } finally {
      clearInterval(timer);
    }
  }

  async #read(word: string, tell: (text: string) => void): Promise<void> {
    if (await this.#answers.read(word, tell, `${this.#word} lost`)) return;
    await this.#closeInput(); // this ends it
    throw await this.failure();
  }

  /** Sends the input of a program, until it has answered. */
  async #send(parts: Parts, answered: AbortSignal): Promise<void> {
    try {
      for await (const part of gathered(parts, PART)) {
        if (answered.aborted) break;
        this.#tell(`${part.length}\n`);
        if (!await this.#write(part)) break;
        this.#clock?.moved();
      }
    } finally {
      this.#tell("0\n");
    }
  }
}
