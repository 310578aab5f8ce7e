/**
 * The documents of a workspace: the files that contain paths.
 *
 * @module
 */

import { JOB_META, PARAMS_FILE, STATUS_FILE } from "./layout.ts";

/** The files of a job that contain paths of the workspace. */
export const DOCUMENTS: readonly string[] = [PARAMS_FILE, `${JOB_META}/${STATUS_FILE}`];

/** The most bytes that a document may have. Reading one takes about ten times as much memory. */
export const MAX_DOCUMENT = 32 * 2 ** 20;

/**
 * The most bytes that a document of lines may have. It is read a few lines at a time, but all of it
 * is held.
 */
export const MAX_LINES = 2 ** 30;

/**
 * Whether a document is larger than any that experimaestro writes. Such a document is never read.
 */
export function isOversized({ size }: { size: number }, kind?: DocumentKind): boolean {
  return size > (kind === "lines" ? MAX_LINES : MAX_DOCUMENT);
}

/** The kinds of file that contain paths of the workspace. */
export type DocumentKind = "params" | "job-status" | "objects" | "lines" | "run-status";

/** The kind of a file in a run's folder; undefined when it contains no path to change. */
export function runDocumentKind(path: string): DocumentKind | undefined {
  if (path === "objects.jsonl") return "lines";
  if (path === "configs.json" || /^data\/[^/]+\/[^/]+\.json$/.test(path)) return "objects";
  return path === "status.json" ? "run-status" : undefined;
}
