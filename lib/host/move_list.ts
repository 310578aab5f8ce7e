/**
 * What to move, as the program SETTLE reads it.
 *
 * @module
 */

import { JOBS } from "../workspace/layout.ts";
import type { Move } from "./host.ts";
import type { OverlayEntry } from "./overlay.ts";

/** At most so many names are given to one `mv`. */
const MOVES_AT_ONCE = 200;

/** The moves as the remote program reads them: `.moves`, in the staging folder. */
export function moveList(moves: Move[]): OverlayEntry {
  const lines: string[] = [];
  let group: { move: Move; count: number } | undefined;
  const firstOfRun = moves.find(({ from }) => !from.startsWith(`${JOBS}/`));
  for (const move of moves) {
    // a run may only name jobs that are there, after a power cut too
    if (move === firstOfRun) lines.push("sync");
    const at = move.from.lastIndexOf("/");
    if (
      group === undefined || group.count === MOVES_AT_ONCE ||
      group.move.kind !== move.kind || group.move.into !== move.into
    ) {
      group = { move, count: 0 };
      lines.push(`group ${move.kind}`, `from ${move.from.slice(0, at)}`, `into ${move.into}`);
    }
    group.count++;
    lines.push(`name ${move.from.slice(at + 1)}`);
  }
  const bytes = new TextEncoder().encode(lines.map((line) => `${line}\n`).join(""));
  return { path: ".moves", kind: "file", mode: 0o600, mtime: "0", bytes };
}
