/**
 * Running rsync: its arguments, its progress, its exit codes.
 *
 * @module
 */

import { CopyError, LostConnection } from "../errors.ts";
import { Progress } from "./rsync_progress.ts";
import { FAR_RSYNC, FAR_RSYNC_UNQUOTED } from "./far_command.ts";
import type { RsyncEnd } from "./rsync_end.ts";
import { isAtLeast, rsyncVersion } from "./rsync_version.ts";
import { nameList } from "./tar.ts";
import { rsyncSharing } from "./rsync_sharing.ts";
import { isRefusal, sessionRefusal } from "./ssh_complaints.ts";
import {
  end,
  endWhenIdle,
  feed,
  type Running,
  start,
  stopIfAborted,
  type Watch,
} from "../system/process.ts";

export { isAtLeast, rsyncVersion } from "./rsync_version.ts";

/** What two ends make of a request: one of them is this machine's rsync, which runs the other. */
export function rsyncBetween(from: RsyncEnd, to: RsyncEnd): RsyncPair {
  const [here, there] = from.shell === undefined ? [from, to] : [to, from];
  return {
    rsh: from.shell?.() ?? to.shell?.(),
    version: rsyncVersion(here.said),
    otherVersion: rsyncVersion(there.said),
  };
}

/** What two ends make of a request. */
type RsyncPair = Pick<RsyncRequest, "rsh" | "version" | "otherVersion">;

/** Whether an rsync cannot send to another machine's: before 3.0, and openrsync. */
export function cannotSend({ said, shell }: RsyncEnd): boolean {
  return shell !== undefined && !isAtLeast(rsyncVersion(said), "3.0.0");
}

/** What to tell rsync. */
export interface RsyncRequest {
  /** `--rsh`, when one end is remote. */
  rsh: string | undefined;
  /** The source operand. */
  from: string;
  /** The destination operand. */
  to: string;
  /** What to copy, relative to the source. */
  folders: string[];
  /** Filter rules. */
  rules: string[];
  /**
   * What tells that a file that is there is what it seems: its size and time; its size, since it has
   * just been copied; or only its bytes.
   */
  trust: "size and time" | "size" | "bytes";
  /** Whether files may have holes: rsync looks for them in small pieces, which takes its time. */
  sparse: boolean;
  /** Whether folders are to be writable for their owner, until they have got their modes. */
  openFolders: boolean;
  /** What all is held to, where others share the folder that it comes to. */
  shared?: Parameters<typeof rsyncSharing>[0];
  /** Whether of a folder nothing is copied that is in it. */
  isFlat?: boolean;
  /** Whether links are left out: they come another way. */
  withoutLinks?: boolean;
  /** At most so many KiB a second; 0 for no limit. */
  bandwidthLimit: number;
  /** How long it may work without a word, in seconds: to look at many files, or at half a large one. */
  quiet: number;
  /** This machine's rsync, as `rsyncVersion` has it. */
  version: string;
  /** The rsync at the other end; on one machine the same. */
  otherVersion: string;
  /** What stands before names of files, where complaints come beside them; undefined elsewhere. */
  mark?: string;
  /** Is told how many bytes have come, and which file is under way. */
  onProgress: (bytes: number, file: string | undefined) => void;
}

/** What became of it. */
export interface RsyncOutcome {
  /** What rsync said of files that it could not copy. */
  complaints: string[];
  /** Whether files vanished while they were copied: the source is still changing. */
  vanished: boolean;
}

/** What rsync's exit codes mean, where it is worth saying. */
const MEANINGS: Record<number, string> = {
  5: "the connection could not be set up",
  10: "the connection was lost",
  11: "a file could not be written (is the disk full?)",
  12: "the connection was lost",
  30: "there was no progress for too long",
  35: "the connection could not be set up in time",
  255: "the connection was lost",
};
const CONNECTION = [5, 10, 12, 30, 35, 255];
/** Some files could not be copied; some files vanished. */
const PARTIAL = [23, 24];

/**
 * The arguments of rsync: only what both ends know.
 *
 * @param timeout How long nothing may move, in seconds; 0 for ever.
 * @throws {CopyError} `program`, when the other end's rsync is too old for its path.
 */
export function rsyncArguments(request: RsyncRequest, timeout = 0): string[] {
  const { rsh, from, to, rules, bandwidthLimit, version, otherVersion, mark } = request;
  const bothAreAtLeast = (least: string) =>
    isAtLeast(version, least) && isAtLeast(otherVersion, least);
  const sharing = rsyncSharing(request.shared, sendsFolders(request));
  const modes = [...(request.openFolders ? ["Du+w"] : []), ...sharing.modes];
  const names = bothAreAtLeast("3.1.0") && mark === undefined ? ",name1" : "";
  return [
    request.sparse ? "-aHS8" : "-aH8",
    ...(request.withoutLinks ? ["--no-links"] : []),
    ...(request.isFlat ? [] : ["-r"]),
    "--from0",
    "--files-from=-",
    ...(sendsFolders(request) ? [] : ["--no-implied-dirs"]),
    // Before 3.1.3 rsync refuses --inplace together with --sparse, and cannot be told that times
    // within one second differ: a folder would keep the time of its copying.
    ...(bothAreAtLeast("3.1.3") ? ["--inplace", "--no-whole-file", "--modify-window=-1"] : []),
    // What is not buffered cannot be written once we are dead: rsync then ends, within a second.
    ...(isAtLeast(version, "3.1.0") ? [`--info=progress2${names}`, "--no-h", "--outbuf=N"] : []),
    ...(mark === undefined ? [] : [`--out-format=${mark}%n`]),
    ...{ "size and time": [], size: ["--size-only"], bytes: ["--ignore-times"] }[request.trust],
    ...sharing.options,
    ...(modes.length > 0 ? [`--chmod=${modes.join(",")}`] : []),
    ...(rsh === undefined
      ? []
      : [...protectedPaths(request), `--rsh=${rsh}`, `--rsync-path=${farRsync(version)}`]),
    // openrsync has it too; an rsync at work on a large file tells the other that it lives
    ...(timeout > 0 ? [`--timeout=${timeout}`] : []),
    ...(bandwidthLimit > 0 ? [`--bwlimit=${bandwidthLimit}`] : []),
    ...rules.map((rule) => `--filter=${rule}`),
    "--",
    from,
    to,
  ];
}

/**
 * Whether openrsync sends from here: its list is complete, and a list that lacks the folders above a
 * name is refused by the rsync that gets it. It tells of links on the way as the folders they lead to.
 */
function sendsFolders({ rsh, to, version }: RsyncRequest): boolean {
  return version === "" && rsh !== undefined && !to.startsWith("/");
}

/** How an rsync starts the one at a host. */
function farRsync(version: string): string {
  return version === "" ? FAR_RSYNC_UNQUOTED : FAR_RSYNC;
}

/**
 * What keeps a remote shell from reading paths. Both ends must know it: rsync before 3.0, and macOS's
 * own (openrsync), need plain ones.
 */
function protectedPaths({ from, to, version, otherVersion }: RsyncRequest): string[] {
  const [here, there] = [version, otherVersion].map(protectsPaths);
  if (here && there) return ["-s"];
  if ([from, to].every((operand) => operand.startsWith("/") || isPlain(pathOf(operand)))) return [];
  throw unprotected(here ? "there" : "here");
}

/** Whether an rsync keeps a remote shell from reading paths, where the other one does, too. */
function protectsPaths(version: string): boolean {
  return isAtLeast(version, "3.0.0");
}

/** Whether a path is the same once a shell has read it. */
function isPlain(path: string): boolean {
  return /^(?:~(?=\/|$))?[\w@%+=:,./-]*$/.test(path);
}

/** The path in `HOST:PATH`, where a host with colons stands in brackets. */
function pathOf(operand: string): string {
  return operand.replace(/^(?:[^/@]*@)?(?:\[[^\]]*\]|[^/:]*):/, "");
}

/**
 * Refuses paths of another machine that this one's rsync cannot name there.
 *
 * @throws {CopyError} `program`, when there is one.
 */
export function refuseUnnamed(here: RsyncEnd, there: RsyncEnd, paths: string[]): void {
  if (here.shell !== undefined || there.shell === undefined) return;
  if (!protectsPaths(rsyncVersion(here.said)) && !paths.every(isPlain)) throw unprotected("here");
}

function unprotected(where: "here" | "there"): CopyError {
  return new CopyError(
    "program",
    `${
      where === "there" ? "the remote host's" : "this machine's"
    } rsync is too old, or is openrsync: ` +
      "it cannot handle remote paths with spaces or special characters",
    `install rsync 3.1.3 or later ${where}`,
  );
}

/**
 * Runs rsync.
 *
 * @throws {CopyError} `connection`, when the connection was lost; `program`, when rsync failed.
 */
export async function runRsync(request: RsyncRequest, watch: Watch): Promise<RsyncOutcome> {
  const running = start("rsync", rsyncArguments(request, watch.timeout), watch);
  const clock = endWhenIdle(running, watch.timeout && watch.timeout + request.quiet);
  const onProgress = (bytes: number, file: string | undefined) => {
    clock.moved();
    request.onProgress(bytes, file);
  };
  try {
    await clock.during(Promise.all([
      feed(running, [nameList(request.folders)]),
      followProgress(running, onProgress),
      running.code,
    ]));
  } catch (error) {
    await end(running);
    throw error;
  }
  return judge(await running.code, await running.complaint, watch);
}

/** What rsync adds to its reason, and what the other end says when this one has gone. */
const AFTERWORD = /^rsync error: .*\(code \d+\) at |^\(see the rsync man|unexpectedly closed \(/;

/** What an exit code, and what rsync said beside it, mean. */
export function judge(code: number, complaint: string, watch: Watch): RsyncOutcome {
  stopIfAborted(watch);
  const lines = complaint.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  if (code === 0) return { complaints: [], vanished: false };
  // with the disk full, one job after the other would fail
  const full = lines.find((line) => /No space left on device|Disk quota exceeded/i.test(line));
  if (full !== undefined) throw new CopyError("program", `rsync failed: ${full}`);
  if (PARTIAL.includes(code)) {
    // The rest are remarks, and what ssh has to say.
    const complaints = lines.filter((line) => /^(rsync: |cannot |skipping |ERROR: )/.test(line));
    const vanished = lines.some((line) => / has vanished: /.test(line));
    if (complaints.length > 0 || vanished) return { complaints, vanished };
  }
  const refused = sessionRefusal(complaint);
  if (refused !== undefined) throw refused;
  const said = lines.findLast((line) => !AFTERWORD.test(line));
  const meaning = MEANINGS[code] ?? said ?? "no reason given";
  const again = "run the same command again to resume";
  throw CONNECTION.includes(code) && !isRefusal(complaint)
    ? new LostConnection(`${meaning} (${code === 255 ? "ssh" : "rsync"} exit ${code})`)
    : new CopyError("program", `rsync failed: ${meaning} (exit ${code})`, again);
}

/** Longer lines than this tell no progress. */
const MAX_LINE = 1 << 16;

/** Reads lines such as `  11,732  63%   94.00MB/s    0:01:15 (xfr#26, ...)` and names of files. */
export async function followProgress(
  running: Pick<Running, "stdout">,
  onProgress: RsyncRequest["onProgress"],
): Promise<void> {
  let rest = "";
  const progress = new Progress(onProgress);
  for await (const text of running.stdout.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split(/[\r\n]/);
    rest = lines.pop()!.slice(-MAX_LINE);
    for (const line of lines) progress.take(line);
    progress.tell();
  }
}
