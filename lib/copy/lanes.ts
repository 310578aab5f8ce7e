/**
 * Dealing out bulk to several rsyncs at once. One channel of ssh moves at most its window in a round
 * trip; each channel of a login has a window of its own.
 *
 * @module
 */

import type { RsyncEnd } from "../transport/rsync_end.ts";
import { bytesIn } from "../text/sizes.ts";
import type { Ends } from "./plan.ts";
import type { CopyOptions } from "./types.ts";

/** So much farther away, in seconds, one more lane is worthwhile. */
const DISTANCE = 0.015;
/** So many bytes are worth a lane: it costs the start of a channel, and some round trips. */
const WORTH = 1 << 24;
/** The same for small files: the run comes after them all, which costs some more round trips. */
const SMALL_WORTH = 1 << 25;
/** The most lanes by default; of the ten sessions that servers allow, a copy needs two more. */
const MOST = 6;
/** The window of a channel, in bytes. */
const WINDOW = 1 << 21;

/** A folder to bring. */
export interface Part {
  /** The folder, relative to the workspace. */
  folder: string;
  /** How many bytes rsync has to bring of it. */
  bytes: number;
  /** Files in it with several names: a rsync keeps hard links only among what it brings itself. */
  shared: Iterable<string>;
}

/** How many small files and folders are worth a lane where each takes milliseconds to be made. */
const MANY = 200;
/** The most lanes there: each waits for nearly all of its time. */
const MOST_SLOW = 8;

/** How many streams bring small files: more over a distance, and where files take long to be made. */
export async function streamsFor(
  ends: Ends<RsyncEnd>,
  { bytes, entries }: { bytes: number; entries: number },
  isSlow: boolean,
  options: CopyOptions,
): Promise<number> {
  if (!isSlow) return await lanesFor(ends, bytes, options, SMALL_WORTH);
  return options.streams ?? Math.max(1, Math.min(Math.floor(entries / MANY), MOST_SLOW));
}

/** Whether several streams may bring small files of so many bytes, wherever the ends are. */
export function mayBeDealtOut(bytes: number, { streams }: CopyOptions): boolean {
  return streams === undefined ? bytes > SMALL_WORTH : streams > 1;
}

/** How many rsyncs bring these bytes: more over a distance, and as many as `streams` asks for. */
export async function lanesFor(
  { source, destination }: Ends<RsyncEnd>,
  bytes: number,
  { streams, bandwidthLimit = 0 }: CopyOptions,
  worth: number = WORTH,
): Promise<number> {
  const far = [source, destination].flatMap(({ roundTrip }) => roundTrip ?? []);
  if (far.length === 0) return 1;
  if (streams !== undefined) return streams;
  if (bytes <= worth) return 1;
  const seconds = Math.max(...await Promise.all(far.map((ask) => ask())));
  const limit = bandwidthLimit === 0 ? MOST : bandwidthLimit * 1024 * seconds / WINDOW;
  return Math.ceil(Math.min(1 + Math.floor(seconds / DISTANCE), bytes / worth, limit, MOST));
}

/** Deals out folders, the largest first, each to the lane that has the least. */
export function dealOut(parts: Part[], count: number): string[][] {
  const lanes = Array.from({ length: count }, () => ({ bytes: 0, folders: [] as string[] }));
  const sizes = together(parts).map((some) => ({
    folders: some.map(({ folder }) => folder),
    bytes: bytesIn(some),
  }));
  for (const { folders, bytes } of sizes.sort((one, other) => other.bytes - one.bytes)) {
    const lane = lanes.reduce((least, one) => one.bytes < least.bytes ? one : least);
    lane.bytes += bytes;
    for (const folder of folders) lane.folders.push(folder);
  }
  return lanes.map(({ folders }) => folders).filter(({ length }) => length > 0);
}

/** Puts together what shares files, also by way of others. */
export function together<One extends Pick<Part, "shared">>(parts: One[]): One[][] {
  const groups = parts.map((part): Group<One> => ({ parts: [part], into: undefined }));
  const holders = new Map<string, Group<One>>();
  for (const [index, { shared }] of parts.entries()) {
    for (const file of shared) {
      const holder = holders.get(file);
      if (holder === undefined) holders.set(file, groups[index]!);
      else unite(holder, groups[index]!);
    }
  }
  return groups.flatMap(({ parts, into }) => into === undefined ? [parts] : []);
}

/** What shares files, as far as is known. */
interface Group<One> {
  parts: One[];
  /** The group that these have gone into. */
  into: Group<One> | undefined;
}

/** Puts the parts of the smaller one into the other: so each part moves seldom. */
function unite<One>(one: Group<One>, other: Group<One>): void {
  const [less, more] = [one, other].map(whole)
    .sort((a, b) => a.parts.length - b.parts.length) as [Group<One>, Group<One>];
  if (less === more) return;
  for (const part of less.parts) more.parts.push(part);
  less.parts = [];
  less.into = more;
}

function whole<One>(group: Group<One>): Group<One> {
  return group.into === undefined ? group : whole(group.into);
}
