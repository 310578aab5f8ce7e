/**
 * The options of ssh in the settings of a workspace: which are allowed, and how they are combined
 * with ours. ssh takes the first of several `-o` options, but a letter such as `-S` wins at any
 * place.
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

/** With these, no command runs at the host with its own input and output. */
const NO_COMMAND = "NfsWGOQV";

/** These are ignored, as a copy has no use for them: a terminal, no input, silence, a master, agents. */
const LEFT_OUT = "tTnqyMaA";

/** Letters that are replaced by `-o` options, so that one of ours before them wins. */
const AS_SETTINGS: Record<string, string> = { J: "ProxyJump", S: "ControlPath" };

const HINT = "ssh options must say how to log in, one word per item, e.g. [-p, '2222']";

/**
 * The user's options, for an ssh that runs a command.
 *
 * @throws {CopyError} `settings`, when a word is not an option, or no command could run with it.
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
 * @throws {CopyError} `usage`, when a shell could misread a path.
 */
export function programsOf({ rsyncPath, tarPath }: SshSettings): [rsync: string, tar: string] {
  return [
    rsyncPath === undefined ? "rsync" : checkProgram("rsyncPath", rsyncPath),
    tarPath === undefined ? "tar" : checkProgram("tarPath", tarPath),
  ];
}

/** A command with which the user can try the same login. */
export function loginCommand({ host, options = [] }: SshSettings): string {
  return quoteCommand(["ssh", ...options, host, "true"]);
}

/** A command with which the user can close the connection of their own ControlMaster. */
export function exitCommand({ host, options = [] }: SshSettings): string {
  return quoteCommand(["ssh", ...options, "-O", "exit", host]);
}
