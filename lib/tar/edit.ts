/**
 * Changes a tar archive while it passes: leaves members out, gives files new bytes and links new
 * targets. All else passes byte for byte, up to the end of the archive.
 *
 * @module
 */

import { Held } from "../system/held.ts";
import type { Parts } from "../system/streams.ts";
import type { Dialect } from "./dialect.ts";
import { Heading } from "./heading.ts";
import { BLOCK, octal, sizeOf, sumOf } from "./pax.ts";
import { headOf, isExtra, isMagic, type MemberHead, type Ownership } from "./header.ts";
import { filled, padding } from "./write.ts";
import { type Editor, type MemberVisitor, untrusted } from "./visitor.ts";
import { Output } from "./coalesce.ts";

/** The most bytes of a pax header. */
const MAX_EXTRA = 1 << 20;

/** What is known of an archive before it comes. */
export interface Expected extends Ownership {
  /** The machine that sends it. */
  from: string;
  /** How many bytes it has at most. */
  mostBytes: number;
  /** Called with the number of bytes of files that have passed. */
  onBytes: (bytes: number) => void;
  /** How many archives come, one right after the other; they pass as one. @default {1} */
  archives?: number;
  /** Which tar unpacks it. @default {"gnu"} */
  dialect?: Dialect;
}

/**
 * Lets an archive in pax form pass a visitor. Each part of the result is valid only until the next
 * is read. Anything that two readers of tar could take for different things is refused.
 *
 * @throws {CopyError} `refused`, when it is not such an archive, or longer than it can be.
 */
export async function* editTar(
  stream: Parts,
  visitor: MemberVisitor,
  { from, mostBytes, onBytes, archives = 1, dialect = "gnu", ...ownership }: Expected,
): AsyncGenerator<Uint8Array> {
  const editor = new TarEditor(visitor, { from, ownership, dialect, archives });
  let left = mostBytes;
  for await (const chunk of stream) {
    left -= chunk.length;
    if (left < 0) throw untrusted(from, "more than requested");
    editor.push(chunk);
    onBytes(editor.bytes);
    yield* editor.out.take(); // an empty part tells that something came
  }
}

const NONE = new Uint8Array();

/**
 * The end of an archive: these blocks and nothing after them. tar may exit at this end, and a
 * sender that still has something to send would fail.
 */
const END = new Uint8Array(2 * BLOCK);

/**
 * What comes next: a header, the records of a pax header, a file to change, bytes that pass, the
 * end.
 */
type Stage = "header" | "extra" | "content" | "through" | "end";

class TarEditor {
  /** The edited archive. */
  readonly out = new Output();
  /** How many bytes of files have passed. */
  bytes = 0;
  #stage: Stage = "header";
  /** How many bytes are gathered, and those that have come when a chunk ends among them. */
  #wanted = BLOCK;
  #gathered = NONE;
  #held = 0;
  /** How many bytes pass without being read, and whether they are left out. */
  #through = 0;
  #dropped = false;
  /** The pax header of the next member: its block, and its records with their padding. */
  #extraHeader: Uint8Array | undefined;
  #extra: Uint8Array | undefined;
  /** The member under way; and its headers, when its bytes are gathered or edited. */
  #head: MemberHead | undefined;
  #heading: Heading | undefined;
  #editor: Editor | undefined;
  /** How many archives have not ended yet; and whether one has ended and the next not begun. */
  #archives: number;
  #isBetween = false;
  /**
   * The headers of folders, repeated at the end for a tar that is not GNU's: it sets times too
   * early.
   */
  readonly #folders: Uint8Array[] = [];

  constructor(
    private readonly visitor: MemberVisitor,
    private readonly to: Required<Pick<Expected, "from" | "dialect" | "archives">> & {
      ownership: Ownership;
    },
  ) {
    this.#archives = to.archives;
  }

  push(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length;) {
      if (this.#stage === "end") {
        this.#finish(chunk.subarray(at));
        return;
      }
      const missing = this.#stage === "through" ? this.#through : this.#wanted - this.#held;
      const part = chunk.subarray(at, at + missing);
      at += part.length;
      if (this.#stage === "through") this.#passOn(part);
      else if (part.length === this.#wanted) this.#finishGathering(part);
      else this.#hold(part);
    }
    this.#keep(chunk);
  }

  /**
   * Copies headers that are needed longer than the chunk that they are in: its memory is reused.
   */
  #keep({ buffer }: Uint8Array): void {
    if (this.#extraHeader?.buffer === buffer) this.#extraHeader = this.#extraHeader.slice();
    if (this.#extra?.buffer === buffer) this.#extra = this.#extra.slice();
    this.#heading?.keep(buffer);
  }

  /** Only zeros may come after the end of an archive. No tar reads them, so they do not pass. */
  #finish(rest: Uint8Array): void {
    if (rest.some((byte) => byte !== 0)) throw untrusted(this.to.from, "data after the archive");
  }

  /** Takes a block of zeros: the end of one archive of several, or of the last one. */
  #takeEnd(block: Uint8Array): void {
    this.#finish(block);
    if (this.#archives > 1) {
      this.#isBetween = true;
      return;
    }
    this.#stage = "end";
    for (const part of [...this.visitor.end() ?? [], ...this.#folders.toReversed()]) {
      this.out.add(part);
    }
    this.out.add(END);
  }

  #passOn(part: Uint8Array): void {
    if (this.#editor !== undefined) {
      const own = this.#ownOf(part);
      this.#editor.push(own);
      this.bytes += own.length;
    } else {
      this.visitor.see?.(this.#ownOf(part));
      if (!this.#dropped) this.out.add(part);
    }
    this.#through -= part.length;
    if (this.#through > 0) return;
    if (this.#editor !== undefined) this.#putEdited(this.#editor.finish());
    else this.#gather("header", BLOCK);
  }

  /** The part of a file, without the padding. */
  #ownOf(part: Uint8Array): Uint8Array {
    const left = this.#through - (filled(this.#head!.size) - this.#head!.size);
    return part.subarray(0, Math.max(0, left));
  }

  #gather(stage: Stage, length: number): void {
    this.#stage = stage;
    this.#wanted = length;
  }

  #hold(part: Uint8Array): void {
    if (this.#held === 0) this.#gathered = new Uint8Array(this.#wanted);
    this.#gathered.set(part, this.#held);
    this.#held += part.length;
    if (this.#held < this.#wanted) return;
    this.#held = 0;
    const gathered = this.#gathered;
    this.#gathered = NONE;
    this.#finishGathering(gathered);
  }

  #finishGathering(gathered: Uint8Array): void {
    if (this.#stage === "header") this.#takeHeader(gathered);
    else if (this.#stage === "extra") {
      this.#extra = gathered;
      this.#gather("header", BLOCK);
    } else this.#takeContent(gathered);
  }

  #takeHeader(header: Uint8Array): void {
    if (header[0] === 0) return this.#takeEnd(header);
    if (this.#isBetween) {
      this.#isBetween = false;
      this.#archives--;
    }
    const { from, ownership, dialect } = this.to;
    if (!isMagic(header) || sumOf(header) !== octal(header, 148, 8)) {
      throw untrusted(from, "data that is not a tar archive");
    }
    if (isExtra(header)) {
      const size = sizeOf(header);
      if (!(size > 0 && size <= MAX_EXTRA)) throw untrusted(from, "an overlong name");
      this.#extraHeader = header;
      this.#gather("extra", filled(size));
      return;
    }
    const heading = new Heading(header, this.#extraHeader, this.#extra);
    this.#extraHeader = this.#extra = undefined;
    const { said } = heading;
    if (said === undefined) throw untrusted(from, "data that is not a tar archive");
    const head = headOf(header, said);
    if (!Number.isSafeInteger(head.size) || head.type !== "0" && head.size > 0) {
      throw untrusted(from, `${head.name}, which has an unexpected file type`);
    }
    heading.own(ownership, said);
    if (dialect !== "gnu") heading.suit(dialect, head, said);
    this.#judge(head, heading);
  }

  #judge(head: MemberHead, heading: Heading): void {
    const decision = this.visitor.visit(head, () => heading.copy());
    this.#head = head;
    if (decision === "read") {
      this.#heading = heading;
      this.#gather("content", filled(head.size));
      if (head.size === 0) this.#takeContent(new Uint8Array());
      return;
    }
    if (typeof decision === "object" && "finish" in decision) {
      [this.#heading, this.#editor] = [heading, decision];
      this.#pass(head.size);
      if (head.size === 0) this.#putEdited(decision.finish());
      return;
    }
    this.#dropped = decision === "drop";
    if (!this.#dropped) {
      this.bytes += head.size;
      // or tar would not know it for the folder of the links that it makes at the end
      if (head.type === "5" && head.name.endsWith("/.")) heading.rename(head.name.slice(0, -2));
      if (typeof decision === "object") heading.lead(decision.target);
      else if (head.type === "5" && this.to.dialect !== "gnu") {
        this.#folders.push(heading.copy());
        if (this.to.dialect === "plain") heading.open();
      }
      this.#put(heading);
    }
    this.#pass(head.size);
  }

  #pass(size: number): void {
    this.#through = filled(size);
    if (size > 0) this.#stage = "through";
    else this.#gather("header", BLOCK);
  }

  #put(heading: Heading): void {
    for (const part of heading.parts()) this.out.add(part);
  }

  #takeContent(gathered: Uint8Array): void {
    const head = this.#head!;
    const before = gathered.subarray(0, head.size);
    const parts = this.visitor.change(head, before);
    this.bytes += head.size;
    if (parts[0] !== before) return this.#putEdited(parts);
    this.#put(this.#heading!);
    this.out.add(gathered);
    this.#endFile();
  }

  /** Writes a file with its new bytes. */
  #putEdited(parts: Uint8Array[] | Held): void {
    const size = parts instanceof Held
      ? parts.size
      : parts.reduce((sum, { length }) => sum + length, 0);
    this.#heading!.resize(size);
    this.#put(this.#heading!);
    this.out.addAll(parts);
    this.out.add(padding(size));
    this.#endFile();
  }

  #endFile(): void {
    this.#heading = this.#editor = undefined;
    this.#gather("header", BLOCK);
  }
}
