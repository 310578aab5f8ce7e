/**
 * Reading what will be rewritten: files whole, links, folders, each with its time to the
 * nanosecond, which Deno does not tell and `tar` does.
 *
 * @module
 */

import { members } from "../tar/pax.ts";
import { lookAt } from "../system/files.ts";
import { nameList } from "../transport/tar.ts";
import { feed, start, stopIfAborted, type Watch } from "../system/process.ts";
import type { Original } from "../system/entry.ts";

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
  if (paths.length === 0 || lookAt(root, "") === undefined) return found;
  const args = ["--format=pax", "--no-recursion", "-cf", "-", "--null", "-T", "-"];
  const running = start("tar", args, watch, root);
  const [archive] = await Promise.all([
    new Response(running.stdout).arrayBuffer(),
    feed(running, [nameList(paths)]),
  ]);
  const code = await running.code;
  stopIfAborted(watch);
  for (const { name, type, bytes, mode, mtime, linkName } of members(new Uint8Array(archive))) {
    // Of hard links tar gives the bytes once.
    // What could not be read is missing, or filled up with zeros; what is read here is text.
    if (code !== 0 && bytes.includes(0)) continue;
    const content = type === "1" ? found.get(linkName)?.bytes ?? bytes : bytes;
    found.set(name.replace(/(\/\.)?\/*$/, ""), { bytes: content, mode, mtime });
  }
  return found;
}
