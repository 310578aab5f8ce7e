/**
 * What ssh's settings say of a host, as `ssh -G` tells it: no connection comes of that.
 *
 * @module
 */

import { answerOf, output, type RunOptions, start, stopIfAborted } from "../../system/process.ts";
import { within } from "../../system/time.ts";

/** The ciphers as ssh itself prefers them, where nobody has said otherwise: since 10.0, and before. */
const USUAL = [
  "chacha20-poly1305@openssh.com,aes128-gcm@openssh.com,aes256-gcm@openssh.com,aes128-ctr,aes192-ctr,aes256-ctr",
  "chacha20-poly1305@openssh.com,aes128-ctr,aes192-ctr,aes256-ctr,aes128-gcm@openssh.com,aes256-gcm@openssh.com",
];

/** The one that nearly all processors have instructions for: with it, large files take a third less. */
const FASTEST = "aes128-gcm@openssh.com";

/** How to log in, by what the user's settings say. */
export interface LoginPlan {
  /** Whether a master of the user's own serves. */
  hasMaster: boolean;
  /** What else a login of our own takes. */
  ciphers: string[];
  /** What every ssh to the host takes, for a command with input and output of its own. */
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
  // without a command, ssh tells nothing of a host for which it is to go to the background
  const settings = (await ask(["-G", "--", host, "true"]))?.split("\n") ?? [];
  const hasMaster = mayHaveMaster(settings) &&
    await answers([...args, "-O", "check", "--", host], watch);
  return { hasMaster, ciphers: cipherOptions(settings), session: sessionOptions(settings) };
}

/** How long a master of the user's may take to answer, in milliseconds: it is a process here. */
const MASTER = 5000;

/** Whether a master answers; one that stands still serves nobody. */
async function answers(check: string[], watch: RunOptions): Promise<boolean> {
  const running = start("ssh", check, watch);
  const said = Promise.all([output(running), running.stdin.close()]);
  if (!await within(MASTER, running.code)) running.kill();
  await said;
  const code = await running.code;
  stopIfAborted(watch); // it may have ended of that
  return code === 0;
}

/** Levels at which ssh does not say why a login was refused. */
const SILENT = /^loglevel (quiet|silent|fatal)$/i;

/** What would keep a command from running, or from its input, where the user's settings say so. */
const SESSION = { sessiontype: "default", stdinnull: "no", forkafterauthentication: "no" };

/**
 * The options by which a command runs all the same, and ssh says why where it does not; none that
 * this ssh does not know (before 8.7).
 */
export function sessionOptions(settings: string[]): string[] {
  const session = Object.entries(SESSION)
    .filter(([name]) => settings.some((line) => line.startsWith(`${name} `)))
    .map(([name, value]) => `-o${name}=${value}`);
  return settings.some((line) => SILENT.test(line)) ? [...session, "-oLogLevel=ERROR"] : session;
}

/** Whether a master of the user's own may serve; so it may where ssh tells nothing. */
export function mayHaveMaster(settings: string[]): boolean {
  return settings.length === 0 || settings.some((line) => line.startsWith("controlpath "));
}

/**
 * The options by which a login prefers the fastest cipher; none where the user, or the machine, has
 * a preference. What the other end does not know is passed over, as ever.
 */
export function cipherOptions(settings: string[]): string[] {
  const said = settings.find((line) => line.startsWith("ciphers "))?.slice("ciphers ".length);
  if (said === undefined || !USUAL.includes(said)) return [];
  const others = said.split(",").filter((cipher) => cipher !== FASTEST);
  return [`-oCiphers=${[FASTEST, ...others].join(",")}`];
}
