/**
 * Runs rsync: its arguments, its progress, its exit codes.
 *
 * @module
 */

import { CopyError, LostConnection } from "../errors.ts";
import { Progress } from "./rsync_progress.ts";
import { farRsync, farRsyncUnquoted } from "./far_command.ts";
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
  type RunOptions,
  start,
  stopIfAborted,
} from "../system/process.ts";

/**
 * The part of a request that depends on the two ends. One of them is this machine, whose rsync
 * starts the other.
 */
export function rsyncBetween(from: RsyncEnd, to: RsyncEnd): RsyncPair {
  const [here, there] = from.shell === undefined ? [from, to] : [to, from];
  return {
    rsh: from.shell?.() ?? to.shell?.(),
    version: rsyncVersion(here.said),
    otherVersion: rsyncVersion(there.said),
    otherProgram: there.program ?? "rsync",
  };
}

/** The part of a request that depends on the two ends. */
type RsyncPair = Pick<RsyncRequest, "rsh" | "version" | "otherVersion" | "otherProgram">;

/** Whether an rsync cannot send to another machine: versions before 3.0, and openrsync. */
export function cannotSend({ said, shell }: RsyncEnd): boolean {
  return shell !== undefined && !isAtLeast(rsyncVersion(said), "3.0.0");
}

/** A request to rsync. */
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
   * What proves that a file at the destination is complete: its size and time; its size alone, when
   * it has just been copied; or only its bytes.
   */
  trust: "size and time" | "size" | "bytes";
  /** Whether files may have holes. rsync searches for them in small pieces, which takes time. */
  sparse: boolean;
  /** Whether folders stay writable for their owner until they get their final modes. */
  openFolders: boolean;
  /** The rules for groups and permissions, when others share the destination folder. */
  shared?: Parameters<typeof rsyncSharing>[0];
  /** Whether folders are copied without their content. */
  isFlat?: boolean;
  /** Whether links are left out, as they are copied by other means. */
  withoutLinks?: boolean;
  /** The most KiB a second; 0 for no limit. */
  bandwidthLimit: number;
  /**
   * How long rsync may work without output, in seconds: to scan many files, or half a large one.
   */
  quiet: number;
  /** The version of this machine's rsync, from `rsyncVersion`. */
  version: string;
  /** The version of the other end's rsync; on one machine the same. */
  otherVersion: string;
  /** The other end's rsync: a name, or its path there. */
  otherProgram: string;
  /**
   * The text before names of files, when they are mixed with error messages; otherwise undefined.
   */
  mark?: string;
  /** Receives how many bytes have been copied, and the current file. */
  onProgress: (bytes: number, file: string | undefined) => void;
}

/** The result of rsync. */
export interface RsyncOutcome {
  /** rsync's messages about files that it could not copy. */
  complaints: string[];
  /** Whether files vanished during the copy: the source is still changing. */
  vanished: boolean;
}

/** What is said of rsync's exit code for a file that could not be written, for any reason. */
export const PERHAPS_FULL = "a file could not be written (is the disk full?)";
/** The meanings of rsync's exit codes, for those that need an explanation. */
const MEANINGS: Record<number, string> = {
  5: "the connection could not be set up",
  10: "the connection was lost",
  11: PERHAPS_FULL,
  12: "the connection was lost",
  30: "there was no progress for too long",
  35: "the connection could not be set up in time",
  255: "the connection was lost",
};
const CONNECTION = [5, 10, 12, 30, 35, 255];
/** Whether a signal has ended it, at this end or the other. */
const wasEnded = (code: number) => code === 20 || code > 128 && code < 255;
/** Exit codes: some files could not be copied; some files vanished. */
const PARTIAL = [23, 24];

/**
 * The arguments of rsync. They contain only options that both ends know.
 *
 * @param timeout How long there may be no progress, in seconds; 0: for ever.
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
    // Before 3.1.3 rsync refuses --inplace together with --sparse, and treats times within one
    // second as equal: a folder would keep the time of its copying.
    ...(bothAreAtLeast("3.1.3") ? ["--inplace", "--no-whole-file", "--modify-window=-1"] : []),
    // Unbuffered output fails once this process is dead, and then rsync ends within a second.
    ...(isAtLeast(version, "3.1.0") ? [`--info=progress2${names}`, "--no-h", "--outbuf=N"] : []),
    ...(mark === undefined ? [] : [`--out-format=${mark}%n`]),
    ...{ "size and time": [], size: ["--size-only"], bytes: ["--ignore-times"] }[request.trust],
    ...sharing.options,
    ...(modes.length > 0 ? [`--chmod=${modes.join(",")}`] : []),
    ...(rsh === undefined
      ? []
      : [...protectedPaths(request), `--rsh=${rsh}`, `--rsync-path=${startsThere(request)}`]),
    // openrsync knows it, too; an rsync at work on a large file sends signs of life to the other
    ...(timeout > 0 ? [`--timeout=${timeout}`] : []),
    ...(bandwidthLimit > 0 ? [`--bwlimit=${bandwidthLimit}`] : []),
    ...rules.map((rule) => `--filter=${rule}`),
    "--",
    from,
    to,
  ];
}

/**
 * Whether openrsync sends from here. Its list of files is complete, and the receiving rsync refuses
 * a list without the folders above a name. It lists links on the way as the folders that they lead
 * to.
 */
function sendsFolders({ rsh, to, version }: RsyncRequest): boolean {
  return version === "" && rsh !== undefined && !to.startsWith("/");
}

/** How this machine's rsync starts the one on a host. */
function startsThere({ version, otherProgram }: RsyncRequest): string {
  return version === "" ? farRsyncUnquoted(otherProgram) : farRsync(otherProgram);
}

/**
 * The option that prevents a remote shell from interpreting paths. Both ends must know it: rsync
 * before 3.0 and openrsync, the one of macOS, need plain paths.
 */
function protectedPaths({ from, to, version, otherVersion }: RsyncRequest): string[] {
  const [here, there] = [version, otherVersion].map(protectsPaths);
  if (here && there) return ["-s"];
  if ([from, to].every((operand) => operand.startsWith("/") || isPlain(pathOf(operand)))) return [];
  throw unprotected(here ? "there" : "here");
}

/** Whether an rsync knows the option that prevents a remote shell from interpreting paths. */
function protectsPaths(version: string): boolean {
  return isAtLeast(version, "3.0.0");
}

/** Whether a shell leaves a path unchanged. */
function isPlain(path: string): boolean {
  return /^(?:~(?=\/|$))?[\w@%+=:,./-]*$/.test(path);
}

/** The path in `HOST:PATH`, where a host with colons is in brackets. */
function pathOf(operand: string): string {
  return operand.replace(/^(?:[^/@]*@)?(?:\[[^\]]*\]|[^/:]*):/, "");
}

/**
 * Refuses paths of another machine that this machine's rsync cannot pass on.
 *
 * @throws {CopyError} `program`, when there is such a path.
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
export async function runRsync(request: RsyncRequest, watch: RunOptions): Promise<RsyncOutcome> {
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

/** Lines that rsync adds to its reason, and the message of one end when the other has gone. */
const AFTERWORD = /^rsync error: .*\(code \d+\) at |^\(see the rsync man|unexpectedly closed \(/;

/** What one end may add where the other has ended first: it concerns no file. */
const GONE = /^rsync: (\[\w+\] )?write error: Broken pipe/;

/** Interprets an exit code, with rsync's error messages. */
export function judge(code: number, complaint: string, watch: RunOptions): RsyncOutcome {
  stopIfAborted(watch);
  const lines = complaint.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  if (code === 0) return { complaints: [], vanished: false };
  // with a full disk, every job would fail
  const full = lines.find((line) => /No space left on device|Disk quota exceeded/i.test(line));
  if (full !== undefined) throw new CopyError("program", `rsync failed: ${full}`);
  if (PARTIAL.includes(code)) {
    // Other lines are remarks, and messages of ssh.
    const complaints = lines.filter((line) =>
      /^(rsync: |cannot |skipping |ERROR: )/.test(line) && !GONE.test(line)
    );
    const vanished = lines.some((line) => / has vanished: /.test(line));
    if (complaints.length > 0 || vanished) return { complaints, vanished };
  }
  const refused = sessionRefusal(complaint);
  if (refused !== undefined) throw refused;
  const said = lines.findLast((line) => !AFTERWORD.test(line));
  const ended = wasEnded(code) ? "rsync was ended by a signal" : undefined;
  const meaning = ended ?? MEANINGS[code] ?? said ?? "no reason given";
  const again = "run the same command again to resume";
  throw (ended ?? CONNECTION.includes(code)) && !isRefusal(complaint)
    ? new LostConnection(`${meaning} (${code === 255 ? "ssh" : "rsync"} exit ${code})`)
    : new CopyError("program", `rsync failed: ${meaning} (exit ${code})`, again);
}

/** The most characters of a line that may report progress. */
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
