/**
 * Finds a workspace: the default one, one by its id, one by words as on the command line, or the
 * one that an experiment belongs to.
 *
 * @module
 */

import { nearest } from "./nearest.ts";
import { CopyError } from "../errors.ts";
import { lookAt } from "../system/files.ts";
import { quote } from "../text/shell.ts";
import { localPath } from "./local_path.ts";
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
  /** The settings to look in. Default: those of the user, with the workspaces of `copy.jsonc`. */
  settings?: Settings;
}

/**
 * Finds the workspace with an id, local or remote; of two with the same id, the first. Without an
 * id it finds the default workspace: the first local one of the settings, or with `includeRemote`
 * the first of all.
 *
 * Counterpart of experimaestro's `get_workspace`, but also knows the workspaces of `copy.jsonc`.
 *
 * Requires what {@linkcode loadSettings} requires, and `--allow-read` for `copy.jsonc` beside
 * `settings.yaml`; nothing when `settings` is given.
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
 * Finds the workspace that some words name, as `--from` and `--to` do: an id of the settings or of
 * `copy.jsonc`, a path of this machine (`./x`, `/x`, `~/x`), or one of another machine
 * (`HOST:PATH`, `ssh://USER@HOST:PORT/PATH`). All functions that take a workspace take such words
 * instead.
 *
 * experimaestro has no such function: its `get_workspace` knows ids only, as `getWorkspace` does.
 *
 * Requires what {@linkcode getWorkspace} requires; with `settings`, at most `--allow-env=HOME` and
 * `--allow-read=.`, for a path with `~`, or a relative one.
 *
 * @param words The words.
 * @param options Where to look for ids.
 * @returns The workspace. Whether its folder is there is not looked at.
 * @throws {CopyError} `not-found`, when it is an id that the settings lack; `usage`, when it is an
 * invalid address; `settings`, when the settings are malformed, or the workspace's path refers to a
 * variable that is not set; `permission`, when Deno was not granted something.
 *
 * @example
 * ```ts
 * import { findWorkspace, type Settings } from "@xpm/copy";
 * import { assertEquals } from "@std/assert";
 *
 * const settings: Settings = { workspaces: [{ id: "local", path: "/data/experiments" }] };
 * assertEquals((await findWorkspace("local", { settings })).path, "/data/experiments");
 * assertEquals(await findWorkspace("me@hpc:/scratch/xpm", { settings }), {
 *   id: "me@hpc:/scratch/xpm",
 *   path: "/scratch/xpm",
 *   ssh: { host: "me@hpc" },
 * });
 * ```
 */
export async function findWorkspace(
  words: string,
  options: Pick<GetWorkspaceOptions, "settings"> = {},
): Promise<Workspace> {
  return namedWorkspace(words, options.settings ?? await loadAll());
}

/** The same, by settings that were read. */
export function namedWorkspace(text: string, settings: Settings): Workspace {
  const known = settings.workspaces.find(({ id }) => id === text);
  if (known !== undefined) return checkVariables(known);
  const reference = parseReference(text);
  if (isArchive(text) && !("ssh" in reference)) throw noWorkspace(text);
  if ("path" in reference) return reference;
  throw new CopyError(
    "not-found",
    `no workspace named '${printable(reference.id)}'`,
    unknownHint(reference.id, settings),
  );
}

/** Whether a text names an archive, as `export` writes it; a workspace may have such a name, too. */
function isArchive(text: string): boolean {
  if (!/\.tar(?:\.\w+)?$/.test(text)) return false;
  try {
    const { kind = "file" } = lookAt(localPath(text)) ?? {};
    return kind === "file";
  } catch {
    return true; // it may not be read
  }
}

function noWorkspace(archive: string): CopyError {
  const file = quote(archive);
  return new CopyError(
    "usage",
    `'${printable(archive)}' is an archive, not a workspace`,
    `to see what is in it:  tar -tf ${file}\n` +
      `to copy it:  xpm-copy import ${file} --to WORKSPACE\n` +
      `to write it:  xpm-copy export EXPERIMENT --from WORKSPACE -o ${file}`,
  );
}

/**
 * Refuses a path with an unset variable. experimaestro leaves `${env:VAR}` in such a path, and
 * nobody means a folder of that name.
 */
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
 * The first local workspace with a trigger (a pattern for the experiment's id) that matches;
 * undefined when there is none.
 */
export function workspaceForExperiment(
  { workspaces }: Settings,
  experimentId: string,
): Workspace | undefined {
  return workspaces.find(({ ssh, triggers = [] }) =>
    ssh === undefined && triggers.some((trigger) => fnmatch(experimentId, trigger))
  );
}
