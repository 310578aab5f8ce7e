/**
 * The list of moves, as the program SETTLE reads it.
 *
 * @module
 */

import { JOBS, parentOf } from "../../workspace/layout.ts";
import { milliseconds } from "../../workspace/times.ts";
import { bytesOf } from "../../system/byte_text.ts";
import { now } from "../../system/time.ts";
import type { Place } from "../host.ts";
import { type Guards, isOfJobs, type Move, type PublishRequest, type Records } from "../steps.ts";
import type { OverlayEntry } from "../../tar/write.ts";

/** The folder of records in a staging folder. */
const STAGED_RECORDS = "records";

/** The most names for one `mv`. */
const MOVES_AT_ONCE = 200;

/** The moves as lines; the last line says that the list is complete. */
export function moveList(moves: Move[], records?: Records): string[] {
  const lines = records === undefined ? [] : [
    ...records.written.map(({ job }) => `written ${job}`),
    ...records.dropped.map((job) => `dropped ${job}`),
    `seen ${timeFile(records.seen)}`,
    `records ${records.workspace}`,
  ];
  const firstOfRun = moves.find((move) => !isOfJobs(move));
  for (let at = 0, group: Move[]; at < moves.length; at += group.length) {
    group = groupAt(moves, at);
    const { kind, from, into, unless } = group[0]!;
    // after a power cut, too, a run must name only jobs that exist
    if (group[0] === firstOfRun) lines.push("sync");
    if (kind === "link") lines.push(`standing ${group[0]!.standing ?? ""}`);
    if (unless !== undefined) lines.push(`exists ${unless.exists ?? ""}`, `begun ${unless.begun}`);
    if (unless?.newer !== undefined) lines.push(`newer ${timeFile(unless.newer)}`);
    lines.push(`group ${kind}`, `from ${parentOf(from)}`, `into ${into}`);
    lines.push(`names ${group.map(({ from }) => from.slice(from.lastIndexOf("/") + 1)).join("/")}`);
  }
  return [...lines, "end"];
}

/**
 * Files with the times of moves, for `find -newer` to compare with. They are a millisecond later,
 * since Deno cuts times off to milliseconds: what was cut off must not make a file look newer.
 */
function timeFiles(moves: Move[], seen: string[]): OverlayEntry[] {
  const times = new Set([...moves.flatMap(({ unless }) => unless?.newer ?? []), ...seen]);
  return [...times].map((time) => {
    // some hosts tell whole seconds
    const later = seen.includes(time) && !/[.]0*[1-9]/.test(time) ? 1001 : 1;
    const mtime = ((milliseconds(time) + later) / 1000).toFixed(3);
    return { path: timeFile(time), kind: "file", mode: 0o600, mtime, bytes: new Uint8Array() };
  });
}

/** The files that the program needs: files with times to compare with, and records. */
export function filesBeside(
  { moves, records }: Pick<PublishRequest, "moves" | "records">,
): OverlayEntry[] {
  const mtime = now();
  const written = (records?.written ?? []).map(({ job, text }): OverlayEntry => {
    const path = `${STAGED_RECORDS}/${JOBS}/${job}.json`;
    return { path, kind: "file", mode: 0o644, mtime, bytes: bytesOf(text) };
  });
  return [...timeFiles(moves, records === undefined ? [] : [records.seen]), ...written];
}

function timeFile(time: string): string {
  return `.time-${time}`;
}

/** The moves, from an index on, that have the same kind and the same folder. */
function groupAt(moves: Move[], at: number): Move[] {
  const { kind, into, unless } = moves[at]!;
  const some = moves.slice(at, at + MOVES_AT_ONCE);
  const end = some.findIndex((move) =>
    move.kind !== kind || move.into !== into || !isSame(move.unless, unless)
  );
  return end < 0 ? some : some.slice(0, end);
}

function isSame(one: Guards | undefined, other: Guards | undefined): boolean {
  return one?.exists === other?.exists && one?.begun === other?.begun &&
    one?.newer === other?.newer;
}

/** What is to be set aside, as the program ASIDE reads it. */
export function asideList(folders: Place[]): string[] {
  const lines: string[] = [];
  for (let at = 0, end = 0; at < folders.length; at = end) {
    const group = parentOf(folders[at]!.name);
    for (end = at; end < Math.min(at + MOVES_AT_ONCE, folders.length); end++) {
      if (parentOf(folders[end]!.name) !== group) break;
    }
    const names = folders.slice(at, end).map(({ name }) => name.slice(group.length + 1));
    lines.push(group, parentOf(folders[at]!.path), names.join("/"));
  }
  return lines;
}
