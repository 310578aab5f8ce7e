/**
 * A real sshd on 127.0.0.1, with keys, configuration and port of its own.
 *
 * @module
 */

import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { findProgram } from "../../scripts/setup.ts";
import { descendants, type Process, processes } from "./processes.ts";

/** How the sshd is set up. */
export interface SshdOptions {
  /** Variables of the sessions, over those of the login: `PATH`. `HOME` is an empty folder. */
  environment?: Record<string, string>;
  /** More lines for `sshd_config`, such as `MaxSessions 1`: they win. Default: none. */
  config?: string[];
  /**
   * Texts of files that it, and nobody else, finds in place of the machine's own, by their path. That
   * is for root only: see {@linkcode canStandIn}. Default: none.
   */
  files?: Record<string, string>;
}

/** How ssh gets somewhere. */
export interface Login {
  /** Whom ssh logs in as, and where: `user@127.0.0.1`. */
  readonly host: string;
  /** What ssh needs to log in: the port, the key, the known host; nothing of the user's own. */
  readonly options: string[];
}

/** A running sshd; it ends with `await using`. */
export interface Sshd extends AsyncDisposable, Login {
  /** The port it listens on. */
  readonly port: number;
  /** The same sshd at another port, where what is logged in to takes itself for another machine. */
  readonly elsewhere: Login;
  /** Its private folder, removed in the end; the log is `log` there. */
  readonly dir: string;
  /** Ends the server; who has logged in stays. */
  stop(): Promise<void>;
}

/** Where the system's programs are. */
const SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/** How often another port is tried when somebody else was faster. */
const ATTEMPTS = 3;
/** How long sshd has to answer, in milliseconds. */
const PATIENCE = 60_000;
/** How long a login may take, in milliseconds. */
const LOGIN_PATIENCE = 60_000;

/** Whether an sshd can be had here; to skip tests by. */
export async function hasSshd(): Promise<boolean> {
  const found = await Promise.all(["ssh", "ssh-keygen", "sshd"].map(findProgram));
  return !found.includes(undefined);
}

/**
 * Whether an sshd can be given files of its own in place of these. Its view of the file system is then
 * another one, which goes with it: those of the machine are never touched.
 */
export async function canStandIn(files: string[]): Promise<boolean> {
  const programs = await Promise.all(["unshare", "mount"].map(findProgram));
  if (Deno.uid() !== 0 || programs.includes(undefined) || !files.every(existsSync)) return false;
  const args = ["--mount", "mount", "--bind", "/etc", "/etc"];
  return (await new Deno.Command("unshare", { args, stderr: "null" }).output()).success;
}

/** How often somebody has logged in at an sshd, by whatever way. */
export function loginsOf({ dir }: Sshd): number {
  return Deno.readTextFileSync(join(dir, "log")).match(/^Accepted \S+ for /gm)?.length ?? 0;
}

/** How often somebody has come to the door of an sshd. */
export function connectionsTo({ dir }: Sshd): number {
  // the first is who waited for the server to start
  return Deno.readTextFileSync(join(dir, "log")).match(/^Connection from/gm)!.length - 1;
}

/** What an sshd has started for those who have logged in. */
export function sessionsOf({ dir }: Sshd, all = processes()): Process[] {
  const server = all.find(({ words }) => words.join(" ").includes(`${dir}/sshd_config`));
  return server === undefined ? [] : descendants(server.pid, all);
}

/** Starts an sshd that lets the current user in. */
export async function startSshd(options: SshdOptions = {}): Promise<Sshd> {
  const program = await findProgram("sshd");
  if (program === undefined) throw new Error("there is no sshd: install openssh-server");
  const dir = Deno.makeTempDirSync({ prefix: "xpm-sshd-" });
  // where sshd, as root, drops its privileges; Debian makes it only when the service starts
  if (Deno.uid() === 0) mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
  makeKeys(dir);
  Object.values(options.files ?? {}).forEach((text, at) =>
    writeFileSync(standIn(dir, at), text, { mode: 0o600 })
  );
  const isServed = (port: number) =>
    Deno.readTextFileSync(join(dir, "log")).includes(`Server listening on 127.0.0.1 port ${port}.`);
  for (let attempt = 1;; attempt++) {
    const [port, other] = [freePort(), freePort()];
    writeConfig(dir, [port, other], options);
    const files = Object.keys(options.files ?? {});
    const [shell, ...args] = [
      ...(files.length > 0 ? ["unshare", "--mount"] : []), // what is mounted there is seen there only
      ...["sh", "-c", SERVE, program, dir],
      ...files.flatMap((path, at) => [standIn(dir, at), path]),
    ];
    const sshd = new Deno.Command(shell!, {
      args,
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    // somebody else may have taken a port meanwhile, and even answer there as an sshd
    const isUp = await answers(port, sshd) && [port, other].every(isServed);
    if (isUp) return handle(sshd, dir, [port, other]);
    await stop(sshd);
    if (attempt === ATTEMPTS) {
      const log = Deno.readTextFileSync(join(dir, "log"));
      Deno.removeSync(dir, { recursive: true });
      throw new Error(`sshd did not start:\n${log}`);
    }
  }
}

/** Serves by `$0` from its folder `$1`; after these come files, each with the place where it is found. */
const SERVE = `
dir=$1; shift
while [ $# -gt 0 ]; do mount --bind "$1" "$2" || exit; shift 2; done
exec "$0" -D -e -f "$dir/sshd_config" 2>>"$dir/log"`;

/** The same sshd, with options by which every ssh goes through one login, which ends with it. */
export async function shareLogin(sshd: Sshd): Promise<Sshd> {
  const [here, elsewhere] = await Promise.all([
    heldLogin(sshd, `${sshd.dir}/login`),
    heldLogin(sshd.elsewhere, `${sshd.dir}/login-elsewhere`),
  ]);
  return {
    ...sshd,
    options: here.options,
    elsewhere: { host: sshd.elsewhere.host, options: elsewhere.options },
    async [Symbol.asyncDispose](): Promise<void> {
      await Promise.all([here.end(), elsewhere.end()]);
      await sshd[Symbol.asyncDispose]();
    },
  };
}

/** Logs in, for every ssh that has the same socket among its options. */
async function heldLogin(
  { host, options: own }: Login,
  socket: string,
): Promise<{ options: string[]; end(): Promise<void> }> {
  const options = ["-S", socket, ...own];
  const ssh = (...args: string[]) =>
    new Deno.Command("ssh", {
      args: [...options, ...args, "--", host],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    });
  const login = ssh("-M", "-N").spawn();
  const end = Date.now() + LOGIN_PATIENCE;
  // the socket is there once ssh has logged in: until then there is nothing to ask
  while (!existsSync(socket) || !(await ssh("-O", "check").output()).success) {
    if (Date.now() > end) throw new Error("ssh did not log in");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return {
    options,
    async end() {
      login.kill();
      await login.status;
    },
  };
}

function standIn(dir: string, at: number): string {
  return join(dir, `file${at}`);
}

function makeKeys(dir: string): void {
  for (const key of ["host_key", "user_key"]) {
    const args = ["-q", "-t", "ed25519", "-N", "", "-C", key, "-f", join(dir, key)];
    const { success } = new Deno.Command("ssh-keygen", { args }).outputSync();
    if (!success) throw new Error("ssh-keygen could not make a key");
  }
  chmodSync(dir, 0o711); // who logs in may be somebody else, and finds programs there
  Deno.copyFileSync(join(dir, "user_key.pub"), join(dir, "authorized_keys"));
}

function writeConfig(dir: string, ports: [number, number], options: SshdOptions): void {
  // with an empty home: what the user's login scripts start may be killed with a session
  const home = join(dir, "home");
  mkdirSync(home, { recursive: true });
  const variables = { HOME: home, ...options.environment };
  const { PATH = SYSTEM_PATH } = options.environment ?? {};
  // a test's own programs come first, and take the rest of the PATH for the system's
  const [own, ...rest] = PATH.split(":");
  const names = otherPrograms(dir);
  const others = rest.length === 0 ? [names, own] : [own, names, ...rest];
  const elsewhere = { ...variables, PATH: others.join(":") };
  const lines = [
    ...options.config ?? [], // of two lines, the first holds
    "ListenAddress 127.0.0.1",
    ...ports.map((port) => `Port ${port}`),
    `HostKey ${quote(join(dir, "host_key"))}`,
    `AuthorizedKeysFile ${quote(join(dir, "authorized_keys"))}`,
    "PidFile none",
    "StrictModes no",
    "UsePAM no",
    "KexAlgorithms curve25519-sha256", // the newest take a third of the time of a login
    "PermitRootLogin yes",
    "PasswordAuthentication no",
    "KbdInteractiveAuthentication no",
    "LogLevel VERBOSE",
    ...[`Match LocalPort ${ports[0]}`, setEnv(variables)],
    ...[`Match LocalPort ${ports[1]}`, setEnv(elsewhere)],
  ];
  writeFileSync(join(dir, "sshd_config"), lines.join("\n") + "\n");
  const [type, key] = Deno.readTextFileSync(join(dir, "host_key.pub")).split(" ");
  const known = ports.map((port) => `[127.0.0.1]:${port},[localhost]:${port} ${type} ${key}\n`);
  writeFileSync(join(dir, "known_hosts"), known.join(""));
}

function quote(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

/** The variables of a session: sshd heeds only the first line of this kind. */
function setEnv(variables: Record<string, string>): string {
  const set = Object.entries(variables).map(([name, value]) => quote(`${name}=${value}`));
  return `SetEnv ${set.join(" ")}`;
}

/** The programs of what takes itself for another machine. */
function otherPrograms(dir: string): string {
  const folder = join(dir, "elsewhere");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "uname"), "#!/bin/sh\necho elsewhere\n");
  chmodSync(join(folder, "uname"), 0o755);
  return folder;
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** Whether it greets as an sshd does before it ends or time is up. */
async function answers(port: number, sshd: Deno.ChildProcess): Promise<boolean> {
  let ended = false;
  sshd.status.then(() => ended = true);
  for (const end = Date.now() + PATIENCE; !ended && Date.now() < end;) {
    try {
      using connection = await Deno.connect({ hostname: "127.0.0.1", port });
      const greeting = new Uint8Array(4);
      await connection.read(greeting);
      if (new TextDecoder().decode(greeting) === "SSH-") return !ended;
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}

function handle(sshd: Deno.ChildProcess, dir: string, ports: [number, number]): Sshd {
  const [port] = ports;
  const settings = [
    `UserKnownHostsFile=${join(dir, "known_hosts")}`,
    "GlobalKnownHostsFile=/dev/null",
    "StrictHostKeyChecking=yes",
    "IdentitiesOnly=yes",
    "BatchMode=yes",
  ];
  const login = (address: string, port: number): Login => ({
    host: `${userInfo().username}@${address}`,
    options: [
      ...["-F", "none", "-p", String(port), "-i", join(dir, "user_key")],
      ...settings.flatMap((setting) => ["-o", setting]),
    ],
  });
  return {
    ...login("127.0.0.1", port),
    port,
    elsewhere: login("localhost", ports[1]),
    dir,
    stop: () => stop(sshd),
    async [Symbol.asyncDispose](): Promise<void> {
      await stop(sshd);
      Deno.removeSync(dir, { recursive: true });
    },
  };
}

async function stop(sshd: Deno.ChildProcess): Promise<void> {
  try {
    sshd.kill("SIGTERM");
  } catch (error) {
    // it has ended by itself
    if (!(error instanceof TypeError)) throw error;
  }
  await sshd.status;
}
