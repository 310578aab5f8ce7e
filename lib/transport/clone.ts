/**
 * Large files from one folder of this machine to another: several at once, copied by the system, or
 * in large pieces, where rsync would send each through a pipe. rsync comes after, and finishes the
 * rest.
 *
 * @module
 */

import { ensureDirSync } from "@std/fs/ensure-dir";
import { CopyError } from "../errors.ts";
import { parentOf } from "../workspace/layout.ts";
import { within } from "../system/time.ts";
import { stopIfAborted, type Watch } from "../system/process.ts";

/** A file of so many bytes is large. */
export const LARGE = 2 ** 24;

/**
 * A file of at most so many bytes is copied in one call, which takes half the time, or none where
 * both names can share what is on the disk; but it cannot be stopped, nor continued.
 */
const ONE_CALL = 2 ** 28;

/** How much of a larger one is read at once, in bytes. */
const PIECE = 2 ** 22;
/** How long a call may take to open a file before that is looked at again, in milliseconds. */
const OPENING = 5;
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
  const failed = new AbortController();
  const signal = AbortSignal.any([failed.signal, ...(watch.signal ? [watch.signal] : [])]);
  let bytes = 0;
  const work = async () => {
    for (let path = left.pop(); path !== undefined; path = left.pop()) {
      const file = path;
      const onPart = (n: number) => onBytes(bytes += n, file);
      try {
        await copyOne(`${from}/${file}`, `${to}/${file}`, onPart, { ...watch, signal });
      } catch (error) {
        // what the system has refused, it refuses rsync too, which says so
        if (isOfSystem(error)) continue;
        failed.abort(error); // the others stop, too
        return;
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  if (failed.signal.aborted) throw failed.signal.reason;
}

function isOfSystem(error: unknown): boolean {
  return !(error instanceof CopyError) &&
    typeof (error as { code?: unknown } | undefined)?.code === "string";
}

/** Copies a file that stays what it is, and the one of that name, meanwhile. */
async function copyOne(
  from: string,
  to: string,
  onBytes: (bytes: number) => void,
  watch: Watch,
): Promise<void> {
  stopIfAborted(watch);
  using source = await Deno.open(from);
  const before = await source.stat();
  if (!isPlain(before) || !isStill(before, from)) return;
  ensureDirSync(parentOf(to));
  using destination = await Deno.open(to, { createNew: true, write: true, mode: 0o600 });
  // the call gives the copy its mode at once, and rsync has to be able to go on in it
  if (before.size <= ONE_CALL && (before.mode ?? 0) & 0o200) {
    await copyInOneCall(from, to, watch);
    onBytes(before.size);
  } else await copyPieces(source, destination, onBytes, watch);
  if (!isStill(before, from)) Deno.removeSync(to);
}

/**
 * Who stops the copy takes the new name away, once the call has opened it: what it still writes is
 * nobody's.
 */
async function copyInOneCall(from: string, to: string, watch: Watch): Promise<void> {
  let stop = () => {};
  const stopped = new Promise<void>((resolve) => stop = resolve);
  watch.signal?.addEventListener("abort", stop);
  const copying = Deno.copyFile(from, to);
  const ended = copying.catch(() => {});
  try {
    await Promise.race([copying, stopped]);
  } catch (error) {
    Deno.removeSync(to); // its size may be the whole one's on some systems
    throw error;
  } finally {
    watch.signal?.removeEventListener("abort", stop);
  }
  if (!watch.signal?.aborted) return;
  while (Deno.statSync(to).size === 0 && !await within(OPENING, ended));
  Deno.removeSync(to);
  stopIfAborted(watch);
}

async function copyPieces(
  source: Deno.FsFile,
  destination: Deno.FsFile,
  onBytes: (bytes: number) => void,
  watch: Watch,
): Promise<void> {
  const piece = new Uint8Array(PIECE);
  for (let read = await source.read(piece); read; read = await source.read(piece)) {
    stopIfAborted(watch);
    for (let at = 0; at < read;) at += await destination.write(piece.subarray(at, read));
    onBytes(read);
  }
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
