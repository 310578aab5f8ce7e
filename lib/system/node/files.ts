/**
 * Deno's functions for files, made from those of Node.
 *
 * @module
 */

import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { InvalidData, withErrors } from "./errors.ts";
import { OpenFile, type OpenOptions } from "./open_file.ts";
import { type FileInfo, infoOf } from "./info.ts";

/** An entry of a folder. */
export type DirEntry = Pick<FileInfo, "isFile" | "isDirectory" | "isSymlink"> & { name: string };

type Path = string | URL;

/** Changes permission bits. */
export const chmodSync: (path: Path, mode: number) => void = withErrors(fs.chmodSync);

/** Copies a file's bytes and mode. */
export const copyFile: (from: Path, to: Path) => Promise<void> = fs.promises.copyFile;

/** Gives a file another name besides its own; fails when that is taken. */
export const linkSync: (from: Path, to: Path) => void = withErrors(fs.linkSync);

/** The properties of a file, of a link itself. */
export const lstatSync: (path: Path) => FileInfo = withErrors((path) =>
  infoOf(fs.lstatSync(path, { bigint: true }))
);

/** The properties of a file, links followed. */
export const statSync: (path: Path) => FileInfo = withErrors((path) =>
  infoOf(fs.statSync(path, { bigint: true }))
);

/** Makes a new folder that only its owner may enter. */
export const makeTempDirSync: (options?: { prefix?: string; dir?: string }) => string = withErrors(
  ({ prefix = "", dir = tmpdir() } = {}) => fs.mkdtempSync(`${dir}/${prefix}`),
);

/** Makes a folder. */
export const mkdirSync: (path: Path, options?: { recursive?: boolean; mode?: number }) => void =
  withErrors((path, options) => {
    try {
      fs.mkdirSync(path, options);
    } catch (error) {
      // for a recursive one, Node does not report why it could not make the parent folder
      if (options?.recursive && (error as NodeJS.ErrnoException).code === "ENOENT") {
        fs.mkdirSync(path, { ...options, recursive: false });
      }
      throw error;
    }
  });

/** Opens a file. */
export const openSync: (path: Path, options?: OpenOptions) => OpenFile = withErrors(
  (path, options) => new OpenFile(path, options),
);

/** The entries of a folder. */
export const readDirSync: (path: Path) => DirEntry[] = withErrors((path) =>
  fs.readdirSync(path, { withFileTypes: true }).map((entry) => ({
    name: entry.name,
    isFile: entry.isFile(),
    isDirectory: entry.isDirectory(),
    isSymlink: entry.isSymbolicLink(),
  }))
);

/** The bytes of a file. */
export const readFileSync: (path: Path) => Uint8Array<ArrayBuffer> = withErrors((path) =>
  new Uint8Array(fs.readFileSync(path))
);

/** The text of a file. */
export const readTextFileSync: (path: Path) => string = withErrors((path) =>
  fs.readFileSync(path, "utf8")
);

/** The target of a link. */
export const readLinkSync: (path: Path) => string = withErrors((path) =>
  asText(fs.readlinkSync(path, "buffer"))
);

/** The real path, links resolved. */
export const realPathSync: (path: Path) => string = withErrors((path) =>
  asText(fs.realpathSync.native(path, "buffer"))
);

/** A path as text. Deno refuses one that is not UTF-8; Node would return another path. */
function asText(path: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(path);
  } catch {
    throw new InvalidData("a path is not valid UTF-8");
  }
}

/** Removes a file, a link, or an empty folder; a folder with content only when `recursive`. */
export const removeSync: (path: Path, options?: { recursive?: boolean }) => void = withErrors(
  (path, { recursive = false } = {}) => {
    if (recursive) fs.rmSync(path, { recursive });
    else if (fs.lstatSync(path).isDirectory()) fs.rmdirSync(path);
    else fs.unlinkSync(path);
  },
);

/** Renames. */
export const renameSync: (from: Path, to: Path) => void = withErrors(fs.renameSync);

/** Sets times. */
export const utimeSync: (path: Path, atime: Date, mtime: Date) => void = withErrors(fs.utimesSync);

/** Writes a text. */
export const writeTextFileSync: (
  path: Path,
  text: string,
  options?: { createNew?: boolean },
) => void = withErrors((path, text, { createNew = false } = {}) =>
  fs.writeFileSync(path, text, { flag: createNew ? "wx" : "w" })
);
