/**
 * Reads experimaestro's `settings.yaml`: the user's workspaces.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import { variable } from "../system/environment.ts";
import { readSettingsText } from "./read_file.ts";
import { localPath } from "./local_path.ts";
import { readSsh } from "./ssh.ts";
import { unknownSettings } from "./unknown_keys.ts";
import {
  asInteger,
  asList,
  asMap,
  asText,
  asTexts,
  asVariable,
  optional,
  placed,
  type Value,
  wrong,
} from "./validate.ts";
import type { FolderSettings, HistorySettings, Workspace } from "../workspace/workspace.ts";

/** The content of the settings, as far as copies need it. */
export interface Settings {
  /** The workspaces, in the order of the file. */
  workspaces: Workspace[];
  /** The file they were read from; absent when there is none. */
  file?: string;
  /** A sentence for each unknown key, as `port` under `ssh`; absent when there is none. */
  unknown?: string[];
}

/**
 * Reads experimaestro's settings: `$XDG_CONFIG_HOME/experimaestro/settings.yaml` when that variable
 * is set and the file is there, otherwise `~/.config/experimaestro/settings.yaml`. Without a file
 * there are no workspaces. Keys that no copy needs are ignored; `unknown` names those that
 * experimaestro does not know either.
 *
 * Local paths become absolute, with `~` and environment variables expanded, but links are not
 * followed. Paths of remote workspaces belong to the other machine and keep their `~`.
 *
 * Counterpart of experimaestro's `get_settings`, which knows the second place only.
 *
 * Requires `--allow-read` for the file, and `--allow-env` for `HOME`, `XDG_CONFIG_HOME`, and the
 * variables that texts in the file refer to.
 *
 * @param path Another file to read, which must exist.
 * @returns The settings.
 * @throws {CopyError} `settings`, when the file is not YAML, with the line and column, when a value
 * is invalid, with the path of its key, or when `path` does not exist; `permission`, when Deno was
 * not granted something.
 *
 * @example
 * ```ts
 * import { loadSettings } from "@xpm/copy";
 * import { assertEquals } from "@std/assert";
 *
 * const file = await Deno.makeTempFile({ suffix: ".yaml" });
 * await Deno.writeTextFile(file, `
 * workspaces:
 *   - { id: local, path: /data/experiments }
 *   - { id: cluster, path: ~/experiments, ssh: { host: me@hpc } }
 * `);
 * const { workspaces } = await loadSettings(file);
 * assertEquals(workspaces, [
 *   { id: "local", path: "/data/experiments" },
 *   { id: "cluster", path: "~/experiments", ssh: { host: "me@hpc" } },
 * ]);
 * await Deno.remove(file);
 * ```
 */
export async function loadSettings(path?: string): Promise<Settings> {
  if (path !== undefined) {
    const file = localPath(path);
    const text = await readSettingsText(file);
    if (text !== undefined) return { ...await readSettings(text, file), file };
    throw new CopyError("settings", `there is no settings file ${file}`, "check --settings");
  }
  for (const folder of settingsFolders()) {
    const file = `${folder}/settings.yaml`;
    const text = await readSettingsText(file);
    if (text !== undefined) return { ...await readSettings(text, file), file };
  }
  return { workspaces: [] };
}

/** The folders where settings may be, in order of preference. */
export function* settingsFolders(): Generator<string> {
  const config = variable("XDG_CONFIG_HOME");
  if (config?.startsWith("/")) yield `${localPath(config)}/experimaestro`;
  yield localPath("~/.config/experimaestro");
}

/** The content of a `settings.yaml`. */
async function readSettings(text: string, file: string): Promise<Settings> {
  const { readYaml } = await import("./yaml.ts"); // many callers have no settings
  const root = readYaml(text, file);
  if (root.content === null) return { workspaces: [] };
  const settings = asMap(root, "a mapping with keys such as `workspaces`");
  const history = readHistory(optional(settings, "history"));
  const workspaces = readWorkspaces(listOfWorkspaces(optional(settings, "workspaces")))
    .map((workspace) => history === undefined ? workspace : { history, ...workspace });
  const unknown = unknownSettings(root);
  return { workspaces, ...(unknown.length > 0 && { unknown }) };
}

/**
 * An entry of the list of workspaces. The other workspaces that it refers to are resolved later.
 */
interface Entry {
  fields: Map<string, Value>;
  workspace: Workspace;
}

/** A list of workspaces, in `settings.yaml` or `copy.jsonc`; empty when it is missing. */
export function listOfWorkspaces(list: Value | undefined): Value[] {
  return asList(list, "a list of workspaces");
}

/**
 * The workspaces of a list, in `settings.yaml` or `copy.jsonc`.
 *
 * @throws {CopyError} `settings`, when a value is invalid.
 */
export function readWorkspaces(list: Value[]): Workspace[] {
  const entries = list.map(readEntry);
  const local = entries.map(({ workspace }) => workspace).filter(({ ssh }) => ssh === undefined);
  for (const { fields, workspace } of entries) {
    const folders = workspace.ssh === undefined ? readFolders(fields, local) : [];
    if (folders.length > 0) workspace.folders = folders;
  }
  return entries.map(({ workspace }) => workspace);
}

function readEntry(value: Value): Entry {
  const fields = asMap(value, "a workspace with `id` and `path`");
  const [id, path] = ["id", "path"].map((key) => {
    const found = fields.get(key);
    if (found === undefined) throw wrong(value, `this workspace has no \`${key}\``);
    return found;
  }) as [Value, Value];
  const ssh = readSsh(optional(fields, "ssh"));
  const workspace: Workspace = {
    id: asText(id),
    path: ssh === undefined ? asPath(path) : asRemotePath(path),
  };
  if (ssh !== undefined) workspace.ssh = ssh;
  const triggers = asTexts(optional(fields, "triggers"), "a list of patterns");
  if (triggers.length > 0) workspace.triggers = triggers;
  const env = optional(fields, "env");
  if (env !== undefined) workspace.env = readEnvironment(env);
  const history = readHistory(optional(fields, "history"));
  if (history !== undefined) workspace.history = history;
  const maxRetries = optional(fields, "max_retries");
  if (maxRetries !== undefined) workspace.maxRetries = asInteger(maxRetries);
  return { fields, workspace };
}

/**
 * The extra places for jobs. `alt_workspaces` is the older form; it contains workspaces or paths.
 */
function readFolders(fields: Map<string, Value>, local: Workspace[]): FolderSettings[] {
  const older = asList(optional(fields, "alt_workspaces"), "a list of workspaces or paths");
  const folders = asList(optional(fields, "folders"), "a list of folders");
  return [
    ...older.map((value): FolderSettings => {
      const id = asText(value);
      return { path: local.find((other) => other.id === id)?.path ?? asPath(value), mode: "use" };
    }),
    ...folders.map(readFolder),
  ];
}

function readFolder(value: Value): FolderSettings {
  const fields = asMap(value, "a folder with `path` and `mode`");
  const path = fields.get("path");
  if (path === undefined) throw wrong(value, "this folder has no `path`");
  const modeValue = optional(fields, "mode");
  const mode = modeValue ? asText(modeValue) : "use";
  if (mode === "use" || mode === "backup" || mode === "move") return { path: asPath(path), mode };
  throw wrong(modeValue ?? value, "expected `use`, `backup` or `move`");
}

function readHistory(value: Value | undefined): HistorySettings | undefined {
  if (value === undefined) return undefined;
  const fields = asMap(value, "`max_done` and `max_failed`");
  const [done, failed] = [optional(fields, "max_done"), optional(fields, "max_failed")];
  return {
    maxDone: done === undefined ? 5 : asInteger(done),
    maxFailed: failed === undefined ? 1 : asInteger(failed),
  };
}

function readEnvironment(value: Value): Record<string, string> {
  const fields = asMap(value, "a mapping of environment variables to values");
  return Object.fromEntries([...fields].map(([name, text]) => [name, asVariable(text)]));
}

function asPath(value: Value): string {
  return placed(value, () => localPath(asText(value, "a path")));
}

function asRemotePath(value: Value): string {
  const path = asText(value, "a path");
  if (path === "") throw wrong(value, "the path is empty");
  return path;
}
