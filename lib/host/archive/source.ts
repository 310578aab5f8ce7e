/**
 * An archive as the source of a copy. Its file is read to the end first: nothing is begun with one
 * that was damaged.
 *
 * @module
 */

import { textOf } from "../../system/byte_text.ts";
import { later } from "../../system/time.ts";
import type { RunOptions } from "../../system/process.ts";
import type { Pack, PackRequest } from "../../transport/archive.ts";
import {
  FILES_OF_2,
  jobAt,
  jobFolder,
  JOBS,
  JOBS_FILE,
  RECORDS,
  STATUS_FILE,
} from "../../workspace/layout.ts";
import { TRANSIENT } from "../../workspace/runs.ts";
import type {
  LinkedFolder,
  LookRequest,
  ReadFile,
  ScanRequest,
  SeenRun,
  Staging,
  Visit,
  WorkspaceInfo,
} from "../host.ts";
import { Contents } from "./contents.ts";
import { ArchiveHost, infoAt } from "./file.ts";
import type { Manifest } from "./manifest.ts";
import { type OnRead, readArchive } from "./read.ts";

/** An archive that was read, as a source. */
export class ArchiveSource extends ArchiveHost {
  private constructor(path: string, watch: RunOptions, private readonly contents: Contents) {
    super(path, watch);
  }

  /**
   * Reads an archive.
   *
   * @throws {CopyError} `refused`, when it is not whole, was damaged, or is something else.
   */
  static async read(path: string, watch: RunOptions, onRead: OnRead): Promise<ArchiveSource> {
    const contents = new Contents(path, () => false, true);
    for await (const _ of readArchive(path, contents, watch, onRead));
    return new ArchiveSource(path, watch, contents);
  }

  /** What it is. */
  get manifest(): Manifest {
    return this.contents.manifest!;
  }

  // deno-lint-ignore require-await -- other hosts need the promise
  async look({ experimentId, runId }: LookRequest): Promise<WorkspaceInfo> {
    const { root, current, omitted = [], ...manifest } = this.manifest;
    const isIt = experimentId === manifest.experimentId;
    return {
      ...infoAt(root),
      records: this.contents.folders.has(RECORDS),
      experimentExists: isIt,
      current: current ?? undefined,
      omitted,
      run: isIt && runId === manifest.runId ? this.#run() : undefined,
    };
  }

  #run(): SeenRun {
    const { kept, folders, run } = this.contents;
    const entries = folders.get(run!)!;
    const text = (path: string) => {
      const bytes = kept.get(`${run}/${path}`);
      return bytes && textOf(bytes);
    };
    const isOf2 = entries.some(({ path }) => FILES_OF_2.includes(path));
    const links = entries.filter(({ path, kind }) => kind === "link" && path.startsWith(`${JOBS}/`))
      .map(({ path }) => path.slice(JOBS.length + 1));
    const events = [...kept].filter(([name]) => name.startsWith(`${run}/events/`));
    return {
      runId: this.manifest.runId,
      jobs: text(JOBS_FILE),
      linked: isOf2 ? undefined : links.sort().join("\n") || undefined,
      status: text(STATUS_FILE),
      transient: events.flatMap(([, bytes]) => textOf(bytes).split("\n"))
        .filter((line) => TRANSIENT.some((one) => one.test(line))).join("\n"),
    };
  }

  // deno-lint-ignore require-await
  async existing(_root: string, paths: string[]): Promise<string[]> {
    const references = new Set(this.manifest.references);
    return paths.filter((path) => references.has(path) || this.contents.has(path));
  }

  async *read(_root: string, paths: Iterable<string>): AsyncGenerator<ReadFile> {
    for (const path of paths) yield [path, this.contents.kept.get(path)];
  }

  // deno-lint-ignore require-await
  async scan({ folders }: ScanRequest, visit: Visit): Promise<LinkedFolder[]> {
    const linked: LinkedFolder[] = [];
    for (const folder of folders) {
      const target = this.contents.links.get(folder);
      const job = target && jobAt(target, [`${this.manifest.root}/${JOBS}`]);
      if (target) linked.push({ folder, target, realPath: target });
      const entries = this.contents.folders.get(job ? jobFolder(job) : folder) ?? [];
      const self = entries.find(({ path }) => path === "");
      if (self !== undefined) visit(folder, self); // first, though a folder by a link comes last
      for (const entry of entries) if (entry !== self) visit(folder, entry);
    }
    return linked;
  }

  pack({ folders, entries }: PackRequest): Pack {
    const wanted = new Set(folders);
    const named = new Set(entries);
    const { promise: whole, resolve } = later<boolean>();
    const isWanted = (folder: string, name: string) => wanted.has(folder) || named.has(name);
    const contents = new Contents(this.path, isWanted);
    const { path, watch } = this;
    async function* packed(): AsyncGenerator<Uint8Array> {
      let isWhole = false;
      try {
        yield* readArchive(path, contents, watch);
        isWhole = true;
      } finally {
        resolve(isWhole);
      }
    }
    return { stream: packed(), whole, archives: 1 };
  }

  claim(): Promise<Staging> {
    throw new Error(`nothing is copied into ${this.path}`);
  }

  async close(): Promise<void> {}
}
