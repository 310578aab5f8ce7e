/**
 * Writes and removes records of files left out, in a workspace of this machine. A record is written
 * before its job is moved, and removed after a whole job is in place. So an interrupted copy may
 * leave a record too many, but never a job without its record. The twin of `record.sh`.
 *
 * @module
 */

import { CopyError } from "../../errors.ts";
import { JOBS, parentOf, RECORDS, STORE } from "../../workspace/layout.ts";
import { refused } from "../../system/permissions.ts";
import { removeEmpty, removeTree } from "../../system/tree.ts";
import { lookAt, namesIn } from "../../system/files.ts";
import type { Entry } from "../../system/entry.ts";
import { RealFolders } from "./real_folders.ts";
import type { Records } from "../steps.ts";
import { milliseconds } from "../../workspace/times.ts";

/** The records of a workspace. */
export class LocalRecords {
  readonly #folders: RealFolders;
  /** The jobs whose records were written, and whether they had one before. */
  readonly #written = new Map<string, boolean>();

  /** @param name The name of the draft, which is that of the staging folder. */
  constructor(private readonly records: Records, private readonly name: string) {
    this.#folders = new RealFolders(records.workspace);
  }

  /** Writes the records of jobs that will lack files; returns the folders of jobs that must not be moved. */
  write(): string[] {
    const failed: string[] = [];
    const isMade = this.#folders.has(parentOf(this.#draft));
    if (isMade && lookAt(this.#draft, "") !== undefined) removeTree(this.#draft); // an interrupted one
    for (const { job, text } of this.records.written) {
      const before = this.#recordOf(job) !== undefined;
      if (!this.#writeOne(job, text)) failed.push(`${JOBS}/${job}`);
      else this.#written.set(`${JOBS}/${job}`, before);
    }
    return failed;
  }

  /** Whether a job, by its folder, had a record before this copy. */
  stood(folder: string): boolean {
    return this.#written.get(folder) ?? this.#recordOf(folder.slice(JOBS.length + 1)) !== undefined;
  }

  /**
   * Removes the records of jobs that lack nothing any more. A record newer than `since` was written
   * by another copy, and stays.
   *
   * @param isMoved Tells whether a job, by its folder, is in place.
   */
  drop(since: string, isMoved: (folder: string) => boolean): void {
    const { workspace, dropped } = this.records;
    for (const job of dropped) {
      const found = isMoved(`${JOBS}/${job}`) ? this.#recordOf(job) : undefined;
      if (found === undefined || milliseconds(found.mtime) > milliseconds(since)) continue;
      Deno.removeSync(this.#pathOf(job));
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
    return `${this.records.workspace}/${RECORDS}/${job}.json`;
  }

  /** The record of a job; undefined when there is none, or something else is in its place. */
  #recordOf(job: string): Entry | undefined {
    const path = this.#pathOf(job);
    if (!this.#folders.has(parentOf(path))) return undefined;
    const found = lookAt(path, "");
    return found?.kind === "file" ? found : undefined;
  }

  /** Writes a record, and renames it, so that none is half written; returns whether it is there. */
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
