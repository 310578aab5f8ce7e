/**
 * Reads the `params.json` of jobs at the source. Another machine sends them while it is still being
 * scanned: it is not known yet which of them are needed, nor that each is a plain file.
 *
 * @module
 */

import type { Host, ReadFile, ReadFiles } from "../host/host.ts";
import { MAX_DOCUMENT } from "../workspace/documents.ts";
import { ByFolder } from "../workspace/by_folder.ts";
import { folderAt, type FolderId, jobFolder, PARAMS_FILE, parentOf } from "../workspace/layout.ts";

/** From so many jobs on, they are read while the jobs are still being scanned. */
const MANY = 1000;
/** The most bytes that are read without a channel of their own: to open one takes three round trips. */
const FEW_BYTES = 1 << 20;

/** The `params.json` of the jobs of a survey. */
export class Params {
  /** What is being read already, until it has been asked for. */
  #begun: Begun | undefined;

  /**
   * @param root The source workspace.
   * @param free Called before another channel is opened: a server may allow only one.
   */
  constructor(
    private readonly host: Host,
    private readonly root: string,
    private readonly free: () => Promise<void>,
  ) {}

  /** Whether some are being read; waits for the first of them: then they have a session. */
  async hasBegun(): Promise<boolean> {
    const first = this.#begun?.first;
    return first !== undefined && await first.then(({ done }) => !done, () => false);
  }

  /** Begins to read those of many jobs. */
  begin(jobs: FolderId[]): void {
    if (jobs.length < MANY) return;
    const files = this.#files(jobs);
    const first = files.next();
    first.catch(() => {}); // it is thrown where they are read
    this.#begun = { jobs: setOf(jobs), first, files };
  }

  /**
   * Reads those of some jobs; each comes with the job's folder.
   *
   * @param bytes How large they are together, at most.
   */
  async *read(jobs: FolderId[], bytes: number): AsyncGenerator<ReadFile> {
    const begun = this.#begun;
    this.#begun = undefined;
    const wanted = begun && setOf(jobs);
    for await (const [path, bytes] of begun === undefined ? [] : filesOf(begun)) {
      if (wanted!.has(folderAt(path)!)) yield [parentOf(path), bytes];
    }
    const more = jobs.filter((job) => begun?.jobs.has(job) !== true);
    if (more.length === 0) return;
    const isText = bytes <= FEW_BYTES;
    if (!isText) await this.free();
    const files = this.#files(more, isText);
    for await (const [path, bytes] of files) yield [parentOf(path), bytes];
  }

  /** Reads another document; one of more bytes counts as one that cannot be read. */
  async other(path: string, most: number): Promise<Uint8Array | undefined> {
    await this.free();
    let content: Uint8Array | undefined;
    for await (const [, bytes] of this.host.read(this.root, [path], most)) content = bytes;
    return content;
  }

  /** Stops reading. An error does not matter to who has not asked. */
  async end(): Promise<void> {
    await this.#begun?.files.return?.().catch(() => {});
  }

  #files(jobs: FolderId[], asText = false): ReadFiles {
    const paths = { // one by one: all would take much memory
      *[Symbol.iterator]() {
        for (const job of jobs) yield `${jobFolder(job)}/${PARAMS_FILE}`;
      },
    };
    return this.host.read(this.root, paths, MAX_DOCUMENT, asText);
  }
}

/** What is being read already. */
interface Begun {
  jobs: ByFolder<true>;
  first: Promise<IteratorResult<ReadFile>>;
  /** The others. */
  files: ReadFiles;
}

async function* filesOf({ first, files }: Begun): AsyncGenerator<ReadFile> {
  try {
    const { value, done } = await first;
    if (done) return;
    yield value;
    yield* files;
  } finally {
    await files.return?.();
  }
}

function setOf(jobs: FolderId[]): ByFolder<true> {
  const set = new ByFolder<true>();
  for (const job of jobs) set.set(job, true);
  return set;
}
