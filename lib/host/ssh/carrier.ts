/**
 * A machine that only the bytes of copies go through (`transferHost`). Workspaces are looked at,
 * and staging folders claimed, at another one: both must see the same files.
 *
 * @module
 */

import { CopyError } from "../../errors.ts";
import { printable } from "../../text/printable.ts";
import { runFolder } from "../../workspace/layout.ts";
import { pathsOf } from "../found.ts";
import type { WorkspaceInfo } from "../host.ts";
import { pairs } from "./answers.ts";
import { asLines } from "./lines.ts";
import { ATTEND, EXAMINE, EXISTING } from "./programs/programs.ts";
import type { Session } from "./session.ts";

/** The answer of {@linkcode EXAMINE}: texts by their names. */
export async function examined({ agent }: Session): Promise<ReadonlyMap<string, string>> {
  const answer = new Map<string, string>();
  await agent.run(EXAMINE, [], pairs((name, text) => answer.set(name, text)));
  return answer;
}

/** Those of some absolute paths that a machine sees. */
async function seenBy({ agent }: Session, paths: string[]): Promise<ReadonlySet<string>> {
  const seen = new Set<string>();
  const lines = asLines(["/", ...paths.map((path) => path.slice(1))]);
  await agent.run(EXISTING, lines, (path) => seen.add(`/${path}`));
  return seen;
}

/** Whether a machine sees some absolute paths. */
export async function seesAll(session: Session, paths: string[]): Promise<boolean> {
  const seen = await seenBy(session, paths);
  return paths.every((path) => seen.has(path));
}

/**
 * Requires that a machine sees the parts of a workspace that another one sees.
 *
 * @throws {CopyError} `refused`, when it does not.
 */
export async function requireSameFiles(
  holder: Session,
  carrier: Session,
  info: WorkspaceInfo,
  experimentId: string | undefined,
): Promise<void> {
  const { realPath, run } = info;
  const paths = pathsOf(info);
  if (run !== undefined) paths.push(`${realPath}/${runFolder(experimentId!, run.runId)}`);
  const [here, there] = await Promise.all([holder, carrier].map((each) => seenBy(each, paths)));
  const missing = paths.find((path) => here!.has(path) && !there!.has(path));
  if (missing !== undefined) throw otherFiles(holder, carrier, missing);
}

/**
 * Has a machine follow a claim of another one: the processes that work in its folder end with this
 * session. Those that an earlier copy left there are ended now.
 *
 * @param file The file in the lock.
 * @param wasUsed Whether processes of an earlier copy may still work there.
 * @throws {CopyError} `refused`, when this machine does not see the lock.
 */
export async function attendTo(
  holder: Session,
  carrier: Session,
  file: string,
  wasUsed: boolean,
): Promise<void> {
  let isSeen = false;
  const lines = asLines([file, wasUsed ? "yes" : ""]);
  await carrier.agent.keep(ATTEND, lines, () => isSeen = true);
  if (!isSeen) throw otherFiles(holder, carrier, file.replace(/\.lock\/[^/]*$/, ""));
}

function otherFiles(holder: Session, carrier: Session, path: string): CopyError {
  const [host, transferHost] = [holder, carrier].map(({ ssh }) => ssh.host);
  return new CopyError(
    "refused",
    `${transferHost} does not see ${printable(path)} of ${host}`,
    "transferHost must have the same file system, at the same place; correct it in copy.jsonc",
  );
}
