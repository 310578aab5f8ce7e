/**
 * Shows the progress on standard error: drawn in a terminal, as lines elsewhere.
 *
 * @module
 */

import type { CopyEvent } from "../copy/types.ts";
import {
  advance,
  type ProgressState,
  renderLogLine,
  renderProgress,
  renderTitle,
  startProgress,
} from "./progress.ts";
import { Title } from "./escapes.ts";
import type { ReportChoice } from "./requests.ts";
import type { Terminal } from "./terminal.ts";

/** How the progress is shown. */
export type ProgressMode = "drawn" | "lines" | "none";

/** Milliseconds between two drawings. */
const REDRAW = 100;
/** Seconds between two lines of a log. */
const LINE = 30;

/** Shows the progress of a copy, with messages between its drawings. */
export class Screen implements Disposable {
  readonly #terminal: Terminal;
  readonly #mode: ProgressMode;
  #state: ProgressState;
  #drawn: string[] = [];
  /** Messages to write once ssh can no longer be asking. */
  #held: string[] = [];
  #ended = false;
  /** Whether a blank line is due. */
  #isSpaced = false;
  #timer: ReturnType<typeof setInterval> | undefined;
  /** When the last line was written, or the copy began. */
  #lineAt: number;
  readonly #title: Title | undefined;
  #stopped = false;

  /**
   * @param mode How the progress is shown.
   * @param hasTitle Whether the terminal's title shows it, too, where it is drawn.
   */
  constructor(terminal: Terminal, mode: ProgressMode, hasTitle = false) {
    this.#terminal = terminal;
    this.#mode = mode;
    if (hasTitle && mode === "drawn") this.#title = new Title(terminal.stderr);
    this.#lineAt = terminal.seconds();
    this.#state = startProgress(this.#lineAt);
  }

  /** The state of the copy. */
  get state(): ProgressState {
    return this.#state;
  }

  /** Notes an event of the copy. */
  event(event: CopyEvent): void {
    this.#state = advance(this.#state, event, this.#terminal.seconds());
    if (event.type === "connecting") this.#clear();
    if (event.type === "connected" && !this.#mayAsk()) this.#release();
    if (event.type === "done") this.end();
    // after a dry run, another copy, or a copy
    if (event.type === "planned" || event.type === "checking") this.#ended = this.#stopped;
    if (this.#mode === "none" || this.#ended) return;
    this.#timer ??= setInterval(() => this.#refresh(), REDRAW);
    if (event.type === "planned") this.#lineAt = this.#state.at;
    if (this.#mode === "lines") this.#line();
  }

  /**
   * Writes whole lines to standard error, above the drawing. While ssh may be asking a question
   * they wait, as they would break into it.
   *
   * @param now Whether to write at once, because ssh has not begun.
   */
  message(lines: string[], now = false): void {
    if (this.#mayAsk() && !now) {
      this.#held.push(...lines);
      return;
    }
    this.#clear();
    for (const line of lines) this.#terminal.stderr(line + "\n");
  }

  /** Sets off what is drawn from now on, and what comes after the end: messages come above the space. */
  space(): void {
    this.#isSpaced = true;
  }

  /** Shows nothing until the next event, so that others may write. */
  pause(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#clear();
  }

  /** Stops showing the progress. */
  end(): void {
    this.#ended = true;
    this.pause();
    this.#title?.[Symbol.dispose]();
    this.#release();
    this.#putSpace();
  }

  /** The same, for good: the program may end at any moment. */
  stop(): void {
    this.#stopped = true;
    this.end();
  }

  /** The same as {@linkcode end}. */
  [Symbol.dispose](): void {
    this.end();
  }

  /** Whether ssh may be asking a question. */
  #mayAsk(): boolean {
    return this.#state.connecting.length > 0 && !this.#ended;
  }

  #release(): void {
    const held = this.#held.splice(0);
    if (held.length > 0) this.message(held);
  }

  #refresh(): void {
    if (this.#mode === "lines") return this.#line();
    this.#state = { ...this.#state, at: this.#terminal.seconds() };
    // One column stays free: after a full line some terminals begin a new one.
    const shown = renderProgress(this.#state, this.#terminal.columns() - 1);
    const lines = this.#isSpaced && shown.length > 0 ? ["", ...shown] : shown;
    const title = renderTitle(this.#state);
    if (title !== undefined) this.#title?.show(title);
    if (lines.join("\n") === this.#drawn.join("\n")) return;
    this.#terminal.stderr(erase(this.#drawn) + lines.join("\n"));
    this.#drawn = lines;
  }

  #clear(): void {
    if (this.#drawn.length > 0) this.#terminal.stderr(erase(this.#drawn));
    this.#drawn = [];
  }

  /** Writes a line about what has come, when it is time for one. */
  #line(): void {
    const at = this.#terminal.seconds();
    if (this.#ended || at - this.#lineAt < LINE) return;
    const line = renderLogLine({ ...this.#state, at });
    if (line === undefined) return;
    this.#lineAt = at;
    this.#putSpace();
    this.#terminal.stderr(`${line}\n`);
  }

  #putSpace(): void {
    if (this.#isSpaced) this.#terminal.stderr("\n");
    this.#isSpaced = false;
  }
}

/** The codes that erase drawn lines; the cursor is at the end of the last one. */
function erase(drawn: string[]): string {
  if (drawn.length === 0) return "";
  return "\r\x1b[K" + "\x1b[1A\x1b[K".repeat(drawn.length - 1);
}

/** How the progress is shown. */
export function progressMode(terminal: Terminal, { quiet, progress }: ReportChoice): ProgressMode {
  if (quiet || !progress) return "none";
  return terminal.isTerminal.err && !terminal.dumb ? "drawn" : "lines";
}
