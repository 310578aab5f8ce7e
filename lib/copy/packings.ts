/**
 * How jobs, what they name, and the entries of a run are packed: a run of 100,000 jobs has a link to
 * each.
 *
 * @module
 */

import type { Report } from "../rewrite/findings.ts";
import type { Entry } from "../system/entry.ts";
import type { FoundJob } from "./found_job.ts";
import { PackedMap, type Packing } from "../system/packed_map.ts";
import type { PathsMap } from "./paths_map.ts";

/** What jobs of one task usually have in common. */
type CommonJob = Pick<
  FoundJob,
  "markers" | "documents" | "oversized" | "folders" | "holes" | "special"
>;

const NONE: readonly never[] = [];

/** The same number; a plan that keeps it needs no object for it, if it is a small whole one. */
function whole(number: number): number {
  return number === (number | 0) ? number | 0 : number;
}

const JOBS: Packing<FoundJob, CommonJob> = {
  numbers: 5,
  pack(_, job) {
    const { bytes, files, names, bulk, markers, latest, latestFile, pidTime, ...others } = job;
    const { documents, oversized, folders, holes, special, links, large, ...rare } = others;
    if (Object.values(rare).some((fact) => fact !== undefined)) return undefined;
    const common = { markers, documents, oversized, folders, holes, special };
    const inFolders = [...folders.values()].flatMap(({ path, kind, mode }) => [path, kind, mode]);
    return {
      common,
      kind: JSON.stringify([[...markers], documents, oversized, holes, special, inFolders]),
      numbers: [bytes, files, names, bulk.bytes, bulk.names],
      text: [
        ...[latestFile ?? "", latest === latestFile ? "=" : latest ?? "", pidTime ?? ""],
        links.length + large.length === 0 ? "" : JSON.stringify([links, large]),
      ].join("\n"),
    };
  },
  unpack(_, { markers, documents, oversized, folders, holes, special }, numbers, at, text) {
    const [latestFile = "", latest = "", pidTime = "", lists = ""] = text.split("\n", 4);
    const [links, large] = lists === "" ? [NONE, NONE] : JSON.parse(lists);
    return {
      bytes: whole(numbers[at]!),
      files: whole(numbers[at + 1]!),
      names: numbers[at + 2]!,
      bulk: { bytes: numbers[at + 3]!, names: numbers[at + 4]! },
      markers,
      latest: (latest === "=" ? latestFile : latest) || undefined,
      latestFile: latestFile || undefined,
      pidTime: pidTime || undefined,
      documents,
      oversized,
      folders,
      links,
      large,
      holes,
      special,
      linked: undefined,
      trouble: undefined,
    };
  },
};

/** What entries have in common; of links that lead to their own path elsewhere, that place. */
interface CommonEntry extends Pick<Entry, "kind" | "holes"> {
  root?: string | undefined;
}

const ENTRIES: Packing<Entry, CommonEntry> = {
  numbers: 2,
  pack(path, { path: own, kind, holes, size, mode, mtime, target, shared, trouble }) {
    if (own !== path || shared !== undefined || trouble !== undefined) return undefined;
    const root = target?.endsWith(`/${path}`)
      ? target.slice(0, target.length - path.length)
      : undefined;
    return {
      common: { kind, ...(holes && { holes }), root },
      kind: `${kind} ${holes === true} ${root}`,
      numbers: [size, mode],
      text: root === undefined && target !== undefined ? `${mtime}\0${target}` : mtime,
    };
  },
  unpack(path, { kind, holes, root }, numbers, at, text) {
    const [mtime = "", named] = text.split("\0", 2);
    const target = root === undefined ? named : root + path;
    return {
      ...{ path, kind, size: numbers[at]!, mtime, mode: numbers[at + 1]! },
      ...(target !== undefined && { target }),
      ...(holes && { holes }),
    };
  },
};

/** What a job's documents and links name in the workspace, and where that was before. */
export type JobReport = Pick<Report, "inside" | "former">;

const REPORTS: Packing<JobReport, null> = {
  numbers: 0,
  pack(_, { inside, former }) {
    const isEmpty = inside.length === 0 && former === undefined;
    const text = isEmpty ? "" : JSON.stringify({ inside, former });
    return { common: null, kind: "", numbers: [], text };
  },
  unpack: (_path, _common, _numbers, _at, text) => text === "" ? { inside: [] } : JSON.parse(text),
};

/** A map for jobs, by their folders. */
export function jobsByFolder(expected: number): PathsMap<FoundJob> {
  return new PackedMap(JOBS, expected);
}

/** A map for the reports on jobs, by the jobs' folders. */
export function reportsByFolder(expected: number): PathsMap<JobReport> {
  return new PackedMap(REPORTS, expected);
}

/** A map for the entries of a folder, by their paths in it. */
export function entriesByPath(expected: number): PathsMap<Entry> {
  return new PackedMap(ENTRIES, expected);
}
