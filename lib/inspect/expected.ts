/**
 * What documents and links of the source should be at the destination, by the rules of the copy
 * itself.
 *
 * @module
 */

import type { Host } from "../host/host.ts";
import { Findings } from "../rewrite/findings.ts";
import { jobPaths, type PathMap } from "../rewrite/path_map.ts";
import { type PassingRun, RunRewriter } from "../rewrite/run_rewriter.ts";
import type { Entry } from "../system/entry.ts";
import { sumOf } from "../system/hash.ts";
import type { MemberHead } from "../tar/header.ts";
import { DOCUMENTS, isOversized, runDocumentKind } from "../workspace/documents.ts";
import { JOB_META, type LinkedJob, PARAMS_FILE, STATUS_FILE } from "../workspace/layout.ts";

/** How a folder's documents and links are rewritten. */
export interface FolderRewriter {
  /** The bytes that a document should have, in parts. */
  document(path: string, bytes: Uint8Array): Uint8Array[];
  /** Where a link should lead; undefined when it is not copied. */
  link(path: string, target: string): string | undefined;
  /** Where the workspace was before, once `params.json` has told. */
  readonly former: string | undefined;
  /** The paths in the workspace that documents and links have named so far. */
  readonly named: string[];
}

/** Rewrites what is in a job's folder; `params.json` has to come first. */
export function jobRewriter(folder: string, job: LinkedJob, map: PathMap): FolderRewriter {
  const findings = new Findings(folder, map);
  return {
    document(path, bytes) {
      if (path === PARAMS_FILE) return findings.optionalDocument(path, "params", bytes);
      const kind = path === `${JOB_META}/${STATUS_FILE}` ? "job-status" : "params";
      return findings.optionalDocument(path, kind, bytes, jobPaths(job, map));
    },
    link: (path, target) => findings.link(path, target) ?? target,
    get former() {
      return findings.former;
    },
    get named() {
      return findings.finish().inside;
    },
  };
}

/** Rewrites what is in a run's folder. */
export function runRewriter(run: PassingRun, map: PathMap): FolderRewriter {
  const rewriter = new RunRewriter(run, map, new Set());
  const visit = (path: string, about: Pick<MemberHead, "type"> & Partial<MemberHead>) => {
    const nothing = { linkName: "", size: 0, sparse: false, long: false, mode: 0o644, mtime: "0" };
    const head = { name: `${run.folder}/${path}`, ...nothing, ...about };
    return rewriter.visit(head, path, () => new Uint8Array());
  };
  return {
    document(path, bytes) {
      const decision = visit(path, { type: "0", size: bytes.length });
      if (decision === "read") return rewriter.change(path, bytes);
      if (typeof decision !== "object" || !("finish" in decision)) return [bytes];
      decision.push(bytes);
      return [...decision.finish()];
    },
    link(path, target) {
      const decision = visit(path, { type: "2", linkName: target });
      if (decision === "drop") return undefined;
      return typeof decision === "object" && "target" in decision ? decision.target : target;
    },
    former: undefined,
    named: [],
  };
}

/** Where the links in a folder should lead; those that are not copied are not among them. */
export function targetsIn(
  entries: ReadonlyMap<string, Entry>,
  rewriter: FolderRewriter,
): Map<string, string> {
  const links = [...entries.values()].filter(({ kind }) => kind === "link");
  return new Map(links.flatMap(({ path, target }) => {
    const wanted = rewriter.link(path, target!);
    return wanted === undefined ? [] : [[path, wanted] as const];
  }));
}

/** Whether a file of a job, or of a run, is a document that is read. */
export function isDocumentIn(isJob: boolean, { path, kind, size }: Entry): boolean {
  if (kind !== "file") return false;
  if (isJob) return DOCUMENTS.includes(path) && !isOversized({ size });
  const document = runDocumentKind(path);
  return document !== undefined && !isOversized({ size }, document);
}

/** The documents in a folder; `params.json` first, for it tells where the workspace was before. */
export function documentsIn(isJob: boolean, entries: ReadonlyMap<string, Entry>): string[] {
  const paths = [...entries.values()].filter((entry) => isDocumentIn(isJob, entry))
    .map(({ path }) => path);
  const first = paths.filter((path) => path === PARAMS_FILE);
  return [...first, ...paths.filter((path) => path !== PARAMS_FILE)];
}

/** The sums of some files at a host, by path; undefined of one that cannot be read. */
export async function sumsOf(
  host: Pick<Host, "read">,
  root: string,
  paths: string[],
  change: (path: string, bytes: Uint8Array) => Uint8Array[] = (_, bytes) => [bytes],
): Promise<Map<string, string | undefined>> {
  const sums = new Map<string, string | undefined>();
  for await (const [path, bytes] of host.read(root, paths)) {
    sums.set(path, bytes && sumOf(change(path, bytes)));
  }
  return sums;
}
