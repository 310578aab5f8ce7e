/**
 * Files that `--exclude` leaves out of jobs, and the records of them at the destination.
 *
 * @module
 */

import type { Entry } from "../system/entry.ts";
import type { FileChoice } from "./exclude.ts";
import { JOBS, RECORDS } from "../workspace/layout.ts";

/** What is left out of a job. */
export interface LeftOut {
  /** How many files, links and the like. */
  files: number;
  /** Bytes of the files. */
  bytes: number;
  /** The first of them. */
  first: { path: string; bytes: number }[];
  /** All that are left out for their size. */
  tooLarge: string[];
}

/** How a job at the destination that has a record compares with the one at the source. */
export interface Shortfall {
  /** Whether it lacks something that this copy would bring. */
  lacks: boolean;
  /** Whether it lacks nothing at all. */
  isWhole: boolean;
  /** Why nothing is added to it, as a clause; undefined when all of it is as at the source. */
  changed: string | undefined;
  /** What of the source is there, but for folders. */
  standing: ReadonlySet<string>;
  /** How many files it lacks that this copy leaves out as well. */
  files: number;
  /** Bytes of these. */
  bytes: number;
  /** Which of the user's rules leave them out, by their names. */
  by: string[];
  /** The latest time of all that is in it. */
  newest: string;
}

/** The most files that a record names. */
const NAMED = 100;

/** Counts an entry that is left out. Of a folder only its content counts. */
export function leaveOut(
  known: LeftOut | undefined,
  { path, kind, size }: Entry,
  isTooLarge: boolean,
): LeftOut {
  const leftOut = known ?? { files: 0, bytes: 0, first: [], tooLarge: [] };
  if (kind === "folder") return leftOut;
  const bytes = kind === "file" ? size : 0;
  if (isTooLarge) leftOut.tooLarge.push(path);
  leftOut.files++;
  leftOut.bytes += bytes;
  if (leftOut.first.length < NAMED) leftOut.first.push({ path, bytes });
  return leftOut;
}

/** The folder of the job that an entry in the folder of records is about. */
export function recordedJob({ path, kind }: Entry): string | undefined {
  const [, job] = /^([^/]+\/[^/]+)\.json$/.exec(path) ?? [];
  return job !== undefined && kind === "file" ? `${JOBS}/${job}` : undefined;
}

/**
 * The text of a record. It is for people: a copy only looks whether there is a record.
 *
 * @param isPartial Whether the job lacks files at the source as well.
 * @param lacking What the job names that was not copied.
 */
export function recordText(
  job: string,
  leftOut: Omit<LeftOut, "tooLarge">,
  { source, files: { exclude = [], maxSize, metadataOnly = false }, isPartial, lacking }: {
    source: string;
    files: FileChoice;
    isPartial: boolean;
    lacking: string[];
  },
): string {
  const { files, bytes, first } = leftOut;
  const about = files > 0 || isPartial
    ? `This job was copied without some of its files. A copy that does not leave them out ` +
      `brings them, and removes this file (${RECORDS}).`
    : `This job was copied without other things that its files name. A copy looks for them again, ` +
      `and removes this file once they are there (${RECORDS}).`;
  const more = files > first.length ? { more: files - first.length } : {};
  const before = isPartial ? { atSource: "this job was copied there without some files, too" } : {};
  const rules = {
    exclude,
    ...(maxSize !== undefined && { maxSize }),
    ...(metadataOnly && { metadataOnly }),
    ...(lacking.length > 0 && { references: lacking }),
  };
  const record = { about, job, source, ...before, ...rules, files, bytes, leftOut: first, ...more };
  return `${JSON.stringify(record, null, 2)}\n`;
}
