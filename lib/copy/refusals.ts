/**
 * What a copy refuses before it writes anything, and what it warns of.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import type { Abilities, WorkspaceInfo } from "../host/host.ts";
import { pathsOf } from "../host/found.ts";
import { areTogether } from "../host/hosts.ts";
import { RELAYED } from "../transport/relay.ts";
import { cannotSend, refuseUnnamed } from "../transport/rsync.ts";
import { dialectOf } from "../tar/dialect.ts";
import { isAtLeast, rsyncVersion } from "../transport/rsync_version.ts";
import { notFound } from "../system/child.ts";
import { hasControl, printable } from "../text/printable.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { isAlone } from "./alone.ts";
import { isWritten, unitsOf } from "./decisions.ts";
import type { Ends } from "./plan.ts";
import type { CopyOptions, CopyPlan, CopyProblem } from "./types.ts";

/** Refuses what is wrong whatever the hosts answer. */
export function refuseRequest({ source, destination }: Ends<Workspace>): void {
  for (const { path } of [source, destination]) {
    if (hasControl(path)) {
      throw new CopyError("usage", "a workspace path cannot contain control characters");
    }
  }
  if (areTogether(source, destination) && source.path === destination.path) {
    throw new CopyError(
      "refused",
      `source and destination are the same folder: ${source.path}`,
      "choose another workspace",
    );
  }
}

/** Refuses what would do harm. */
export function refuseSights(
  workspaces: Ends<Workspace>,
  infos: Ends<WorkspaceInfo>,
  can: Ends<Pick<Abilities, "isArchive">>,
  options: CopyOptions,
): void {
  const { source, destination } = workspaces;
  for (const info of [infos.source, infos.destination]) {
    if (pathsOf(info).some(hasControl)) {
      throw new CopyError("usage", "a workspace path cannot contain control characters");
    }
  }
  const linked = infos.destination.linkedStaging;
  if (linked !== undefined) {
    throw new CopyError(
      "refused",
      `${linked}${on(destination)} is a link: nothing is written through it`,
      "remove the link",
    );
  }
  // an archive tells where its workspace was
  if (!isAlone(can) && areTogether(source, destination)) refuseOverlap(infos);
  if (infos.destination.state === "foreign" && options.create !== true) {
    throw new CopyError(
      "refused",
      `${infos.destination.realPath}${on(destination)} is not empty and not a workspace`,
      "add  --create  to make it a workspace",
    );
  }
}

/** Refuses a plan that writes, when its destination cannot be written. */
export function refuseUnwritable(
  destination: Workspace,
  { unwritable, realPath, state }: WorkspaceInfo,
  plan: CopyPlan,
): void {
  if (unwritable === undefined || ![plan.run, ...unitsOf(plan)].some(isWritten)) return;
  const closed = `${unwritable}${on(destination)} is not writable`;
  throw new CopyError(
    "refused",
    state === "absent" ? `${realPath} cannot be created: ${closed}` : closed,
    "ask its owner for write access, or choose another destination",
  );
}

function refuseOverlap({ source, destination }: Ends<WorkspaceInfo>): void {
  const [ours, theirs] = [pathsOf(source), pathsOf(destination)];
  const pairs = ours.flatMap((from) => theirs.map((to) => [from, to] as const));
  const same = ours.map((from, kind) => [from, theirs[kind]!] as const)
    .find(([from, to]) => from === to);
  if (same !== undefined) throw sameFolder(same[0]);
  const nested = pairs.find(([from, to]) => isInside(from, to) || isInside(to, from));
  if (nested === undefined) return;
  const [from, to] = nested;
  const message = isInside(to, from)
    ? `the destination ${to} is inside the source ${from}`
    : `the source ${from} is inside the destination ${to}`;
  throw new CopyError("refused", message, ANOTHER);
}

const ANOTHER = "choose another workspace";

/** The error where both workspaces are one folder. */
export function sameFolder(folder: string): CopyError {
  return new CopyError("refused", `source and destination are the same folder: ${folder}`, ANOTHER);
}

/** Whether a path is another one, or below it. */
function isInside(path: string, other: string): boolean {
  return `${path}/`.startsWith(`${other}/`);
}

/** Refuses a copy for which the programs of an end will not do. */
export function refuseTools(
  workspaces: Ends<Workspace>,
  can: Ends<Abilities>,
  infos: Ends<WorkspaceInfo>,
): void {
  if (can.source.isArchive) return;
  if (can.destination.isArchive) return refuseTar(workspaces.source, can.source);
  for (const end of ["source", "destination"] as const) {
    const workspace = workspaces[end];
    if (can[end].tar === "") refuseNamed(workspace, "tarPath");
    if (can[end].rsync.said !== "") continue;
    refuseNamed(workspace, "rsyncPath");
    const where = onCarrier(workspace);
    if (where === "") throw notFound("rsync");
    throw new CopyError(
      "program",
      `rsync was not found${where}`,
      "install it there, make it available to non-interactive shells, " +
        "e.g. by  module load  in ~/.bashrc, or set rsyncPath",
    );
  }
  for (const [here, there] of [["source", "destination"], ["destination", "source"]] as const) {
    // a link may lead anywhere
    refuseUnnamed(can[here].rsync, can[there].rsync, pathsOf(infos[there]));
  }
  refuseRelay(workspaces, can);
  const { rsync } = can.source;
  if (cannotSend(rsync)) {
    const where = onCarrier(workspaces.source) || " on this machine";
    throw new CopyError(
      "program",
      `the rsync${where} cannot send these files (${printable(rsync.said)})`,
      "install rsync 3.1.3 or later there",
    );
  }
}

/** Refuses, for an archive, a tar that makes none in pax form. */
function refuseTar(workspace: Workspace, { tar }: Abilities): void {
  if (tar === "") refuseNamed(workspace, "tarPath");
  if (dialectOf(tar) !== "plain") return;
  throw new CopyError(
    "program",
    `the tar${onCarrier(workspace) || " on this machine"} cannot make such an archive`,
    "install GNU tar there, or copy the run to another workspace and export it from there",
  );
}

/** Refuses a program that is not where the settings say, when they do. */
function refuseNamed(workspace: Workspace, key: "rsyncPath" | "tarPath"): void {
  const path = workspace.ssh?.[key];
  if (path === undefined) return;
  throw new CopyError(
    "program",
    `there is no ${key === "tarPath" ? "tar" : "rsync"} ${path}${onCarrier(workspace)}`,
    `correct ${key} of ${workspace.id} in copy.jsonc`,
  );
}

/**
 * Refuses, between two hosts, an rsync too old for the relay, which knows the words of later ones.
 */
function refuseRelay(workspaces: Ends<Workspace>, can: Ends<Abilities>): void {
  const ends = ["source", "destination"] as const;
  if (ends.some((end) => can[end].rsync.relay === undefined)) return;
  for (const end of ends) {
    const { said } = can[end].rsync;
    if (isAtLeast(rsyncVersion(said), RELAYED)) continue;
    throw new CopyError(
      "program",
      `the rsync${onCarrier(workspaces[end])} (${
        printable(said)
      }) cannot copy to or from a third machine`,
      `install rsync ${RELAYED} or later there, or copy by way of a workspace on this machine`,
    );
  }
}

/** Warns of an rsync before 3.4: its security holes let the other end do harm. */
export function versionWarnings(
  workspaces: Ends<Workspace>,
  can: Ends<Abilities>,
): CopyProblem[] {
  if (isAlone(can) || areTogether(workspaces.source, workspaces.destination)) return [];
  return (["source", "destination"] as const).flatMap((end) => {
    const version = rsyncVersion(can[end].rsync.said);
    if (version === "" || isAtLeast(version, "3.4.0")) return [];
    const where = onCarrier(workspaces[end]) || " on this machine";
    const message = `rsync ${version}${where} has known security holes, fixed in 3.4`;
    return [{ code: "program", message }];
  });
}

/** ` on HOST` for a workspace behind ssh, to end a clause; empty for one on this machine. */
export function on(workspace: Workspace): string {
  return workspace.ssh ? ` on ${workspace.ssh.host}` : "";
}

/** Where rsync and tar run for a workspace, in the same form. */
function onCarrier({ ssh }: Workspace): string {
  return ssh ? ` on ${ssh.transferHost ?? ssh.host}` : "";
}
