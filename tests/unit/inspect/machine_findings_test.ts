/**
 * What is said of a machine, by what it is like.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { CopyError } from "../../../mod.ts";
import type { LoginCondition, MachineCondition } from "../../../lib/host/condition.ts";
import { machineFindings } from "../../../lib/inspect/machine_findings.ts";

const operand = (path: string) => path;
const LOGIN: LoginCondition = {
  seconds: 0.412,
  roundTrip: 0.0124,
  command: 0.2,
  shell: "/bin/zsh",
};

function machine(more: Partial<MachineCondition> = {}): MachineCondition {
  const rsync = { said: "rsync  version 3.5.0  protocol version 32", operand };
  return { rsync, tar: "tar (GNU tar) 1.35", zstd: true, ...more };
}

/** A machine that one logs in to. */
function far(said: string, more: Partial<MachineCondition> = {}): MachineCondition {
  return machine({ login: LOGIN, rsync: { said, operand, shell: () => "ssh" }, ...more });
}

/** What is found, a line each: `check state: message (hint)`. */
function lines(condition: MachineCondition, check?: string): string[] {
  return machineFindings(condition).filter((one) => check === undefined || one.check === check)
    .map(({ check, state, message, hint, prevents = [], code = "" }) =>
      [`${check} ${state}: ${message}`, hint ?? "", code, prevents.join()]
        .filter(Boolean).join(" | ")
    );
}

Deno.test("machineFindings() finds all well with this machine", () => {
  const client = "OpenSSH_9.2p1 Debian-2+deb12u10, OpenSSL 3.0.19 27 Jan 2026";
  assertEquals(lines(machine({ client })), [
    "ssh ok: OpenSSH_9.2p1",
    "rsync ok: 3.5.0",
    "tar ok: GNU tar 1.35",
    "zstd ok: small files can be sent compressed",
  ]);
});

Deno.test("machineFindings() tells of the login first, with times that a program can read", () => {
  const findings = machineFindings(far("rsync  version 3.5.0  protocol version 32"));
  assertEquals(findings.slice(0, 3), [
    { check: "login", state: "ok", message: "0.41 s", value: 0.412 },
    { check: "latency", state: "ok", message: "12 ms round trip", value: 0.012 },
    { check: "shell", state: "ok", message: "zsh; a command takes 0.20 s to start", value: 0.2 },
  ]);
});

Deno.test("machineFindings() minds a slow shell, and a slow answer", () => {
  const login = { seconds: 12.3, roundTrip: 0.7, command: 1.5, shell: "" };
  const found = lines(far("rsync  version 3.5.0  protocol version 32", { login }));
  assertEquals(found.slice(0, 3), [
    "login ok: 12 s",
    "latency warning: 0.70 s round trip | " +
    "the host is far away or busy; a copy takes about ten round trips",
    "shell warning: unknown; a command takes 1.50 s to start | " +
    "make its startup file (~/.bashrc) return early without a terminal",
  ]);
});

Deno.test("machineFindings() tells that a server allows one session, with its hint", () => {
  const command = new CopyError("connection", "only one session", "ask for two");
  const found = lines(far("", { login: { ...LOGIN, command } }), "sessions");
  assertEquals(found, ["sessions problem: only one session | ask for two | connection | from,to"]);
});

Deno.test("machineFindings() knows rsync by kind and version, and what each lacks", () => {
  const of = (said: string) => ({ here: lines(machine({ rsync: { said, operand } }), "rsync") });
  const at = (said: string) => ({ there: lines(far(said), "rsync") });
  const update = "update it, unless your distribution has fixed it";
  const cases: Record<string, string> = {
    "3.4.1": `rsync warning: 3.4.1 has known security holes, fixed in 3.5.0 | ${update}`,
    "3.2.7": `rsync warning: 3.2.7 has known security holes, fixed in 3.4.0 | ${update}`,
  };
  for (const [version, expected] of Object.entries(cases)) {
    const said = `rsync  version ${version}  protocol version 31`;
    assertEquals({ ...of(said), ...at(said) }, { here: [expected], there: [expected] });
  }
  const again = "an interrupted large file starts over";
  const newer = "install rsync 3.1.3 or later";
  assertEquals(of("rsync  version 3.1.2  protocol version 31"), {
    here: [`rsync warning: 3.1.2: ${again} | ${newer} here`],
  });
  const openrsync = "openrsync: protocol version 29, rsync version 2.6.9 compatible";
  assertEquals(of(openrsync), { here: [`rsync warning: openrsync: ${again} | ${newer} here`] });
  for (
    const [said, name] of [[openrsync, "openrsync"], ["rsync  version 2.6.9  protocol", "2.6.9"]]
  ) {
    const message = `${name}: nothing can be copied from a host with it`;
    assertEquals(at(said!), {
      there: [`rsync problem: ${message} | ${newer} there | program | from`],
    });
  }
});

Deno.test("machineFindings() says where a program is missing, and what brings it", () => {
  const none = new CopyError("program", "rsync is not installed", "install rsync");
  const ungranted = new CopyError("permission", "not granted", "add  --allow-run=tar");
  assertEquals(lines(machine({ rsync: none, tar: ungranted })).slice(0, 2), [
    "rsync problem: rsync is not installed | install rsync | program | from,to",
    "tar problem: not granted | add  --allow-run=tar | permission | from,to",
  ]);
  assertEquals(lines(far("", { tar: "", zstd: false })).slice(3), [
    "rsync problem: rsync was not found on the PATH of a plain ssh command | " +
    "install rsync there, or add its `module load` to ~/.bashrc | program | from,to",
    "tar problem: tar was not found on the PATH of a plain ssh command | " +
    "install tar there, or add its `module load` to ~/.bashrc | program | from,to",
    "zstd ok: not found: small files are sent uncompressed | install zstd there",
  ]);
  const client = new CopyError("program", "ssh is not installed", "install ssh");
  assertEquals(lines(machine({ client }), "ssh"), [
    "ssh warning: ssh is not installed: remote workspaces cannot be reached | install ssh",
  ]);
});

Deno.test("machineFindings() knows tar by its kind", () => {
  const of = (tar: string) => machineFindings(machine({ tar })).find((one) => one.check === "tar");
  assertEquals(of("tar (GNU tar) 1.34")?.value, "GNU tar 1.34");
  assertEquals(of("bsdtar 3.6.2 - libarchive 3.6.2 zlib/1.2.13")?.value, "bsdtar 3.6.2");
  assertEquals(of("tar (busybox) 1.35.0")?.value, "busybox 1.35.0");
  assertEquals(of("odd\x1b[2J")?.message.includes("\x1b"), false);
});
