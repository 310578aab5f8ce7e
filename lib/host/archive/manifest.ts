/**
 * The last two members of an archive: what it is, and the sums of all its files.
 *
 * @module
 */

import type { CurrentRun } from "../host.ts";
import { bytesOf } from "../../system/byte_text.ts";
import { isObject, parseJson } from "../../text/json.ts";
import { checkId } from "../../workspace/layout.ts";

/** The member that tells what the archive is. */
export const MANIFEST = "xpm-copy.json";
/** The last member: a line for each file, as `sha256sum` writes and checks it. */
export const SUMS = "SHA256SUMS";
/** The form of archives that this version writes and reads. */
export const FORMAT = 1;

/** What an archive is. */
export interface Manifest {
  /** The form of the archive. */
  format: number;
  /** The workspace that it was made from, as a path there: documents and links lead to it. */
  root: string;
  /** The experiment. */
  experimentId: string;
  /** The run. */
  runId: string;
  /** The experiment's current run at the source; null when there was none. */
  current: CurrentRun | null;
  /** What jobs name in the workspace, was there, and is not in the archive; relative to it. */
  references: string[];
  /** The folders of the run's jobs that were not selected; absent when there are none. */
  omitted?: string[];
  /** The sum of all headers: of names, kinds, modes, times and targets. */
  headers: string;
}

/** The bytes of a manifest. */
export function manifestBytes(manifest: Manifest): Uint8Array {
  return bytesOf(`${JSON.stringify(manifest, null, 2)}\n`);
}

/** Reads a manifest; undefined when it is none, a number when it is of another form. */
export function readManifest(text: string): Manifest | number | undefined {
  try {
    const said = parseJson(text);
    if (!isObject(said) || typeof said.format !== "number") return undefined;
    if (said.format !== FORMAT) return said.format;
    const { root, experimentId, runId, headers, references, omitted = [] } = said;
    const isText = (value: unknown) => typeof value === "string";
    if (!isText(root) || !isText(experimentId) || !isText(runId) || !isText(headers)) {
      return undefined;
    }
    for (const some of [references, omitted]) {
      if (!Array.isArray(some) || !some.every(isText)) return undefined;
    }
    if (!(root as string).startsWith("/")) return undefined;
    checkId("experiment", experimentId as string);
    checkId("run", runId as string);
    return { ...said, current: currentOf(said.current) } as unknown as Manifest;
  } catch {
    return undefined;
  }
}

function currentOf(said: unknown): CurrentRun | null {
  if (!isObject(said)) return null;
  const { runId, by } = said;
  const isKnown = by === "link" || by === "older link" || by === "latest";
  return isKnown && typeof runId === "string" ? { runId, by } : null;
}

/** A file with its sum. */
export interface Summed {
  /** Its name in the archive. */
  name: string;
  /** 64 hexadecimal digits. */
  sum: string;
}

/** The line of a file; as `sha256sum` does, a name with a newline or a backslash is escaped. */
export function sumLine({ name, sum }: Summed): string {
  const escaped = name.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
  return `${escaped === name ? "" : "\\"}${sum}  ${escaped}\n`;
}
