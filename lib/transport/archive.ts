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
  /** Whether all of it has come, once it is unpacked. */
  whole(): Promise<boolean>;
}

/** What to pack. */
export interface PackRequest {
  /** The workspace, absolute. */
  root: string;
  /** The folders, relative to it. */
  folders: string[];
  /** What stays behind: places relative to the workspace, of which a name may be `*`. */
  leftBehind: string[];
}

/** An archive in the making. */
export interface Pack {
  /** Its bytes. */
  stream: AsyncIterable<Uint8Array>;
  /** Whether all went well, once the stream has ended. */
  whole: Promise<boolean>;
}
