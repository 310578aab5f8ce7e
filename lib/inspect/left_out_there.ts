/**
 * What was left out of jobs at a destination, as the records there tell.
 *
 * @module
 */

import { excluder, type Excludes } from "../copy/exclude.ts";
import { recordedJob } from "../copy/left_out.ts";
import { CopyError } from "../errors.ts";
import type { Host } from "../host/host.ts";
import { isObject } from "../text/json.ts";
import { MAX_DOCUMENT } from "../workspace/documents.ts";
import { recordOf, RECORDS } from "../workspace/layout.ts";

/** The folders of the jobs that have a record. */
export async function recordedJobs(host: Pick<Host, "scan">, root: string): Promise<Set<string>> {
  const found = new Set<string>();
  await host.scan({ root, folders: [RECORDS], jobStatesOnly: true }, (_, entry) => {
    const job = recordedJob(entry);
    if (job !== undefined) found.add(job);
  });
  return found;
}

/** Reads the records of some jobs; answers, by their folders, what was left out of them. */
export async function readRecords(
  host: Pick<Host, "read">,
  root: string,
  folders: string[],
): Promise<Map<string, Excludes>> {
  const found = new Map<string, Excludes>();
  let next = 0;
  for await (const [, bytes] of host.read(root, folders.map(recordOf), MAX_DOCUMENT)) {
    const folder = folders[next++]!;
    if (bytes !== undefined) found.set(folder, excludesOf(bytes));
  }
  return found;
}

/** What a record says was left out, which anybody may have written who can write to the workspace. */
function excludesOf(bytes: Uint8Array): Excludes {
  try {
    const record: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (!isObject(record)) return () => undefined;
    const { exclude, maxSize, metadataOnly } = record;
    const patterns = Array.isArray(exclude) ? exclude : [];
    return excluder({
      exclude: patterns.filter((each) => typeof each === "string"),
      ...(typeof maxSize === "number" && { maxSize }),
      metadataOnly: metadataOnly === true,
    });
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof CopyError) return () => undefined;
    throw error;
  }
}
