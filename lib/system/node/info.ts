/**
 * What Deno tells of a file, from what Node tells.
 *
 * @module
 */

import type * as fs from "node:fs";

/** What stands at a path. */
export interface FileInfo {
  /** Whether it is a plain file. */
  isFile: boolean;
  /** Whether it is a folder. */
  isDirectory: boolean;
  /** Whether it is a link. */
  isSymlink: boolean;
  /** Bytes. */
  size: number;
  /** When it was changed, to the millisecond below. */
  mtime: Date;
  /** Kind and permission bits. */
  mode: number;
  /** Its owner. */
  uid: number;
  /** Its file system. */
  dev: number;
  /** Its number there. */
  ino: number;
  /** How many names it has. */
  nlink: number;
  /** How many blocks of 512 bytes it takes. */
  blocks: number;
}

/** Node's numbers rounded as Deno does: times down. */
export function infoOf(stats: fs.BigIntStats): FileInfo {
  return {
    isFile: stats.isFile(),
    isDirectory: stats.isDirectory(),
    isSymlink: stats.isSymbolicLink(),
    size: Number(stats.size),
    mtime: new Date(Number(stats.mtimeMs)),
    mode: Number(stats.mode),
    uid: Number(stats.uid),
    dev: Number(stats.dev),
    ino: Number(stats.ino),
    nlink: Number(stats.nlink),
    blocks: Number(stats.blocks),
  };
}
