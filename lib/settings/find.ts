/**
 * Finding a workspace: the default one, the one of an id, the one that a text on the command line
 * means, the one an experiment belongs to.
 *
 * @module
 */

import { nearest } from "./nearest.ts";
import { CopyError } from "../errors.ts";
import { loadDefaults, withDefaults } from "./defaults.ts";
import { fnmatch } from "./fnmatch.ts";
import { unsetVariable } from "./interpolate.ts";
import { printable } from "../text/printable.ts";
import { parseReference } from "./reference.ts";
import { loadSettings, type Settings } from "./settings.ts";
import type { Workspace } from "../workspace/workspace.ts";

/** How to look for a workspace. */
export interface GetWorkspaceOptions {
  /** Whether the default workspace may be a remote one. @default {false} */
  includeRemote?: boolean;
  /** The settings to look in. Default: those of the user, and the workspaces of `copy.jsonc`. */
  settings?: Settings;
}

/**
 * Finds the workspace of an id, local or remote, or without an id the default one: the first local
 * one of the settings, or with `includeRemote` the first of all. Of two with the same id, the
 * first.
 *
 * Answers to experimaestro's `get_workspace`, and knows the workspaces of `copy.jsonc` besides.
 *
 * Requires what {@linkcode loadSettings} requires, and `--allow-read` for `copy.jsonc` beside
 * `settings.yaml`; nothing when `settings` are given.
 *
 * @param id The workspace's id.
 * @param options How to look.
 * @returns The workspace; undefined when there is none.
 * @throws {CopyError} `settings`, when the settings are malformed; `permission`, when Deno was not
 * granted something.
 *
 * @example
 * ```ts
 * import { getWorkspace, type Settings } from "@xpm/copy";
 * import { assertEquals } from "@std/assert";
 *
 * const settings: Settings = {
 *   workspaces: [
 *     { id: "cluster", path: "~/experiments", ssh: { host: "me@hpc" } },
 *     { id: "local", path: "/data/experiments" },
 *   ],
 * };
 * assertEquals((await getWorkspace(undefined, { settings }))?.id, "local");
 * assertEquals((await getWorkspace("cluster", { settings }))?.ssh?.host, "me@hpc");
 * assertEquals(await getWorkspace("archive", { settings }), undefined);
 * ```
 */
export async function getWorkspace(
  id?: string,
  options: GetWorkspaceOptions = {},
): Promise<Workspace | undefined> {
  const { workspaces } = options.settings ?? await loadAll();
  if (id !== undefined) return workspaces.find((workspace) => workspace.id === id);
  return workspaces.find(({ ssh }) => options.includeRemote || ssh === undefined);
}

async function loadAll(): Promise<Settings> {
  const settings = await loadSettings();
  return withDefaults(settings, await loadDefaults(settings.file));
}

/**
 * The workspace that a text on the command line means: first an id of the settings, then what
 * {@linkcode parseReference} makes of it.
 *
 * @throws {CopyError} `not-found`, when it is an id that the settings do not know; `usage`, when it
 * is an address that cannot be; `settings`, when the workspace's path refers to a variable that is
 * not set.
 */
export function findWorkspace(text: string, settings: Settings): Workspace {
  const known = settings.workspaces.find(({ id }) => id === text);
  if (known !== undefined) return checkVariables(known);
  const reference = parseReference(text);
  if ("path" in reference) return reference;
  throw new CopyError(
    "not-found",
    `no workspace named '${printable(reference.id)}'`,
    unknownHint(reference.id, settings),
  );
}

/** experimaestro leaves `${env:VAR}` in a path when VAR is unset: no folder that anyone means. */
function checkVariables(workspace: Workspace): Workspace {
  const name = unsetVariable(workspace.path);
  if (name === undefined) return workspace;
  throw new CopyError(
    "settings",
    `the path of workspace '${workspace.id}' refers to ${name}, which is not set`,
    `set the environment variable ${name}, or change ${workspace.path}`,
  );
}

function unknownHint(id: string, { workspaces, file }: Settings): string {
  if (id.includes("/")) return `for a folder, write ./${printable(id)}`;
  const ids = workspaces.map((workspace) => workspace.id);
  if (ids.length === 0) {
    const where = file === undefined ? "there is no settings file" : `${file} has no workspaces`;
    return `${where}; name a path (./x, /x) or HOST:PATH instead`;
  }
  const near = nearest(id, ids);
  const list = `known: ${ids.join(", ")}`;
  return near === undefined ? list : `did you mean '${near}'? ${list}`;
}

/**
 * The workspace that an experiment belongs to: the first local one with a trigger (a pattern on the
 * experiment's id) that matches; undefined when there is none.
 */
export function workspaceForExperiment(
  { workspaces }: Settings,
  experimentId: string,
): Workspace | undefined {
  return workspaces.find(({ ssh, triggers = [] }) =>
    ssh === undefined && triggers.some((trigger) => fnmatch(experimentId, trigger))
  );
}
