/**
 * Copies by a user who is not root: on this machine by another process, otherwise at the remote end.
 *
 * @module
 */

import { chmodSync, copyFileSync } from "node:fs";
import { moduleFlags, ROOT } from "../../scripts/modules.ts";
import { findProgram } from "../../scripts/setup.ts";
import type { Sample } from "../../scripts/sample.ts";
import { CopyError, type CopyResult, type Workspace } from "../../mod.ts";
import type { Pair, SharedSshdOptions } from "./directions.ts";
import { shell } from "./shell.ts";

const setpriv = await findProgram("setpriv");

/** Whether nobody can be had here. */
export const hasNobody: boolean = Deno.uid() === 0 && setpriv !== undefined;

const nobody = `${setpriv} --reuid 65534 --regid 65534 --clear-groups --`;

/** An sshd whose sessions are those of nobody. */
export const SSHD_OF_NOBODY: SharedSshdOptions = {
  logins: "each",
  config: [`ForceCommand exec ${nobody} sh -c "$SSH_ORIGINAL_COMMAND"`],
};

/** Gives all that is in a pair's folder to nobody. */
export function giveToNobody(pair: Pair): void {
  shell(pair.root, "chown -hR 65534:65534 .");
  chmodSync(pair.root, 0o755);
}

/** Copies as nobody, at every end there is; an error is thrown as it was there. */
export async function copyAsNobody(pair: Pair, sample: Sample): Promise<CopyResult> {
  if (pair.direction === "remote to local") return await pair.copy(sample);
  const ends = [pair.source, pair.destination].map((end) => JSON.stringify(withOwnKeys(pair, end)));
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--quiet", ...await moduleFlags(), `${ROOT}/tests/support/as_nobody.ts`],
      ...[...ends, sample.experimentId, sample.runId],
    ],
    stdin: "null",
  }).output();
  const [output, complaint] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  if (output === "") throw new Error(complaint);
  const { error, ...result } = JSON.parse(output!);
  if (error !== undefined) throw new CopyError(error.code, error.message);
  return result;
}

/** The same workspace, reached with keys that nobody may read. */
function withOwnKeys(pair: Pair, workspace: Workspace): Workspace {
  const options = workspace.ssh?.options;
  if (options === undefined) return workspace;
  const key = options[options.indexOf("-i") + 1]!;
  const from = key.slice(0, key.lastIndexOf("/"));
  const keys = `${pair.root}/keys`;
  Deno.mkdirSync(keys, { recursive: true });
  for (const name of ["user_key", "known_hosts"]) {
    copyFileSync(`${from}/${name}`, `${keys}/${name}`);
  }
  shell(keys, "chown -R 65534:65534 .; chmod 600 *");
  return {
    ...workspace,
    ssh: { ...workspace.ssh!, options: options.map((one) => one.replace(from, keys)) },
  };
}
