/**
 * The findings about a machine: rules for its properties.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import type { LoginCondition, MachineCondition } from "../host/condition.ts";
import { dialectOf } from "../tar/dialect.ts";
import { printable } from "../text/printable.ts";
import { cannotSend } from "../transport/rsync.ts";
import { isAtLeast, rsyncVersion } from "../transport/rsync_version.ts";
import type { RsyncEnd } from "../transport/rsync_end.ts";
import { type DoctorCheck, type Finding, ok, problem, warning } from "./finding.ts";

/** The findings about a machine. */
export function machineFindings(machine: MachineCondition): Finding[] {
  const { client, login, rsync, tar, tarPath, transferHost, zstd } = machine;
  const there = login !== undefined;
  return [
    ...(client === undefined ? [] : [sshFinding(client)]),
    ...(login === undefined ? [] : loginFindings(login)),
    rsync instanceof CopyError
      ? problem("rsync", rsync)
      : withPlace(rsync.program, transferHost, rsyncFinding(rsync)),
    tar instanceof CopyError
      ? problem("tar", tar)
      : withPlace(tarPath, transferHost, tarFinding(tar, there)),
    zstdFinding(zstd, there),
  ];
}

function sshFinding(ssh: string | CopyError): Finding {
  if (!(ssh instanceof CopyError)) return program("ssh", ssh.split(/[ ,]/)[0]!);
  return warning("ssh", `${ssh.message}: remote workspaces cannot be reached`, ssh.hint);
}

/** A command that takes this long to start deserves a warning, in seconds. */
const SLOW_SHELL = 1;
/** So does a round trip of this length, in seconds. */
const FAR = 0.5;

function loginFindings({ seconds, roundTrip, command, shell }: LoginCondition): Finding[] {
  const delay = `${duration(roundTrip)} round trip`;
  const findings = [
    ok("login", duration(seconds), { value: round(seconds) }),
    roundTrip < FAR ? ok("latency", delay, { value: round(roundTrip) }) : warning(
      "latency",
      delay,
      "the host is far away or busy; a copy takes about ten round trips",
      {
        value: round(roundTrip),
      },
    ),
  ];
  if (command instanceof CopyError) findings.push(problem("sessions", command));
  else findings.push(shellFinding(shell, command));
  return findings;
}

function shellFinding(shell: string, seconds: number): Finding {
  const name = printable(shell.slice(shell.lastIndexOf("/") + 1)) || "unknown";
  const message = `${name}; a command takes ${duration(seconds)} to start`;
  const value = round(seconds);
  return seconds < SLOW_SHELL ? ok("shell", message, { value }) : warning(
    "shell",
    message,
    "make its startup file (~/.bashrc) return early without a terminal",
    { value },
  );
}

/** Versions of rsync that fix security holes of all versions before them, the latest first. */
const MENDED = ["3.5.0", "3.4.0"];
/** The first version that resumes a large file where it stopped. */
const CONTINUES = "3.1.3";

function rsyncFinding(rsync: RsyncEnd): Finding {
  const { said, shell } = rsync;
  const there = shell !== undefined;
  if (said === "") return missing("rsync", there);
  const version = rsyncVersion(said);
  const name = version || printable(said.split(/[:,]/)[0]!.slice(0, 40));
  const value = { value: name };
  const hint = `install rsync ${CONTINUES} or later ${there ? "there" : "here"}`;
  if (cannotSend(rsync)) {
    const message = `${name}: nothing can be copied from a host with it`;
    return problem("rsync", { code: "program", message, hint }, { ...value, prevents: ["from"] });
  }
  if (!isAtLeast(version, CONTINUES)) {
    return warning("rsync", `${name}: an interrupted large file starts over`, hint, value);
  }
  const holes = MENDED.findLast((mended) => !isAtLeast(version, mended));
  if (holes === undefined) return ok("rsync", name, value);
  const message = `${name} has known security holes, fixed in ${holes}`;
  return warning("rsync", message, "update it, unless your distribution has fixed it", value);
}

function tarFinding(tar: string, there: boolean): Finding {
  if (tar === "") return missing("tar", there);
  const version = /\d+(\.\d+)+/.exec(tar)?.[0] ?? "";
  if (dialectOf(tar) === "gnu") return program("tar", `GNU tar ${version}`.trim());
  const kind = /busybox/i.test(tar) ? "busybox" : tar.split(" ")[0]!;
  const finding = program("tar", `${kind} ${version}`.trim());
  const message = `${finding.message}: small files are sent by rsync`;
  return { ...finding, message, hint: `GNU tar ${there ? "there" : "here"} takes half the time` };
}

function zstdFinding(zstd: boolean, there: boolean): Finding {
  if (zstd) return ok("zstd", "small files can be sent compressed");
  const hint = there ? "install zstd there" : "use Deno, or Node 22.15 or later";
  return ok("zstd", "not found: small files are sent uncompressed", { hint });
}

/** Tells of the path that the settings give, and of the machine, if it is another one. */
function withPlace(path: string | undefined, host: string | undefined, finding: Finding): Finding {
  const where = host === undefined ? "" : ` on ${host}`;
  const { check, value } = finding;
  if (value !== undefined || path === undefined) {
    const said = path === undefined ? finding.message : `${finding.message} (${path})`;
    return { ...finding, message: said + where };
  }
  const message = `there is no ${check} ${path}${where}`;
  return problem(check, { code: "program", message, hint: `correct ${check}Path in copy.jsonc` });
}

function program(check: DoctorCheck, said: string): Finding {
  const name = printable(said.slice(0, 40));
  return ok(check, name, { value: name });
}

function missing(check: "rsync" | "tar", there: boolean): Finding {
  const message = `${check} was not found on ${
    there ? "the PATH of a plain ssh command" : "this machine's PATH"
  }`;
  const hint = there
    ? `install ${check} there, or add its \`module load\` to ~/.bashrc`
    : `install ${check}`;
  return problem(check, { code: "program", message, hint });
}

/** Shows a time that may be short: `3 ms`, `0.41 s`, `12 s`. */
function duration(seconds: number): string {
  if (seconds < 0.0995) return `${Math.max(1, Math.round(seconds * 1000))} ms`;
  return `${seconds.toFixed(seconds < 9.95 ? 2 : 0)} s`;
}

/** Rounds to milliseconds. */
function round(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
