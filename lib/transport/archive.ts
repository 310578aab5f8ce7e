/**
 * What travels as one archive: what is asked of the end that packs, and of the one that unpacks.
 *
 * @module
 */

/** An archive to unpack. */
export interface Unpacking {
  /** The archive, once it has passed the sieve. */
  stream: AsyncIterable<Uint8Array>;
  /** Whether this machine's own tar has made it. */
  isOurs: boolean;
  /** Whether it travels as it is, without zstd. */
  isPlain: boolean;
  /** Whether it brings files that rsync could take for what it would bring itself. */
  hasBulk: boolean;
  /** Whether all of it has come, once it is unpacked. */
  whole(): Promise<boolean>;
}

/** What to pack. */
export interface PackRequest {
  /** The workspace, absolute. */
  root: string;
  /** The folders that are packed with all that is in them, relative to it. */
  folders: string[];
  /** What stays behind of these: places relative to the workspace, of which a name may be `*`. */
  leftBehind: string[];
  /** What is packed by itself, in the order of a walk: of a folder nothing that is in it. */
  entries: string[];
  /** Whether a document among these has another name: each is changed, and so packed, by itself. */
  withSharedDocuments: boolean;
  /** Whether it travels as it is, without zstd. */
  isPlain: boolean;
}

/** An archive in the making: one of the folders and one of the entries, right after each other. */
export interface Pack {
  /** Its bytes. */
  stream: AsyncIterable<Uint8Array>;
  /** Whether all went well, once the stream has ended. */
  whole: Promise<boolean>;
  /** What tar has complained of, a line each, once the stream has ended. */
  complaints?: Promise<string[]>;
}

/** How many archives a request makes. */
export function archivesOf({ folders, entries }: PackRequest): number {
  return Number(folders.length > 0) + Number(entries.length > 0);
}
