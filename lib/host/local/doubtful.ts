/**
 * Lists entries that Deno cannot: those whose name, or whose target, is not UTF-8. rsync prints
 * every byte.
 *
 * @module
 */

import { CopyError } from "../../errors.ts";
import { bytesOf, isUtf8, textOf } from "../../system/byte_text.ts";
import { isDoubtful } from "../../system/files.ts";
import type { Visit } from "../host.ts";
import type { Entry, EntryKind } from "../../system/entry.ts";
import { LARGE } from "../../transport/clone.ts";
import { nameList } from "../../transport/tar.ts";
import { feed, type RunOptions, start, stopIfAborted } from "../../system/process.ts";
import { depthOf } from "../../workspace/layout.ts";

const KINDS: Record<string, EntryKind> = { "-": "file", d: "folder", l: "link" };

/** rsync's exit codes when it could not read some files, or some vanished meanwhile. */
const PARTIAL = [23, 24];

/**
 * Visits the entries in some folders that a walk could not list.
 *
 * @param root The workspace, absolute.
 * @param folders Folders of jobs or runs, or shared ones, relative to it.
 */
export async function listDoubtful(
  root: string,
  folders: string[],
  visit: Visit,
  watch: RunOptions,
): Promise<void> {
  if (folders.length === 0) return;
  const options = ["-a8", "-r", "--from0", "--files-from=-", "--no-implied-dirs", "--list-only"];
  // rsync requires a second folder, and does not use it here
  const running = start("rsync", [...options, "--", `${root}/`, `${root}/`], watch);
  const [listed, code] = await Promise.all([
    new Response(running.stdout).arrayBuffer(),
    running.code,
    feed(running, [nameList(folders.map((folder) => `${folder}/`))]),
  ]);
  stopIfAborted(watch);
  if (code !== 0 && !PARTIAL.includes(code)) {
    throw new CopyError("program", `rsync failed: ${(await running.complaint).trim()}`);
  }
  for (const line of textOf(new Uint8Array(listed)).split("\n")) {
    const [folder, entry] = readLine(line) ?? [];
    if (folder === undefined || entry === undefined) continue;
    if (isDoubtful(entry) || !isUtf8(entry.path + (entry.target ?? ""))) visit(folder, entry);
  }
}

/** `lrwxrwxrwx  1,234 2026/01/18 17:07:45 jobs/TASK/JOB/name -> target`; rsync writes `\#012`. */
const LINE = /^([-bcdlps])([-rwxsStT]{9})\S* +([\d,]+) (\d+)\/(\d+)\/(\d+) (\d+):(\d+):(\d+) (.*)$/;

/** Reads a line of rsync's list: the folder, and its entry; undefined for any other line. */
function readLine(line: string): [folder: string, entry: Entry] | undefined {
  const match = LINE.exec(line);
  if (match === null) return undefined;
  const [, letter, bits, digits, ...rest] = match as unknown as string[];
  const [year, month, day, hour, minute, second] = rest.map(Number) as number[];
  const said = rest.at(-1)!.replace(
    /\\#([0-7]{3})/g,
    (_, octal) => String.fromCharCode(parseInt(octal, 8)),
  );
  const size = Number(digits!.replaceAll(",", ""));
  const [name, target] = letter === "l" ? cutLink(said, size) : [said];
  const names = name.split("/");
  const depth = depthOf(name);
  return [names.slice(0, depth).join("/"), {
    path: names.slice(depth).join("/"),
    kind: KINDS[letter!] ?? "other",
    size,
    mtime: String(Date.UTC(year!, month! - 1, day, hour, minute, second) / 1000),
    mode: modeOf(bits!),
    ...(target !== undefined && { target }),
    // rsync does not tell, so it must look for them when it copies
    ...(letter === "-" && size >= LARGE && { holes: true as const }),
  }];
}

/** Splits a name from a target of `size` bytes: either may contain an arrow. */
function cutLink(said: string, size: number): [name: string, target: string] {
  const bytes = bytesOf(said);
  const at = bytes.length - size;
  return [textOf(bytes.subarray(0, at - " -> ".length)), textOf(bytes.subarray(at))];
}

/** Permission bits, as in `rwxr-sr-t`. */
function modeOf(bits: string): number {
  const special = ["s", "s", "t"].map((letter, index) =>
    bits[3 * index + 2]!.toLowerCase() === letter
  );
  return [...special, ...[...bits].map((letter) => /[rwxst]/.test(letter))]
    .reduce((mode, isSet) => mode * 2 + Number(isSet), 0);
}
