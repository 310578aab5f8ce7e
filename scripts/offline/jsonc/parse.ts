/**
 * Stands in for `@std/jsonc/parse` where JSR is out of reach.
 *
 * @module
 */

/** What JSON can say. */
export type JsonValue =
  | { [key: string]: JsonValue | undefined }
  | JsonValue[]
  | string
  | number
  | boolean
  | null;

const STRING = /"(?:[^"\\]|\\.)*"/.source;
const COMMENT = new RegExp(`${STRING}|//[^\\n\\r]*|/\\*[\\s\\S]*?\\*/`, "g");
const TRAILING_COMMA = new RegExp(`${STRING}|(?<=[^\\s[{,:]\\s*),(?=\\s*[\\]}])`, "g");

/** Reads JSON that may hold comments and trailing commas. */
export function parse(text: string): JsonValue {
  // blanks take the place of what goes, so that positions in errors stay true
  const blank = (found: string) => found[0] === '"' ? found : found.replace(/[^\n\r]/g, " ");
  return JSON.parse(text.replace(COMMENT, blank).replace(TRAILING_COMMA, blank));
}
