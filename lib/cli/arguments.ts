/**
 * Parses the command line: the command, its arguments and its options.
 *
 * @module
 */

import { CopyError } from "../errors.ts";
import { printable } from "../text/printable.ts";
import { nearest } from "../settings/nearest.ts";
import { commandOf, GRANTED, RESERVED, SHELLS } from "./command_table.ts";
import { isPattern, judge, noCommand, SEVERAL } from "./judge.ts";
import { COLORS, FOLLOW_SECONDS } from "./options.ts";
import type { RunSelection } from "../copy/types.ts";
import { readList } from "./list_request.ts";
import type { CompletionsRequest, OutputChoice, Request } from "./requests.ts";
import {
  type Given,
  HELP,
  last,
  parseBandwidth,
  parseSize,
  parseStreams,
  readChoice,
  readChosen,
  readMap,
  readSeconds,
} from "./values.ts";
import { readWords } from "./words.ts";

/**
 * Parses a command line, and checks which options go together, before any work begins.
 *
 * @throws {CopyError} `usage`, when it is invalid.
 */
export function parseArguments(args: string[]): Request {
  const { given, positionals } = readWords(args);
  const [word = ""] = positionals;
  if (word === "help") return readHelp(positionals[1]);
  const named = commandOf(word);
  const similar = named === undefined ? nearest(word, RESERVED) : undefined;
  if (given.has("help")) return readHelp(named ?? (similar && word));
  if (given.has("version")) return { command: "version" };
  if (named !== undefined) positionals.shift();
  const granted = named === "permissions"
    ? GRANTED.find((one) => one === positionals[0])
    : undefined;
  if (granted !== undefined) positionals.shift();
  else if (named === "permissions" && commandOf(positionals[0]) !== undefined) {
    throw new CopyError(
      "usage",
      `\`xpm-copy permissions\` knows nothing of ${positionals[0]}`,
      `it is for ${GRANTED.join(", ")}`,
    );
  }
  const moves = granted === "move";
  const grants = granted === "export" || granted === "import";
  const command = grants ? granted : named ?? "copy";
  if (command === "completions") return readCompletions(given, positionals, args);
  judge(command, given, positionals, similar);

  const output: OutputChoice = {
    json: given.has("json"),
    quiet: given.has("quiet"),
    verbose: given.has("verbose"),
    progress: !given.has("no-progress"),
    color: readChoice(given, "color", COLORS) ?? "auto",
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
  const maxSize = last(given, "max-size");
  const chosen = {
    ...readChosen(given),
    exclude: given.get("exclude") ?? [],
    maxSize: maxSize === undefined ? undefined : parseSize(maxSize),
    metadataOnly: given.has("metadata-only"),
  };
  if (command === "export") {
    const output = last(given, "output")!;
    return { command, grants, ...which, output, includeRunning, fsync, ...chosen, ...common };
  }
  const [keepReplaced, create] = [given.has("keep-replaced"), given.has("create")];
  if (command === "import") {
    const { to, ended, map } = which;
    const how = { to, ended, map, yes, keepReplaced, create, fsync };
    return { command, grants, file: first!, ...how, ...common };
  }
  const bwlimit = last(given, "bwlimit");
  const bandwidthLimit = bwlimit === undefined ? undefined : parseBandwidth(bwlimit);
  if (command === "move") {
    const dryRun = given.has("dry-run");
    return { command, ...which, yes, dryRun, keepReplaced, create, bandwidthLimit, ...common };
  }
  const streams = last(given, "streams");
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
    runs: readRuns(given, positionals, moves),
    ...chosen,
    references: !given.has("no-references"),
    bandwidthLimit,
    streams: streams === undefined ? undefined : parseStreams(streams),
    ...(similar !== undefined && { similar }),
    ...common,
  };
}

/** Which command, if any, help is wanted for. */
function readHelp(word: string | undefined): Request {
  const of = commandOf(word);
  if (of !== undefined) return { command: "help", of };
  if (word === undefined || word === "help") return { command: "help" };
  throw noCommand(word, nearest(word, RESERVED));
}

/** Reads which shell completes; words after `--` are completed. */
function readCompletions(
  given: Given,
  [shell = "", ...words]: string[],
  args: string[],
): CompletionsRequest {
  const after = args.includes("--") ? args.length - args.indexOf("--") - 1 : 0;
  judge("completions", given, [shell, ...words.slice(0, words.length - after)]);
  const known = SHELLS.find((name) => name === shell);
  const settings = last(given, "settings");
  if (known !== undefined) return { command: "completions", shell: known, words, settings };
  throw new CopyError(
    "usage",
    `there are no completions for the shell '${printable(shell)}'`,
    `choose ${SHELLS.join(", ")}`,
  );
}

/**
 * Which runs to copy, when it may be several.
 *
 * @param moves Whether this is about a move, which takes one.
 */
function readRuns(
  given: Given,
  [experiment, run]: string[],
  moves: boolean,
): RunSelection | undefined {
  const named = SEVERAL.filter((name) => given.has(name));
  if (named.length === 0 && !isPattern(experiment ?? "")) return undefined;
  const what = named[0] === undefined ? "a pattern of experiments" : `--${named[0]}`;
  if (given.has("follow") || moves) {
    const single = moves ? "a move takes one run" : "--follow follows one run until it has ended";
    const hint = "give the id of an experiment and a run, or leave the run out for the current one";
    throw new CopyError("usage", `${single}; ${what} selects several`, hint);
  }
  const other = run !== undefined
    ? `the run '${printable(run)}'`
    : given.has("all") && experiment !== undefined
    ? `the experiment '${printable(experiment)}'`
    : undefined;
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
