/**
 * What some terminals show besides text: links, and a title. A terminal does not tell whether it
 * can, so its variables decide, and where these say nothing there are none.
 *
 * @module
 */

/** What a terminal can show. */
export interface Shown {
  /** A title, which can be put back to what it was. */
  title: boolean;
  /** Links. */
  links: boolean;
}

/** Terminals by `TERM` that know titles, and put back the one before. */
const TITLED = /^(xterm|tmux|alacritty|foot|rxvt|konsole|vte|gnome|wezterm|contour|st\b)/;
/** Terminals by `TERM` that know links. */
const LINKED = /^(xterm-(kitty|ghostty)|alacritty|foot|wezterm|contour)/;
/** Programs by `TERM_PROGRAM` that know links. */
const LINKING = ["iTerm.app", "WezTerm", "vscode", "ghostty"];
/** The first release of VTE, on which many terminals are built, whose links do no harm: 0.50. */
const VTE = 5000;

/** What a terminal can show, by its variables. */
export function shownBy(variable: (name: string) => string | undefined): Shown {
  const term = variable("TERM") ?? "";
  return {
    title: TITLED.test(term),
    links: LINKED.test(term) || LINKING.includes(variable("TERM_PROGRAM") ?? "") ||
      Number(variable("VTE_VERSION") ?? 0) >= VTE ||
      ["WT_SESSION", "KONSOLE_VERSION"].some((name) => variable(name) !== undefined),
  };
}

/** A text that leads to a path of a machine; one that is not UTF-8 has no address. */
export function linkTo(host: string, path: string, text: string): string {
  if (/\p{Surrogate}/u.test(path)) return text;
  const address = `file://${host}${path.split("/").map(encodeURIComponent).join("/")}`;
  return `\x1b]8;;${address}\x1b\\${text}\x1b]8;;\x1b\\`;
}

const [KEEP, PUT_BACK] = ["\x1b[22;2t", "\x1b[23;2t"];

/** The title of a terminal's window or tab. */
export class Title {
  readonly #write: (text: string) => void;
  #shown: string | undefined;

  /** @param write Writes to the terminal. */
  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  /** Shows a title, which has nothing that a terminal would obey. */
  show(title: string): void {
    if (title === this.#shown) return;
    this.#write(`${this.#shown === undefined ? KEEP : ""}${titled(title)}`);
    this.#shown = title;
  }

  /** Puts back the title that was there before; a terminal that kept none gets an empty one. */
  [Symbol.dispose](): void {
    if (this.#shown !== undefined) this.#write(titled("") + PUT_BACK);
    this.#shown = undefined;
  }
}

function titled(title: string): string {
  return `\x1b]2;${title}\x07`;
}
