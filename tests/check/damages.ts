/**
 * Damaging what was copied, in ways that a disk, a program or a user may have: a bit, a byte, a size,
 * a mode, a time, a link; something missing, something extra.
 *
 * @module
 */

import {
  chmodSync,
  closeSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { shell } from "../support/shell.ts";

/** A damage: what a check is to say of it. */
export interface Damage {
  kind: "missing" | "extra" | "differs";
  /** Relative to the workspace. */
  path: string;
  /** What differs; empty of the other kinds. */
  aspect: string;
}

/** Numbers that look random and are the same each time. */
export function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) % below;
  };
}

/** All that is in some folders of a workspace, relative to it; no folder itself. */
function thingsIn(root: string, folders: string[]): { path: string; kind: string }[] {
  const found: { path: string; kind: string }[] = [];
  const into = (folder: string) => {
    for (const entry of readdirSync(`${root}/${folder}`, { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`;
      const kind = entry.isSymbolicLink() ? "link" : entry.isDirectory() ? "folder" : "file";
      found.push({ path, kind });
      if (kind === "folder") into(path);
    }
  };
  folders.forEach(into);
  return found;
}

/** Changes bits of one byte of a file, so that it stays as long as it was. */
function flip(file: string, at: number, mask: number): void {
  const descriptor = openSync(file, "r+");
  const byte = new Uint8Array(1);
  readSync(descriptor, byte, 0, 1, at);
  byte[0]! ^= mask;
  writeSync(descriptor, byte, 0, 1, at);
  closeSync(descriptor);
}

/**
 * Damages so many things, each once, and gives them back the times that they had: those of the
 * original.
 */
export function damage(
  { source, destination, folders, count, seed }: {
    source: string;
    destination: string;
    folders: string[];
    count: number;
    seed: number;
  },
): Damage[] {
  const random = randomNumbers(seed);
  const left = thingsIn(destination, folders);
  const done: Damage[] = [];
  const timed = new Set<string>(); // what shall have the time of the original
  while (done.length < count) {
    if (left.length === 0) throw new Error(`only ${done.length} things could be damaged`);
    const [{ path, kind }] = left.splice(random(left.length), 1) as [
      { path: string; kind: string },
    ];
    const full = `${destination}/${path}`;
    const add = (kind: Damage["kind"], aspect = "") => void done.push({ kind, path, aspect });
    const { size, mode, mtimeMs } = lstatSync(full);
    const parent = path.slice(0, path.lastIndexOf("/"));
    const way = random(8);
    if (kind === "link") {
      unlinkSync(full);
      if (way < 4) add("missing");
      else {
        symlinkSync(`elsewhere/${way}`, full);
        timed.add(parent);
        add("differs", "target");
      }
    } else if (kind === "folder") {
      if (way < 4) chmodSync(full, mode ^ 0o050);
      const extra = `${path}/extra ${done.length}`;
      if (way >= 4) writeFileSync(`${destination}/${extra}`, "");
      if (way < 4) add("differs", "mode");
      else done.push({ kind: "extra", path: extra, aspect: "" });
    } else if (way === 0) {
      rmSync(full);
      add("missing");
    } else if (way === 1) {
      chmodSync(full, mode ^ 0o044);
      add("differs", "mode");
    } else if (way === 2) {
      const seconds = mtimeMs / 1000 + (random(2) === 0 ? 2 : -3600);
      utimesSync(full, seconds, seconds);
      add("differs", "time");
    } else if (way === 3) {
      const isDocument = /(params|status|configs)\.json$|objects\.jsonl$|\/data\//.test(path);
      if (size === 0) writeFileSync(full, "x");
      else truncateSync(full, size - 1);
      timed.add(path);
      add("differs", isDocument ? "content" : "size");
    } else if (size > 0) {
      flip(full, random(size), way < 6 ? 1 << random(8) : 1 + random(255));
      timed.add(path);
      add("differs", "content");
    }
  }
  const list = [...timed].map((path) => `${path}\n`).join("");
  writeFileSync(`${destination}.timed`, list);
  shell(
    destination,
    'while IFS= read -r path; do touch -h -r "$1/$path" "$path"; done < "$2"; rm "$2"',
    source,
    `${destination}.timed`,
  );
  return done;
}
