/**
 * What every public function begins with: its arguments are checked, words become workspaces, and
 * machines are connected, or those of the caller's session lent.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import { Hosts } from "../host/hosts.ts";
import { SharedHosts } from "../host/session.ts";
import { findWorkspace } from "../settings/find.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { checkOptions } from "./options.ts";
import { explained, INTERRUPTED } from "./retry.ts";
import type { ConnectionOptions } from "./types.ts";

/** Workspaces, each by its part in the call. */
type Parts<Name extends string, Value> = Readonly<Record<Name, Value>>;

/**
 * Does some work with the machines of workspaces.
 *
 * @param named The workspaces, as the caller gave them.
 * @param interrupted What is said when the caller asks to stop.
 */
export async function call<Name extends string, T>(
  named: Parts<Name, string | Workspace>,
  options: ConnectionOptions,
  work: (hosts: Hosts, workspaces: Parts<Name, Workspace>) => Promise<T>,
  interrupted = INTERRUPTED,
): Promise<T> {
  checkOptions(options);
  return await explained(options, interrupted, async () => {
    const found: [string, Workspace][] = [];
    for (const [name, value] of Object.entries<string | Workspace>(named)) {
      found.push([name, await asWorkspace(name, value)]);
    }
    const workspaces = Object.fromEntries(found) as Record<Name, Workspace>;
    return await connected(options, (hosts) => work(hosts, workspaces));
  });
}

/** Does some work with machines: new ones, or those of the session. */
export async function connected<T>(
  options: ConnectionOptions,
  work: (hosts: Hosts) => Promise<T>,
): Promise<T> {
  const { session } = options;
  if (session instanceof SharedHosts) return await session.lend(options, work);
  await using hosts = new Hosts(options);
  return await work(hosts);
}

/**
 * The workspace that a caller means.
 *
 * @param name What it is called in an error: `source`.
 */
export async function asWorkspace(name: string, value: string | Workspace): Promise<Workspace> {
  if (typeof value === "string") return await findWorkspace(value);
  const { id, path, ssh = { host: "" } } = (value ?? {}) as Partial<
    Record<keyof Workspace, unknown>
  >;
  const isText = (text: unknown) => typeof text === "string";
  const { host, options = [], ...more } = (ssh ?? {}) as Record<string, unknown>;
  const programs = [more.rsyncPath, more.tarPath, more.transferHost]; // what else there is, is the caller's
  const isWhole = isText(id) && isText(path) && isText(host) && Array.isArray(options) &&
    [...options, ...programs].every((text) => text === undefined || isText(text));
  if (isWhole) return value;
  const hint = "give an id of the settings, a path, HOST:PATH, or an object with id and path";
  throw new CopyError("usage", `the ${name} is not a workspace`, hint);
}
