/**
 * The keys of a settings file that mean nothing: neither experimaestro nor this tool complains, so a
 * mistyped one would go unnoticed.
 *
 * @module
 */

import { printable } from "../text/printable.ts";
import { nearest } from "./nearest.ts";
import type { Value } from "./validate.ts";

/** The keys that a mapping may have, each with those of the mapping, or the mappings, below it. */
interface Known {
  readonly [key: string]: Known | null;
}

function keys(...names: string[]): Known {
  return Object.fromEntries(names.map((name) => [name, null]));
}

const HISTORY = keys("max_done", "max_failed");
const SSH: Known = {
  ...keys("host", "options", "rsyncPath", "tarPath", "transferHost"),
  ...keys("shell_init", "uv_offline", "python", "xpm_path"), // of experimaestro alone
};
const WORKSPACE: Known = {
  ...keys("id", "path", "env", "alt_workspaces", "max_retries", "lock_mode", "triggers"),
  ...{ folders: keys("path", "mode"), history: HISTORY, ssh: SSH },
};
const SETTINGS: Known = { workspaces: WORKSPACE, history: HISTORY };

/** What people write under `ssh`, and how to write it. */
const INSTEAD: Readonly<Record<string, string>> = {
  port: 'write options: ["-p", "2222"]',
  user: "write host: USER@HOST",
};

/** Says of each unknown key of `settings.yaml` where it is, and what may have been meant. */
export function unknownSettings(root: Value): string[] {
  const { content } = root;
  if (!(content instanceof Map)) return [];
  // other parts of experimaestro have keys there, too, as has YAML for what is merged elsewhere
  const like = [...content.keys()].filter((key) =>
    !Object.hasOwn(SETTINGS, key) && nearest(key, Object.keys(SETTINGS)) !== undefined
  );
  const below = Object.entries(SETTINGS).flatMap(([key, known]) =>
    content.has(key) ? unknownIn(content.get(key)!, known!) : []
  );
  return [...like.map((key) => sentence(root, key, SETTINGS)), ...below];
}

/** The same for a workspace of `copy.jsonc`. */
export function unknownInWorkspace(workspace: Value): string[] {
  return unknownIn(workspace, WORKSPACE);
}

/** The unknown keys of a mapping, or of a list of mappings. */
function unknownIn(value: Value, known: Known): string[] {
  const { content } = value;
  return (Array.isArray(content) ? content : [value]).flatMap((one) => {
    if (!(one.content instanceof Map)) return [];
    return [...one.content].flatMap(([key, below]) => {
      if (!Object.hasOwn(known, key)) return [sentence(one, key, known)];
      const next = known[key] ?? null;
      return next === null ? [] : unknownIn(below, next);
    });
  });
}

function sentence({ where }: Value, key: string, known: Known): string {
  const near = nearest(key, Object.keys(known));
  const advice = Object.hasOwn(INSTEAD, key)
    ? `; ${INSTEAD[key]}`
    : known === WORKSPACE && Object.hasOwn(SSH, key)
    ? "; it belongs under ssh"
    : near === undefined
    ? ""
    : `; did you mean ${near}?`;
  return `${where}: the unknown key '${printable(key)}' is ignored${advice}`;
}
