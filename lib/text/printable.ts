/**
 * Makes texts from elsewhere safe to print: no control character reaches the terminal.
 *
 * @module
 */

// The last ones reverse the text after them on a screen.
// deno-lint-ignore no-control-regex
export const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

/** Whether a text contains a control character (a newline, an escape, NUL ...). */
export function hasControl(text: string): boolean {
  return CONTROL.test(text);
}

/**
 * How many characters are shown of a path that is longer, and of another text: from its beginning
 * and from its end.
 */
export const SHOWN_OF_PATH = [200, 100] as const;

export const SHOWN = [700, 350] as const;

/**
 * Shows a text from outside on one line, as {@linkcode escaped} does. A long path or text loses its
 * middle: some have thousands of characters.
 */
export function printable(text: string): string {
  const paths = escaped(text).replace(/\S{500,}/g, (path) => withoutMiddle(path, SHOWN_OF_PATH));
  return withoutMiddle(paths, SHOWN);
}

export function withoutMiddle(text: string, [first, last]: readonly [number, number]): string {
  if (text.length <= first + last) return text;
  const halves = /[\ud800-\udbff]$|^[\udc00-\udfff]/g; // of a split character
  return [text.slice(0, first), text.slice(-last)].map((part) => part.replace(halves, ""))
    .join("…");
}

/**
 * Puts a text from outside on one line: control characters become `\u001b`, bytes that are not
 * UTF-8 become `\xe9`.
 */
export function escaped(text: string): string {
  return text.replace(new RegExp(`${CONTROL.source}|[\\udc80-\\udcff]`, "gu"), (character) => {
    const code = character.charCodeAt(0);
    return code < 0xdc80 || code > 0xdcff ? `\\u${hex(code, 4)}` : `\\x${hex(code - 0xdc00, 2)}`;
  });
}

export function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, "0");
}
