/**
 * Moves into the folders of jobs what they lack, on this machine: name by name, by renames, and never
 * onto a name that is there. The folders keep the times of the staged ones. The twin of `fill.sh`.
 *
 * @module
 */

import { isClosed } from "../../system/entry.ts";
import { lookAt, namesIn, walk } from "../../system/files.ts";
import { refused } from "../../system/permissions.ts";
import type { RunOptions } from "../../system/process.ts";
import { rename } from "../../system/tree.ts";
import { type Dialect, dialectOf } from "../../tar/dialect.ts";
import { packLocally, unpackLocally } from "../../transport/tar.ts";
import { JOBS, parentOf } from "../../workspace/layout.ts";
import { milliseconds } from "../../workspace/times.ts";
import type { FailedMove, Move, Why } from "../steps.ts";
import { ABOUT } from "./claim.ts";
import { fillByRsync, withByteNames } from "./fill_by_rsync.ts";
import { whatKeepsPart } from "./guards.ts";
import { isFolder, RealFolders } from "./real_folders.ts";

/** What else must be known. */
export interface FillOptions {
  /** Tells why a job cannot be moved at all. */
  whyNot: (move: Move) => Why | undefined;
  /** Tells whether a job, by its folder, had a record before this copy. */
  hadRecord: (folder: string) => boolean;
  /** Returns the output of `tar --version`. */
  tarVersion: () => Promise<string>;
  /** How processes run. */
  watch: RunOptions;
}

/** A job to fill. */
interface Filling {
  move: Move;
  staged: string;
  final: string;
  /** The staged folders that stand at its place as well, by their paths in it. */
  shared: string[];
  /** Whether Deno may have misread a name of what was staged. */
  isDoubted: boolean;
}

/** Makes some moves of the kind `fill`; answers which were not made, and the folders changed. */
export async function fillLocally(
  staging: string,
  moves: Move[],
  { whyNot, hadRecord, tarVersion, watch }: FillOptions,
): Promise<{ failed: FailedMove[]; changed: string[] }> {
  const failed = new Map<string, Why>();
  const jobs: Filling[] = [];
  for (const move of moves) {
    const final = `${move.into}/${move.from.slice(move.from.lastIndexOf("/") + 1)}`;
    const why = whyNot(move) ??
      (isFolder(move.into) ? undefined : { said: `${move.into} is a link or not a folder` }) ??
      whatKeepsPart(final, move, `${staging}/${ABOUT}`, hadRecord(move.from));
    if (why === undefined) jobs.push(fillingOf(move, `${staging}/${move.from}`, final));
    else failed.set(move.from, why);
  }
  const dialect = jobs.length === 0 ? "plain" : dialectOf(await tarVersion());
  const times = new Times(jobs, staging, dialect, watch);
  const kept = await times.keep();
  const changed = jobs.flatMap(({ final, shared }) => shared.map((path) => at(final, path)));
  for (const { move: { from, into }, staged, final, isDoubted } of kept === "" ? jobs : []) {
    try {
      const come = isDoubted ? await withByteNames(staged, watch) : undefined;
      const hadRoom = come === undefined
        ? fill(staged, final, !times.areKept)
        : await fillByRsync(come, staged, final, watch);
      if (!hadRoom) failed.set(from, "appeared");
    } catch (error) {
      if (error instanceof Deno.errors.NotCapable) throw refused("write", into);
      failed.set(from, { said: (error as Error).message });
    }
  }
  const trouble = kept || await times.set();
  // without its times a job is not done: its record stays, and the next copy sets them
  for (const { move } of trouble === "" ? [] : jobs) failed.set(move.from, { said: trouble });
  return {
    failed: [...failed].map(([from, why]) => ({ from, why })),
    changed,
  };
}

/** Moves what a folder lacks into it; answers whether all of it had room. */
function fill(staged: string, final: string, setsTimes: boolean): boolean {
  const [from, to] = [lookAt(staged)!, lookAt(final)!];
  for (const [path, { mode }] of [[staged, from], [final, to]] as const) {
    if (isClosed(mode)) Deno.chmodSync(path, mode | 0o200);
  }
  let hadRoom = true;
  for (const { name } of namesIn(staged) ?? []) {
    const [here, there] = [`${staged}/${name}`, `${final}/${name}`];
    const standing = lookAt(there)?.kind;
    if (standing === undefined) rename(here, there);
    else if (standing !== "folder" || !isFolder(here)) hadRoom = false;
    else if (!fill(here, there, setsTimes)) hadRoom = false;
  }
  const time = new Date(milliseconds(from.mtime));
  if (setsTimes) Deno.utimeSync(final, time, time);
  const closed = [from, to].find(({ mode }) => isClosed(mode));
  if (closed !== undefined) Deno.chmodSync(final, closed.mode);
  return hadRoom;
}

/** Looks at what was staged of a job. */
function fillingOf(move: Move, staged: string, final: string): Filling {
  const [found, real] = [[""], new RealFolders(final)];
  const isDoubted = walk(staged, ({ path, kind }) => kind === "folder" && found.push(path));
  const shared = found.filter((path) => real.has(at(final, path)));
  return { move, staged, final, shared, isDoubted };
}

function at(folder: string, path: string): string {
  return path === "" ? folder : `${folder}/${path}`;
}

/**
 * The times and modes of staged folders, for the folders at their places. Deno knows no times
 * between milliseconds: tar does, where it makes pax archives.
 */
class Times {
  readonly #chunks: Uint8Array[] = [];

  constructor(
    private readonly jobs: Filling[],
    private readonly staging: string,
    private readonly dialect: Dialect,
    private readonly watch: RunOptions,
  ) {}

  /** Whether they can be kept. */
  get areKept(): boolean {
    return this.dialect !== "plain";
  }

  /** Keeps them, before anything is moved; returns the error, empty when there was none. */
  async keep(): Promise<string> {
    if (!this.areKept) return "";
    const entries = this.jobs.flatMap(({ move, shared }) =>
      shared.map((path) => at(move.from.slice(JOBS.length + 1), path))
    );
    const request = { root: `${this.staging}/${JOBS}`, folders: [], leftBehind: [], entries };
    const options = { withSharedDocuments: false, isPlain: true };
    const pack = packLocally({ ...request, ...options }, this.dialect, this.watch);
    for await (const chunk of pack.stream) this.#chunks.push(chunk.slice());
    const [complaint = "tar failed"] = await pack.complaints ?? [];
    return await pack.whole ? "" : complaint;
  }

  /** Gives them to the folders at their places; returns the error, empty when there was none. */
  async set(): Promise<string> {
    if (!this.areKept) return "";
    const jobsPath = parentOf(this.jobs[0]!.move.into);
    const archive = { stream: this.#chunks, trusted: true };
    return await unpackLocally(jobsPath, archive, this.dialect, this.watch);
  }
}
