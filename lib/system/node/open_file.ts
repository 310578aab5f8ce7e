/**
 * An open file, with Deno's lock.
 *
 * @module
 */

import * as fs from "node:fs";
import process from "node:process";
import { type FileInfo, infoOf } from "./info.ts";
import { asDeno } from "./errors.ts";
import { lockFile } from "./flock.ts";

/** How to open a file. */
export interface OpenOptions {
  /** Opens it for reading. */
  read?: boolean;
  /** Opens it for writing. */
  write?: boolean;
  /** Creates the file if it does not exist. */
  create?: boolean;
  /** Creates the file, and fails if it exists. */
  createNew?: boolean;
  /** The permission bits of a new file. */
  mode?: number;
}

/** Flags of `open` on macOS and the BSDs: they lock the file, or fail at once. */
const LOCK_OR_FAIL = 0x20 | fs.constants.O_NONBLOCK;

/** An open file. */
export class OpenFile implements Disposable {
  readonly #path: string | URL;
  #descriptor: number;
  /** Where the next byte is read or written, once that was said. */
  #at: number | null = null;

  /** Opens the file. */
  constructor(path: string | URL, options: OpenOptions = { read: true }) {
    const { read = false, write = false, create = false, createNew = false, mode } = options;
    const { O_RDONLY, O_WRONLY, O_RDWR, O_CREAT, O_EXCL } = fs.constants;
    const access = write ? (read ? O_RDWR : O_WRONLY) : O_RDONLY;
    const making = createNew ? O_CREAT | O_EXCL : create ? O_CREAT : 0;
    this.#path = path;
    this.#descriptor = fs.openSync(path, access | making, mode ?? 0o666);
  }

  /** Its properties. */
  statSync(): FileInfo {
    return infoOf(fs.fstatSync(this.#descriptor, { bigint: true }));
  }

  /** Its properties. */
  // deno-lint-ignore require-await -- Deno's is a promise
  async stat(): Promise<FileInfo> {
    return this.statSync();
  }

  /** Says where the next byte is read or written. */
  // deno-lint-ignore require-await -- Deno's is a promise
  async seek(offset: number, _from: 0): Promise<number> {
    return this.#at = offset;
  }

  /** Reads the next bytes; null at the end. */
  read(into: Uint8Array): Promise<number | null> {
    return new Promise((resolve, reject) => {
      fs.read(this.#descriptor, into, 0, into.length, this.#at, (error, count) => {
        if (this.#at !== null) this.#at += count;
        if (error) reject(asDeno(error));
        else resolve(count === 0 ? null : count);
      });
    });
  }

  /** The same, at once. */
  readSync(into: Uint8Array): number | null {
    return fs.readSync(this.#descriptor, into) || null;
  }

  /** Writes bytes; returns how many were written. */
  write(bytes: Uint8Array): Promise<number> {
    return new Promise((resolve, reject) => {
      fs.write(this.#descriptor, bytes, 0, bytes.length, this.#at, (error, count) => {
        if (this.#at !== null) this.#at += count;
        if (error) reject(asDeno(error));
        else resolve(count);
      });
    });
  }

  /** The same, at once. */
  writeSync(bytes: Uint8Array): number {
    return fs.writeSync(this.#descriptor, bytes);
  }

  /** Flushes it to the disk. */
  sync(): Promise<void> {
    return new Promise((resolve, reject) => {
      fs.fsync(this.#descriptor, (error) => error ? reject(error) : resolve());
    });
  }

  /**
   * Locks it for this process, unless somebody else holds the lock; returns whether it is locked
   * now.
   */
  // deno-lint-ignore require-await -- Deno's is a promise
  async tryLock(_exclusive: boolean): Promise<boolean> {
    return process.platform === "linux" ? lockFile(this.#descriptor) : this.#reopen();
  }

  /** Locks by opening the file once more, on systems without `flock`. */
  #reopen(): boolean {
    let locked: number;
    try {
      locked = fs.openSync(this.#path, fs.constants.O_RDWR | LOCK_OR_FAIL);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EAGAIN") return false;
      throw error;
    }
    fs.closeSync(this.#descriptor);
    this.#descriptor = locked;
    return true;
  }

  /** Closes the file, which also releases the lock. */
  close(): void {
    fs.closeSync(this.#descriptor);
  }

  /** The same as {@linkcode close}. */
  [Symbol.dispose](): void {
    this.close();
  }
}
