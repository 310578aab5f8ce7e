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

  /** Gives a link another target, by a pax record when it does not fit into the plain header. */
  lead(target: string): void {
    const bytes = bytesOf(target);
    this.#header.fill(0, 157, 257);
    this.#header.set(bytes.subarray(0, 100), 157);
    writeSum(this.#header);
    const kept = this.#extra === undefined ? [] : otherRecords(this.#records(), ["linkpath"]);
    if (bytes.length > 100) kept.push(bytesOf(record("linkpath", target)));
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
