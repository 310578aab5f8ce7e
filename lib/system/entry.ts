/**
 * An entry of a folder, as a scan found it.
 *
 * @module
 */

/** The kinds of entry. */
export type EntryKind = "file" | "folder" | "link" | "other";

/** One entry below a scanned folder, or the folder itself, with an empty path. */
export interface Entry {
  /** Relative to the scanned folder. */
  path: string;
  /** What it is. */
  kind: EntryKind;
  /** Bytes. */
  size: number;
  /** Seconds since 1970, with up to nine decimals; a file's time may have only three. */
  mtime: string;
  /** Permission bits. */
  mode: number;
  /** The target of a link. */
  target?: string;
  /** Whether a file takes less room on disk than its size. */
  holes?: true;
  /** A text that all hard links to one file have in common. */
  shared?: string;
  /** Why a folder could not be read: a clause. */
  trouble?: string;
}

/** Whether a folder's owner may not write into it. */
export function isClosed(mode: number): boolean {
  return (mode & 0o200) === 0;
}
