/**
 * The places at the destination that correspond to places outside the source workspace, as the user
 * gives them: `--map OLD=NEW`, or `map` in `copy.jsonc`.
 *
 * @module
 */

import { hasControl } from "../text/printable.ts";

/** What is wrong with the name of a place; undefined when it is valid. */
function faultOfPlace(path: string): string | undefined {
  if (!path.startsWith("/")) return "is not an absolute path";
  if (hasControl(path)) return "contains a control character";
  return path.split("/").includes("..") ? "contains '..'" : undefined;
}

/**
 * What is wrong with a pair of places, for example `'data' is not an absolute path`; undefined when
 * it is valid.
 */
export function mappingFault(
  from: string,
  to: string,
): { place: string; fault: string } | undefined {
  if (/^\/+$/.test(from)) return { place: from, fault: "is the root folder" };
  for (const place of [from, to]) {
    const fault = faultOfPlace(place);
    if (fault !== undefined) return { place, fault };
  }
  return undefined;
}

/** Splits `OLD=NEW` at a `=` that an absolute path follows; undefined when there is none. */
export function cutMapping(text: string): [from: string, to: string] | undefined {
  const at = text.indexOf("=/");
  return at < 0 ? undefined : [text.slice(0, at), text.slice(at + 1)];
}
