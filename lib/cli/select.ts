/**
 * Asking in a terminal: a question with a list, in which the user moves and types.
 *
 * @module
 */

import { within } from "../system/time.ts";
import { type Key, KeyReader } from "./keys.ts";
import { type Answer, type Menu, openMenu, press, render, renderAnswer } from "./menu.ts";

/** A terminal that a question is asked in. */
export interface Tty {
  /** What the user types next; undefined at the end of the input. */
  read(): Promise<Uint8Array | undefined>;
  /** Whether keys come as they are typed, and are not shown. */
  setRaw(raw: boolean): void;
  /** Writes to it. */
  write(text: string): void;
  /** How large it is. */
  size(): { columns: number; rows: number };
  /** Calls `listener` when its size changes; returns how to stop that. */
  onResize(listener: () => void): () => void;
}

/** How long the rest of a sequence may take, in milliseconds: without it, it was Escape. */
const SEQUENCE_MS = 100;
const END_OF_INPUT: Key = { name: "end-of-input" };

/** The keys of a terminal. What is typed ahead of a question is for that question. */
export class Keyboard {
  readonly #tty: Pick<Tty, "read">;
  readonly #reader = new KeyReader();
  readonly #keys: Key[] = [];
  #reading: Promise<Uint8Array | undefined> | undefined;
  #waiting: Promise<void> | undefined;

  /** @param tty The terminal that is read. */
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
 * Asks the user to choose; answers with the place of the chosen entry, or with undefined when the
 * user wants none of them, and when `signal` fires. The question and its answer stay on the screen.
 */
export async function select(
  tty: Tty,
  keyboard: Keyboard,
  question: string,
  entries: readonly string[],
  signal?: AbortSignal,
): Promise<number | undefined> {
  if (signal?.aborted) return undefined;
  let menu = openMenu(question, entries);
  using canvas = new Canvas(tty);
  const close = (answer: Answer) => canvas.close(renderAnswer(menu, answer, tty.size().columns));
  let wake = () => {};
  // The screen is left at once: what is said of a signal is written there.
  const stop = () => {
    close({ answer: undefined });
    wake();
  };
  signal?.addEventListener("abort", stop, { once: true });
  addEventListener("unload", stop);
  const forget = tty.onResize(() => wake());
  try {
    for (;;) {
      canvas.draw(menu);
      await Promise.race([keyboard.ready(), new Promise<void>((resolve) => wake = resolve)]);
      if (signal?.aborted) return undefined;
      for (let key = keyboard.next(); key !== undefined; key = keyboard.next()) {
        const pressed = press(menu, key, tty.size().rows);
        if ("answer" in pressed) {
          close(pressed);
          return pressed.answer;
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

/** The part of the screen that a menu is drawn in, below a cursor that stays in its first line. */
class Canvas implements Disposable {
  readonly #tty: Tty;
  #cursor = 0;
  #isClosed = false;

  constructor(tty: Tty) {
    this.#tty = tty;
    tty.setRaw(true);
    tty.write(ANNOUNCE_PASTES);
  }

  /** Draws a menu over what was drawn before. */
  draw(menu: Menu): void {
    const { columns, rows } = this.#tty.size();
    const { lines, cursor } = render(menu, columns, rows);
    const text = this.#erase(columns) + lines.join("\r\n");
    this.#tty.write(text + up(lines.length - 1) + "\r" + right(cursor));
    this.#cursor = cursor;
  }

  /** Leaves one line of it, and the terminal as it was. */
  close(line: string): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#tty.write(`${this.#erase(this.#tty.size().columns)}${line}\r\n${HIDE_PASTES}`);
    this.#tty.setRaw(false);
  }

  /** Leaves the terminal as it was, when something went wrong. */
  [Symbol.dispose](): void {
    this.close("");
  }

  /** Where the terminal has become narrower, its first line may have become several. */
  #erase(columns: number): string {
    return up(Math.floor(this.#cursor / columns)) + "\r\x1b[J";
  }
}

/** From now on what is pasted is told from what is typed; and no longer. */
const [ANNOUNCE_PASTES, HIDE_PASTES] = ["\x1b[?2004h", "\x1b[?2004l"];

function up(lines: number): string {
  return lines > 0 ? `\x1b[${lines}A` : "";
}

function right(columns: number): string {
  return columns > 0 ? `\x1b[${columns}C` : "";
}
