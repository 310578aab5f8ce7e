/**
 * The permissions that Deno needs for a workspace of this machine.
 *
 * @module
 */

import { pathsOf } from "../found.ts";
import type { Grants, LinkedFolder, WorkspaceInfo } from "../host.ts";

/** Does {@linkcode Host.grants}. */
export function grantsOf(
  info: WorkspaceInfo,
  linked: readonly LinkedFolder[],
  isWritten: boolean,
): Grants {
  return {
    run: isWritten ? ["df"] : [],
    read: [...spellings(info), ...leads(linked)],
    write: isWritten ? pathsOf(info) : [],
    env: [],
  };
}

/** The same, and the path as it is written, to resolve it; of a new one the part that exists. */
function spellings(info: WorkspaceInfo): string[] {
  const { path, realPath, state } = info;
  if (path === realPath) return pathsOf(info);
  if (state !== "absent") return [path, ...pathsOf(info)];
  const [spelled, real] = [path.split("/"), realPath.split("/")];
  while (spelled.length > 2 && spelled.at(-1) === real.at(-1)) {
    spelled.pop();
    real.pop();
  }
  return [spelled.join("/"), ...pathsOf(info)];
}

/** Where folders that are links lead: the counterpart of `jobs` there, rather than every job. */
function leads(linked: readonly LinkedFolder[]): string[] {
  return linked.filter(({ realPath }) => realPath !== "").map(({ folder, realPath }) => {
    const place = folder.slice(folder.indexOf("/"));
    return realPath.endsWith(place) ? realPath.slice(0, -place.length) : realPath;
  });
}
