/**
 * Stands in for `@std/yaml/parse` where JSR is out of reach: its ancestor, version 3 of js-yaml,
 * without the numbers to base 60 (`22:22`), which `@std/yaml` reads as text.
 *
 * @module
 */

import yaml from "npm:js-yaml@^3.14.2";

/** How a text is read. */
export interface ParseOptions {
  /** Whether the last of equal keys counts; otherwise they are an error. */
  allowDuplicateKeys?: boolean;
}

const { DEFAULT_SAFE_SCHEMA, Schema, Type, YAMLException } = yaml;

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
    return yaml.load(content, { schema: SCHEMA, json: allowDuplicateKeys }) ?? null;
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const { reason, mark } = error as { reason: string; mark?: { line: number; column: number } };
    const where = mark === undefined ? "" : ` at line ${mark.line + 1}, column ${mark.column + 1}`;
    throw new SyntaxError(reason + where);
  }
}
