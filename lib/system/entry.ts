/**
 * What stands in a folder, as it was found.
 *
 * @module
 */

/** The kinds of thing that stand in a folder. */
export type EntryKind = "file" | "folder" | "link" | "other";

/** One thing below a scanned folder, or the folder itself (its path is empty then). */
export interface Entry {
  /** Relative to the scanned folder. */
  path: string;
  /** What it is. */
  kind: EntryKind;
  /** Bytes. */
  size: number;
  /** Seconds since 1970, with up to nine decimals; those of files may end at milliseconds. */
  mtime: string;
  /** Permission bits. */
  mode: number;
  /** Where a link leads. */
  target?: string;
  /** Whether it takes less room than its size: told of files. */
  holes?: true;
  /** What a file that has other names, too, shares with them alone. */
  shared?: string;
  /** Why a folder could not be looked at: a clause. */
  trouble?: string;
}

/** Whether a folder's owner may not write into it. */
export function isClosed(mode: number): boolean {
  return (mode & 0o200) === 0;
}

/** One thing as it was found. */
export interface Original {
  /** Its bytes; none but for a file. */
  bytes: Uint8Array;
  /** Permission bits. */
  mode: number;
  /** Seconds since 1970, with up to nine decimals. */
  mtime: string;
}
