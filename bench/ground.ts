/**
 * The folders of the bench: sources, destinations, and what stands there before a run.
 *
 * @module
 */

import { join, relative } from "node:path";
import { ROOT } from "../scripts/modules.ts";
import { makeSample, type Sample } from "../scripts/sample.ts";
import type { Place, Tree } from "./cases.ts";

/** A file system in memory, on Linux. */
const MEMORY = "/dev/shm";
/** What a small file or folder takes on a file system, with its name, in bytes; rather too much. */
const ENTRY_BYTES = 6000;
const ENTRIES_PER_JOB = 14;

/** The folders of the bench, one on disk and one in memory; they go with `await using`. */
export class Ground implements AsyncDisposable {
  readonly #folders = new Map<Place, string>();
  readonly #samples = new Map<string, Sample>();

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
  sample(place: Place, tree: Tree): Sample {
    const name = `from-${tree.jobs}-${tree.largeBytes ?? 0}`;
    const root = join(this.folder(place), name);
    const known = this.#samples.get(root);
    if (known !== undefined) return known;
    const { jobs, largeBytes = 0 } = tree;
    const large = largeBytes > 0 ? { largeFiles: jobs, largeBytes } : {};
    const made = makeSample(root, { jobs, ...large });
    this.#samples.set(root, made);
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

/** Why a tree cannot be copied in a place; undefined when it can. */
export async function hindrance(place: Place, tree: Tree): Promise<string | undefined> {
  if (place === "disk") return undefined;
  if (!await exists(MEMORY)) return `there is no ${MEMORY}`;
  const bytes = tree.jobs * (ENTRIES_PER_JOB * ENTRY_BYTES + (tree.largeBytes ?? 0));
  // the source and one destination, and half of what is there for all else
  const needed = 4 * bytes;
  const { available } = Deno.systemMemoryInfo();
  return available < needed ? `it needs ${Math.ceil(needed / 2 ** 30)} GiB free` : undefined;
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

/** Takes the last ten jobs, and the run that names them, from a copy of a sample. */
export async function forgetTenJobs(copy: string, sample: Sample): Promise<void> {
  for (const { folder } of sample.jobs.slice(-10)) {
    await removeFolder(join(copy, relative(sample.root, folder)));
  }
  const run = join(copy, relative(sample.root, sample.runFolder));
  await removeFolder(run);
  await Deno.remove(join(run, "..", "current"));
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
