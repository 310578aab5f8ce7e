/**
 * The headers of a member of a passing archive, and the changes to them.
 *
 * @module
 */

import { bytesOf } from "../system/byte_text.ts";
import { joined } from "../system/streams.ts";
import type { Dialect } from "./dialect.ts";
import {
  headerOfExtra,
  type MemberHead,
  NOTHING,
  otherRecords,
  type Ownership,
  setMode,
  setOwnership,
  setTime,
} from "./header.ts";
import { octal, records } from "./pax.ts";
import { padding, record, wholeSeconds, writeOctal, writeSum } from "./write.ts";

/** The headers of a member: a pax header, where it has one, and its own. */
export class Heading {
  #header: Uint8Array;
  /** The pax header: its block, and its records with their padding. */
  #extraHeader: Uint8Array | undefined;
  #extra: Uint8Array | undefined;

  constructor(header: Uint8Array, extraHeader?: Uint8Array, extra?: Uint8Array) {
    [this.#header, this.#extraHeader, this.#extra] = [header, extraHeader, extra];
  }

  /** The member's own header. */
  get header(): Uint8Array {
    return this.#header;
  }

  /** The records of the pax header; undefined when they are not written as tar writes them. */
  get said(): ReadonlyMap<string, string> | undefined {
    return this.#extra === undefined ? NOTHING : records(this.#records());
  }

  /** The bytes of the records, without their padding. */
  #records(): Uint8Array {
    return this.#extra!.subarray(0, octal(this.#extraHeader!, 124, 12));
  }

  /** Copies what is in the memory of a chunk, which will be reused. */
  keep(buffer: ArrayBufferLike): void {
    if (this.#extraHeader?.buffer === buffer) this.#extraHeader = this.#extraHeader.slice();
    if (this.#extra?.buffer === buffer) this.#extra = this.#extra.slice();
    if (this.#header.buffer === buffer) this.#header = this.#header.slice();
  }

  /** All of it, as it is now, in memory of its own. */
  copy(): Uint8Array {
    return joined([...this.parts()]).slice();
  }

  /** All of it, as it is now. */
  *parts(): Generator<Uint8Array> {
    if (this.#extra !== undefined) {
      yield this.#extraHeader!;
      yield this.#extra;
    }
    yield this.#header;
  }

  /** Sets owner, group and mode of the member. */
  own(ownership: Ownership, said: ReadonlyMap<string, string>): void {
    const others = setOwnership(this.#header, ownership);
    if (others.some((key) => said.has(key))) this.#say(otherRecords(this.#records(), others));
  }

  /** Changes the headers so that a tar other than GNU's understands them. */
  suit(dialect: Dialect, { mtime }: MemberHead, said: ReadonlyMap<string, string>): void {
    if (dialect === "plain") setTime(this.#header, wholeSeconds(mtime));
    const isPlain = (key: string) => /^[ -~]*$/.test(said.get(key) ?? "");
    if (dialect === "gnu" || said.has("hdrcharset") || ["path", "linkpath"].every(isPlain)) return;
    this.#say([bytesOf(record("hdrcharset", "BINARY")), this.#records()]);
  }

  /** Opens a folder for its owner, until its own mode is set at the end. */
  open(): void {
    setMode(this.#header, octal(this.#header, 100, 8) | 0o700);
  }

  /** Gives a file another size. */
  resize(size: number): void {
    writeOctal(this.#header, 124, 12, size);
    writeSum(this.#header);
  }

  /** Gives a link another target. */
  lead(target: string): void {
    this.#set(target, 157, "linkpath");
  }

  /** Gives a member another name. */
  rename(name: string): void {
    this.#header.fill(0, 345, 500); // what may stand before the name
    this.#set(name, 0, "path");
  }

  /** Sets a text, by a pax record when it does not fit into its place in the plain header. */
  #set(text: string, at: number, key: string): void {
    const bytes = bytesOf(text);
    this.#header.fill(0, at, at + 100);
    this.#header.set(bytes.subarray(0, 100), at);
    writeSum(this.#header);
    const kept = this.#extra === undefined ? [] : otherRecords(this.#records(), [key]);
    if (bytes.length > 100) kept.push(bytesOf(record(key, text)));
    this.#say(kept);
  }

  /** Sets the records of the pax header. */
  #say(kept: Uint8Array[]): void {
    if (kept.length === 0) {
      this.#extraHeader = this.#extra = undefined;
      return;
    }
    const extra = joined(kept);
    this.#extraHeader ??= headerOfExtra(this.#header);
    writeOctal(this.#extraHeader, 124, 12, extra.length);
    writeSum(this.#extraHeader);
    this.#extra = joined([extra, padding(extra.length)]);
  }
}
