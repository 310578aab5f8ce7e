/**
 * Checks the guards of a move, on this machine. `settle.sh` checks the same ones.
 *
 * @module
 */

import { JOBS } from "../../workspace/layout.ts";
import { mayBeLater } from "../../workspace/times.ts";
import { lookAt, walk } from "../../system/files.ts";
import type { Entry } from "../../system/entry.ts";
import type { Guards, Move, Why } from "../steps.ts";

/**
 * Why a folder is not replaced; undefined when nothing keeps it.
 *
 * @param final Its path.
 * @param there What is at that path.
 * @param since A file that the claim has written.
 */
export function whatKeeps(
  final: string,
  there: Entry,
  { from, unless }: Pick<Move, "from" | "unless">,
  since: string,
): Why | undefined {
  if (unless?.exists !== undefined && lookAt(`${final}/${unless.exists}`) !== undefined) {
    return "appeared";
  }
  if (!isReplaceable(there, from)) return { said: `${final} is not a folder` };
  return whatIsNew(final, there, unless, since);
}

/**
 * Why nothing is added to a job's folder; undefined when nothing keeps it as it is.
 *
 * @param hadRecord Whether the job had a record before this copy: it may be whole by now.
 */
export function whatKeepsPart(
  final: string,
  { unless }: Pick<Move, "unless">,
  since: string,
  hadRecord: boolean,
): Why | undefined {
  const there = lookAt(final);
  if (there === undefined) return "gone";
  if (!hadRecord) return "appeared";
  if (there.kind !== "folder") return { said: `${final} is not a folder` };
  return whatIsNew(final, there, unless, since);
}

/** Whether a job has begun to run since, or holds something newer. */
function whatIsNew(
  final: string,
  there: Entry,
  unless: Guards | undefined,
  since: string,
): Why | undefined {
  if (unless === undefined) return undefined;
  if (isSince(lookAt(`${final}/${unless.begun}`), lookAt(since))) return "begun";
  const { newer } = unless;
  return newer !== undefined && holdsNewer(final, there, newer) ? "newer" : undefined;
}

/** Whether an entry may be replaced: a folder, or a link in place of a job. */
function isReplaceable({ kind }: Entry, from: string): boolean {
  return kind === "folder" || kind === "link" && from.startsWith(`${JOBS}/`);
}

/** Whether a file is there, and not older than another. */
function isSince(found: Entry | undefined, since: Entry | undefined): boolean {
  return Number(found?.mtime ?? NaN) >= Number(since?.mtime ?? NaN);
}

/** Whether a folder, or something in it, may be newer than a time. */
function holdsNewer(path: string, folder: Entry, time: string): boolean {
  let found = mayBeLater(folder.mtime, time);
  walk(path, ({ mtime }) => found ||= mayBeLater(mtime, time));
  return found;
}
