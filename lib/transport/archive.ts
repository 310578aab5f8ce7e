/**
 * Archives in transit: the request to pack one, the result, and the request to unpack it.
 *
 * @module
 */

import type { Parts } from "../system/streams.ts";

/** An archive to unpack. */
export interface Unpacking {
  /** The archive, after the checks of the tar editor. */
  stream: Parts;
  /** Whether this machine's own tar has packed it. */
  trusted: boolean;
  /** Whether it travels uncompressed, without zstd. */
  isPlain: boolean;
  /** Whether it contains files that rsync could later take for complete ones. */
  hasBulk: boolean;
  /** Whether all of it has arrived; known after it is unpacked. */
  whole(): Promise<boolean>;
}

/** A request to pack folders and single entries. */
export interface PackRequest {
  /** The workspace, absolute. */
  root: string;
  /** The folders to pack with all their content, relative to it. */
  folders: string[];
  /**
   * What to leave out of these folders: places relative to the workspace, where a name may be `*`.
   */
  leftBehind: string[];
  /** The entries to pack singly, in the order of a walk; a folder without its content. */
  entries: string[];
  /**
   * Whether a document among these is a hard link. Each document is changed, and so packed as a
   * file of its own.
   */
  withSharedDocuments: boolean;
  /** Whether files of these folders that are hard links are packed as files of their own. */
  withoutHardLinks?: true;
  /** Whether it travels uncompressed, without zstd. */
  isPlain: boolean;
}

/** An archive that is being packed: one of the folders, and right after it one of the entries. */
export interface Pack {
  /** Its bytes. */
  stream: AsyncIterable<Uint8Array>;
  /** Whether there was no error; known after the end of the stream. */
  whole: Promise<boolean>;
  /** The error messages of tar, one a line; known after the end of the stream. */
  complaints?: Promise<string[]>;
  /** How many archives it is. Default: one of the folders, one of the entries. */
  archives?: number;
  /** Ends what packs, also while that is silent: until it tells something, no reader can. */
  kill?(): void;
}

/** How many archives a request results in. */
export function archivesOf({ folders, entries }: PackRequest): number {
  return Number(folders.length > 0) + Number(entries.length > 0);
}
