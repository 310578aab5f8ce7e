/**
 * A claimed staging folder, in the suite's words.
 *
 * @module
 */

import type { Staging } from "../../lib/host/host.ts";
import { APPEARED, HELD, type Move, MOVED, NEWER, UNRECORDED } from "../../lib/host/steps.ts";
import type { OverlayEntry } from "../../lib/tar/write.ts";
import type { Publishing } from "./words.ts";

/** The time that what is written over staged folders gets. */
export const TIME = "1600000000.123456789";

/** The host's words for why something was left. */
const WORDS: Readonly<Record<string, string>> = {
  [APPEARED]: "appeared",
  [HELD]: "held",
  [MOVED]: "moved",
  [NEWER]: "newer",
  [UNRECORDED]: "unrecorded",
};

/**
 * Puts what was staged in its place; answers what was left, and why.
 *
 * @param workspace The workspace, absolute.
 */
export async function publish(
  staging: Staging,
  workspace: string,
  what: Publishing,
): Promise<Record<string, string>> {
  const overlay = overlayOf(what);
  const moves = movesOf(workspace, what);
  const { current } = what;
  if (current !== undefined) {
    const link = current.run.replace(/[^/]*$/, "current");
    overlay.push({ path: link, mtime: TIME, kind: "link", target: current.run.split("/")[2]! });
    moves.push({ ...moveOf(workspace, "link", link), standing: current.seen });
  }
  const failed = await staging.settle({
    carry: what.carry && what.run && {
          from: `${workspace}/${nameOf(what.run)}`,
          into: nameOf(what.run),
        } || undefined,
    overlay,
    moves,
    records: what.records && {
      workspace,
      written: Object.entries(what.records.written ?? {}).map(([job, text]) => ({ job, text })),
      dropped: what.records.dropped ?? [],
    },
    marker: what.marker ? `${workspace}/.__experimaestro__` : undefined,
    keep: what.keep && `${workspace}/${what.keep}`,
    finished: !what.more,
  });
  return Object.fromEntries(failed.map(({ from, reason }) => [from, WORDS[reason] ?? reason]));
}

function nameOf(run: NonNullable<Publishing["run"]>): string {
  return "put" in run ? run.put : run.replace;
}

/** What is to be moved, in the order of a copy: jobs by their task, then the run. */
function movesOf(
  workspace: string,
  { put = [], replace = [], unlessNewer, run }: Publishing,
): Move[] {
  const jobs = [
    ...put.map((from) => moveOf(workspace, "put", from)),
    ...replace.map((from) => ({ ...moveOf(workspace, "replace", from), unlessNewer })),
  ];
  const key = ({ into, kind }: Move) => `${into}\0${kind}`;
  jobs.sort((a, b) => key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0);
  if (run === undefined) return jobs;
  return [...jobs, moveOf(workspace, "put" in run ? "put" : "replace", nameOf(run))];
}

function moveOf(workspace: string, kind: Move["kind"], from: string): Move {
  return { kind, from, into: `${workspace}/${from.slice(0, from.lastIndexOf("/"))}` };
}

function overlayOf({ written = {}, time: mtime = TIME }: Publishing): OverlayEntry[] {
  return Object.entries(written).map(([path, made]) =>
    typeof made === "string"
      ? { path, mtime, kind: "file", mode: 0o644, bytes: new TextEncoder().encode(made) }
      : "link" in made
      ? { path, mtime, kind: "link", target: made.link }
      : { path, mtime, kind: "folder", mode: made.folder }
  );
}
