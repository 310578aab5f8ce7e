/**
 * The documents of a workspace: the files in which paths are written.
 *
 * @module
 */

import { JOB_META, PARAMS_FILE, STATUS_FILE } from "./layout.ts";

/** The files of a job that hold paths of the workspace. */
export const DOCUMENTS: readonly string[] = [PARAMS_FILE, `${JOB_META}/${STATUS_FILE}`];

/** The most bytes that a document may have; read, it takes some ten times as much memory. */
export const MAX_DOCUMENT = 32 * 2 ** 20;

/** The most bytes of a document of lines, which is read a few lines at a time, and held whole. */
export const MAX_LINES = 2 ** 30;

/** Whether a document is larger than any that experimaestro writes: it is never read. */
export function isOversized({ size }: { size: number }, kind?: DocumentKind): boolean {
  return size > (kind === "lines" ? MAX_LINES : MAX_DOCUMENT);
}

/** The kinds of file that hold paths of the workspace. */
export type DocumentKind = "params" | "job-status" | "objects" | "lines" | "run-status";

/** The kind of a file in a run's folder; undefined when it holds no paths to change. */
export function runDocumentKind(path: string): DocumentKind | undefined {
  if (path === "objects.jsonl") return "lines";
  if (path === "configs.json" || /^data\/[^/]+\/[^/]+\.json$/.test(path)) return "objects";
  return path === "status.json" ? "run-status" : undefined;
}
