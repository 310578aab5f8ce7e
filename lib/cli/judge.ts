/**
 * Judges a command line before any work begins: which options and arguments go together.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import { printable } from "../text/printable.ts";
import { type Command, COMMAND_TABLE, SHELLS } from "./command_table.ts";
import { OPTIONS, takes } from "./options.ts";
import { type Given, HELP } from "./values.ts";

/** The options that choose several runs. */
export const SEVERAL: readonly string[] = ["all", "all-runs", "runs", "since"];
/** What to do where a command takes only one run, or all. */
const INSTEAD: Partial<Record<Command, string>> = {
  check: "check one run at a time, or give --check to the copy of these runs",
  export: "export one run at a time",
  ls: "leave it out: all are listed",
  move: "move one run at a time",
  status: "leave it out: all runs are compared",
};

/** Whether a word is a pattern for experiments or runs. */
export function isPattern(word: string): boolean {
  return /[*?[]/.test(word);
}

/** The error for a word that is no command; `similar` is the one that it may be meant for. */
export function noCommand(word: string, similar: string | undefined): CopyError {
  const hint = similar === undefined ? HELP : `did you mean ${similar}?`;
  return new CopyError("usage", `there is no command '${printable(word)}'`, hint);
}

/**
 * Checks which options and arguments go together.
 *
 * @param similar The command that the first argument may be meant for, if it is like one.
 * @throws {CopyError} `usage`, when some do not.
 */
export function judge(
  command: Command,
  given: Given,
  positionals: string[],
  similar?: string,
): void {
  const refuse = (message: string, hint: string) => {
    throw new CopyError("usage", message, hint);
  };
  for (const side of ["from", "to"]) {
    if (given.has(side) && given.has(`${side}-workspace`)) {
      refuse(`--${side} and --${side}-workspace are the same option`, "give only one of them");
    }
  }
  if (given.has("yes") && given.has("dry-run")) {
    refuse("--yes and --dry-run contradict each other", "give only one of them");
  }
  if (given.has("quiet") && given.has("verbose")) {
    refuse("--quiet and --verbose contradict each other", "give only one of them");
  }
  if (given.has("quiet") && given.has("json")) {
    refuse("--quiet and --json cannot be combined", "with --json, read only the last line");
  }
  const what = `xpm-copy ${command}`;
  const foreign = [...given.keys()].find((name) => !takes(command, name));
  const expected = COMMAND_TABLE[command].takes;
  const more = COMMAND_TABLE[command].many ? undefined : positionals[expected.length];
  if (similar !== undefined && (foreign ?? more) !== undefined) {
    throw noCommand(positionals[0]!, similar);
  }
  if (foreign !== undefined) {
    const takers = OPTIONS[foreign]!.for!;
    const instead = SEVERAL.includes(foreign) ? INSTEAD[command] : undefined;
    const hint = instead ??
      (takers.includes("copy") && expected[0]!.kind === "workspace"
        ? `write \`${what} WORKSPACE\``
        : `it belongs to \`xpm-copy ${takers[0]}\``);
    refuse(`\`${what}\` does not take --${foreign}`, hint);
  }
  const selects = takes(command, "runs");
  const pattern = positionals.find((word, at) => {
    const { kind } = expected[at] ?? expected[0]!;
    return isPattern(word) && (kind === "run" || kind === "experiment" && !selects);
  });
  if (pattern !== undefined) {
    const hint = selects ? `select runs by  --runs '${printable(pattern)}'` : INSTEAD[command]!;
    refuse(`'${printable(pattern)}' is a pattern: \`${what}\` takes none here`, hint);
  }
  if (command === "clean" && positionals.length === 0) {
    refuse("clean needs a workspace", `write \`${what} WORKSPACE\``);
  }
  if (command === "export" && !given.has("output")) {
    refuse("export needs a file to write", "add  -o FILE.tar.zst");
  }
  if (command === "import" && positionals.length === 0) {
    refuse("import needs a file", `write \`${what} FILE --to WORKSPACE\``);
  }
  if (command === "completions" && positionals[0] === "") {
    refuse("completions needs a shell", `write e.g. \`${what} ${SHELLS[0]}\``);
  }
  if (command === "copy" && given.has("checksum") && !given.has("check")) {
    refuse("--checksum belongs to --check", "add --check, or write `xpm-copy check`");
  }
  const empty = positionals.indexOf("");
  if (empty >= 0) refuse(`argument ${empty + 1} is empty`, HELP);
  if (more === undefined) return;
  const names = expected.map(({ name }) => name).join(", ").replace(/, (?=\w+$)/, " and ");
  refuse(`unexpected argument '${printable(more)}'`, `expected ${names}`);
}
