/**
 * The options of ssh that a workspace's settings give: which may stand there, and how they are put
 * beside our own. Of `-o` options ssh takes the first; a letter such as `-S` wins wherever it stands.
 *
 * @module
 */

import { CopyError } from "../../errors.ts";
import { quoteCommand } from "../../text/shell.ts";
import { printable } from "../../text/printable.ts";
import { checkProgram } from "../../settings/reference.ts";
import type { SshSettings } from "../../workspace/workspace.ts";

/** The letters that have a value, in the same word or in the next. */
const WITH_VALUE = "bceilmopBDEFIJLOPQRSwW";

/** With these, no command runs at the host with input and output of its own. */
const NO_COMMAND = "NfsWGOQV";

/** What has no place in a copy and can be left out: a terminal, no input, silence, a master of its own. */
const LEFT_OUT = "tTnqyM";

/** Letters as `-o` options: the first of these wins, so that one before them holds. */
const AS_SETTINGS: Record<string, string> = { J: "ProxyJump", S: "ControlPath" };

const HINT = "ssh options must say how to log in, one word per item, e.g. [-p, '2222']";

/**
 * The user's options as a command takes them that runs something.
 *
 * @throws {CopyError} `settings`, when with one of them nothing could run, or it is none.
 */
export function loginOptions({ host, options = [] }: SshSettings): string[] {
  const taken: string[] = [];
  const words = options.values();
  for (const word of words) {
    if (!/^-[^-]/.test(word)) throw unfit(host, word, "is not an option");
    for (let at = 1; at < word.length; at++) {
      const letter = word[at]!;
      if (NO_COMMAND.includes(letter)) {
        throw unfit(host, `-${letter}`, "would keep commands from running there");
      }
      if (WITH_VALUE.includes(letter)) {
        const value = word.slice(at + 1);
        const next = value === "" ? words.next().value : undefined;
        if (value === "" && next === undefined) throw unfit(host, word, "needs a value");
        taken.push(...withValue(letter, value, next));
        break;
      }
      if (!LEFT_OUT.includes(letter)) taken.push(`-${letter}`);
    }
  }
  return taken;
}

/** An option with its value, in the same word or in the next. */
function withValue(letter: string, value: string, next: string | undefined): string[] {
  const setting = AS_SETTINGS[letter];
  if (setting !== undefined) return [`-o${setting}=${next ?? value}`];
  return next === undefined ? [`-${letter}${value}`] : [`-${letter}`, next];
}

function unfit(host: string, word: string, what: string): CopyError {
  const option = printable(word);
  return new CopyError("settings", `'${option}' in the ssh options of ${host} ${what}`, HINT);
}

/**
 * The rsync and the tar of a host: names, or paths there.
 *
 * @throws {CopyError} `usage`, when a shell might take a path for something else.
 */
export function programsOf({ rsyncPath, tarPath }: SshSettings): [rsync: string, tar: string] {
  return [
    rsyncPath === undefined ? "rsync" : checkProgram("rsyncPath", rsyncPath),
    tarPath === undefined ? "tar" : checkProgram("tarPath", tarPath),
  ];
}

/** A command by which the user can try the same login. */
export function loginCommand({ host, options = [] }: SshSettings): string {
  return quoteCommand(["ssh", ...options, host, "true"]);
}

/** A command by which the user can end a connection that their ControlMaster keeps. */
export function exitCommand({ host, options = [] }: SshSettings): string {
  return quoteCommand(["ssh", ...options, "-O", "exit", host]);
}
