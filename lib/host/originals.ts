/**
 * Reading what will be rewritten: files whole, links, folders, each with its time to the
 * nanosecond, which Deno does not tell and `tar` does.
 *
 * @module
 */

import tar from "tar-stream";
import { CopyError } from "../errors.ts";
import { feed, joined, start, stopIfAborted, type Watch } from "./process.ts";

/** One thing as it was found. */
export interface Original {
  /** Its bytes; none but for a file. */
  bytes: Uint8Array;
  /** Permission bits. */
  mode: number;
  /** Seconds since 1970, with up to nine decimals. */
  mtime: string;
}

/**
 * Reads things of this machine.
 *
 * @param root The folder they are in, absolute.
 * @param paths Relative to it. One that is not there, or cannot be read, is passed over; a folder
 * is read without what it holds, even when it is a link.
 */
export async function readOriginals(
  root: string,
  paths: string[],
  watch: Watch,
): Promise<Map<string, Original>> {
  const found = new Map<string, Original>();
  if (paths.length === 0) return found;
  const args = ["-C", root, "--format=pax", "--no-recursion", "-cf", "-", "--null", "-T", "-"];
  const running = start("tar", args, watch);
  const list = new TextEncoder().encode(paths.map((path) => `${path}\0`).join(""));
  const archive = tar.extract();
  try {
    await Promise.all([feed(running, [list]), pour(running.stdout, archive), take(archive, found)]);
  } catch (error) {
    stopIfAborted(watch);
    throw new CopyError("program", `tar failed: ${(error as Error).message}`);
  }
  await running.code; // what could not be read is missing among what was found
  return found;
}

type Archive = ReturnType<typeof tar.extract>;

async function pour(stream: ReadableStream<Uint8Array>, archive: Archive): Promise<void> {
  // All of it will be held in memory: there is nothing to wait for.
  for await (const chunk of stream) archive.write(chunk);
  archive.end(null);
}

async function take(archive: Archive, found: Map<string, Original>): Promise<void> {
  for await (const entry of archive) {
    const parts: Uint8Array[] = [];
    for await (const part of entry) parts.push(part as Uint8Array);
    const { name, mode = 0o644, mtime, type, linkname } = entry.header;
    const pax = entry.header.pax as { mtime?: string } | null;
    // Of hard links tar gives the bytes once.
    const first = type === "link" ? found.get(linkname!) : undefined;
    found.set(name.replace(/(\/\.)?\/*$/, ""), {
      bytes: first?.bytes ?? joined(parts),
      mode: mode & 0o7777,
      mtime: pax?.mtime ?? String(Math.floor((mtime?.getTime() ?? 0) / 1000)),
    });
  }
}
