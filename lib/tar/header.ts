/**
 * The header of a member of an archive: reads it, and changes its fields.
 *
 * @module
 */

import { nameOf, octal, sizeOf, text } from "./pax.ts";
import { sharedMode, type Sharing } from "../system/sharing.ts";
import { writeNumber, writeOctal, writeSum } from "./write.ts";

/** What the headers of a member say. */
export interface MemberHead {
  /** Its name, as tar was given it, without a `/` at its end. */
  name: string;
  /** tar's letter for its kind: `0` a file, `1` a hard link, `2` a link, `5` a folder. */
  type: string;
  /** The target of a link; for a hard link, the name of an earlier member. */
  linkName: string;
  /** How many bytes follow. */
  size: number;
  /** Whether these bytes are not the whole file: tar has left out its holes. */
  sparse: boolean;
  /** Whether a record tells the size, as for a file that is too long for the plain header. */
  long: boolean;
  /** Permission bits. */
  mode: number;
  /** Seconds since 1970, with up to nine decimals. */
  mtime: string;
}

/** The places of the owner in a header: the number and the name. */
const [UID, UNAME] = [108, 265];
/** The places of the group, and of the mode. */
const [GID, GNAME, MODE] = [116, 297, 100];
/** The place of the kind. */
const TYPE = 156;
/** The letters of a pax header, a file and a folder. */
const [EXTRA, FILE, FOLDER] = [0x78, 0x30, 0x35];

/** The least bytes of a file that is too long for a plain header: its size has eleven digits. */
export const LONG = 8 ** 11;

/** The bytes that every header of this form has: `ustar` and a NUL. */
const MAGIC = [0x75, 0x73, 0x74, 0x61, 0x72, 0];

/** Whether it is a pax header, which tells more of the next member. */
export function isExtra(header: Uint8Array): boolean {
  return header[TYPE] === EXTRA;
}

/** Owner, group and modes for all members. */
export interface Ownership {
  /** The user, as a number; 0 keeps the owners of the archive. */
  owner: number;
  /** Group and modes, where the folder is shared with others. */
  shared?: Sharing | undefined;
}

/**
 * Sets owner, group and mode of a member, whose sum is right.
 *
 * @returns The keys of pax records that would overrule them.
 */
export function setOwnership(header: Uint8Array, { owner, shared }: Ownership): string[] {
  if (owner === 0 && shared === undefined) {
    writeSum(header, octal(header, 148, 8)); // the same, in its usual spelling
    return [];
  }
  const keys: string[] = [];
  if (owner !== 0) {
    writeNumber(header, UID, 8, owner);
    header.fill(0, UNAME, UNAME + 32);
    keys.push("uid", "uname");
  }
  if (shared?.group !== undefined) {
    writeNumber(header, GID, 8, shared.group);
    header.fill(0, GNAME, GNAME + 32);
    keys.push("gid", "gname");
  }
  if (shared !== undefined) {
    const isFolder = header[TYPE] === FOLDER;
    writeOctal(header, MODE, 8, sharedMode(octal(header, MODE, 8) & 0o7777, isFolder, shared));
  }
  writeSum(header);
  return keys;
}

/** Gives a member other permission bits. */
export function setMode(header: Uint8Array, mode: number): void {
  writeOctal(header, 100, 8, mode);
  writeSum(header);
}

/** Gives a member another time in its plain header, in whole seconds. */
export function setTime(header: Uint8Array, seconds: number): void {
  writeOctal(header, 136, 12, seconds);
  writeSum(header);
}

/** A pax header's block for a member that had none. */
export function headerOfExtra(header: Uint8Array): Uint8Array {
  const block = header.slice();
  block.fill(0, 0, 100).fill(0, 157, 257).fill(0, 345, 500);
  block.set(new TextEncoder().encode("pax"));
  block[TYPE] = EXTRA;
  return block;
}

/** The records of a pax header, without those of some keys. */
export function otherRecords(bytes: Uint8Array, keys: string[]): Uint8Array[] {
  const kept: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = parseInt(text(bytes, at, 20), 10);
    if (!(length > 0)) break;
    const whole = bytes.subarray(at, at + length);
    const said = text(whole, 0, length).slice(String(length).length + 1);
    if (!keys.some((key) => said.startsWith(`${key}=`))) kept.push(whole);
    at += length;
  }
  return kept;
}

/** The records of a member that has no pax header. */
export const NOTHING: ReadonlyMap<string, string> = new Map();

/** Whether it is a header of this form. */
export function isMagic(header: Uint8Array): boolean {
  for (let at = 0; at < MAGIC.length; at++) if (header[257 + at] !== MAGIC[at]) return false;
  return true;
}

/** Whether tar has left out holes. */
function isSparse(said: ReadonlyMap<string, string>): boolean {
  for (const key of said.keys()) if (key.startsWith("GNU.sparse.")) return true;
  return false;
}

/** Reads a header, with the records of the pax header before it. */
export function headOf(header: Uint8Array, said: ReadonlyMap<string, string>): MemberHead {
  const size = said.get("size") ?? "";
  const name = said.get("GNU.sparse.name") ?? said.get("path") ?? nameOf(header);
  const type = String.fromCharCode(header[TYPE] || FILE);
  // tar would take such a file for a folder, and its bytes for headers
  const isOdd = type === "0" && name.endsWith("/");
  return {
    name: name.endsWith("/") ? name.replace(/\/+$/, "") : name,
    type,
    linkName: said.get("linkpath") ?? (header[157] === 0 ? "" : text(header, 157, 100)),
    size: isOdd ? NaN : size === "" ? sizeOf(header) : /^\d+$/.test(size) ? Number(size) : NaN,
    sparse: isSparse(said),
    long: said.has("size"),
    mode: octal(header, 100, 8) & 0o7777,
    mtime: said.get("mtime") ?? String(octal(header, 136, 12)),
  };
}
