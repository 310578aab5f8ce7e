/**
 * Copies large files between two folders of this machine, several at once: by a system call, or in
 * large pieces. rsync would send each file through a pipe. rsync runs afterwards and completes the
 * rest.
 *
 * @module
 */

import { ensureDirSync } from "@std/fs/ensure-dir";
import { CopyError } from "../errors.ts";
import { parentOf } from "../workspace/layout.ts";
import { within } from "../system/time.ts";
import { type RunOptions, stopIfAborted } from "../system/process.ts";

/** Files of this size, in bytes, are large. */
export const LARGE = 2 ** 24;

/**
 * Files up to this size, in bytes, are copied in one call. It takes half the time, or none when
 * both names can share blocks on the disk. But it can be neither stopped nor resumed.
 */
const ONE_CALL = 2 ** 28;

/** How many bytes of a larger file are read at once. */
const PIECE = 2 ** 22;
/** How long to wait before checking again whether a call has opened its file, in milliseconds. */
const OPENING = 5;
/** How many files are copied at once. */
const AT_ONCE = 3;

/**
 * Copies large files to paths that do not exist. rsync resumes a file that was interrupted. It also
 * copies those that are more than their bytes (hard links, files with holes, files that change),
 * and those that cannot be read.
 *
 * @param from A folder, links resolved.
 * @param paths The files, relative to both folders.
 * @param onBytes Receives how many bytes have been copied so far, and the current file.
 */
export async function copyLarge(
  from: string,
  to: string,
  paths: string[],
  onBytes: (bytes: number, file: string) => void,
  watch: RunOptions,
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
        // the system will refuse rsync the same, and rsync reports it
        if (isOfSystem(error)) continue;
        failed.abort(error); // the others stop as well
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

/** Copies a file, provided that neither the file nor its path changes meanwhile. */
async function copyOne(
  from: string,
  to: string,
  onBytes: (bytes: number) => void,
  watch: RunOptions,
): Promise<void> {
  stopIfAborted(watch);
  using source = await Deno.open(from);
  const before = await source.stat();
  if (!isPlain(before) || !isStill(before, from)) return;
  ensureDirSync(parentOf(to));
  using destination = await Deno.open(to, { createNew: true, write: true, mode: 0o600 });
  // the call sets the copy's mode at once, and rsync must be able to write to the copy
  if (before.size <= ONE_CALL && (before.mode ?? 0) & 0o200) {
    await copyInOneCall(from, to, watch);
    onBytes(before.size);
  } else await copyPieces(source, destination, onBytes, watch);
  if (!isStill(before, from)) Deno.removeSync(to);
}

/**
 * Copies a file by one call. An abort removes the new name as soon as the call has opened it; the
 * call then writes to a file without a name.
 */
async function copyInOneCall(from: string, to: string, watch: RunOptions): Promise<void> {
  let stop = () => {};
  const stopped = new Promise<void>((resolve) => stop = resolve);
  watch.signal?.addEventListener("abort", stop);
  const copying = Deno.copyFile(from, to);
  const ended = copying.catch(() => {});
  try {
    await Promise.race([copying, stopped]);
  } catch (error) {
    Deno.removeSync(to); // on some systems it has its full size already
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
  watch: RunOptions,
): Promise<void> {
  const piece = new Uint8Array(PIECE);
  for (let read = await source.read(piece); read; read = await source.read(piece)) {
    stopIfAborted(watch);
    for (let at = 0; at < read;) at += await destination.write(piece.subarray(at, read));
    onBytes(read);
  }
}

/** Whether a file is a plain one: without hard links and holes. */
function isPlain({ isFile, nlink, blocks, size }: Deno.FileInfo): boolean {
  return isFile && nlink === 1 && (blocks ?? 0) * 512 >= size;
}

/**
 * Whether the opened file is still the one at the path, and unchanged. A link that has replaced the
 * file, or a folder above it, would lead elsewhere.
 */
function isStill(opened: Deno.FileInfo, path: string): boolean {
  if (Deno.realPathSync(path) !== path) return false;
  const named = Deno.lstatSync(path);
  return named.isFile && named.ino === opened.ino && named.dev === opened.dev &&
    named.size === opened.size && named.mtime?.getTime() === opened.mtime?.getTime();
}
