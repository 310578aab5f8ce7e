/**
 * Reads `copy.jsonc`, beside experimaestro's `settings.yaml`: the values that apply when the
 * command line gives none, and more workspaces.
 *
 * @module
 */

import { parse } from "@std/jsonc/parse";
import { dirname } from "@std/path/posix/dirname";
import type { CopyFile } from "./copy_file.ts";
import { nearest } from "./nearest.ts";
import { CopyError } from "../errors.ts";
import { readSettingsText } from "./read_file.ts";
import { printable } from "../text/printable.ts";
import { mappingFault } from "../workspace/mapping.ts";
import { listOfWorkspaces, readWorkspaces, type Settings, settingsFolders } from "./settings.ts";
import { ONLY_REMOTE, readSshAddition, type SshAddition } from "./ssh.ts";
import { unknownInWorkspace } from "./unknown_keys.ts";
import {
  asBoolean,
  asInteger,
  asMap,
  asText,
  asTexts,
  optional,
  type Value,
  valueOf,
  wrong,
} from "./validate.ts";
import type { Workspace } from "../workspace/workspace.ts";

/** The content of `copy.jsonc`, as it is used. */
export interface Defaults extends Omit<CopyFile, "$schema" | "workspaces"> {
  /** More workspaces. */
  workspaces: Workspace[];
  /** What is added to workspaces of the settings. */
  additions?: Addition[];
  /** The file they were read from; absent when there is none. */
  file?: string;
  /** A sentence for each unknown key of a workspace; absent when there is none. */
  unknown?: string[];
}

/** What is added to a workspace of the settings. */
export interface Addition {
  /** The workspace's id. */
  id: string;
  /** More of how to reach its machine. */
  ssh: SshAddition;
  /** The entry of the file. */
  value: Value;
}

/** The keys of the file, but that of its schema. */
const KEYS = Object.keys(
  {
    from: 0,
    to: 0,
    exclude: 0,
    map: 0,
    bandwidthLimit: 0,
    keepReplaced: 0,
    includeRunning: 0,
    workspaces: 0,
  } satisfies Record<Exclude<keyof CopyFile, "$schema">, 0>,
);

/** A text in quotes, a word, a number, or a single character. */
const TOKEN = /^(?:"(?:[^"\\\n]|\\.)*"|[\w.+-]+|\S)/u;

/**
 * Reads `copy.jsonc`. Without such a file there are no defaults.
 *
 * @param settingsFile The settings file beside it. Default: all places where settings may be.
 * @throws {CopyError} `settings`, when the file is malformed or contains an unknown key;
 * `permission`, when Deno was not granted something.
 */
export async function loadDefaults(settingsFile?: string): Promise<Defaults> {
  const folders = settingsFile === undefined ? settingsFolders() : [dirname(settingsFile)];
  for (const folder of folders) {
    const file = `${folder}/copy.jsonc`;
    const text = await readSettingsText(file);
    if (text !== undefined) return { ...readDefaults(readJsonc(text, file)), file };
  }
  return { workspaces: [] };
}

/**
 * Adds the workspaces of `copy.jsonc` after those of the settings, and to those what it adds.
 *
 * @throws {CopyError} `settings`, when it adds to a workspace that is not there, or is local.
 */
export function withDefaults(
  settings: Settings,
  { workspaces, additions = [] }: Defaults,
): Settings {
  const known = [...settings.workspaces];
  for (const { id, ssh, value } of additions) {
    const at = known.findIndex((workspace) => workspace.id === id);
    const workspace = known[at];
    const name = printable(id);
    if (workspace === undefined) {
      throw wrong(
        value,
        `settings.yaml has no workspace '${name}'`,
        "give the `path` of a new one",
      );
    }
    if (workspace.ssh === undefined) {
      throw wrong(value, `the workspace '${name}' is on this machine`, ONLY_REMOTE);
    }
    known[at] = { ...workspace, ssh: { ...workspace.ssh, ...ssh } };
  }
  return { ...settings, workspaces: [...known, ...workspaces] };
}

function readDefaults(root: Value): Defaults {
  const fields = asMap(root, 'defaults, such as { "from": "cluster" }');
  for (const key of fields.keys()) checkKey(root, key);
  const read = <K extends keyof Defaults>(key: K, as: (value: Value) => Defaults[K]) => {
    const value = optional(fields, key);
    return value && { [key]: as(value) };
  };
  const listed = listOfWorkspaces(optional(fields, "workspaces"));
  const additions = listed.filter(isAddition).map(readAddition);
  const added = listed.filter((value) => !isAddition(value));
  const unknown = added.flatMap(unknownInWorkspace);
  const schema = optional(fields, "$schema");
  if (schema !== undefined) asText(schema); // only editors use it
  return {
    ...read("from", asText),
    ...read("to", asText),
    ...read("exclude", (value) => asTexts(value, "a list of patterns")),
    ...read("map", asMapping),
    ...read("bandwidthLimit", asRate),
    ...read("keepReplaced", asBoolean),
    ...read("includeRunning", asBoolean),
    workspaces: readWorkspaces(added),
    ...(additions.length > 0 && { additions }),
    ...(unknown.length > 0 && { unknown }),
  };
}

/** Whether an entry of the list of workspaces adds to one of the settings. */
function isAddition({ content }: Value): boolean {
  return content instanceof Map && content.has("ssh") && !content.has("path");
}

function readAddition(value: Value): Addition {
  const { id, ssh, ...others } = Object.fromEntries(asMap(value, "a workspace with `id`"));
  if (id === undefined) throw wrong(value, "this workspace has no `id`");
  for (const other of Object.values(others)) {
    throw wrong(other, "this workspace has no `path`", "only `ssh` can be added to another one");
  }
  return { id: asText(id), ssh: readSshAddition(ssh!), value };
}

/**
 * Refuses an unknown key. Only this tool reads the file, so such a key is a typo, which nobody
 * would notice otherwise.
 */
function checkKey(root: Value, key: string): void {
  if (key === "$schema" || KEYS.includes(key)) return;
  const near = nearest(key, KEYS);
  throw wrong(
    root,
    `unknown key '${printable(key)}'`,
    near === undefined ? `known keys: ${KEYS.join(", ")}` : `did you mean '${near}'?`,
  );
}

function asMapping(value: Value): Record<string, string> {
  const map = asMap(value, 'a mapping of paths, e.g. { "/data": "/mnt/data" }');
  return Object.fromEntries([...map].map(([from, item]) => {
    const to = asText(item);
    const found = mappingFault(from, to);
    if (found === undefined) return [from, to];
    throw wrong(item, `'${printable(found.place)}' ${found.fault}`);
  }));
}

function asRate(value: Value): number {
  const rate = asInteger(value);
  if (rate < 0) throw wrong(value, "expected KiB per second, or 0 for no limit");
  return rate;
}

function readJsonc(text: string, file: string): Value {
  try {
    return valueOf(parse(text), file);
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
    throw complaint(error.message, text, file);
  }
}

/**
 * The error for malformed JSON. The reader's message names the position of an unexpected character,
 * or says that the text ends too early.
 */
function complaint(message: string, text: string, file: string): CopyError {
  const told = /position (\d+)/.exec(message)?.[1];
  const position = /end of JSON/.test(message) ? text.length : told && Number(told);
  const hint = "correct the JSON there";
  if (typeof position !== "number") {
    return new CopyError("settings", `${file}: ${printable(message)}`, hint);
  }
  const before = text.slice(0, position).split("\n");
  const where = `${file}, line ${before.length}, column ${before.at(-1)!.length + 1}`;
  const [token] = TOKEN.exec(text.slice(position)) ?? [];
  const what = token === undefined
    ? "the file ends too early"
    : `did not expect ${printable(token)}`;
  return new CopyError("settings", `${where}: ${what}`, hint);
}
