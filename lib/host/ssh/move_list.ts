/**
 * What to move, as the program SETTLE reads it.
 *
 * @module
 */

import { JOBS, parentOf } from "../../workspace/layout.ts";
import { milliseconds } from "../../workspace/times.ts";
import { bytesOf } from "../../system/byte_text.ts";
import { now } from "../../system/time.ts";
import { isOfJobs, type Move, type PublishRequest, type Records } from "../steps.ts";
import type { OverlayEntry } from "../../tar/write.ts";

/** Where records stand in a staging folder. */
const STAGED_RECORDS = "records";

/** At most so many names are given to one `mv`. */
const MOVES_AT_ONCE = 200;

/** The moves as the remote program reads them: lines, and one that says that these are all. */
export function moveList(moves: Move[], records?: Records): string[] {
  const lines = records === undefined ? [] : [
    ...records.written.map(({ job }) => `written ${job}`),
    `records ${records.workspace}`,
    ...records.dropped.map((job) => `dropped ${job}`),
  ];
  const firstOfRun = moves.find((move) => !isOfJobs(move));
  for (let at = 0, group: Move[]; at < moves.length; at += group.length) {
    group = groupAt(moves, at);
    const { kind, from, into, unlessNewer } = group[0]!;
    // a run may only name jobs that are there, after a power cut too
    if (group[0] === firstOfRun) lines.push("sync");
    if (kind === "link") lines.push(`standing ${group[0]!.standing ?? ""}`);
    if (unlessNewer !== undefined) lines.push(`newer ${timeFile(unlessNewer)}`);
    lines.push(`group ${kind}`, `from ${parentOf(from)}`, `into ${into}`);
    lines.push(`names ${group.map(({ from }) => from.slice(from.lastIndexOf("/") + 1)).join("/")}`);
  }
  return [...lines, "end"];
}

/**
 * Files that have the times which moves name, for `find -newer` to compare with. Deno tells times to
 * the millisecond: what may have been cut off makes nothing newer.
 */
function timeFiles(moves: Move[]): OverlayEntry[] {
  const times = new Set(moves.flatMap(({ unlessNewer }) => unlessNewer ?? []));
  return [...times].map((time) => {
    const mtime = ((milliseconds(time) + 1) / 1000).toFixed(3);
    return { path: timeFile(time), kind: "file", mode: 0o600, mtime, bytes: new Uint8Array() };
  });
}

/** What the program takes besides: files with times to compare with, and records of what is left out. */
export function filesBeside(
  { moves, records }: Pick<PublishRequest, "moves" | "records">,
): OverlayEntry[] {
  const mtime = now();
  const written = (records?.written ?? []).map(({ job, text }): OverlayEntry => {
    const path = `${STAGED_RECORDS}/${JOBS}/${job}.json`;
    return { path, kind: "file", mode: 0o644, mtime, bytes: bytesOf(text) };
  });
  return [...timeFiles(moves), ...written];
}

function timeFile(time: string): string {
  return `.time-${time}`;
}

/** The moves from one place on that go to one folder in one way. */
function groupAt(moves: Move[], at: number): Move[] {
  const { kind, into, unlessNewer } = moves[at]!;
  const some = moves.slice(at, at + MOVES_AT_ONCE);
  const end = some.findIndex((move) =>
    move.kind !== kind || move.into !== into || move.unlessNewer !== unlessNewer
  );
  return end < 0 ? some : some.slice(0, end);
}
