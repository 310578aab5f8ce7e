/**
 * How to reach the machine of a workspace, and which programs a copy uses there.
 *
 * @module
 */

import type { SshSettings } from "../workspace/workspace.ts";
import { checkHost, checkProgram } from "./reference.ts";
import { asMap, asText, asTexts, optional, placed, type Value, wrong } from "./validate.ts";

/** What `copy.jsonc` may add to the `ssh` of a workspace of `settings.yaml`. */
export type SshAddition = Omit<SshSettings, "host" | "options">;

/** The keys of these. */
const ADDED = ["rsyncPath", "tarPath", "transferHost"] as const;

/** The hint where somebody wants these for a workspace of this machine. */
export const ONLY_REMOTE = `${ADDED.join(", ")} are for a workspace with a \`host\``;

/**
 * How to reach the machine of a workspace; undefined without a host, as the workspace is then
 * local.
 *
 * @throws {CopyError} `settings`, when a value is invalid.
 */
export function readSsh(value: Value | undefined): SshSettings | undefined {
  const fields = value && asMap(value, "ssh settings with a `host`, e.g. ssh: { host: me@hpc }");
  if (fields === undefined) return undefined;
  const added = readAdded(fields);
  const hostValue = optional(fields, "host");
  const host = hostValue ? asText(hostValue) : "";
  if (hostValue === undefined || host === "") {
    const [key] = Object.keys(added);
    if (key === undefined) return undefined;
    throw wrong(fields.get(key)!, "this workspace has no `host`", ONLY_REMOTE);
  }
  placed(hostValue, () => checkHost(host));
  const options = asTexts(
    optional(fields, "options"),
    'a list of arguments for ssh, e.g. ["-p", "22"]',
  );
  return { host, ...(options.length > 0 && { options }), ...added };
}

/**
 * What is added to the `ssh` of a workspace of `settings.yaml`.
 *
 * @throws {CopyError} `settings`, when a value is invalid, or there is anything else.
 */
export function readSshAddition(value: Value): SshAddition {
  const fields = asMap(value, "what to add to `ssh`");
  for (const [key, other] of fields) {
    if (ADDED.some((added) => added === key)) continue;
    throw wrong(other, "this workspace has no `path`", `only ${ADDED.join(", ")} can be added`);
  }
  return readAdded(fields);
}

function readAdded(fields: Map<string, Value>): SshAddition {
  return Object.fromEntries(ADDED.flatMap((key) => {
    const value = optional(fields, key);
    if (value === undefined) return [];
    const text = asText(value, key === "transferHost" ? "a host" : "a path");
    const check = () => key === "transferHost" ? checkHost(text) : checkProgram(key, text);
    return [[key, placed(value, check)]];
  }));
}
