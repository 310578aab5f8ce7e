/**
 * What there is at one end, in a few words and in numbers.
 *
 * @module
 */

import type { Entry } from "../system/entry.ts";
import { printable } from "../text/printable.ts";
import type { Amount } from "./check_types.ts";

/** What a thing is that is at one end only. */
export function described({ kind, size, target }: Entry): string {
  if (kind === "link") return `a link to ${printable(target!)}`;
  if (kind === "file") return `a file, ${size} bytes`;
  return kind === "folder" ? "a folder" : "a pipe, a socket or a device";
}

/** Adds files to an amount. */
export function addTo(amount: Amount, entries: Iterable<Entry>): void {
  for (const { kind, size } of entries) {
    if (kind !== "file") continue;
    amount.files++;
    amount.bytes += size;
  }
}
