/**
 * Telling, in a workspace of this machine, of which jobs files were left out. A record is written
 * before its job is moved and removed after a whole one stands: what is interrupted leaves one that
 * is not needed, and never a job of which nobody knows that it lacks files. The twin of
 * `record.sh`.
 *
 * @module
 */

import { CopyError } from "../../errors.ts";
import { JOBS, parentOf, RECORDS, STORE } from "../../workspace/layout.ts";
import { refused } from "../../system/permissions.ts";
import { removeEmpty, removeTree } from "../../system/tree.ts";
import { lookAt } from "../../system/files.ts";
import type { Entry } from "../../system/entry.ts";
import { RealFolders } from "./real_folders.ts";
import { type Records, UNRECORDED } from "../steps.ts";
import { milliseconds } from "../../workspace/times.ts";

/** The records of a workspace. */
export class LocalRecords {
  readonly #folders: RealFolders;
  /** Jobs of which a record was written, and whether there was one before. */
  readonly #written = new Map<string, boolean>();

  /** @param name A name for what is being written: that of the staging folder. */
  constructor(private readonly records: Records, private readonly name: string) {
    this.#folders = new RealFolders(records.workspace);
  }

  /** Writes those of jobs that will lack files; answers which jobs must not be moved, and why. */
  write(): Map<string, string> {
    const failed = new Map<string, string>();
    const isMade = this.#folders.has(parentOf(this.#draft));
    if (isMade && lookAt(this.#draft, "") !== undefined) removeTree(this.#draft); // of one that was broken off
    for (const { job, text } of this.records.written) {
      const before = this.#recordOf(job) !== undefined;
      if (!this.#writeOne(job, text)) failed.set(`${JOBS}/${job}`, UNRECORDED);
      else this.#written.set(`${JOBS}/${job}`, before);
    }
    return failed;
  }

  /** Whether a job, by its folder, had a record before this copy: only such a one gives way when it is done. */
  stood(folder: string): boolean {
    return this.#written.get(folder) ?? this.#recordOf(folder.slice(JOBS.length + 1)) !== undefined;
  }

  /**
   * Removes those of jobs that lack nothing any more. One that is newer than `since` is another
   * copy's.
   *
   * @param isMoved Whether a job, by its folder, is in its place.
   */
  drop(since: string, isMoved: (folder: string) => boolean): void {
    const { workspace, dropped } = this.records;
    const folders = new Set<string>();
    for (const job of dropped) {
      const found = isMoved(`${JOBS}/${job}`) ? this.#recordOf(job) : undefined;
      if (found === undefined || milliseconds(found.mtime) > milliseconds(since)) continue;
      Deno.removeSync(this.#pathOf(job));
      folders.add(parentOf(this.#pathOf(job)));
    }
    const above = [RECORDS, parentOf(RECORDS), STORE].map((path) => `${workspace}/${path}`);
    if (folders.size > 0) { for (const folder of [...folders, ...above]) removeEmpty(folder); }
  }

  /** A record that is being written. */
  get #draft(): string {
    return `${this.records.workspace}/${STORE}/${this.name}`;
  }

  #pathOf(job: string): string {
    return `${this.records.workspace}/${RECORDS}/${job}.json`;
  }

  /** The record of a job; undefined when there is none, or something else stands in its place. */
  #recordOf(job: string): Entry | undefined {
    const path = this.#pathOf(job);
    if (!this.#folders.has(parentOf(path))) return undefined;
    const found = lookAt(path, "");
    return found?.kind === "file" ? found : undefined;
  }

  /** Writes a record by a rename: what is half written is none. Answers whether it stands. */
  #writeOne(job: string, text: string): boolean {
    const path = this.#pathOf(job);
    try {
      this.#folders.make(parentOf(path));
      if ((lookAt(path, "")?.kind ?? "file") !== "file") return false;
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
