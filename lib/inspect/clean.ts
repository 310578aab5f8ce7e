/**
 * Lists and removes what copies have left in a workspace: unfinished staging folders, and replaced
 * folders that were kept.
 *
 * @module
 */

import { call } from "../copy/call.ts";
import { NoFolder } from "../errors.ts";
import { asCopyError } from "../system/permissions.ts";
import type { FoundLeftover, Host, WorkspaceInfo } from "../host/host.ts";
import type { Hosts } from "../host/hosts.ts";
import { placesOf } from "../host/found.ts";
import type { Workspace } from "../workspace/workspace.ts";
import type { ConnectionOptions } from "../copy/types.ts";

/** A folder that a copy has left in `.xpm-staging/`. */
export interface Leftover {
  /** The folder, absolute. */
  path: string;
  /** `staging`: of a copy that has not ended. `replaced`: a folder that `keepReplaced` has kept. */
  kind: "staging" | "replaced";
  /** Bytes on the disk. */
  bytes: number;
  /** When a copy last began to work there, or when the folder was kept; ISO 8601. */
  modified: string;
  /**
   * `in use`: a copy works there now. `left`: no copy does. `removed`: it has just been removed.
   */
  state: "in use" | "left" | "removed";
  /** The source of the copy; absent when unknown. */
  source?: string;
  /** The experiment; absent when unknown. */
  experimentId?: string;
  /** The run; absent when unknown. */
  runId?: string;
}

/** How to clean. */
export interface CleanOptions extends ConnectionOptions {
  /** Removes the folders that are not in use; otherwise they are only listed. @default {false} */
  remove?: boolean;
}

/**
 * Lists what copies have left in a workspace's `.xpm-staging/`: staging folders of interrupted
 * copies, and replaced folders that were kept. With `remove`, folders in which no copy works are
 * removed. A folder that a copy had moved aside but not replaced is first moved back to its place.
 *
 * experimaestro has no such function. Needs `--allow-read` of the workspace, and `--allow-write` to
 * remove; `--allow-run=ssh` for a remote one.
 *
 * @param workspace The workspace, or words as for `findWorkspace`.
 * @param options How to clean.
 * @returns The folders that were found; `state` says whether each was removed.
 * @throws {CopyError} When the workspace does not exist, or there is no connection.
 *
 * @example
 * ```ts
 * import { cleanWorkspace } from "@xpm/copy";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.makeTempDir();
 * assertEquals(await cleanWorkspace({ id: "local", path }), []);
 * await Deno.remove(path);
 * ```
 */
export async function cleanWorkspace(
  workspace: string | Workspace,
  options: CleanOptions = {},
): Promise<Leftover[]> {
  return await call(
    { workspace },
    options,
    (hosts, { workspace }) => clean(hosts, workspace, options.remove === true),
    "interrupted",
  );
}

/** Cleans a workspace; its machine may be connected already. */
export async function clean(
  hosts: Hosts,
  workspace: Workspace,
  remove: boolean,
): Promise<Leftover[]> {
  const host = await hosts.open(workspace);
  const info = await host.look({ path: workspace.path });
  if (info.state === "absent") throw new NoFolder(workspace.path, workspace.ssh?.host);
  host.check(workspace.path, remove ? ["read", "write"] : ["read"]);
  return await leftIn(host, info, remove);
}

/** Lists what copies have left in a workspace whose paths are known, and removes it on request. */
export async function leftIn(
  host: Host,
  info: WorkspaceInfo,
  remove: boolean,
): Promise<Leftover[]> {
  try {
    const found = await host.tidy({
      workspace: info.realPath,
      areas: [...new Set([info.jobsStaging, info.experimentsStaging, info.partialsStaging])],
      places: placesOf(info),
      remove,
    });
    return found.map(describe);
  } catch (error) {
    throw asCopyError(error);
  }
}

function describe({ about, modified, ...found }: FoundLeftover): Leftover {
  return { ...found, modified: new Date(modified * 1000).toISOString(), ...readAbout(about) };
}

/**
 * Reads the file that a claim has written. A workspace may come from somebody else, so the file may
 * contain anything.
 */
function readAbout(about: string): Pick<Leftover, "source" | "experimentId" | "runId"> {
  let read: unknown;
  try {
    read = JSON.parse(about);
  } catch {
    return {};
  }
  const known: Record<string, string> = {};
  for (const name of ["source", "experimentId", "runId"]) {
    const value = (read as Record<string, unknown> | null)?.[name];
    if (typeof value === "string") known[name] = value;
  }
  return known;
}
