/**
 * A claimed staging folder, in the suite's words.
 *
 * @module
 */

import type { Staging } from "../../lib/host/host.ts";
import type { Move } from "../../lib/host/steps.ts";
import { guardsOf, guardsOfPart } from "../../lib/copy/publish_moves.ts";
import { assert } from "@std/assert";
import { CopyError } from "../../mod.ts";
import { joined } from "../../lib/system/streams.ts";
import { archive, type OverlayEntry } from "../../lib/tar/write.ts";
import type { Fixture } from "./fixture.ts";
import type { Publishing } from "./words.ts";

/** The time that what is written over staged folders gets. */
export const TIME = "1600000000.123456789";

/**
 * Writes over what was staged in `ws`, and puts that in its place; answers what was left, and why.
 */
export async function publish(
  staging: Staging,
  fixture: Fixture,
  what: Publishing,
): Promise<Record<string, string>> {
  const workspace = fixture.at("ws");
  const written = overlayOf(what);
  const moves = movesOf(workspace, what);
  const { current } = what;
  if (current !== undefined) {
    const link = current.run.replace(/[^/]*$/, "current");
    written.push({ path: link, mtime: TIME, kind: "link", target: current.run.split("/")[2]! });
    moves.push({ ...moveOf(workspace, "link", link), standing: current.seen });
  }
  if (what.carry && what.run) {
    const run = nameOf(what.run);
    if (!await staging.carry(`${workspace}/${run}`, run)) return { [run]: "lost" };
  }
  const records = what.records && {
    workspace,
    written: Object.entries(what.records.written ?? {}).map(([job, text]) => ({ job, text })),
    dropped: what.records.dropped ?? [],
    seen: what.records.seen ?? String(Date.now() / 1000),
  };
  written.push(...staging.filesFor({ moves, records }));
  if (written.length > 0) await write(staging, written, fixture);
  const failed = await staging.settle({
    moves,
    records,
    marker: what.marker ? `${workspace}/.__experimaestro__` : undefined,
    keep: what.keep && `${workspace}/${what.keep}`,
    finished: !what.more,
  });
  return Object.fromEntries(
    failed.map(({ from, why }) => [from, typeof why === "string" ? why : why.said]),
  );
}

async function write(staging: Staging, written: OverlayEntry[], fixture: Fixture): Promise<void> {
  const bytes = joined([...archive(written, { isForGnu: fixture.traits.tar === "GNU" })]);
  try {
    assert(await unpack(staging, bytes, true), "what is written could not be unpacked");
  } catch (error) {
    if (!(error instanceof CopyError && error.code === "refused")) throw error;
    // a link stands where only folders should, and nothing is unpacked there
    const texts = written.flatMap(({ path, ...entry }) =>
      entry.kind === "file" ? [[path, joined([entry.bytes].flat())] as const] : []
    );
    fixture.stage(Object.fromEntries(texts));
  }
}

function nameOf(run: NonNullable<Publishing["run"]>): string {
  return "put" in run ? run.put : run.replace;
}

/** What is to be moved, in the order of a copy: jobs by their task, then the run. */
function movesOf(
  workspace: string,
  { put = [], replace = [], fill = [], unlessNewer, run }: Publishing,
): Move[] {
  const jobs = [
    ...put.map((from) => moveOf(workspace, "put", from)),
    ...replace.map((from) => ({
      ...moveOf(workspace, "replace", from),
      unless: guardsOf(from.split("/")[1]!, unlessNewer),
    })),
    ...fill.map((from) => ({
      ...moveOf(workspace, "fill", from),
      unless: guardsOfPart(from.split("/")[1]!, unlessNewer!),
    })),
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

/** Unpacks an archive into a staging folder; answers whether all of it came. */
export async function unpack(
  staging: Staging,
  bytes: Uint8Array,
  trusted: boolean,
): Promise<boolean> {
  const whole = () => Promise.resolve(true);
  const stream = streamOf(bytes);
  return await staging.unpack({ stream, trusted, isPlain: false, hasBulk: true, whole }) ===
    undefined;
}

async function* streamOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 1 << 16) yield bytes.subarray(at, at + (1 << 16));
  await Promise.resolve();
}
