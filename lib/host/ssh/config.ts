/**
 * Reads the configuration of ssh for a host by `ssh -G`, which makes no connection.
 *
 * @module
 */

import { answerOf, output, type RunOptions, start, stopIfAborted } from "../../system/process.ts";
import { within } from "../../system/time.ts";

/** The default order of ciphers of ssh: since 10.0, and before. */
const USUAL = [
  "chacha20-poly1305@openssh.com,aes128-gcm@openssh.com,aes256-gcm@openssh.com,aes128-ctr,aes192-ctr,aes256-ctr",
  "chacha20-poly1305@openssh.com,aes128-ctr,aes192-ctr,aes256-ctr,aes128-gcm@openssh.com,aes256-gcm@openssh.com",
];

/**
 * Nearly all processors have instructions for this one: with it, large files take a third less
 * time.
 */
const FASTEST = "aes128-gcm@openssh.com";

/** How to log in, by the user's configuration of ssh. */
export interface LoginPlan {
  /** Whether the user has a running master for this host. */
  hasMaster: boolean;
  /** Whether the login may ask the user something. */
  mayAsk: boolean;
  /** Further options for a login of our own. */
  ciphers: string[];
  /** Options for every ssh to the host, so that its command has its own input and output. */
  session: string[];
}

/**
 * Finds how to log in.
 *
 * @param args The arguments of every ssh to this host.
 */
export async function planLogin(
  args: string[],
  host: string,
  watch: RunOptions,
): Promise<LoginPlan> {
  const ask = (words: string[]) => answerOf("ssh", [...args, ...words], watch);
  // without a command, ssh -G fails for a host that is configured to go to the background
  const settings = (await ask(["-G", "--", host, "true"]))?.split("\n") ?? [];
  const hasMaster = mayHaveMaster(settings) &&
    await answers([...args, "-O", "check", "--", host], watch);
  const mayAsk = !hasMaster && mayQuestion(settings);
  const [ciphers, session] = [cipherOptions(settings), sessionOptions(settings)];
  return { hasMaster, mayAsk, ciphers, session };
}

/** How long a master of the user's may take to answer, in milliseconds: it runs on this machine. */
const MASTER = 5000;

/** Whether a master answers in time: one that hangs is of no use. */
async function answers(check: string[], watch: RunOptions): Promise<boolean> {
  const running = start("ssh", check, watch);
  const said = Promise.all([output(running), running.stdin.close()]);
  if (!await within(MASTER, running.code)) running.kill();
  await said;
  const code = await running.code;
  stopIfAborted(watch); // an abort may have ended it
  return code === 0;
}

/** Levels at which ssh does not say why a login was refused. */
const SILENT = /^loglevel (quiet|silent|fatal)$/i;

/**
 * Settings of the user that could keep a command from running, or from its input; and our values.
 */
const SESSION = { sessiontype: "default", stdinnull: "no", forkafterauthentication: "no" };

/**
 * The options with which a command runs nevertheless, and with which ssh tells why a login failed.
 * An ssh before 8.7 does not know the former; they are left out when it does not list them.
 */
export function sessionOptions(settings: string[]): string[] {
  const session = Object.entries(SESSION)
    .filter(([name]) => settings.some((line) => line.startsWith(`${name} `)))
    .map(([name, value]) => `-o${name}=${value}`);
  return settings.some((line) => SILENT.test(line)) ? [...session, "-oLogLevel=ERROR"] : session;
}

/**
 * Whether a login may ask the user something. The ssh that logs in to a jump host is not told of
 * `BatchMode`.
 */
export function mayQuestion(settings: string[]): boolean {
  return !settings.includes("batchmode yes") ||
    settings.some((line) => line.startsWith("proxyjump "));
}

/** Whether the user may have a master; also when ssh tells nothing. */
export function mayHaveMaster(settings: string[]): boolean {
  return settings.length === 0 || settings.some((line) => line.startsWith("controlpath "));
}

/**
 * The options with which a login prefers the fastest cipher; none when the user, or the machine,
 * has configured ciphers. A cipher that the other end does not know is skipped.
 */
export function cipherOptions(settings: string[]): string[] {
  const said = settings.find((line) => line.startsWith("ciphers "))?.slice("ciphers ".length);
  if (said === undefined || !USUAL.includes(said)) return [];
  const others = said.split(",").filter((cipher) => cipher !== FASTEST);
  return [`-oCiphers=${[FASTEST, ...others].join(",")}`];
}
