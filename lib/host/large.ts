/**
 * Large files from one folder of this machine to another: read and written in large pieces, several
 * at once, where rsync would send each through a pipe. rsync comes after, and finishes the rest.
 *
 * @module
 */

import { stopIfAborted, type Watch } from "./process.ts";

/** A file of so many bytes is large. */
export const LARGE = 2 ** 24;

/** How much is read at once, in bytes. */
const PIECE = 2 ** 22;
/** How many files are copied at once. */
const AT_ONCE = 3;

/**
 * Copies large files to where nothing is. What is interrupted is continued by rsync; what is more
 * than bytes (a hard link, holes, a file that changes), or cannot be read, is left to it.
 *
 * @param from A folder, links resolved.
 * @param paths The files, relative to both folders.
 * @param onBytes Is told how many bytes have been copied, and which file is under way.
 */
export async function copyLarge(
  from: string,
  to: string,
  paths: string[],
  onBytes: (bytes: number, file: string) => void,
  watch: Watch,
): Promise<void> {
  const left = [...paths];
  let bytes = 0;
  const work = async () => {
    for (let path = left.pop(); path !== undefined; path = left.pop()) {
      const file = path;
      try {
        await copyOne(`${from}/${file}`, `${to}/${file}`, (n) => onBytes(bytes += n, file), watch);
      } catch (error) {
        // what the system has refused, it refuses rsync too, which says so
        if (typeof (error as { code?: unknown }).code !== "string") throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

async function copyOne(
  from: string,
  to: string,
  onBytes: (bytes: number) => void,
  watch: Watch,
): Promise<void> {
  using source = await Deno.open(from);
  const before = await source.stat();
  if (!isPlain(before) || !isStill(before, from)) return;
  Deno.mkdirSync(to.slice(0, to.lastIndexOf("/")), { recursive: true });
  using destination = await Deno.open(to, { createNew: true, write: true, mode: 0o600 });
  const piece = new Uint8Array(PIECE);
  for (let read = await source.read(piece); read; read = await source.read(piece)) {
    stopIfAborted(watch);
    for (let at = 0; at < read;) at += await destination.write(piece.subarray(at, read));
    onBytes(read);
  }
  if (!isStill(before, from)) Deno.removeSync(to);
}

/** Whether a file is no more than its bytes. */
function isPlain({ isFile, nlink, blocks, size }: Deno.FileInfo): boolean {
  return isFile && nlink === 1 && (blocks ?? 0) * 512 >= size;
}

/**
 * Whether the file that was opened is the one of that name, and has not changed: a link that has been
 * put in its place, or in the place of a folder above it, leads elsewhere.
 */
function isStill(opened: Deno.FileInfo, path: string): boolean {
  if (Deno.realPathSync(path) !== path) return false;
  const named = Deno.lstatSync(path);
  return named.isFile && named.ino === opened.ino && named.dev === opened.dev &&
    named.size === opened.size && named.mtime?.getTime() === opened.mtime?.getTime();
}
