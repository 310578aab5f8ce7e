/**
 * Reads the `params.json` of jobs at the source. Another machine sends them while it is still being
 * scanned: it is not known yet which of them are needed, nor that each is a plain file.
 *
 * @module
 */

import type { Host, ReadFile } from "../host/host.ts";
import { MAX_DOCUMENT } from "../workspace/documents.ts";
import { PARAMS_FILE, parentOf } from "../workspace/layout.ts";

/** The `params.json` of the jobs of a survey. */
export class Params {
  /** What is being read already, until it has been asked for. */
  #begun: { folders: ReadonlySet<string>; files: AsyncIterableIterator<ReadFile> } | undefined;

  /** @param root The source workspace. */
  constructor(private readonly host: Host, private readonly root: string) {}

  /** Begins to read those of some jobs. */
  begin(folders: string[]): void {
    this.#begun = { folders: new Set(folders), files: this.#files(folders) };
  }

  /** Reads those of some jobs; each comes with the job's folder. */
  async *read(folders: ReadonlySet<string>): AsyncGenerator<ReadFile> {
    const begun = this.#begun;
    this.#begun = undefined;
    const more = [...folders].filter((folder) => !begun?.folders.has(folder));
    for (const files of [begun?.files ?? [], more.length > 0 ? this.#files(more) : []]) {
      for await (const [path, bytes] of files) {
        const folder = parentOf(path);
        if (folders.has(folder)) yield [folder, bytes];
      }
    }
  }

  /** Stops reading. */
  async end(): Promise<void> {
    await this.#begun?.files.return?.();
  }

  #files(folders: string[]): AsyncIterableIterator<ReadFile> {
    const paths = folders.map((folder) => `${folder}/${PARAMS_FILE}`);
    return this.host.read(this.root, paths, MAX_DOCUMENT);
  }
}
