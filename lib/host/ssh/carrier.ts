/**
 * The machine that the bytes of copies go by, where it is not the one that workspaces are looked at,
 * and claimed: both must see the same files.
 *
 * @module
 */

import { CopyError } from "../../errors.ts";
import { printable } from "../../text/printable.ts";
import { runFolder } from "../../workspace/layout.ts";
import type { WorkspaceInfo } from "../host.ts";
import { pairs } from "./answers.ts";
import { asLines } from "./lines.ts";
import { ATTEND, EXAMINE, EXISTING } from "./programs/programs.ts";
import type { Session } from "./session.ts";

/** What {@linkcode EXAMINE} answers: texts by their names. */
export async function examined({ agent }: Session): Promise<ReadonlyMap<string, string>> {
  const answer = new Map<string, string>();
  await agent.run(EXAMINE, [], pairs((name, text) => answer.set(name, text)), [], "moving");
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
 * Refuses a machine that does not see of a workspace what another one does.
 *
 * @throws {CopyError} `refused`, when it does not.
 */
export async function requireSameFiles(
  holder: Session,
  carrier: Session,
  { realPath, jobsPath, experimentsPath, run }: WorkspaceInfo,
  experimentId: string | undefined,
): Promise<void> {
  const paths = [realPath, jobsPath, experimentsPath];
  if (run !== undefined) paths.push(`${realPath}/${runFolder(experimentId!, run.runId)}`);
  const [here, there] = await Promise.all([holder, carrier].map((each) => seenBy(each, paths)));
  const missing = paths.find((path) => here!.has(path) && !there!.has(path));
  if (missing !== undefined) throw otherFiles(holder, carrier, missing);
}

/**
 * Follows a claim: what works in its folder is ended with this session, and what is left there of a
 * copy before is ended now.
 *
 * @param file The file by which it is held.
 * @param wasUsed Whether a copy before may still work there.
 * @throws {CopyError} `refused`, when the claim is not in sight.
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
