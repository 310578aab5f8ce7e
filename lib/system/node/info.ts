/**
 * The properties of a file as Deno has them, made from those of Node.
 *
 * @module
 */

import type * as fs from "node:fs";

/** The properties of a file. */
export interface FileInfo {
  /** Whether it is a plain file. */
  isFile: boolean;
  /** Whether it is a folder. */
  isDirectory: boolean;
  /** Whether it is a link. */
  isSymlink: boolean;
  /** Bytes. */
  size: number;
  /** When its content was changed, rounded down to the millisecond. */
  mtime: Date;
  /** Kind and permission bits. */
  mode: number;
  /** The user id of its owner. */
  uid: number;
  /** The group, as a number. */
  gid: number;
  /** The number of its file system. */
  dev: number;
  /** Its inode number. */
  ino: number;
  /** How many names it has. */
  nlink: number;
  /** How many blocks of 512 bytes it occupies. */
  blocks: number;
}

/** Converts Node's numbers as Deno does, which rounds times down. */
export function infoOf(stats: fs.BigIntStats): FileInfo {
  return {
    isFile: stats.isFile(),
    isDirectory: stats.isDirectory(),
    isSymlink: stats.isSymbolicLink(),
    size: Number(stats.size),
    mtime: new Date(Number(stats.mtimeMs)),
    mode: Number(stats.mode),
    uid: Number(stats.uid),
    gid: Number(stats.gid),
    dev: Number(stats.dev),
    ino: Number(stats.ino),
    nlink: Number(stats.nlink),
    blocks: Number(stats.blocks),
  };
}
