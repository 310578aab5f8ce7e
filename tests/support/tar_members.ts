/**
 * Reads archives, to look at what is in them.
 *
 * @module
 */

import { CopyError } from "../../mod.ts";
import { BLOCK, nameOf, octal, records, text } from "../../lib/tar/pax.ts";

/** A member of an archive. */
export interface Member {
  /** Its name, as it was given to tar. */
  name: string;
  /** tar's letter for its kind: `0` a file, `1` a hard link, `2` a link, `5` a folder. */
  type: string;
  /** What a link says. */
  linkName: string;
  /** Its bytes; none but for a file. */
  bytes: Uint8Array;
  /** Permission bits. */
  mode: number;
  /** Seconds since 1970, with up to nine decimals. */
  mtime: string;
}

/**
 * The members of an archive, one after the other. An archive that was cut short ends with its last
 * whole member.
 *
 * @throws {CopyError} `program`, when it is not an archive.
 */
export function* members(archive: Uint8Array): Generator<Member> {
  let extra: ReadonlyMap<string, string> = new Map();
  for (let at = 0; at + BLOCK <= archive.length && archive[at] !== 0;) {
    const header = archive.subarray(at, at + BLOCK);
    const size = Number(extra.get("size") ?? octal(header, 124, 12));
    if (!Number.isSafeInteger(size) || size < 0 || text(header, 257, 5) !== "ustar") {
      throw noArchive();
    }
    const bytes = archive.subarray(at + BLOCK, at + BLOCK + size);
    if (bytes.length < size) return;
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    const type = text(header, 156, 1);
    if (type === "x") {
      const said = records(bytes);
      if (said === undefined) throw noArchive();
      extra = said;
      continue;
    }
    yield {
      name: extra.get("path") ?? nameOf(header),
      type,
      linkName: extra.get("linkpath") ?? text(header, 157, 100),
      bytes,
      mode: octal(header, 100, 8) & 0o7777,
      mtime: extra.get("mtime") ?? String(octal(header, 136, 12)),
    };
    extra = new Map();
  }
}

function noArchive(): CopyError {
  return new CopyError("program", "tar failed: its output is not a tar archive");
}
