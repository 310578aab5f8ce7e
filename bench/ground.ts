/**
 * The folders of the bench: sources, destinations, and what stands there before a run.
 *
 * @module
 */

import { statfs } from "node:fs/promises";
import { join, relative } from "node:path";
import { ROOT } from "../scripts/modules.ts";
import { makeSample, type Sample } from "../scripts/sample.ts";
import type { Place, Tree } from "./cases.ts";

/** A file system in memory, on Linux. */
const MEMORY = "/dev/shm";
/** What an entry of a job takes on a file system, with its name, in bytes; rather too much. */
const ENTRY_BYTES = 4000;
const ENTRIES_PER_JOB = 14;

/** A workspace to copy. */
export interface Source {
  /** What was made. */
  sample: Sample;
  /** How many files its jobs have, as {@linkcode countJobFiles} counts. */
  files: number;
}

/** The folders of the bench, one on disk and one in memory; they go with `await using`. */
export class Ground implements AsyncDisposable {
  readonly #folders = new Map<Place, string>();
  readonly #sources = new Map<string, Source>();

  /** The bench's folder in a place, made when it is first asked for. */
  folder(place: Place): string {
    const known = this.#folders.get(place);
    if (known !== undefined) return known;
    const parent = parentOf(place);
    Deno.mkdirSync(parent, { recursive: true });
    const made = Deno.makeTempDirSync({ dir: parent, prefix: "xpm-bench-" });
    this.#folders.set(place, made);
    return made;
  }

  /** The workspace of a tree, made when it is first asked for. */
  async source(place: Place, tree: Tree): Promise<Source> {
    const { jobs, largeBytes = 0 } = tree;
    const root = join(this.folder(place), `from-${jobs}-${largeBytes}`);
    const known = this.#sources.get(root);
    if (known !== undefined) return known;
    const large = largeBytes > 0 ? { largeFiles: jobs, largeBytes } : {};
    const sample = makeSample(root, { jobs, ...large });
    const made = { sample, files: await countJobFiles(root) };
    this.#sources.set(root, made);
    return made;
  }

  /** Removes all of it. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const folder of this.#folders.values()) await removeFolder(folder);
  }
}

/** On disk: beside the project, for `/tmp` is often in memory. */
function parentOf(place: Place): string {
  return place === "memory" ? MEMORY : join(ROOT, ".cache");
}

/**
 * Whether a copy goes right after its run. On disk, small files stay to the end of the bench: for
 * minutes, ext4 does not take the inodes of what was removed, and each new file costs several times
 * as much while it passes over thousands of them.
 */
export function isRemovedAtOnce(place: Place, tree: Tree): boolean {
  return place === "memory" || (tree.largeBytes ?? 0) >= 2 ** 20;
}

/** Why a tree cannot be copied so many times in a place; undefined when it can. */
export async function hindrance(
  place: Place,
  tree: Tree,
  copies: number,
): Promise<string | undefined> {
  if (place === "memory" && !await exists(MEMORY)) return `there is no ${MEMORY}`;
  const bytes = bytesOf(tree);
  // the source, what stays of its copies, and once more for all else
  const needed = bytes * (2 + (isRemovedAtOnce(place, tree) ? 1 : copies));
  const { bavail, bsize } = await statfs(parentOf(place));
  const { available } = Deno.systemMemoryInfo();
  const free = Math.min(bavail * bsize, place === "memory" ? available : Infinity);
  return free < needed ? `it needs ${Math.ceil(needed / 2 ** 30)} GiB free` : undefined;
}

/** About what a copy of a tree takes. */
function bytesOf({ jobs, largeBytes = 0 }: Tree): number {
  return jobs * (ENTRIES_PER_JOB * ENTRY_BYTES + largeBytes);
}

/** What the programs of a run take beside their copy, in bytes; rather too much. */
const PROGRAMS_BYTES = 2 ** 29;
const PIECE = new Uint8Array(2 ** 24);

/**
 * Writes to more memory than a run will need, and frees it: a virtual machine gives what is free
 * back to its host, and then the first to use it pays for what the one before had at hand. The
 * kernel does not take the same pages again, so it is three times as much.
 */
export async function touchMemory(tree: Tree): Promise<void> {
  if (!await exists(MEMORY)) return;
  const { bavail, bsize } = await statfs(MEMORY);
  const free = Math.min(bavail * bsize, Deno.systemMemoryInfo().available);
  const needed = Math.min(PROGRAMS_BYTES + 3 * bytesOf(tree), free / 2);
  const path = await Deno.makeTempFile({ dir: MEMORY, prefix: "xpm-bench-" });
  using file = await Deno.open(path, { write: true });
  await Deno.remove(path);
  for (let at = 0; at + PIECE.length <= needed; at += PIECE.length) file.writeSync(PIECE);
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

/** The command that copies a sample but for its last ten jobs, and the run that names them. */
export function copyButTenJobs(sample: Sample, destination: string): string[] {
  const { root, jobs } = sample;
  const left = jobs.slice(-10).map(({ folder }) => `--exclude=/${relative(root, folder)}`);
  return ["rsync", "-aH", "--exclude=/experiments", ...left, `${root}/`, `${destination}/`];
}

/** How many files the jobs in a workspace have; locks, which a copy may leave behind, do not count. */
export async function countJobFiles(workspace: string): Promise<number> {
  let count = 0;
  const visit = async (folder: string): Promise<void> => {
    for await (const entry of Deno.readDir(folder)) {
      if (entry.isDirectory) await visit(join(folder, entry.name));
      else if (!entry.name.endsWith(".lock")) count++;
    }
  };
  const jobs = join(workspace, "jobs");
  if (await exists(jobs)) await visit(jobs);
  return count;
}

/** Removes a folder, if it is there; one that somebody still writes into is tried again. */
export async function removeFolder(folder: string): Promise<void> {
  for (let attempt = 1;; attempt++) {
    try {
      return await Deno.remove(folder, { recursive: true });
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return;
      if (attempt === 10) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
