/**
 * Command lines for the user to paste: the copy that a dry run has shown, and the same copy with
 * exactly the permissions that it needs.
 *
 * @module
 */

import { optionsOf } from "../copy/select.ts";
import type { RunName } from "../copy/surveyed.ts";
import type { CopyRunsPlan, RunSelection } from "../copy/types.ts";
import type { RequiredPermissions } from "../inspect/permissions.ts";
import { CopyError } from "../errors.ts";
import { localPath } from "../settings/local_path.ts";
import { isPath } from "../settings/reference.ts";
import { RESERVED } from "./command_table.ts";
import type { Named } from "./ask.ts";
import type { Choice } from "./choose.ts";
import type { CopyRequest, ImportRequest, MoveRequest } from "./requests.ts";

/** The command that does what a dry run has shown, in the user's own words. */
export function copyCommand(
  request: CopyRequest,
  { from, to, experimentId }: Choice,
  runId: string,
) {
  const isCommand = RESERVED.includes(experimentId);
  const first = request.moves ? ["move"] : isCommand ? ["copy"] : [];
  const command = ["xpm-copy", ...first];
  command.push(...(request.runs ? selectionWords(request.runs) : [experimentId, runId]));
  command.push("--from", from.words, "--to", to.words);
  if (request.includeRunning) command.push("--include-running");
  if (request.ended) command.push("--ended");
  if (request.keepReplaced) command.push("--keep-replaced");
  if (request.create) command.push("--create");
  if (!request.fsync) command.push("--no-fsync");
  if (request.follow !== undefined) command.push("--follow", String(request.follow));
  if (request.check) command.push("--check");
  if (request.checksum) command.push("--checksum");
  const push = (name: string, value: string) => {
    if (value.startsWith("-")) command.push(`${name}=${value}`);
    else command.push(name, value);
  };
  for (const [option, value] of optionsOf(request)) push(option, value);
  for (const pattern of request.exclude) push("--exclude", pattern);
  if (request.maxSize !== undefined) push("--max-size", String(request.maxSize));
  if (request.metadataOnly) command.push("--metadata-only");
  if (!request.references) command.push("--no-references");
  return [...command, ...commonOptions(request), "--yes"];
}

/**
 * The commands that compare what is at the destination now, one a run; none where nothing is there.
 * Undefined where no check was asked for.
 */
export function checkCommands(
  request: CopyRequest,
  { from, to }: Pick<Choice, "from" | "to">,
  { destination, runs }: Pick<CopyRunsPlan, "destination"> & { runs: RunName[] },
): string[][] | undefined {
  if (!request.check) return undefined;
  if (destination.isNew) return [];
  const options = [
    ...(request.ended ? ["--ended"] : []),
    ...(request.checksum ? ["--checksum"] : []),
    ...commonOptions({ ...request, bandwidthLimit: undefined, streams: undefined }),
  ];
  const rest = ["--from", from.words, "--to", to.words, ...options];
  return runs.map((run) => ["xpm-copy", "check", run.experimentId, run.runId, ...rest]);
}

/** The command that does what the dry run of an import has shown. */
export function importCommand(request: ImportRequest, to: string): string[] {
  const command = ["xpm-copy", "import", request.file, "--to", to];
  if (request.ended) command.push("--ended");
  if (request.keepReplaced) command.push("--keep-replaced");
  if (request.create) command.push("--create");
  if (!request.fsync) command.push("--no-fsync");
  command.push(...commonOptions(request));
  return [...command, "--yes"];
}

/** The options that an import shares with a copy. */
function commonOptions(request: CopyRequest | ImportRequest): string[] {
  const options: string[] = [];
  for (const [from, to] of Object.entries(request.map)) options.push("--map", `${from}=${to}`);
  if ("bandwidthLimit" in request && request.bandwidthLimit !== undefined) {
    options.push("--bwlimit", String(request.bandwidthLimit));
  }
  if ("streams" in request && request.streams !== undefined) {
    options.push("--streams", String(request.streams));
  }
  if (request.connectTimeout !== undefined) {
    options.push("--connect-timeout", String(request.connectTimeout));
  }
  if (request.timeout !== undefined) options.push("--timeout", String(request.timeout));
  if (request.settings !== undefined) options.push("--settings", request.settings);
  return options;
}

/** The words that select several runs. */
function selectionWords({ experiments, runs, since }: RunSelection): string[] {
  const isAll = runs?.length === 1 && runs[0] === "*";
  const words = [...experiments ?? ["--all"]];
  if (isAll) words.push(...(experiments ? ["--all-runs"] : []));
  else for (const pattern of runs ?? []) words.push("--runs", pattern);
  if (since !== undefined) words.push("--since", since);
  return words;
}

/** The command that does the move that a dry run has shown. */
export function moveCommand(request: MoveRequest, choice: Choice, runId: string): string[] {
  const nothing = { states: [], tasks: [], tags: {}, exclude: [], maxSize: undefined };
  const whole = { ...nothing, metadataOnly: false, references: true, includeRunning: false };
  const plain = {
    fsync: true,
    follow: undefined,
    check: false,
    checksum: false,
    streams: undefined,
  };
  const same = {
    ...request,
    ...whole,
    ...plain,
    command: "copy" as const,
    moves: true,
    runs: undefined,
  };
  return copyCommand(same, choice, runId);
}

/** The same copy, run by Deno with exactly these permissions; it works from any folder. */
export function grantedCommand(
  permissions: RequiredPermissions,
  request: CopyRequest,
  choice: Choice,
): string[] {
  const flags = (["run", "read", "write", "env", "sys"] as const)
    .filter((name) => permissions[name].length > 0)
    .map((name) => `--allow-${name}=${permissions[name].map(asValue).join(",")}`);
  const { settings } = request;
  const absolute = { ...request, settings: settings && localPath(settings) };
  const [from, to] = [inFull(choice.from), inFull(choice.to)];
  const [, ...args] = copyCommand(absolute, { ...choice, from, to }, choice.runId);
  return ["deno", "run", "--no-prompt", ...flags, "jsr:@xpm/copy", ...args];
}

/** Makes a path absolute. To resolve a relative one, Deno would need more permissions. */
function inFull({ words, workspace }: Named): Named {
  const isFolder = workspace.ssh === undefined && isPath(words);
  return { workspace, words: isFolder ? workspace.path : words };
}

function asValue(value: string): string {
  if (!value.includes(",")) return value;
  const message = `Deno's flags cannot name ${value}: they use a comma to separate paths`;
  throw new CopyError("usage", message, "rename that folder");
}
