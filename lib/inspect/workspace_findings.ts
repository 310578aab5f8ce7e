/**
 * The findings about a workspace and its disk: rules for what was seen there.
 *
 * @module
 */

import type { DiskCondition } from "../host/condition.ts";
import type { WorkspaceInfo } from "../host/host.ts";
import { quoteCommand } from "../text/shell.ts";
import { printable } from "../text/printable.ts";
import { bytesIn, formatBytes } from "../text/sizes.ts";
import type { Leftover } from "./clean.ts";
import { type Finding, ok, problem, warning } from "./finding.ts";

/** The findings about a workspace and about what its disk allows. */
export function workspaceFindings(info: WorkspaceInfo, disks: DiskCondition[]): Finding[] {
  return [
    stateFinding(info),
    ...linkFindings(info),
    ...writingFindings(disks),
    ...spaceFindings(info),
    ...fileSystemFindings(disks),
  ];
}

function stateFinding({ state, marker, path }: WorkspaceInfo): Finding {
  switch (state) {
    case "workspace":
      return ok("workspace", marker ? "exists" : "exists; a copy to it adds the marker");
    case "empty":
      return ok("workspace", "an empty folder", { prevents: ["from"] });
    case "foreign":
      return problem("workspace", {
        code: "refused",
        message: "not empty, and not a workspace",
        hint: "check the path; to copy to it anyway, add  --create",
      });
    case "absent":
      return problem("workspace", {
        code: "not-found",
        message: `there is no folder ${printable(path)}`,
        hint: "check the path; a copy to it creates the folder",
      }, { prevents: ["from"] });
  }
}

/** A problem that prevents only copies to the workspace. */
function refusal(
  check: Finding["check"],
  message: string,
  hint: string,
  more: Pick<Finding, "value"> = {},
): Finding {
  return problem(check, { code: "refused", message, hint }, { prevents: ["to"], ...more });
}

function linkFindings({ linkedStaging }: WorkspaceInfo): Finding[] {
  if (linkedStaging === undefined) return [];
  const message = `${printable(linkedStaging)} is a link: nothing is written through it`;
  return [refusal("workspace", message, "remove the link")];
}

function writingFindings(disks: DiskCondition[]): Finding[] {
  const closed = disks.find(({ writable }) => writable === false);
  if (closed !== undefined) {
    const message = `${printable(closed.folder)} is not writable`;
    return [refusal("writing", message, "only copies to it need that: ask its owner")];
  }
  const known = disks.every(({ writable }) => writable !== undefined);
  return known ? [ok("writing", "writable")] : [];
}

/** Less free space than this deserves a warning, in bytes. */
const LITTLE_SPACE = 2 ** 30;
/** So do fewer free inodes than this. */
const FEW_FILES = 10_000;

const ROOM = "remove what is not needed, or ask for a larger quota";

function spaceFindings({ freeBytes, freeFiles }: WorkspaceInfo): Finding[] {
  const findings: Finding[] = [];
  if (freeBytes !== undefined) {
    const message = `${formatBytes(freeBytes)} free`;
    const value = { value: freeBytes };
    if (freeBytes === 0) findings.push(refusal("space", "no space left", ROOM, value));
    else if (freeBytes < LITTLE_SPACE) findings.push(warning("space", message, ROOM, value));
    else findings.push(ok("space", message, value));
  }
  if (freeFiles !== undefined) {
    const message = `${freeFiles.toLocaleString("en-US")} more can be created`;
    const value = { value: freeFiles };
    const none = "no more can be created: the inodes are used up";
    if (freeFiles === 0) findings.push(refusal("files", none, ROOM, value));
    else if (freeFiles < FEW_FILES) findings.push(warning("files", message, ROOM, value));
    else findings.push(ok("files", message, value));
  }
  return findings;
}

/** File systems with peculiarities: what to know, and what to do. */
const SPECIAL: [kind: RegExp, state: Finding["state"], what: string, hint: string][] = [
  [
    /^nfs/,
    "ok",
    "small files are slow, and changes appear late on other machines",
    "see your quota:  quota -s",
  ],
  [
    /^lustre$/,
    "ok",
    "small files are slow, and a quota counts them",
    'see your quota:  lfs quota -h -u "$USER" .',
  ],
  [
    /^(gpfs|mmfs)$/,
    "ok",
    "a quota may count files, too",
    "see your quota:  mmlsquota",
  ],
  [
    /^(beegfs|fhgfs)/,
    "ok",
    "small files are slow",
    "see your quota:  beegfs-ctl --getquota --uid $(id -u)",
  ],
  [
    /^(cifs|smb)/,
    "warning",
    "may not support links and file modes",
    "if you can, name the server by HOST:PATH instead",
  ],
  [
    /^fuse\.(sshfs|rclone)$/,
    "warning",
    "each file takes several round trips",
    "name that machine by HOST:PATH instead, which is faster",
  ],
  [
    /^(vfat|msdos|exfat)$/,
    "problem",
    "no support for links, which workspaces need",
    "use a folder on another disk",
  ],
  [
    /^(tmpfs|ramfs)$/,
    "warning",
    "in memory, lost when the machine restarts",
    "use a folder on a disk for data to keep",
  ],
  [
    /^overlay$/,
    "warning",
    "part of a container, lost with it",
    "use a folder of a volume for data to keep",
  ],
];

/** The findings about file systems, each once. */
function fileSystemFindings(disks: DiskCondition[]): Finding[] {
  const kinds = new Set(disks.flatMap(({ fileSystem }) => fileSystem ?? []));
  return [...kinds].map((kind) => {
    const special = SPECIAL.find(([pattern]) => pattern.test(kind));
    if (special === undefined) return ok("filesystem", printable(kind), { value: kind });
    const [, state, what, hint] = special;
    const message = `${kind}: ${what}`;
    if (state === "problem") return refusal("filesystem", message, hint, { value: kind });
    return { check: "filesystem", state, message, hint, value: kind };
  });
}

/**
 * The findings about copies that work there now, and about what others have left.
 *
 * @param clean The command that lists what is left.
 */
export function leftoverFindings(leftovers: Leftover[], clean: string[]): Finding[] {
  const used = leftovers.filter(({ state }) => state === "in use");
  const left = leftovers.filter(({ state }) => state === "left");
  const bytes = bytesIn(left);
  const copies = used.length === 1 ? "1 copy is working" : `${used.length} copies are working`;
  const held = used.length === 0 ? "none held" : `${copies} here: ${namesOf(used)}`;
  const places = left.length === 1 ? "1 place" : `${left.length} places`;
  const hint = `list them:  ${quoteCommand(clean)}`;
  return [
    ok("locks", held, { value: used.length }),
    left.length === 0
      ? ok("leftovers", "none", { value: 0 })
      : warning("leftovers", `${formatBytes(bytes)} in ${places}`, hint, { value: bytes }),
  ];
}

/** The names of the copies, each once. */
function namesOf(leftovers: Leftover[]): string {
  const names = leftovers.map(({ experimentId, runId, path }) =>
    printable(experimentId ? `${experimentId} ${runId ?? ""}` : path).trim()
  );
  return [...new Set(names)].join(", ");
}
