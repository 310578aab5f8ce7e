/**
 * Stands in for `@std/yaml/parse` where JSR is out of reach: its ancestor, version 3 of js-yaml,
 * without the numbers to base 60 (`22:22`), which `@std/yaml` reads as text.
 *
 * @module
 */

// by its parts: what writes YAML would be in each wheel
import YAMLException from "npm:js-yaml@^3.14.2/lib/js-yaml/exception.js";
import { load } from "npm:js-yaml@^3.14.2/lib/js-yaml/loader.js";
import Schema from "npm:js-yaml@^3.14.2/lib/js-yaml/schema.js";
import DEFAULT_SAFE_SCHEMA from "npm:js-yaml@^3.14.2/lib/js-yaml/schema/default_safe.js";
import Type from "npm:js-yaml@^3.14.2/lib/js-yaml/type.js";

/** How a text is read. */
export interface ParseOptions {
  /** Whether the last of equal keys counts; otherwise they are an error. */
  allowDuplicateKeys?: boolean;
}

const SCHEMA = new Schema({
  include: [DEFAULT_SAFE_SCHEMA],
  implicit: DEFAULT_SAFE_SCHEMA.compiledImplicit
    .filter(({ tag }: { tag: string }) => /:(?:int|float)$/.test(tag))
    .map(({ tag, kind, construct, resolve }: InstanceType<typeof Type>) =>
      new Type(tag, {
        kind,
        construct,
        resolve: (text: string) => text !== null && !text.includes(":") && resolve(text),
      })
    ),
});

/** Reads a YAML text. */
export function parse(content: string, { allowDuplicateKeys }: ParseOptions = {}): unknown {
  try {
    return load(content, { schema: SCHEMA, json: allowDuplicateKeys }) ?? null;
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const { reason, mark } = error as { reason: string; mark?: { line: number; column: number } };
    const where = mark === undefined ? "" : ` at line ${mark.line + 1}, column ${mark.column + 1}`;
    throw new SyntaxError(reason + where);
  }
}
