/**
 * A real terminal, by tmux: keys go in, and what is seen comes out.
 *
 * @module
 */

import { assert } from "@std/assert";
import { findProgram } from "../../scripts/setup.ts";
import { descendants } from "./processes.ts";

/** Whether there is one. */
export const HAS_TMUX = await findProgram("tmux") !== undefined;

/** How long something may take to be seen, in milliseconds. */
const PATIENCE_MS = 30_000;

/** Runs a program, says how it ended and how it left the terminal, and stays. */
const SCRIPT = `
trap : INT
"$@"
code=$?
case $(stty -a) in
  *-icanon* | *'-echo '* | *-isig*) echo "[exit $code, the terminal is raw]" ;;
  *) echo "[exit $code]" ;;
esac
exec cat >/dev/null
`;

/** How large it is, and what the program finds in its environment. */
export interface TmuxOptions {
  /** Columns. @default {80} */
  columns?: number;
  /** Lines. @default {24} */
  rows?: number;
  /** Variables. @default {{}} */
  env?: Record<string, string>;
}

/** A terminal with one program in it; it goes with `await using`. */
export class TmuxTerminal implements AsyncDisposable {
  /** A server of its own. */
  readonly #name = `xpm-${crypto.randomUUID()}`;
  /** Where all goes that is written to it. */
  readonly #log = Deno.makeTempFileSync({ prefix: "xpm-terminal-" });

  private constructor() {}

  /** Starts a program in one. */
  static async start(
    words: string[],
    { columns = 80, rows = 24, env = {} }: TmuxOptions = {},
  ): Promise<TmuxTerminal> {
    const terminal = new TmuxTerminal();
    const size = ["-x", String(columns), "-y", String(rows)];
    const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    const command = ["env", ...variables, "sh", "-c", SCRIPT, "sh", ...words];
    const log = ["pipe-pane", "-O", `exec cat >'${terminal.#log}'`];
    await terminal.#tmux("-f", "/dev/null", "new-session", "-d", ...size, ...command, ";", ...log);
    return terminal;
  }

  /** Presses keys, by tmux's names: `Up`, `Enter`, `C-c`. All come at once. */
  async press(...keys: string[]): Promise<void> {
    await this.#tmux("send-keys", ...keys);
  }

  /** Types a text. */
  async type(text: string): Promise<void> {
    await this.#tmux("send-keys", "-l", text);
  }

  /** Pastes a text: as such, where the program has asked to be told. */
  async paste(text: string): Promise<void> {
    await this.#tmux("set-buffer", text);
    await this.#tmux("paste-buffer", "-p", "-r");
  }

  /** Gives it another size. */
  async resize(columns: number, rows: number): Promise<void> {
    await this.#tmux("resize-window", "-x", String(columns), "-y", String(rows));
  }

  /** Sends a signal to the program. */
  async signal(signal: Deno.Signal): Promise<void> {
    const shell = Number(await this.#tmux("display-message", "-p", "#{pane_pid}"));
    for (const { pid } of descendants(shell)) Deno.kill(pid, signal);
  }

  /** What is seen, without the blank lines at the end. */
  async screen(): Promise<string[]> {
    return (await this.#tmux("capture-pane", "-p")).trimEnd().split("\n");
  }

  /** All that was written to it, as it came: what was drawn over, too. */
  async written(): Promise<string> {
    return await Deno.readTextFile(this.#log);
  }

  /** In which column the cursor is. */
  async cursor(): Promise<number> {
    return Number(await this.#tmux("display-message", "-p", "#{cursor_x}"));
  }

  /** Waits until the lines that are seen are such; gives them. */
  async until(expected: (lines: string[]) => boolean): Promise<string[]> {
    for (const end = Date.now() + PATIENCE_MS;;) {
      const lines = await this.screen();
      if (expected(lines)) return lines;
      assert(Date.now() < end, `it did not come to that:\n${lines.join("\n")}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Waits until something is seen. */
  async untilSeen(text: string): Promise<string[]> {
    return await this.until((lines) => lines.join("\n").includes(text));
  }

  /** Ends what is left in it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tmux("kill-server");
    await Deno.remove(this.#log);
  }

  async #tmux(...args: string[]): Promise<string> {
    const { success, stdout, stderr } = await new Deno.Command("tmux", {
      args: ["-L", this.#name, "-u", ...args],
      env: { TMUX: "" },
    }).output();
    assert(success, `tmux ${args[0]}: ${new TextDecoder().decode(stderr)}`);
    return new TextDecoder().decode(stdout);
  }
}
