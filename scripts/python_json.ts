/**
 * Writes JSON as Python's `json.dumps` does: `", "` and `": "`, `1e-07`, ASCII only, and numbers
 * that JavaScript cannot represent.
 *
 * @module
 */

/** A value that Python writes as JSON. */
export type PythonValue =
  | null
  | boolean
  | number
  | string
  | Verbatim
  | PythonValue[]
  | { [key: string]: PythonValue };

/** A text that is written unchanged: `0.0`, `NaN`, an integer of 20 digits. */
export class Verbatim {
  /** The text. */
  readonly text: string;

  /**
   * Makes a value from a text.
   *
   * @param text The text to write.
   */
  constructor(text: string) {
    this.text = text;
  }
}

/** The arguments of `json.dumps`: none, `separators=(",", ":")`, or `indent=2`. */
export type PythonStyle = "plain" | "compact" | "indented";

/** Writes a value as `json.dumps` does. */
export function dumps(value: PythonValue, style: PythonStyle = "plain", depth = 0): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") return number(value);
  if (typeof value === "string") return ascii(JSON.stringify(value));
  if (value instanceof Verbatim) return value.text;
  if (Array.isArray(value)) {
    return enclose("[", value.map((item) => dumps(item, style, depth + 1)), "]", style, depth);
  }
  const colon = style === "compact" ? ":" : ": ";
  const members = Object.entries(value).map(([key, item]) =>
    ascii(JSON.stringify(key)) + colon + dumps(item, style, depth + 1)
  );
  return enclose("{", members, "}", style, depth);
}

/** JavaScript writes `1e-7` where Python writes `1e-07`. */
function number(value: number): string {
  return String(value).replace(/e([+-])(\d)$/, "e$10$2");
}

function ascii(text: string): string {
  return text.replace(
    /[\u0080-\uffff]/g,
    (c) => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0"),
  );
}

function enclose(
  open: string,
  items: string[],
  close: string,
  style: PythonStyle,
  depth: number,
): string {
  if (style !== "indented" || items.length === 0) {
    return open + items.join(style === "compact" ? "," : ", ") + close;
  }
  const indent = "\n" + "  ".repeat(depth + 1);
  return open + indent + items.join("," + indent) + "\n" + "  ".repeat(depth) + close;
}
