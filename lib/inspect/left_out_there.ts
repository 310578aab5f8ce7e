/**
 * What was left out of jobs at a destination, as the records there tell.
 *
 * @module
 */

import { excluder } from "../copy/exclude.ts";
import { CopyError } from "../errors.ts";
import type { Host } from "../host/host.ts";
import type { Entry } from "../system/entry.ts";
import { isObject } from "../text/json.ts";
import { JOBS, RECORDS } from "../workspace/layout.ts";

/** Whether something in a job's folder was left out. */
export type IsLeftOut = (entry: Entry) => boolean;

/** Reads the records of some jobs; answers, by their folders, what was left out of them. */
export async function readRecords(
  host: Pick<Host, "read">,
  root: string,
  folders: string[],
): Promise<Map<string, IsLeftOut>> {
  const found = new Map<string, IsLeftOut>();
  const paths = folders.map((folder) => `${RECORDS}${folder.slice(JOBS.length)}.json`);
  let next = 0;
  await host.read(root, paths, (_, bytes) => {
    const folder = folders[next++]!;
    if (bytes !== undefined) found.set(folder, excludesOf(bytes));
  });
  return found;
}

/** The patterns of a record, which anybody may have written who can write to the workspace. */
function excludesOf(bytes: Uint8Array): IsLeftOut {
  try {
    const record: unknown = JSON.parse(new TextDecoder().decode(bytes));
    const patterns = isObject(record) && Array.isArray(record.exclude) ? record.exclude : [];
    const excludes = excluder(patterns.filter((each) => typeof each === "string"));
    return ({ path, kind }) => excludes(path, kind === "folder");
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof CopyError) return () => false;
    throw error;
  }
}
