/**
 * Decodes the keys that a terminal sends. One read may contain several keys, and a key may need
 * several reads.
 *
 * @module
 */

/** A key that is not text. */
export type KeyName =
  | "up"
  | "down"
  | "page-up"
  | "page-down"
  | "home"
  | "end"
  | "enter"
  | "escape"
  | "backspace"
  | "erase-word"
  | "erase-line"
  | "interrupt"
  | "end-of-input";

/** One input of the user: a key, or text that was typed or pasted. */
export type Key = { name: KeyName } | { text: string };

const CONTROLS = new Map<string, KeyName>([
  ["\x01", "home"], // Ctrl-A
  ["\x03", "interrupt"], // Ctrl-C
  ["\x04", "end-of-input"], // Ctrl-D
  ["\x05", "end"], // Ctrl-E
  ["\b", "backspace"],
  ["\n", "enter"],
  ["\r", "enter"],
  ["\x0e", "down"], // Ctrl-N
  ["\x10", "up"], // Ctrl-P
  ["\x15", "erase-line"], // Ctrl-U
  ["\x17", "erase-word"], // Ctrl-W
  ["\x7f", "backspace"],
]);

/** Keys by the letter that ends a sequence. */
const LETTERS = new Map<string, KeyName>([
  ["A", "up"],
  ["B", "down"],
  ["F", "end"],
  ["H", "home"],
]);

/** Keys by the number before the `~` that ends a sequence. */
const NUMBERS = new Map<string, KeyName>([
  ["1", "home"],
  ["4", "end"],
  ["5", "page-up"],
  ["6", "page-down"],
  ["7", "home"],
  ["8", "end"],
]);

const ESCAPE = "\x1b";
const TEXT = /^[^\p{Cc}]+/u;
/**
 * The rest of a sequence after Escape: of the Linux console, of all other terminals, of a keypad,
 * or of Alt.
 */
const SEQUENCE = /^(?:\[\[[A-E]|\[([0-?]*)[ -/]*([@-Z\\-~])|O([!-~])|[^[O])/u;
/** The beginning of a sequence that may be continued. */
const BEGINNING = /^(?:\[\[?|\[[0-?]{1,32}[ -/]{0,8}|O)?$/;
/** The beginning of a sequence that no terminal sends. */
const MALFORMED = /^(?:\[\[?[0-?]*[ -/]*|O)/;

const PASTE_BEGINS = "200";
const PASTE_ENDS = "\x1b[201~";

/** Decodes bytes into keys. */
export class KeyReader {
  readonly #decoder = new TextDecoder();
  #held = "";
  #pasting = false;

  /** Whether the last bytes are incomplete: Escape, or the beginning of a sequence. */
  get isWaiting(): boolean {
    return this.#held !== "";
  }

  /** The keys in some bytes, after those that were held back. */
  read(bytes: Uint8Array): Key[] {
    this.#held += this.#decoder.decode(bytes, { stream: true });
    const keys: Key[] = [];
    while (this.#held !== "") {
      const taken = this.#pasting ? this.#takePasted() : this.#takeKey();
      if (taken === undefined) break;
      keys.push(...taken);
    }
    return keys;
  }

  /** The key in what was held back, when nothing has followed: Escape itself. */
  flush(): Key[] {
    const isEscape = this.#held === ESCAPE && !this.#pasting;
    this.#held = "";
    return isEscape ? [{ name: "escape" }] : [];
  }

  /** Takes the characters of the next key; undefined when the rest of them is missing. */
  #takeKey(): Key[] | undefined {
    if (this.#held.startsWith(ESCAPE)) return this.#takeSequence(this.#held.slice(1));
    const [text] = TEXT.exec(this.#held) ?? [];
    if (text !== undefined) return this.#take(text.length, { text });
    return this.#take(1, named(CONTROLS.get(this.#held.charAt(0))));
  }

  #takeSequence(after: string): Key[] | undefined {
    if (BEGINNING.test(after)) return undefined;
    if (after.startsWith(ESCAPE)) return this.#take(1, named("escape"));
    const [all, parameters = "", final = "", keypad = ""] = SEQUENCE.exec(after) ?? [];
    if (all === undefined) return this.#take(1 + MALFORMED.exec(after)![0].length);
    const [number = ""] = parameters.split(";");
    this.#pasting = final === "~" && number === PASTE_BEGINS;
    const name = final === "~" ? NUMBERS.get(number) : LETTERS.get(final + keypad);
    return this.#take(1 + all.length, named(keypad === "M" ? "enter" : name));
  }

  #takePasted(): Key[] | undefined {
    const end = this.#held.indexOf(PASTE_ENDS);
    const escape = this.#held.lastIndexOf(ESCAPE);
    // part of the end may have arrived
    const isCut = end < 0 && escape >= 0 && PASTE_ENDS.startsWith(this.#held.slice(escape));
    const pasted = this.#held.slice(0, end >= 0 ? end : isCut ? escape : undefined);
    if (pasted === "" && end < 0) return undefined;
    this.#pasting = end < 0;
    const text = pasted.replace(/\p{Cc}/gu, " ");
    const length = pasted.length + (end < 0 ? 0 : PASTE_ENDS.length);
    return this.#take(length, text === "" ? undefined : { text });
  }

  #take(length: number, key?: Key): Key[] {
    this.#held = this.#held.slice(length);
    return key === undefined ? [] : [key];
  }
}

function named(name: KeyName | undefined): Key | undefined {
  return name && { name };
}
