/**
 * Checks values by the JSON schemas of this project: what `scripts/schemas.ts` can write.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import output from "../../schemas/output.json" with { type: "json" };
import type { Document, Schema } from "../../scripts/schemas.ts";

/** Checks lines of `--json`: each is as its schema says, and has nothing that no schema has. */
export function assertOutput(text: string): void {
  for (const line of text.trimEnd().split("\n")) {
    assertEquals(faultIn(JSON.parse(line), output, true), undefined, line);
  }
}

/**
 * What is wrong with a value; undefined when nothing is.
 *
 * @param isStrict Whether a key that no schema has is wrong, although a reader should ignore it.
 */
export function faultIn(
  value: unknown,
  document: Document,
  isStrict: boolean,
): string | undefined {
  return fault(value, document, { document, isStrict }, "$");
}

interface How {
  document: Document;
  isStrict: boolean;
}

function fault(value: unknown, schema: Schema, how: How, at: string): string | undefined {
  const { $ref, anyOf, type, items, properties } = schema;
  if ($ref !== undefined) {
    const [, , name, , property] = $ref.split("/"); // of "#/$defs/NAME/properties/PROPERTY"
    const named = how.document.$defs[name!]!;
    return fault(value, property ? named.properties![property]! : named, how, at);
  }
  if (anyOf !== undefined) return faultOfAll(value, anyOf, how, at);
  const values = "const" in schema ? [schema.const] : schema.enum;
  if (values !== undefined && !values.some((one) => one === value)) {
    return `${at} is ${JSON.stringify(value)}, not one of ${JSON.stringify(values)}`;
  }
  if (type !== undefined && typeOf(value) !== type) return `${at} is no ${type}`;
  if (type === "array") {
    return first(value as unknown[], (one, n) => fault(one, items!, how, `${at}[${n}]`));
  }
  if (type !== "object") return undefined;
  const wrong = first(Object.entries(value as object), ([key, one]) => {
    const known = properties?.[key] ?? schema.additionalProperties;
    if (typeof known === "object") return fault(one, known, how, `${at}.${key}`);
    const isAllowed = known !== false && (!how.isStrict || properties === undefined);
    return isAllowed ? undefined : `${at}.${key} is not known`;
  });
  if (wrong !== undefined) return wrong;
  const lacking = schema.required?.find((key) => !Object.hasOwn(value as object, key));
  return lacking === undefined ? undefined : `${at} has no ${lacking}`;
}

/** The fault by all of some schemas; that of the one with the same `type` tells most. */
function faultOfAll(value: unknown, all: Schema[], how: How, at: string): string | undefined {
  const faults = all.map((one) => fault(value, one, how, at));
  if (faults.includes(undefined)) return undefined;
  return faults.find((said) => !said!.startsWith(`${at}.type `)) ?? faults[0];
}

function first<T>(
  list: readonly T[],
  check: (one: T, index: number) => string | undefined,
): string | undefined {
  for (const [index, one] of list.entries()) {
    const said = check(one, index);
    if (said !== undefined) return said;
  }
  return undefined;
}

function typeOf(value: unknown): string {
  return Array.isArray(value) ? "array" : value === null ? "null" : typeof value;
}
