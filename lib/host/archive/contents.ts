/**
 * The account of an archive: its members, and the sums of its files. It is kept in the same way while
 * an archive is written and while it is read; so nothing is taken from one that was damaged.
 *
 * @module
 */

import { JOB_LINKS } from "../steps.ts";
import type { Entry, EntryKind } from "../../system/entry.ts";
import { textOf } from "../../system/byte_text.ts";
import { Sum } from "../../system/hash.ts";
import { joined } from "../../system/streams.ts";
import { LONG, type MemberHead } from "../../tar/header.ts";
import { Links } from "../../tar/links.ts";
import { type MemberDecision, type MemberVisitor, untrusted } from "../../tar/visitor.ts";
import { isOversized } from "../../workspace/documents.ts";
import {
  CURRENT,
  depthOf,
  EXPERIMENTS,
  isId,
  JOBS,
  PARAMS_FILE,
  PARTIALS,
  RECORDS,
  unitOf,
} from "../../workspace/layout.ts";
import { MANIFEST, type Manifest, readManifest, sumLine, type Summed, SUMS } from "./manifest.ts";

/** The kinds of member, by tar's letters. */
const KINDS: Readonly<Record<string, EntryKind>> = {
  "0": "file",
  "1": "file", // a hard link
  "2": "link",
  "5": "folder",
  "6": "other", // a pipe
};

/** The most bytes of a file whose text is kept, and of the manifest. */
const MAX_TEXT = 2 ** 28;
/** The files of a run that a plan needs. */
const NEEDED = /^(jobs\.jsonl|status\.json|events\/[^/]+\.jsonl)$/;
/** How many bytes of other files are kept. */
const ROOM = 2 ** 29;
/** The most members: the account of all is held in memory. */
const MAX_MEMBERS = 5_000_000;

/** The account of an archive. */
export class Contents implements MemberVisitor {
  /** What each folder of a job, the run and the records holds, and the folder itself. */
  readonly folders = new Map<string, Entry[]>();
  /** Where the jobs lead that are links. */
  readonly links = new Map<string, string>();
  /** The files that a plan needs, by their names. */
  readonly kept = new Map<string, Uint8Array>();
  /** The sums of the files, in their order. */
  readonly sums: Summed[] = [];
  /** Which archive it is; known at its end. */
  manifest: Manifest | undefined;
  /** Whether the end has come. */
  ended = false;

  /** The names, with the bytes of files. */
  readonly #names = new Map<string, number>();
  readonly #brought = new Links();
  readonly #headers = new Sum();
  #run: string | undefined;
  /** The file under way: its name, its sum, and its bytes if they are kept. */
  #file: { name: string; sum: Sum; parts: Uint8Array[] | undefined } | undefined;
  #isSummed = false;
  #room = ROOM;

  /**
   * @param from The archive.
   * @param isWanted Which members pass, by the folder that they are in and their name. Default: all.
   * @param keeps Whether the files that a plan needs are kept.
   */
  constructor(
    private readonly from: string,
    private readonly isWanted: (folder: string, name: string) => boolean = () => true,
    private readonly keeps = false,
  ) {}

  /** The run's folder. */
  get run(): string | undefined {
    return this.#run;
  }

  visit(head: MemberHead): MemberDecision {
    this.#endFile();
    const { name } = head;
    if (name === MANIFEST || name === SUMS) return this.#visitOwn(head);
    if (this.manifest !== undefined) throw this.#refused(`${name} after its end`);
    const kind = KINDS[head.type];
    if (kind === undefined || head.sparse || head.long && head.size < LONG) {
      throw this.#refused(`${name}, which has an unexpected file type`);
    }
    if (this.#names.has(name)) throw this.#refused(`${name} twice`);
    if (this.#names.size === MAX_MEMBERS) throw this.#refused(`more than ${MAX_MEMBERS} members`);
    if (this.#brought.leadTo(name)) throw this.#refused(`${name}, which is below a link`);
    if (kind === "link" || head.type === "1") this.#brought.add(name);
    const folder = this.#put(head, kind);
    this.#headers.push(headerLine(head));
    if (head.type === "0") {
      const parts = this.keeps && this.#isKept(folder, head) ? [] : undefined;
      this.#file = { name, sum: new Sum(), parts };
    }
    return this.isWanted(folder, name) ? "pass" : "drop";
  }

  see(bytes: Uint8Array): void {
    this.#file?.sum.push(bytes);
    this.#file?.parts?.push(bytes.slice());
  }

  change(_: MemberHead, bytes: Uint8Array): Uint8Array[] {
    return [bytes];
  }

  end(): void {
    this.#endFile();
    this.ended = true;
  }

  /** The sum of all headers so far. */
  sumOfHeaders(): string {
    return this.#headers.finish();
  }

  /** Whether a path, relative to the workspace, is in the archive. */
  has(path: string): boolean {
    const folder = unitOf(path);
    return this.folders.has(folder) && (path === folder || this.#names.has(path));
  }

  /** Whether the manifest and the sums have come, and are right. */
  get isSummed(): boolean {
    return this.#isSummed;
  }

  #refused(what: string) {
    return untrusted(this.from, what);
  }

  /** Notes a member in its folder; returns the folder, empty for what is in none. */
  #put(head: MemberHead, kind: EntryKind): string {
    const { name, linkName, mode, mtime } = head;
    const [folder, path] = this.#placeOf(head, kind);
    let size = head.size;
    if (head.type === "1") {
      const known = this.#names.get(linkName);
      const isNear = folder !== "" && linkName.startsWith(`${folder}/`);
      if (known === undefined || Number.isNaN(known) || !isNear) {
        throw this.#refused(`${name}, a hard link to ${linkName}`);
      }
      size = known;
    }
    this.#names.set(name, kind === "file" ? size : NaN);
    if (folder === "") return folder;
    const entries = this.folders.get(folder) ?? [];
    this.folders.set(folder, entries);
    const target = kind === "link" ? { target: linkName } : {};
    entries.push({ path, kind, size: kind === "file" ? size : 0, mode, mtime, ...target });
    return folder;
  }

  /** The folder that a member is in, and its path there. */
  #placeOf({ name, linkName }: MemberHead, kind: EntryKind): [folder: string, path: string] {
    // so tar calls a folder that a link leads to
    const names = name.replace(/^((?:partials\/)?(?:[^/]+\/){3})\.$/, "$1")
      .replace(/\/$/, "").split("/");
    const [top, first = "", second = "", third = ""] = names;
    const isPlain = names.every((each) => each !== "" && each !== "." && each !== "..");
    const isDeep = isPlain && names.length >= 3 && isId(first) && isId(second);
    const depth = depthOf(name);
    const folder = names.slice(0, depth).join("/");
    const path = names.slice(depth).join("/");
    if (isDeep && (top === JOBS || top === PARTIALS && isId(third))) return [folder, path];
    if (isDeep && top === EXPERIMENTS) {
      if (second === CURRENT && path === "" && kind === "link") return ["", ""];
      this.#run ??= folder;
      if (this.#run === folder && second !== CURRENT) return [folder, path];
    }
    const isOfJob = isPlain && names.length === 4 && isId(second) && isId(third);
    if (isOfJob && top === JOB_LINKS && first === JOBS && kind === "link") {
      this.links.set(`${JOBS}/${second}/${third}`, linkName);
      return ["", ""];
    }
    if (isPlain && kind === "file" && name.startsWith(`${RECORDS}/`)) {
      return [RECORDS, name.slice(RECORDS.length + 1)];
    }
    throw this.#refused(`${name}, which is not part of a run`);
  }

  /**
   * Whether a plan needs the bytes of a file: of the run its list of jobs, its status, its events;
   * of the jobs what tells which others they need, as far as there is room.
   */
  #isKept(folder: string, { name, size }: MemberHead): boolean {
    const path = name.slice(folder.length + 1);
    if (folder === this.#run && NEEDED.test(path)) {
      if (size > MAX_TEXT) throw this.#refused(`${name}, which is too large`);
      return true;
    }
    if (path !== PARAMS_FILE || isOversized({ size }) || size > this.#room) return false;
    this.#room -= size;
    return true;
  }

  #visitOwn(head: MemberHead): MemberDecision {
    const { name, type, size } = head;
    const isInOrder = (name === SUMS) === (this.manifest !== undefined) && !this.#isSummed;
    if (type !== "0" || !isInOrder || size > MAX_TEXT * 8) {
      throw this.#refused(`${name} in the wrong place`);
    }
    this.#file = { name, sum: new Sum(), parts: [] };
    return "drop";
  }

  /** Takes the sum of the file that has come, and what is said in it. */
  #endFile(): void {
    const file = this.#file;
    if (file === undefined) return;
    this.#file = undefined;
    const { name, sum, parts } = file;
    const bytes = parts && joined(parts);
    if (name === SUMS) return this.#compareSums(textOf(bytes!));
    this.sums.push({ name, sum: sum.finish() });
    if (name === MANIFEST) this.#takeManifest(textOf(bytes!));
    else if (bytes !== undefined) this.kept.set(name, bytes);
  }

  #takeManifest(text: string): void {
    const manifest = readManifest(text);
    if (manifest === undefined) throw this.#refused(`a ${MANIFEST} that cannot be read`);
    if (typeof manifest === "number") {
      throw this.#refused(`an archive in format ${manifest}, made by a newer xpm-copy`);
    }
    const { experimentId, runId, headers } = manifest;
    if (this.#run !== `${EXPERIMENTS}/${experimentId}/${runId}`) {
      throw this.#refused("a different run than it says");
    }
    if (headers !== this.sumOfHeaders()) {
      throw this.#refused("names, modes, times or links that were changed");
    }
    this.manifest = manifest;
  }

  #compareSums(text: string): void {
    const lines = text.split("\n");
    for (const [index, file] of this.sums.entries()) {
      if (`${lines[index]}\n` === sumLine(file)) continue;
      throw this.#refused(`${file.name}, which is not what its ${SUMS} says`);
    }
    if (lines.length !== this.sums.length + 1 || lines.at(-1) !== "") {
      throw this.#refused(`a ${SUMS} for other files`);
    }
    this.#isSummed = true;
  }
}

const encoder = new TextEncoder();

/** What is said of a member besides its bytes, as a line. */
function headerLine({ name, type, mode, mtime, size, linkName }: MemberHead): Uint8Array {
  return encoder.encode(`${JSON.stringify([name, type, mode, mtime, size, linkName])}\n`);
}
