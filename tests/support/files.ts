/**
 * Small folders for tests: made from a list of what is to be in them, and read back as such a list.
 *
 * @module
 */

import { chmodSync, linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { shell } from "./shell.ts";

/** One thing to make: a text or bytes are a file's. A folder has its mode, a file 644. */
export type Made =
  | string
  | Uint8Array
  | { link: string }
  | { folder: number }
  | { fifo: true }
  /** A second name of a file that comes before it in the list. */
  | { same: string }
  /** A file of so many bytes, all of them a hole. */
  | { hole: number };

/** What to make, by its path; the folders above are made with it. */
export type Files = Readonly<Record<string, Made>>;

/** Makes files, links and folders below a folder. */
export function makeFiles(root: string, files: Files): void {
  for (const [name, made] of Object.entries(files)) {
    const path = `${root}/${name}`;
    mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    if (typeof made === "string" || made instanceof Uint8Array) {
      writeFileSync(path, made);
      chmodSync(path, 0o644);
    } else if ("link" in made) symlinkSync(made.link, path);
    else if ("folder" in made) {
      mkdirSync(path, { recursive: true });
      chmodSync(path, made.folder);
    } else if ("fifo" in made) shell(root, 'mkfifo -m 600 "$1"', path);
    else if ("same" in made) linkSync(`${root}/${made.same}`, path);
    else {
      writeFileSync(path, "");
      Deno.truncateSync(path, made.hole);
    }
  }
}

/** What to tell of each thing besides what it is. */
export interface Telling {
  /** Modes. */
  modes?: boolean;
  /** Times, with nine decimals. */
  times?: boolean;
}

/**
 * What stands in a folder, by its path there, the folder itself left out: `folder`,
 * `link TARGET`, `file CONTENT`, `other`; of a file with several names, how many. Nothing when the
 * folder is not there.
 */
export function shownFiles(root: string, telling: Telling = {}): Record<string, string> {
  const args = [`${root}/.`, "-mindepth", "1", "-printf", "%P\\0%y\\0%l\\0%m\\0%T@\\0%n\\0%s\\0"];
  const { stdout } = new Deno.Command("find", { args, stderr: "null" }).outputSync();
  const texts = new TextDecoder().decode(stdout).split("\0");
  const shown: [string, string][] = [];
  for (let at = 0; at + 7 < texts.length; at += 7) {
    const [path, kind, target, mode, time, names, size] = texts.slice(at, at + 7) as string[];
    const parts: string[] = [];
    if (kind === "d") parts.push("folder");
    else if (kind === "l") parts.push(`link ${target}`);
    else if (kind === "f") parts.push(`file ${contentOf(`${root}/${path}`, Number(size))}`);
    else parts.push("other");
    if (kind === "f" && names !== "1") parts.push(`${names} names`);
    if (telling.modes && kind !== "l") parts.push(mode!);
    if (telling.times) parts.push(/^-?\d+(\.\d{9})?/.exec(time!)![0]);
    shown.push([path!, parts.join(", ")]);
  }
  return Object.fromEntries(shown.sort(([a], [b]) => a < b ? -1 : 1));
}

function contentOf(path: string, size: number): string {
  if (size > 1000) return `of ${size} bytes`;
  return new TextDecoder().decode(readFileSync(path));
}

/**
 * Gives things a time, one after the other: seconds since 1970, with up to nine decimals; no link is
 * followed.
 */
export function setTime(time: string, ...paths: string[]): void {
  const args = ["-h", "-d", `@${time}`, "--", ...paths];
  const { success, stderr } = new Deno.Command("touch", { args }).outputSync();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

/** Bytes that no zstd makes fewer. */
export function noise(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  return bytes;
}
