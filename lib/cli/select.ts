/**
 * Asks in a terminal: a question with a list, where the user moves and types.
 *
 * @module
 */

import { within } from "../system/time.ts";
import { type Key, KeyReader } from "./keys.ts";
import { type Answer, type Menu, openLine, openMenu, press, render, renderAnswer } from "./menu.ts";

/** The terminal for a question. */
export interface Tty {
  /** The user's next input; undefined at the end of the input. */
  read(): Promise<Uint8Array | undefined>;
  /** Whether keys arrive at once, without an echo. */
  setRaw(raw: boolean): void;
  /** Writes text. */
  write(text: string): void;
  /** Its size. */
  size(): { columns: number; rows: number };
  /** Calls `listener` when the size changes; returns a function that stops that. */
  onResize(listener: () => void): () => void;
}

/** How long the rest of a sequence may take, in milliseconds. After that, the key was Escape. */
const SEQUENCE_MS = 100;
const END_OF_INPUT: Key = { name: "end-of-input" };

/** The keys of a terminal. Keys that were pressed before a question count as an answer to it. */
export class Keyboard {
  readonly #tty: Pick<Tty, "read">;
  readonly #reader = new KeyReader();
  readonly #keys: Key[] = [];
  #reading: Promise<Uint8Array | undefined> | undefined;
  #waiting: Promise<void> | undefined;

  /** @param tty The terminal to read from. */
  constructor(tty: Pick<Tty, "read">) {
    this.#tty = tty;
  }

  /** Waits until there is a key. */
  ready(): Promise<void> {
    return this.#waiting ??= this.#wait().finally(() => this.#waiting = undefined);
  }

  /** The next key; undefined when there is none yet. */
  next(): Key | undefined {
    return this.#keys.shift();
  }

  async #wait(): Promise<void> {
    while (this.#keys.length === 0) {
      this.#reading ??= this.#tty.read();
      if (this.#reader.isWaiting && !await within(SEQUENCE_MS, this.#reading)) {
        this.#keys.push(...this.#reader.flush());
        continue;
      }
      const bytes = await this.#reading;
      this.#reading = undefined;
      this.#keys.push(...bytes === undefined ? [END_OF_INPUT] : this.#reader.read(bytes));
    }
  }
}

/**
 * Asks the user to choose. Returns the index of the entry, or undefined when the user wants none or
 * `signal` fires. The question and its answer stay on the screen.
 */
export async function select(
  tty: Tty,
  keyboard: Keyboard,
  question: string,
  entries: readonly string[],
  signal?: AbortSignal,
): Promise<number | undefined> {
  return (await answerTo(openMenu(question, entries), tty, keyboard, signal)).answer;
}

/** Asks the user to type a line, in the same way; it is not empty. */
export async function typeLine(
  tty: Tty,
  keyboard: Keyboard,
  question: string,
  hint: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  return (await answerTo(openLine(question, hint), tty, keyboard, signal)).text;
}

const NONE: Answer = { answer: undefined };

async function answerTo(
  start: Menu,
  tty: Tty,
  keyboard: Keyboard,
  signal?: AbortSignal,
): Promise<Answer> {
  if (signal?.aborted) return NONE;
  let menu = start;
  using canvas = new Canvas(tty);
  const close = (answer: Answer) => canvas.close(renderAnswer(menu, answer, tty.size().columns));
  let wake = () => {};
  // A signal erases the menu at once: its message is written there.
  const stop = () => {
    close(NONE);
    wake();
  };
  signal?.addEventListener("abort", stop, { once: true });
  addEventListener("unload", stop);
  const forget = tty.onResize(() => wake());
  try {
    for (;;) {
      canvas.draw(menu);
      await Promise.race([keyboard.ready(), new Promise<void>((resolve) => wake = resolve)]);
      if (signal?.aborted) return NONE;
      for (let key = keyboard.next(); key !== undefined; key = keyboard.next()) {
        const pressed = press(menu, key, tty.size().rows);
        if ("answer" in pressed) {
          close(pressed);
          return pressed;
        }
        menu = pressed;
      }
    }
  } finally {
    forget();
    removeEventListener("unload", stop);
    signal?.removeEventListener("abort", stop);
  }
}

/** The part of the screen where the menu is drawn. The cursor stays in its first line. */
class Canvas implements Disposable {
  readonly #tty: Tty;
  #cursor = 0;
  #isClosed = false;

  constructor(tty: Tty) {
    this.#tty = tty;
    tty.setRaw(true);
    tty.write(ANNOUNCE_PASTES);
  }

  /** Draws a menu over the previous one. */
  draw(menu: Menu): void {
    const { columns, rows } = this.#tty.size();
    const { lines, cursor } = render(menu, columns, rows);
    const text = this.#erase(columns) + lines.join("\r\n");
    this.#tty.write(text + up(lines.length - 1) + "\r" + right(cursor));
    this.#cursor = cursor;
  }

  /** Leaves one line on the screen, and resets the terminal. */
  close(line: string): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#tty.write(`${this.#erase(this.#tty.size().columns)}${line}\r\n${HIDE_PASTES}`);
    this.#tty.setRaw(false);
  }

  /** Resets the terminal, after an error. */
  [Symbol.dispose](): void {
    this.close("");
  }

  /** Erases the menu. In a narrower terminal, its first line may have become several. */
  #erase(columns: number): string {
    return up(Math.floor(this.#cursor / columns)) + "\r\x1b[J";
  }
}

/** Codes that make the terminal mark pasted text, and no longer mark it. */
const [ANNOUNCE_PASTES, HIDE_PASTES] = ["\x1b[?2004h", "\x1b[?2004l"];

function up(lines: number): string {
  return lines > 0 ? `\x1b[${lines}A` : "";
}

function right(columns: number): string {
  return columns > 0 ? `\x1b[${columns}C` : "";
}
