/**
 * Reads the `params.json` of jobs at the source. Another machine sends them while it is still being
 * scanned: it is not known yet which of them are needed, nor that each is a plain file.
 *
 * @module
 */

import type { Host, ReadFile } from "../host/host.ts";
import { MAX_DOCUMENT } from "../workspace/documents.ts";
import { ByFolder } from "../workspace/by_folder.ts";
import { folderAt, type FolderId, jobFolder, PARAMS_FILE, parentOf } from "../workspace/layout.ts";

/** The `params.json` of the jobs of a survey. */
export class Params {
  /** What is being read already, until it has been asked for. */
  #begun: { jobs: ByFolder<true>; files: AsyncIterableIterator<ReadFile> } | undefined;

  /** @param root The source workspace. */
  constructor(private readonly host: Host, private readonly root: string) {}

  /** Begins to read those of some jobs. */
  begin(jobs: FolderId[]): void {
    this.#begun = { jobs: setOf(jobs), files: this.#files(jobs) };
  }

  /** Reads those of some jobs; each comes with the job's folder. */
  async *read(jobs: FolderId[]): AsyncGenerator<ReadFile> {
    const begun = this.#begun;
    this.#begun = undefined;
    const wanted = begun && setOf(jobs);
    for await (const [path, bytes] of begun?.files ?? []) {
      if (wanted!.has(folderAt(path)!)) yield [parentOf(path), bytes];
    }
    const more = jobs.filter((job) => begun?.jobs.has(job) !== true);
    if (more.length === 0) return;
    for await (const [path, bytes] of this.#files(more)) yield [parentOf(path), bytes];
  }

  /** Stops reading. An error does not matter to who has not asked. */
  async end(): Promise<void> {
    await this.#begun?.files.return?.().catch(() => {});
  }

  #files(jobs: FolderId[]): AsyncIterableIterator<ReadFile> {
    const paths = jobs.map((job) => `${jobFolder(job)}/${PARAMS_FILE}`);
    return this.host.read(this.root, paths, MAX_DOCUMENT);
  }
}

function setOf(jobs: FolderId[]): ByFolder<true> {
  const set = new ByFolder<true>();
  for (const job of jobs) set.set(job, true);
  return set;
}
