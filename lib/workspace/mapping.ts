/**
 * Where places outside the workspaces are at the destination, as the user says it: `--map OLD=NEW`,
 * or `map` in `copy.jsonc`.
 *
 * @module
 */

import { hasControl } from "../text/printable.ts";

/** What is wrong with the name of such a place; undefined when it is one. */
function faultOfPlace(path: string): string | undefined {
  if (!path.startsWith("/")) return "is not an absolute path";
  if (hasControl(path)) return "contains a control character";
  return path.split("/").includes("..") ? "contains '..'" : undefined;
}

/** What is wrong with a pair of places: `'data' is not an absolute path`; undefined when nothing is. */
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

/** Cuts `OLD=NEW` where an absolute path begins after a `=`; undefined when none does. */
export function cutMapping(text: string): [from: string, to: string] | undefined {
  const at = text.indexOf("=/");
  return at < 0 ? undefined : [text.slice(0, at), text.slice(at + 1)];
}
