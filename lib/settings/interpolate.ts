/**
 * Replaces environment variables in the texts of a settings file.
 *
 * @module
 */

import { requireVariableAccess, variable } from "../system/environment.ts";

const REFERENCE = /\$\{(?:oc\.)?env[:.]([^}]+)\}/g;

/**
 * Replaces the variables that a text refers to, as `${env:VAR}`, `${env.VAR}`, `${oc.env:VAR}` or
 * `${oc.env.VAR}`. References to an unset variable stay.
 *
 * @param access What to do when Deno was not granted to read a variable. `required` refuses, since
 * the text decides where files are read or written; `optional` keeps the reference.
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

/** The first variable that a text still refers to, since it is unset. */
export function unsetVariable(text: string): string | undefined {
  return text.matchAll(REFERENCE).next().value?.[1];
}
