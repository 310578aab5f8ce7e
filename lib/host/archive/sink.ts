/**
 * An archive as the destination of a copy. It is written beside its place, under another name, and
 * gets its own name when it is whole.
 *
 * @module
 */

import { CopyError } from "../../errors.ts";
import { bytesOf } from "../../system/byte_text.ts";
import { lookAt, realPath } from "../../system/files.ts";
import { sumOf } from "../../system/hash.ts";
import { systemMessage } from "../../system/message.ts";
import { type RunOptions, stopIfAborted } from "../../system/process.ts";
import { syncFolders } from "../../system/sync.ts";
import { now } from "../../system/time.ts";
import { gathered, joined, type Parts } from "../../system/streams.ts";
import { editTar } from "../../tar/edit.ts";
import { archive, members, type OverlayEntry } from "../../tar/write.ts";
import { BLOCK } from "../../tar/pax.ts";
import { printable } from "../../text/printable.ts";
import type { Pack, Unpacking } from "../../transport/archive.ts";
import { FRAME, type Frame, loadZstd, type Zstd } from "../../transport/zstd.ts";
import { JOBS, parentOf, recordOf } from "../../workspace/layout.ts";
import type {
  Grants,
  LinkedFolder,
  LookRequest,
  ReadFile,
  Staging,
  WorkspaceInfo,
} from "../host.ts";
import type { FailedMove, PublishRequest } from "../steps.ts";
import { Contents } from "./contents.ts";
import { ArchiveHost, infoAt } from "./file.ts";
import { FORMAT, MANIFEST, manifestBytes, sumLine, SUMS } from "./manifest.ts";
import { openPart, type Part } from "./part.ts";
import { withoutZstd } from "./read.ts";

const NONE = new Uint8Array();
/** The bytes of zeros at the end of an archive. */
const END = 2 * BLOCK;

/** What an archive says of the workspace that it is made from. */
export type Origin = Pick<WorkspaceInfo, "realPath" | "current">;

/** An archive that is being written. */
export class ArchiveSink extends ArchiveHost implements Staging {
  readonly folder: string;
  readonly changed = false;
  readonly resumed = false;
  readonly unverified = false;
  readonly isSlow = false;
  /** The owners at the source are kept. */
  readonly owner = 0;
  readonly shared = undefined;

  #part: Part | undefined;
  #contents: Contents | undefined;
  #zstd: Zstd | undefined;
  #frame: Frame | undefined;
  #which = { experimentId: "", runId: "" };
  #origin: Origin | undefined;
  /** What has come and is not written yet. */
  #held: Uint8Array = NONE;
  readonly #references = new Set<string>();
  #omitted: string[] = [];

  /** @param origin Looks at the workspace that it is made from. */
  constructor(
    path: string,
    watch: RunOptions,
    private readonly origin: (question: LookRequest) => Promise<Origin>,
  ) {
    super(path, watch);
    this.folder = path;
  }

  /** Refuses a name that cannot be that of a new archive, and a runtime that makes none. */
  async prepare(): Promise<void> {
    requireName(this.path);
    if (this.path.endsWith(".tar")) return;
    this.#zstd = await loadZstd();
    if (this.#zstd === undefined) throw withoutZstd();
  }

  /** Notes the folders of jobs that were not selected: an import does not miss them. */
  omits(folders: string[]): void {
    this.#omitted = folders;
  }

  override grants(): Grants {
    const folder = parentOf(this.path) || "/";
    const paths = [folder, realPath(folder) ?? folder];
    return { run: [], read: paths, write: paths, env: [] };
  }

  async look(question: LookRequest): Promise<WorkspaceInfo> {
    const { experimentId = "", runId = "" } = question;
    if (runId !== "") this.#which = { experimentId, runId };
    const origin = this.#origin = await this.origin(question);
    return {
      ...infoAt(origin.realPath),
      state: "absent",
      jobsStaging: "/",
      experimentsStaging: "/",
      partialsStaging: "/",
    };
  }

  // deno-lint-ignore require-await -- other hosts need the promise
  async existing(_root: string, paths: string[]): Promise<string[]> {
    const here = paths.filter((path) => this.#contents?.has(path));
    for (const path of paths) if (!here.includes(path)) this.#references.add(path);
    return here;
  }

  read(): AsyncIterableIterator<ReadFile> {
    throw new Error(`nothing is read from ${this.path}`);
  }

  // deno-lint-ignore require-await
  async scan(): Promise<LinkedFolder[]> {
    return [];
  }

  pack(): Pack {
    throw new Error(`nothing is copied from ${this.path}`);
  }

  // deno-lint-ignore require-await
  async claim(): Promise<Staging> {
    return this;
  }

  /** Writes the archive from its beginning; its end follows when all is known. */
  async unpack({ stream, whole }: Unpacking): Promise<string | undefined> {
    this.#drop();
    this.#part = await openPart(this.path);
    this.#contents = new Contents(this.path);
    const expected = { from: this.path, mostBytes: Infinity, owner: 0, onBytes: () => {} };
    this.#held = NONE;
    this.#frame = this.#zstd?.begin((bytes) => this.#put(bytes));
    await this.#write(this.#inParts(editTar(stream, this.#contents, expected)));
    return await whole() ? undefined : "";
  }

  async #write(parts: Parts): Promise<void> {
    for await (const part of parts) {
      if (this.#frame === undefined) this.#put(part);
      else await this.#frame.push(part);
    }
  }

  #put(bytes: Uint8Array): void {
    const { file } = this.#part!;
    try {
      for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
    } catch (error) {
      throw unwritten(error as Error, this.path);
    }
  }

  /** What comes, in large parts; the rest is held, and with it the zeros that end an archive. */
  async *#inParts(parts: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const part of gathered(parts, FRAME)) {
      const all = joined([this.#held, part]);
      const end = all.length < FRAME + END ? 0 : FRAME;
      if (end > 0) yield all.subarray(0, end);
      this.#held = all.slice(end);
    }
  }

  filesFor({ records }: Pick<PublishRequest, "moves" | "records">): OverlayEntry[] {
    return (records?.written ?? []).map(({ job, text }) => ({
      path: recordOf(`${JOBS}/${job}`),
      kind: "file",
      mode: 0o644,
      mtime: now(),
      bytes: new TextEncoder().encode(text),
    }));
  }

  // deno-lint-ignore require-await
  async settle(): Promise<FailedMove[]> {
    return []; // all is at its place
  }

  async verify(): Promise<void> {}

  async discard(): Promise<void> {}

  // deno-lint-ignore require-await
  async carry(): Promise<boolean> {
    return true;
  }

  async release(): Promise<void> {}

  /** Writes the end, and gives the file its name. */
  async finish(): Promise<void> {
    stopIfAborted(this.watch);
    const { realPath: root, current } = this.#origin!;
    const contents = this.#contents!;
    const manifest = manifestBytes({
      format: FORMAT,
      root,
      ...this.#which,
      current: current ?? null,
      references: [...this.#references].sort(),
      ...(this.#omitted.length > 0 && { omitted: this.#omitted }),
      headers: contents.sumOfHeaders(),
    });
    const lines = [...contents.sums, { name: MANIFEST, sum: sumOf([manifest]) }].map(sumLine);
    await this.#write([
      this.#held.subarray(0, -END),
      ...members([ownFile(MANIFEST, manifest)], {}),
      ...archive([ownFile(SUMS, bytesOf(lines.join("")))]),
    ]);
    await this.#frame?.end();
    if (this.watch.fsync) {
      await this.#part!.file.sync().catch((error) => {
        throw unwritten(error, this.path);
      });
    }
    this.#name();
    this.#drop();
    if (this.watch.fsync) await syncFolders([parentOf(this.path) || "/"]);
  }

  /** Gives the file its name; a link never replaces what is there. */
  #name(): void {
    try {
      Deno.linkSync(this.#part!.path, this.path);
    } catch (error) {
      if (lookAt(this.path) !== undefined) throw taken(this.path);
      if (error instanceof Deno.errors.NotCapable) throw error;
      Deno.renameSync(this.#part!.path, this.path); // a file system without hard links
    }
  }

  /** Removes what has been written under the other name. */
  #drop(): void {
    if (this.#part === undefined) return;
    const { path, file } = this.#part;
    this.#part = undefined;
    if (lookAt(path) !== undefined) Deno.removeSync(path);
    file.close();
  }

  // deno-lint-ignore require-await
  async close(): Promise<void> {
    this.#drop();
  }
}

/**
 * Refuses a name that is taken, or in no folder, and one that does not tell what the file is.
 *
 * @throws {CopyError} `refused` or `usage`.
 */
export function requireName(path: string): void {
  if (!/\.tar(\.zst)?$/.test(path)) {
    throw new CopyError(
      "usage",
      `${printable(path)} is not a valid name for an archive`,
      "write a name that ends in .tar.zst, or in .tar for a file without compression",
    );
  }
  if (lookAt(path) !== undefined) throw taken(path);
  const folder = parentOf(path) || "/";
  if (realPath(folder) === undefined) { // not `not-found`: that is looked for at the source
    throw new CopyError("refused", `there is no folder ${printable(folder)}`, "check the path");
  }
}

/** The error for a file that cannot be written; the system does not name it. */
function unwritten(error: Error, path: string): CopyError {
  const why = systemMessage(error.message);
  return new CopyError("refused", `cannot write ${printable(path)}: ${why}`);
}

function taken(path: string): CopyError {
  return new CopyError(
    "refused",
    `${printable(path)} exists already`,
    "an export never overwrites a file: choose another name, or remove that file",
  );
}

function ownFile(path: string, bytes: Uint8Array): OverlayEntry {
  return { path, kind: "file", mode: 0o644, mtime: now(), bytes };
}
