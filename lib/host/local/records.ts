/**
 * Writes and removes records of files left out, in a workspace of this machine. A record is written
 * before its job is moved, and removed after a whole job is in place. So an interrupted copy may
 * leave a record too many, but never a job without its record. The twin of `record.sh`.
 *
 * @module
 */

import { CopyError } from "../../errors.ts";
import { JOBS, parentOf, recordOf, RECORDS, STORE } from "../../workspace/layout.ts";
import { refused } from "../../system/permissions.ts";
import { attempt, removeEmpty, removeTree } from "../../system/tree.ts";
import { lookAt, namesIn } from "../../system/files.ts";
import type { Entry } from "../../system/entry.ts";
import { RealFolders } from "./real_folders.ts";
import type { Records } from "../steps.ts";
import { milliseconds } from "../../workspace/times.ts";

/** The records of a workspace. */
export class LocalRecords {
  readonly #folders: RealFolders;
  /** The jobs, by folder, that had a record before, as it was seen. */
  readonly #stood = new Set<string>();
  /** When the records that will go were marked as such. */
  readonly #marked = new Map<string, string>();

  /** @param name The name of the draft, which is that of the staging folder. */
  constructor(private readonly records: Records, private readonly name: string) {
    this.#folders = new RealFolders(records.workspace);
  }

  /** Writes the records of jobs that will lack files; returns the folders of jobs that must not be moved. */
  write(): string[] {
    const failed: string[] = [];
    const isMade = this.#folders.has(parentOf(this.#draft));
    if (isMade && lookAt(this.#draft) !== undefined) removeTree(this.#draft); // an interrupted one
    for (const job of this.records.dropped) if (this.#take(job)) this.#mark(job);
    for (const { job, text } of this.records.written) {
      this.#take(job);
      if (!this.#writeOne(job, text)) failed.push(`${JOBS}/${job}`);
    }
    return failed;
  }

  /** Whether a job, by its folder, had a record before this copy, and still has that one. */
  stood(folder: string): boolean {
    return this.#stood.has(folder);
  }

  /** Notes whether a job has the record that was seen: a newer one is of another copy at work on it. */
  #take(job: string): boolean {
    const found = this.#recordOf(job);
    const isSeen = found !== undefined &&
      milliseconds(found.mtime) <= milliseconds(this.records.seen);
    if (isSeen) this.#stood.add(`${JOBS}/${job}`);
    return isSeen;
  }

  /** Shows other copies, by its time, that the job of a record is about to be whole. */
  #mark(job: string): void {
    attempt(() => Deno.utimeSync(this.#pathOf(job), new Date(), new Date()));
    this.#marked.set(job, this.#recordOf(job)?.mtime ?? "");
  }

  /**
   * Removes the records of jobs that lack nothing any more. A record that another copy has written
   * since stays.
   *
   * @param isMoved Tells whether a job, by its folder, is in place.
   */
  drop(isMoved: (folder: string) => boolean): void {
    const { workspace } = this.records;
    for (const [job, marked] of this.#marked) {
      const found = isMoved(`${JOBS}/${job}`) ? this.#recordOf(job) : undefined;
      if (found?.mtime === marked) Deno.removeSync(this.#pathOf(job));
    }
    const [folder, ...above] = [RECORDS, parentOf(RECORDS), STORE].map((path) =>
      `${workspace}/${path}`
    );
    const real = new RealFolders(workspace);
    const tasks = real.has(folder!) ? namesIn(folder!) ?? [] : [];
    for (const { name, isDirectory } of tasks) if (isDirectory) removeEmpty(`${folder}/${name}`);
    for (const path of [folder!, ...above]) if (real.has(path)) removeEmpty(path);
  }

  /** The path of the record that is being written. */
  get #draft(): string {
    return `${this.records.workspace}/${STORE}/${this.name}`;
  }

  #pathOf(job: string): string {
    return `${this.records.workspace}/${recordOf(`${JOBS}/${job}`)}`;
  }

  /** The record of a job; undefined when there is none, or something else is in its place. */
  #recordOf(job: string): Entry | undefined {
    const path = this.#pathOf(job);
    if (!this.#folders.has(parentOf(path))) return undefined;
    const found = lookAt(path);
    return found?.kind === "file" ? found : undefined;
  }

  /** Writes a record, and renames it, so that none is half written; returns whether it is there. */
  #writeOne(job: string, text: string): boolean {
    const path = this.#pathOf(job);
    try {
      this.#folders.make(parentOf(path));
      if ((lookAt(path)?.kind ?? "file") !== "file") return false;
      Deno.writeTextFileSync(this.#draft, text, { createNew: true });
      Deno.renameSync(this.#draft, path);
      return true;
    } catch (error) {
      if (error instanceof Deno.errors.NotCapable) throw refused("write", path);
      if (error instanceof CopyError && error.code !== "refused") throw error;
      return false;
    }
  }
}
