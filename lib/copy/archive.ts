/**
 * Exports and imports: copies with an archive at one end.
 *
 * @module
 */

import { CURRENT, jobFolder } from "../workspace/layout.ts";
import { call } from "./call.ts";
import type { ArchiveSink } from "../host/archive/sink.ts";
import type { Hosts } from "../host/hosts.ts";
import { localPath } from "../settings/local_path.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { copyBetween } from "./copy.ts";
import { isOmitted } from "./decisions.ts";
import { explained } from "./retry.ts";
import type { RunRequest } from "./surveyed.ts";
import { explainFull, saysFull } from "./space.ts";
import type { ConnectionOptions, CopyEvent, CopyOptions, CopyPlan, CopyResult } from "./types.ts";

/** How to export; the fields of `CopyOptions` that have a meaning for an archive. */
export type ExportOptions =
  & ConnectionOptions
  & Pick<CopyOptions, "includeRunning" | "ended" | "fsync">
  & Pick<CopyOptions, "states" | "tasks" | "tags" | "exclude" | "maxSize" | "metadataOnly">;

/** How to import; the fields of `CopyOptions` that have a meaning for an archive. */
export type ImportOptions =
  & ConnectionOptions
  & Pick<CopyOptions, "dryRun" | "ended" | "keepReplaced" | "create" | "map" | "fsync">;

/** What is said of an export that was asked to stop. */
const EXPORT_STOPPED = "the export was interrupted";
/** The same of an import. */
const IMPORT_STOPPED = "the import was interrupted";

/**
 * Writes a run of an experiment, with all its jobs, into one new file: for an archive, or for a
 * colleague. The file is a tar archive, compressed with zstd unless its name ends in `.tar`; its last
 * member is a `SHA256SUMS` of all files. It gets its name when it is whole, and replaces nothing.
 *
 * experimaestro has no such function; it answers to `copy_experiment`. Needs
 * `--allow-run=rsync,tar` (and `ssh`), `--allow-read` of a local workspace's real paths,
 * `--allow-read` and `--allow-write` of the file's folder, `--allow-env`.
 *
 * @param source Where from: a workspace, or words as for `findWorkspace`.
 * @param file The path of the new file, on this machine; it ends in `.tar.zst` or `.tar`.
 * @param experimentId The experiment.
 * @param runId The run. Default: `current`, for the current one of the source.
 * @param options How to export.
 * @returns What is in the file. Jobs that could not be read are named in it, not thrown.
 * @throws {CopyError} `usage`, when the name ends otherwise; `refused`, when it is taken,
 * or its folder is not there; `program`, when this runtime has no zstd; else as `copyExperiment`. Then
 * there is no file.
 *
 * @example
 * ```ts
 * import { exportExperiment, importExperiment } from "@xpm/copy";
 * import { assertEquals } from "@std/assert";
 *
 * const root = await Deno.realPath(await Deno.makeTempDir());
 * const run = "experiments/neuralir/20260118_170744";
 * await Deno.mkdir(`${root}/main/${run}`, { recursive: true });
 * await Deno.writeTextFile(`${root}/main/${run}/jobs.jsonl`, "");
 *
 * const [main, other] = ["main", "other"].map((id) => ({ id, path: `${root}/${id}` }));
 * const file = `${root}/neuralir.tar`;
 * const exported = await exportExperiment(main!, file, "neuralir", "20260118_170744");
 * assertEquals(exported.complete, true);
 *
 * const plan = await importExperiment(file, other!, { dryRun: true });
 * assertEquals([plan.runId, plan.run], ["20260118_170744", "copy"]);
 * await importExperiment(file, other!);
 * assertEquals(await Deno.readTextFile(`${root}/other/${run}/jobs.jsonl`), "");
 * await Deno.remove(root, { recursive: true });
 * ```
 */
export async function exportExperiment(
  source: string | Workspace,
  file: string,
  experimentId: string,
  runId: string = CURRENT,
  options: ExportOptions = {},
): Promise<CopyResult> {
  return await call(
    { source },
    options,
    (hosts, { source }) => exportBetween(hosts, { source, experimentId, runId }, file, options),
    EXPORT_STOPPED,
  );
}

/** Which run to export. */
export interface ExportedRun extends Omit<RunRequest, "workspaces"> {
  /** Where from. */
  source: Workspace;
}

/** The same for machines that may be connected already. */
export async function exportBetween(
  hosts: Hosts,
  which: ExportedRun,
  file: string,
  options: ExportOptions,
): Promise<CopyResult> {
  return await exporting(hosts, which, file, options, async (request, sink) => {
    let plan: CopyPlan | undefined;
    const onEvent = (event: CopyEvent) => {
      if (event.type === "planned") {
        plan = event.plan;
        sink.omits(plan.jobs.filter(isOmitted).map(jobFolder));
      }
      options.onEvent?.(event);
    };
    const result = await copyBetween(hosts, request, { ...options, onEvent });
    await sink.finish().catch((error) => {
      throw saysFull(error) ? explainFull(error, plan!, {}) : error;
    });
    return result;
  });
}

/** Does some work while the file of an export stands for its destination. */
export async function exporting<T>(
  hosts: Hosts,
  { source, experimentId, runId }: ExportedRun,
  file: string,
  options: ExportOptions,
  work: (request: RunRequest, sink: ArchiveSink) => Promise<T>,
): Promise<T> {
  const path = localPath(file);
  const { ArchiveSink } = await import("../host/archive/sink.ts");
  const sink = new ArchiveSink(path, hosts.watch, async () => {
    await hosts.prewarm(source);
    const host = await hosts.openForBytes(source);
    return await host.look({ path: source.path, experimentId, runId });
  });
  return await explained(options, EXPORT_STOPPED, async () => {
    await sink.prepare();
    const destination: Workspace = { id: path, path };
    const request = { workspaces: { source, destination }, experimentId, runId };
    return await hosts.during(destination, sink, async () => {
      try {
        return await work(request, sink);
      } finally {
        await sink.close();
      }
    });
  });
}

/**
 * Brings a run from a file of `exportExperiment` into a workspace, by the same plan as
 * `copyExperiment`: jobs that are done there stay, nothing half-done is ever visible, and paths lead
 * to the destination. The file is read to its end first; one that was damaged is refused before
 * anything is written. An import that was interrupted begins anew.
 *
 * experimaestro has no such function; it answers to `copy_experiment`. Needs the permissions of
 * `copyExperiment` for the destination, and `--allow-read` of the file.
 *
 * @param file The path of the file, on this machine.
 * @param destination Where to; created when it does not exist.
 * @param options How to import.
 * @returns What was done, or with `dryRun` what would be.
 * @throws {CopyError} `refused`, when the file is not whole, was damaged, or holds what no export
 * writes; `not-found`, when there is none; else as `copyExperiment`.
 *
 * @example
 * ```ts
 * import { CopyError, importExperiment } from "@xpm/copy";
 * import { assertRejects } from "@std/assert";
 *
 * const workspace = { id: "main", path: "/no/such/workspace" };
 * await assertRejects(
 *   () => importExperiment("/no/such/file.tar", workspace),
 *   CopyError,
 *   "there is no file /no/such/file.tar",
 * );
 * ```
 */
export async function importExperiment(
  file: string,
  destination: string | Workspace,
  options: ImportOptions = {},
): Promise<CopyResult> {
  return await call(
    { destination },
    options,
    (hosts, { destination }) => importBetween(hosts, file, destination, options),
    IMPORT_STOPPED,
  );
}

/** The same for machines that may be connected already. */
export async function importBetween(
  hosts: Hosts,
  file: string,
  destination: Workspace,
  options: ImportOptions,
): Promise<CopyResult> {
  const copy = (request: RunRequest) => copyBetween(hosts, request, options);
  return await importing(hosts, file, destination, options, copy);
}

/** Does some work while the file of an import stands for its source. */
export async function importing<T>(
  hosts: Hosts,
  file: string,
  destination: Workspace,
  options: ImportOptions,
  work: (request: RunRequest) => Promise<T>,
): Promise<T> {
  const path = localPath(file);
  return await explained(options, IMPORT_STOPPED, async () => {
    const { ArchiveSource } = await import("../host/archive/source.ts");
    const archive = await ArchiveSource.read(path, hosts.watch, (bytes, totalBytes) => {
      options.onEvent?.({ type: "reading", bytes, totalBytes });
    });
    const source: Workspace = { id: path, path };
    const { experimentId, runId } = archive.manifest;
    const request = { workspaces: { source, destination }, experimentId, runId };
    return await hosts.during(source, archive, () => work(request));
  });
}
