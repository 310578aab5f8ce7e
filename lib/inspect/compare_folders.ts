/**
 * Comparing what a job's folder, or a run's, holds at both ends: a function of what was found.
 *
 * @module
 */

import type { Excludes } from "../copy/exclude.ts";
import type { Entry } from "../system/entry.ts";
import { printable } from "../text/printable.ts";
import { parentOf } from "../workspace/layout.ts";
import { isSameTime } from "../workspace/times.ts";
import type { Aspect } from "./check_types.ts";
import type { Modes } from "./modes.ts";

/** What a folder holds, by path; itself under the empty one. */
export interface Held {
  /** What a copy takes. */
  entries: Map<string, Entry>;
  /** The folders in which there is something that a copy does not take: their times say nothing. */
  touched: Set<string>;
}

/** What should be at the destination. */
export interface Expected {
  /** Where a link should lead; undefined when it is not wanted there. */
  target(path: string, target: string): string | undefined;
  /** Whether a file is a document: it may have another size there. */
  isDocument(entry: Entry): boolean;
  /** Whether something was left out of the copy. */
  isLeftOut: Excludes;
  /** Whether something may be at the destination alone. */
  isOptional(path: string): boolean;
}

/** What was found of two folders. */
export interface Compared {
  /** What is missing: of a folder that is, nothing below it. */
  missing: Entry[];
  /** What is at the destination only: the same. */
  extra: Entry[];
  /** What differs, in what, and how that is put. */
  differing: { path: string; aspects: Aspect[]; what: string }[];
  /** What was left out. */
  leftOut: Entry[];
  /** The files that have the same size at both ends: only their bytes can tell more. */
  files: Entry[];
  /** The documents at both ends. */
  documents: Entry[];
}

/** Compares two folders. */
export function compareFolders(
  source: Held,
  destination: Held,
  expected: Expected,
  modes: Modes,
): Compared {
  const compared: Compared = {
    ...{ missing: [], extra: [], differing: [], leftOut: [], files: [], documents: [] },
  };
  const absent = absentOf(source, destination, expected, compared);
  const added = addedTo(source, destination, expected, compared);
  const changed = new Set([...absent, ...added].map(parentOf));
  const isTimed = (path: string) => !changed.has(path) && !destination.touched.has(path);
  for (const [path, here] of source.entries) {
    const there = destination.entries.get(path);
    if (there === undefined) continue;
    const target = here.kind === "link" ? expected.target(path, here.target!) : undefined;
    if (here.kind === "link" && target === undefined) continue;
    const isDocument = here.kind === "file" && expected.isDocument(here);
    const found = differencesOf({ here, there, target, isDocument }, isTimed(path), modes);
    if (found.length > 0) {
      const what = found.map(([, text]) => text).join("; ");
      compared.differing.push({ path, aspects: found.map(([aspect]) => aspect), what });
    }
    if (here.kind !== "file" || there.kind !== "file") continue;
    if (isDocument) compared.documents.push(here);
    else if (here.size === there.size) compared.files.push(here);
  }
  return compared;
}

/** Tells what is missing; answers the paths of all that is absent. */
function absentOf(
  source: Held,
  destination: Held,
  expected: Expected,
  compared: Compared,
): string[] {
  const absent: string[] = [];
  for (const [path, entry] of source.entries) {
    if (destination.entries.has(path)) continue;
    absent.push(path);
    if (entry.kind === "link" && expected.target(path, entry.target!) === undefined) continue;
    if (expected.isLeftOut(entry) !== undefined) {
      if (entry.kind !== "folder") compared.leftOut.push(entry);
    } else if (isTop(path, source, destination)) compared.missing.push(entry);
  }
  return absent;
}

/** Tells what is at the destination only; answers the paths of it. */
function addedTo(
  source: Held,
  destination: Held,
  expected: Expected,
  compared: Compared,
): string[] {
  const added: string[] = [];
  for (const [path, entry] of destination.entries) {
    if (source.entries.has(path)) continue;
    added.push(path);
    if (!expected.isOptional(path) && isTop(path, destination, source)) compared.extra.push(entry);
  }
  return added;
}

/** Whether the folder that something is in is at the other end, too. */
function isTop(path: string, held: Held, other: Held): boolean {
  const parent = parentOf(path);
  return path === "" || other.entries.get(parent)?.kind === "folder" ||
    held.entries.get(parent)?.kind !== "folder";
}

interface Pair {
  here: Entry;
  there: Entry;
  target: string | undefined;
  isDocument: boolean;
}

/** What differs of a thing that is at both ends. */
function differencesOf(
  { here, there, target, isDocument }: Pair,
  isTimed: boolean,
  modes: Modes,
): [Aspect, string][] {
  if (here.kind !== there.kind) return [["kind", `kind ${here.kind} → ${there.kind}`]];
  if (here.kind === "link") {
    const shown = [target, there.target].map((text) => printable(text!)).join(" → ");
    return target === there.target ? [] : [["target", `target ${shown}`]];
  }
  const found: [Aspect, string][] = [];
  if (here.kind === "file" && !isDocument && here.size !== there.size) {
    found.push(["size", `size ${here.size} → ${there.size}`]);
  }
  if (!modes.isSame(here, there)) {
    found.push(["mode", `mode ${octal(here.mode)} → ${octal(there.mode)}`]);
  }
  const isLate = here.kind !== "folder" || isTimed;
  if (isLate && !isSameTime(here.mtime, there.mtime)) {
    found.push(["time", `time ${shownTime(here.mtime)} → ${shownTime(there.mtime)}`]);
  }
  return found;
}

function octal(mode: number): string {
  return mode.toString(8);
}

/** `2026-01-18T17:07:44.38Z`; a time that no calendar has as it is. */
function shownTime(time: string): string {
  const [seconds, fraction = ""] = time.split(".");
  const date = new Date(Number(seconds) * 1000);
  if (Number.isNaN(date.getTime())) return time;
  const decimals = fraction.replace(/0+$/, "");
  return date.toISOString().replace(/\.000Z$/, decimals === "" ? "Z" : `.${decimals}Z`);
}
