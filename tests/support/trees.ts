/**
 * Looking at folders whole: what is in them to the last bit, and how a copy differs from what it
 * was made of.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { type BigIntStats, lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { assertEquals } from "@std/assert";
import type { JobId } from "../../mod.ts";
import type { Sample } from "../../scripts/sample.ts";

/** All that stands in a folder, by its path there; the folder itself under the empty one. */
export type Tree = Map<string, Item>;

/** One thing in a folder. */
export interface Item {
  /** What the system says of it. */
  info: BigIntStats;
  /** `file`, `folder`, `link`, `fifo`, `socket` or `other`. */
  kind: string;
  /** Who owns it: numbers of the user and of the group. */
  owner: string;
  /** When it was modified, in seconds since 1970 with all decimals. */
  mtime: string;
  /** Where a link leads. */
  target?: string;
  /** The bytes of a file. */
  bytes?: Uint8Array;
}

/** Looks at a folder, or at the one that a link leads to; empty when it is not there. */
export function readTree(root: string): Tree {
  const tree: Tree = new Map();
  const times = readTimes(root);
  const into = (path: string): void => {
    const full = `${root}/${path === "" ? "." : path}`;
    const info = lstatSync(full, { bigint: true, throwIfNoEntry: false });
    if (info === undefined) return;
    const kind = kindOf(info);
    tree.set(path, {
      info,
      kind,
      owner: `${info.uid}:${info.gid}`,
      mtime: times.get(path) ?? "",
      ...(kind === "link" && { target: readlinkSync(full) }),
      ...(kind === "file" && { bytes: readFileSync(full) }),
    });
    if (kind !== "folder") return;
    for (const name of readdirSync(full).sort()) into(path === "" ? name : `${path}/${name}`);
  };
  into("");
  return tree;
}

/** Deno itself knows times to the millisecond only. */
function readTimes(root: string): Map<string, string> {
  const args = [`${root}/.`, "-printf", "%T@ %P\\0"];
  const { stdout } = new Deno.Command("find", { args, stderr: "null" }).outputSync();
  const lines = new TextDecoder().decode(stdout).split("\0");
  return new Map(lines.map((line) => {
    const [time] = line.split(" ", 1);
    return [line.slice(time!.length + 1), time!];
  }));
}

function kindOf(info: BigIntStats): string {
  if (info.isFile()) return "file";
  if (info.isDirectory()) return "folder";
  if (info.isSymbolicLink()) return "link";
  if (info.isFIFO()) return "fifo";
  return info.isSocket() ? "socket" : "other";
}

/** Checks that a folder is what it was, down to the times of change; only reading is forgiven. */
export function assertUntouched(root: string, before: Tree): void {
  const describe = (item: Item) =>
    `${describeItem(item)} inode ${item.info.ino} changed ${item.info.ctimeNs}`;
  assertSame(map(readTree(root), describe), map(before, describe));
}

/** Checks that a folder was moved here as it was. */
export function assertMoved(root: string, before: Tree): void {
  assertSame(describeTree(readTree(root)), describeTree(before));
}

/** The names right in a folder, sorted. */
export function namesIn(path: string): string[] {
  return readdirSync(path).sort();
}

/** What was copied, and where it stands now. */
export interface Copied {
  /** What it was made of. */
  sample: Sample;
  /** The destination workspace, links resolved. */
  destination: string;
  /** The jobs that were copied. @default {those of the sample that have a folder} */
  jobs?: JobId[];
  /** The source workspace as its files may spell it. @default {the sample's root} */
  spellings?: string[];
  /** Places outside the workspace, and where they are at the destination. */
  mapped?: Record<string, string>;
  /** What the user left out: paths in a job's folder. */
  excluded?: string[];
  /** Whether the run was taken as ended: its copy says so. */
  ended?: boolean;
}

/**
 * Checks that jobs and their run are like what they were made of in names, kinds, bytes, modes,
 * owners, times, targets, hard links and holes, but for what has to differ.
 */
export function compareTrees(copied: Copied): void {
  compareJobs(copied);
  compareRun(copied);
}

/** Checks that a folder is what another one is, times included; no path in it is rewritten. */
export function compareFolder(source: string, destination: string): void {
  assertSame(describeTree(readTree(destination)), describeTree(readTree(source)));
}

/** Checks the jobs only. */
export function compareJobs(copied: Copied): void {
  const { sample, destination, excluded = [] } = copied;
  const [expected, actual] = [new Map<string, string>(), new Map<string, string>()];
  const [source, there] = [readTree(`${sample.root}/jobs`), readTree(`${destination}/jobs`)];
  for (const job of jobsOf(copied)) {
    const folder = `${job.taskId}/${job.jobId}`;
    const tree = relocated(below(source, folder), copied, isJobDocument);
    for (const path of [...leftBehind(job), ...excluded]) tree.delete(path);
    for (const [path, text] of describeTree(tree)) expected.set(`${folder}/${path}`, text);
    const found = describeTree(below(there, folder));
    for (const [path, text] of found) actual.set(`${folder}/${path}`, text);
  }
  assertSame(actual, expected);
}

/** What a tree has of a folder in it. */
function below(tree: Tree, folder: string): Tree {
  return new Map(
    [...tree].filter(([path]) => `${path}/`.startsWith(`${folder}/`))
      .map(([path, item]) => [path.slice(folder.length + 1), item]),
  );
}

/** Checks the run only. */
export function compareRun(copied: Copied): void {
  const { sample, destination } = copied;
  const folder = sample.runFolder.slice(sample.root.length + 1);
  const tree = relocated(readTree(sample.runFolder), copied, isRunDocument);
  tree.delete(".status.json.lock");
  for (const path of tree.keys()) {
    const [top, taskId, jobId] = path.split("/");
    const stands = jobsOf(copied).some((job) => job.taskId === taskId && job.jobId === jobId);
    if (top === "jobs" && jobId !== undefined && !stands) tree.delete(path);
  }
  const found = readTree(`${destination}/${folder}`);
  // the folder of the links is made anew, by whoever copies
  for (const each of [tree, found]) {
    for (const [path, item] of each) if (/^jobs(\/|$)/.test(path)) item.owner = "";
  }
  assertSame(describeTree(found), describeTree(tree));
}

function jobsOf({ sample, jobs }: Copied): JobId[] {
  return jobs ?? sample.jobs.filter(({ state }) => state !== "missing" && state !== "removed");
}

function leftBehind({ taskId }: JobId): string[] {
  const name = taskId.split(".").at(-1);
  return [`${name}.pid`, `${name}.lock`, `.experimaestro/${name}.lock`];
}

function isJobDocument(path: string): boolean {
  return path === "params.json" || path === ".experimaestro/status.json";
}

function isRunDocument(path: string): boolean {
  return ["objects.jsonl", "configs.json", "status.json"].includes(path) ||
    /^data\/[^/]+\/[^/]+\.json$/.test(path);
}

/** What a tree should be at the destination: another way to say it than the program's. */
function relocated(
  tree: Tree,
  { sample, destination, spellings = [sample.root], mapped = {}, ended }: Copied,
  isDocument: (path: string) => boolean,
): Tree {
  const result: Tree = new Map();
  const places = [
    ...spellings.map((spelling) => [spelling, destination] as const),
    ...Object.entries(mapped),
  ];
  for (const [path, item] of tree) {
    const moved = { ...item };
    for (const [spelling, place] of places) {
      const target = moved.target;
      if (target === spelling || target?.startsWith(`${spelling}/`)) {
        moved.target = place + target.slice(spelling.length);
        break;
      }
    }
    if (item.bytes !== undefined && isDocument(path)) {
      let text = new TextDecoder().decode(item.bytes);
      for (const [spelling, place] of places) {
        for (const end of ['"', "/"]) {
          text = text.replaceAll(`"${inJson(spelling)}${end}`, () => `"${inJson(place)}${end}`);
        }
      }
      if (ended && path === "status.json") {
        const written = /"last_updated": (".*")/.exec(text)![1];
        text = text.replace('"ended_at": null', `"ended_at": ${written}`);
      }
      moved.bytes = new TextEncoder().encode(text);
    }
    result.set(path, moved);
  }
  return result;
}

/** A text within quotes, as Python's JSON has it. */
function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1).replace(
    /[\u007f-\uffff]/g,
    (c) => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0"),
  );
}

function describeTree(tree: Tree): Map<string, string> {
  const groups = new Map<bigint, string[]>();
  for (const [path, { info, kind }] of tree) {
    if (kind !== "folder") groups.set(info.ino, [...groups.get(info.ino) ?? [], path]);
  }
  return map(tree, (item) => {
    const group = groups.get(item.info.ino) ?? [];
    return describeItem(item) + (group.length > 1 ? ` one file: ${group.join(", ")}` : "");
  });
}

function describeItem({ info, kind, owner, mtime, target, bytes }: Item): string {
  const parts = [kind, (info.mode & 0o7777n).toString(8), mtime];
  if (kind !== "link") parts.push(owner);
  if (target !== undefined) parts.push(JSON.stringify(target));
  if (bytes !== undefined) {
    const shown = bytes.length < 4096
      ? JSON.stringify(new TextDecoder().decode(bytes))
      : `${bytes.length} bytes`;
    // small files may hold their bytes in the folder's own block
    const holes = info.size > 65536n && info.blocks * 512n < info.size ? "with holes" : "";
    parts.push(shown, createHash("sha256").update(bytes).digest("hex").slice(0, 8), holes);
  }
  return parts.join(" ");
}

function map(tree: Tree, describe: (item: Item) => string): Map<string, string> {
  return new Map([...tree].map(([path, item]) => [path, describe(item)]));
}

/** Checks that two descriptions are the same, and shows only where they differ. */
function assertSame(actual: Map<string, string>, expected: Map<string, string>): void {
  const differences = [...new Set([...expected.keys(), ...actual.keys()])]
    .filter((path) => actual.get(path) !== expected.get(path))
    .map((path) => `${path}\n  expected ${expected.get(path)}\n  found    ${actual.get(path)}`);
  assertEquals(differences.join("\n"), "");
}
