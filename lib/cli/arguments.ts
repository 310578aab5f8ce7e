/**
 * Parses the command line: the command, its arguments and its options.
 *
 * @module
 */

// Not `@std/cli/parse-args`: it takes `--yes=no` for yes, and treats an option without its value
// like one with an empty value.
import { parseArgs } from "node:util";
import { CopyError } from "../errors.ts";
import { printable } from "../text/printable.ts";
import { nearest } from "../settings/nearest.ts";
import { ALIASES, type Command, COMMANDS, EXPECTED, OPTIONS } from "./options.ts";
import type { RunSelection } from "../copy/types.ts";
import { readList } from "./list_request.ts";
import type { OutputChoice, Request } from "./requests.ts";
import {
  type Given,
  HELP,
  last,
  parseBandwidth,
  parseSize,
  readColor,
  readMap,
  readSeconds,
  readStates,
  readTags,
} from "./values.ts";

/** The default of `--follow`. */
const FOLLOW_SECONDS = 10;

/**
 * Parses a command line, and checks which options go together, before any work begins.
 *
 * @throws {CopyError} `usage`, when it is invalid.
 */
export function parseArguments(args: string[]): Request {
  const { given, positionals } = read(args);
  const [word = ""] = positionals;
  if (given.has("help") || word === "help") {
    const of = commandOf(word === "help" ? positionals[1] : word);
    return { command: "help", ...(of !== undefined && { of }) };
  }
  if (given.has("version")) return { command: "version" };
  const named = commandOf(word);
  const command = named ?? "copy";
  if (named !== undefined) positionals.shift();
  const moves = command === "permissions" && positionals[0] === "move";
  if (moves) positionals.shift();
  judge(command, given, positionals);

  const output: OutputChoice = {
    json: given.has("json"),
    quiet: given.has("quiet"),
    verbose: given.has("verbose"),
    progress: !given.has("no-progress"),
    color: readColor(last(given, "color")),
  };
  const [first, second] = positionals;
  const common = {
    connectTimeout: readSeconds("--connect-timeout", last(given, "connect-timeout")),
    timeout: readSeconds("--timeout", last(given, "timeout")),
    settings: last(given, "settings"),
    ...output,
  };
  const yes = given.has("yes");
  if (command === "clean") return { command, workspace: first!, yes, ...common };
  if (command === "doctor") return { command, workspaces: positionals, ...common };
  if (command === "ls") return { command, ...readList(given, positionals), ...common };
  const ends = {
    from: last(given, "from") ?? last(given, "from-workspace"),
    to: last(given, "to") ?? last(given, "to-workspace"),
  };
  if (command === "status") return { command, experimentIds: positionals, ...ends, ...common };
  const which = {
    experimentId: first,
    runId: second,
    ...ends,
    ended: given.has("ended"),
    map: readMap(given.get("map") ?? []),
    checksum: given.has("checksum"),
  };
  if (command === "check") return { command, ...which, ...common };
  const fsync = !given.has("no-fsync");
  const includeRunning = given.has("include-running");
  if (command === "export") {
    return { command, ...which, output: last(given, "output")!, includeRunning, fsync, ...common };
  }
  const [keepReplaced, create] = [given.has("keep-replaced"), given.has("create")];
  if (command === "import") {
    const { to, ended, map } = which;
    const how = { to, ended, map, yes, keepReplaced, create, fsync };
    return { command, file: first!, ...how, ...common };
  }
  const bwlimit = last(given, "bwlimit");
  const bandwidthLimit = bwlimit === undefined ? undefined : parseBandwidth(bwlimit);
  if (command === "move") {
    const dryRun = given.has("dry-run");
    return { command, ...which, yes, dryRun, keepReplaced, create, bandwidthLimit, ...common };
  }
  const maxSize = last(given, "max-size");
  return {
    command,
    ...which,
    yes,
    dryRun: given.has("dry-run"),
    includeRunning,
    check: given.has("check"),
    follow: given.has("follow")
      ? readSeconds("--follow", last(given, "follow") ?? `${FOLLOW_SECONDS}`)
      : undefined,
    keepReplaced,
    create,
    moves,
    fsync,
    runs: command === "copy" ? readRuns(given, positionals) : undefined,
    states: readStates(given.get("state") ?? []),
    tasks: given.get("task") ?? [],
    tags: readTags(given.get("tag") ?? []),
    exclude: given.get("exclude") ?? [],
    maxSize: maxSize === undefined ? undefined : parseSize(maxSize),
    metadataOnly: given.has("metadata-only"),
    references: !given.has("no-references"),
    bandwidthLimit,
    ...common,
  };
}

/** The command that a word names. */
function commandOf(word = ""): Command | undefined {
  return Object.hasOwn(ALIASES, word) ? ALIASES[word] : COMMANDS.find((name) => name === word);
}

/** Which runs to copy, when it may be several. */
function readRuns(given: Given, [experiment, run]: string[]): RunSelection | undefined {
  const named = ["all", "all-runs", "runs", "since"].filter((name) => given.has(name));
  const isPattern = experiment !== undefined && /[*?[]/.test(experiment);
  if (named.length === 0 && !isPattern) return undefined;
  const what = named[0] === undefined ? "a pattern of experiments" : `--${named[0]}`;
  const other = run !== undefined
    ? `the run '${printable(run)}'`
    : given.has("all") && experiment !== undefined
    ? `the experiment '${printable(experiment)}'`
    : ["follow", "check"].filter((name) => given.has(name)).map((name) => `--${name}`)[0];
  if (other !== undefined) {
    throw new CopyError("usage", `${what} and ${other} cannot be combined`, HELP);
  }
  if (experiment === undefined && !given.has("all")) {
    throw new CopyError("usage", `${what} needs an experiment`, "give its id, a pattern, or --all");
  }
  const since = last(given, "since");
  const isAll = given.has("all") || given.has("all-runs");
  const runs = given.get("runs") ?? (isAll ? ["*"] : undefined);
  return {
    ...(experiment !== undefined && { experiments: [experiment] }),
    ...(runs && { runs }),
    ...(since !== undefined && { since }),
  };
}

function read(args: string[]): { given: Given; positionals: string[] } {
  const options = Object.fromEntries(
    Object.entries(OPTIONS).map(([name, { type: kind, short }]) => {
      const type = kind === "string" ? kind : "boolean" as const;
      return [name, short === undefined ? { type } : { type, short }];
    }),
  );
  // Not strict: the tokens explain a mistake better than the exceptions do.
  const { tokens } = parseArgs({
    args,
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const given: Given = new Map();
  const positionals: string[] = [];
  let optional: string[] | undefined; // of the option before: it may have a value
  for (const token of tokens) {
    const isOptional = token.kind === "positional" && optional && /^\d{1,6}$/.test(token.value);
    if (isOptional) optional!.push(token.value);
    else if (token.kind === "positional") positionals.push(token.value);
    optional = undefined;
    if (token.kind !== "option") continue;
    const { name, rawName, value } = token;
    const option = Object.hasOwn(OPTIONS, name) ? OPTIONS[name] : undefined;
    if (option === undefined) throw unknownOption(rawName);
    const values = given.get(name) ?? [];
    given.set(name, values);
    if (option.type === "string") {
      values.push(checkValue(rawName, value, token.inlineValue === true));
    } else if (option.type === "seconds") {
      if (value === undefined) optional = values;
      else values.push(value);
    } else if (value !== undefined) {
      throw new CopyError("usage", `${rawName} takes no value`, `write ${rawName} alone`);
    }
  }
  return { given, positionals };
}

function unknownOption(rawName: string): CopyError {
  const known = Object.keys(OPTIONS).map((name) => `--${name}`);
  const near = nearest(rawName, known);
  return new CopyError(
    "usage",
    `unknown option ${printable(rawName)}`,
    near === undefined ? HELP : `did you mean ${near}?`,
  );
}

function checkValue(rawName: string, value: string | undefined, inline: boolean): string {
  if (value === undefined || value === "") {
    throw new CopyError("usage", `${rawName} needs a value`, HELP);
  }
  if (!inline && value.startsWith("-")) {
    throw new CopyError(
      "usage",
      `${rawName} needs a value, but ${printable(value)} follows`,
      `if that is the value, write ${rawName}=${printable(value)}`,
    );
  }
  return value;
}

/** Checks which options and arguments go together. */
function judge(command: Command, given: Given, positionals: string[]): void {
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
  const foreign = [...given.keys()].find((name) => OPTIONS[name]?.for?.includes(command) === false);
  if (foreign !== undefined) {
    const takers = OPTIONS[foreign]!.for!;
    const isOfWorkspace = command === "doctor" ||
      command !== "status" && EXPECTED[command][0] === "WORKSPACE";
    const hint = takers.includes("copy") && isOfWorkspace
      ? `write \`${what} WORKSPACE\``
      : `it belongs to \`xpm-copy ${takers[0]}\``;
    refuse(`\`${what}\` does not take --${foreign}`, hint);
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
  if (command === "copy" && given.has("checksum") && !given.has("check")) {
    refuse("--checksum belongs to --check", "add --check, or write `xpm-copy check`");
  }
  const empty = positionals.indexOf("");
  if (empty >= 0) refuse(`argument ${empty + 1} is empty`, HELP);
  if (command === "doctor" || command === "status") return;
  const expected = EXPECTED[command];
  const more = positionals[expected.length];
  if (more !== undefined) {
    refuse(
      `unexpected argument '${printable(more)}'`,
      `expected ${expected.join(", ").replace(/, (?=\w+$)/, " and ")}`,
    );
  }
}
