/**
 * Reading what the programs at the other end answer.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import type { Entry, EntryKind } from "./host.ts";

const KINDS: Record<string, EntryKind> = { f: "file", d: "folder", l: "link" };

/** Takes the texts of an answer in pairs. */
export function pairs(tell: (name: string, text: string) => void): (text: string) => void {
  let name: string | undefined;
  return (text) => {
    if (name === undefined) name = text;
    else {
      tell(name, text);
      name = undefined;
    }
  };
}

/** A word, which must be one of those known. */
export function oneOf<T extends string>(known: T[], text: string, host: string): T {
  const found = known.find((word) => word === text);
  if (found === undefined) throw nonsense(host, `'${text.slice(0, 40)}'`);
  return found;
}

/** The error for an answer that makes no sense. */
export function nonsense(host: string, what: string): CopyError {
  return new CopyError("connection", `${host} did not answer as expected: ${what}`);
}

/** The fourth column of `df -Pk`, as bytes. */
export function availableBytes(line: string): number | undefined {
  const match = /\s\d+\s+\d+\s+(\d+)\s+\d+%\s/.exec(line);
  return match === null ? undefined : Number(match[1]) * 1024;
}

const DESCRIBED = /^(\/?)(.)(\d+) (\S+) ([0-7]+) /;

/** The folder that `/d4096 1795470732.38 755 ./jobs/a/b` names: `jobs/a/b`. */
export function nameOf(described: string): string {
  return described.replace(DESCRIBED, "").replace(/^\.\//, "");
}

/** What the program SCAN tells of a file, and the target of a link. */
export function readEntry(described: string, target: string, host: string): Entry {
  const match = DESCRIBED.exec(described);
  if (match === null) throw nonsense(host, `'${described.slice(0, 40)}'`);
  const [whole, self, kind, size, mtime, mode] = match as unknown as string[];
  return {
    path: self ? "" : described.slice(whole!.length),
    kind: KINDS[kind!] ?? "other",
    size: Number(size),
    mtime: mtime!.slice(0, mtime!.indexOf(".") < 0 ? undefined : mtime!.indexOf(".") + 10),
    mode: parseInt(mode!, 8),
    ...(target !== "" && { target }),
  };
}
