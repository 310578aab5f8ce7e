/**
 * What stands before the bytes of a member of an archive that passes, and how that is changed.
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
  /** The pax header: its block, and its records with what fills up the last block. */
  #extraHeader: Uint8Array | undefined;
  #extra: Uint8Array | undefined;

  constructor(header: Uint8Array, extraHeader?: Uint8Array, extra?: Uint8Array) {
    [this.#header, this.#extraHeader, this.#extra] = [header, extraHeader, extra];
  }

  /** The member's own header. */
  get header(): Uint8Array {
    return this.#header;
  }

  /** What the pax header says; undefined when it is written in another way than tar's. */
  get said(): ReadonlyMap<string, string> | undefined {
    return this.#extra === undefined ? NOTHING : records(this.#records());
  }

  /** What the pax header says, without what fills up its last block. */
  #records(): Uint8Array {
    return this.#extra!.subarray(0, octal(this.#extraHeader!, 124, 12));
  }

  /** What is held longer than a chunk, whose memory is used again. */
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

  /** Makes the member the property of who it is to belong to. */
  own(ownership: Ownership, said: ReadonlyMap<string, string>): void {
    const others = setOwnership(this.#header, ownership);
    if (others.some((key) => said.has(key))) this.#say(otherRecords(this.#records(), others));
  }

  /** Says all so that a tar understands it that is not GNU's. */
  suit(dialect: Dialect, { mtime }: MemberHead, said: ReadonlyMap<string, string>): void {
    if (dialect === "plain") setTime(this.#header, wholeSeconds(mtime));
    const isPlain = (key: string) => /^[ -~]*$/.test(said.get(key) ?? "");
    if (dialect === "gnu" || said.has("hdrcharset") || ["path", "linkpath"].every(isPlain)) return;
    this.#say([bytesOf(record("hdrcharset", "BINARY")), this.#records()]);
  }

  /** Lets a folder's owner into it, for the time being. */
  open(): void {
    setMode(this.#header, octal(this.#header, 100, 8) | 0o700);
  }

  /** Gives a file another size. */
  resize(size: number): void {
    writeOctal(this.#header, 124, 12, size);
    writeSum(this.#header);
  }

  /** Gives a link another target, which a plain header may have no room for. */
  lead(target: string): void {
    const bytes = bytesOf(target);
    this.#header.fill(0, 157, 257);
    this.#header.set(bytes.subarray(0, 100), 157);
    writeSum(this.#header);
    const kept = this.#extra === undefined ? [] : otherRecords(this.#records(), ["linkpath"]);
    if (bytes.length > 100) kept.push(bytesOf(record("linkpath", target)));
    this.#say(kept);
  }

  /** Changes what the pax header says. */
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
