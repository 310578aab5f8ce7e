/**
 * A site of two machines, behind an sshd each: one to log in to, one by which bytes go.
 *
 * @module
 */

import { existsSync, writeFileSync } from "node:fs";
import type { Workspace } from "../../mod.ts";
import type { Pair } from "./directions.ts";
import { withoutProgram } from "./remote_programs.ts";
import { type Login, type Sshd, type SshdOptions, startSshd } from "./sshd.ts";

/** The two machines; the second takes itself for another one than the first. */
export interface Nodes {
  /** Where one logs in: it has neither rsync nor tar. */
  login: Sshd;
  /** By which bytes go: it has no `find`, so that nothing can be looked at there. */
  transfer: Sshd;
  /** The workspace on that site. */
  on(workspace: Workspace): Workspace;
}

/** Does something with such a site. */
export async function withNodes(
  check: (nodes: Nodes) => Promise<void>,
  options: SshdOptions = {},
): Promise<void> {
  await withoutProgram("rsync", async (forLogin) => {
    Deno.removeSync(`${forLogin}/tar`);
    await withoutProgram("find", async (forTransfer) => {
      const config = (options.config ?? []).map((line) => line.replaceAll("FOLDER", forTransfer));
      await using login = await startSshd({ environment: { PATH: forLogin } });
      await using transfer = await startSshd({ environment: { PATH: forTransfer }, config });
      await check({ login, transfer, on: (workspace) => onSite(workspace, login, transfer) });
    });
  });
}

/** The pair with its remote ends on such a site. */
export function onNodes(pair: Pair, { on }: Pick<Nodes, "on">): Pair {
  return { ...pair, source: on(pair.source), destination: on(pair.destination) };
}

function onSite(workspace: Workspace, login: Sshd, transfer: Sshd): Workspace {
  if (workspace.ssh === undefined) return workspace;
  const file = `${login.dir}/ssh_config`;
  if (!existsSync(file)) {
    const of = { "login-node": login, "transfer-node": transfer.elsewhere };
    const hosts = Object.entries(of).map(([name, to]) => settingsOf(name, to));
    writeFileSync(file, hosts.join(""));
  }
  const ssh = { host: "login-node", transferHost: "transfer-node", options: ["-F", file] };
  return { ...workspace, ssh };
}

/** The same login in ssh's settings. */
function settingsOf(name: string, { host, options }: Login): string {
  const [user, address] = host.split("@");
  const value = (letter: string) => options[options.indexOf(letter) + 1];
  const others = options.flatMap((word, at) => options[at - 1] === "-o" ? [word] : []);
  return [
    `Host ${name}`,
    `HostName ${address}`,
    `User ${user}`,
    `Port ${value("-p")}`,
    `IdentityFile ${value("-i")}`,
    ...others.map((setting) => setting.replace("=", " ")),
    "",
  ].join("\n");
}
