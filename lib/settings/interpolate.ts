/**
 * Environment variables within the strings of a settings file.
 *
 * @module
 */

import { requireVariableAccess, variable } from "../system/environment.ts";

const REFERENCE = /\$\{(?:oc\.)?env[:.]([^}]+)\}/g;

/**
 * Puts in the variables that a text refers to, as `${env:VAR}`, `${env.VAR}`, `${oc.env:VAR}` or
 * `${oc.env.VAR}`. One that is unset leaves the text as it is.
 *
 * @param access What to do about a variable that Deno was not granted to read: `required` refuses,
 * as the text decides where files are read or written; `optional` leaves the text.
 * @throws {CopyError} `permission`, with `required`.
 */
export function interpolate(text: string, access: "required" | "optional"): string {
  return text.replace(REFERENCE, (reference, name: string) => {
    if (access === "required") requireVariableAccess(name);
    return variable(name) ?? reference;
  });
}

/** The variables that a text refers to. */
export function referredVariables(text: string): string[] {
  return [...text.matchAll(REFERENCE)].map(([, name]) => name!);
}

/** The first variable that a text still refers to, because it is unset. */
export function unsetVariable(text: string): string | undefined {
  return text.matchAll(REFERENCE).next().value?.[1];
}
