/**
 * Command lines for the user to paste: what a dry run has shown, and commands with exactly the
 * permissions that they need.
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
import type {
  CommonRequest,
  CopyRequest,
  ExportRequest,
  ImportRequest,
  MoveRequest,
} from "./requests.ts";

/** The command that does what a dry run has shown, in the user's own words. */
export function copyCommand(request: CopyRequest, choice: Choice, runId: string): string[] {
  const { experimentId } = choice;
  const isCommand = RESERVED.includes(experimentId);
  const which = request.runs ? selectionWords(request.runs) : [experimentId, runId];
  const first = request.moves ? ["move"] : isCommand ? ["copy"] : [];
  return ["xpm-copy", ...first, ...which, ...endsOf(choice), ...given(request), "--yes"];
}

/** The command that does the move that a dry run has shown. */
export function moveCommand(request: MoveRequest, choice: Choice, runId: string): string[] {
  const which = [choice.experimentId, runId, ...endsOf(choice)];
  return ["xpm-copy", "move", ...which, ...given(request), "--yes"];
}

/** The command of an export. */
export function exportCommand(
  request: ExportRequest,
  { from, experimentId, runId }: Pick<Choice, "from" | "experimentId" | "runId">,
): string[] {
  const which = [experimentId, runId, "--from", from.words, "-o", request.output];
  return ["xpm-copy", "export", ...which, ...given(request)];
}

/** The command that does what the dry run of an import has shown. */
export function importCommand(request: ImportRequest, to: string): string[] {
  return ["xpm-copy", "import", request.file, "--to", to, ...given(request), "--yes"];
}

/**
 * The commands that compare what is at the destination now, one a run; none where nothing is there.
 * Undefined where no check was asked for.
 */
export function checkCommands(
  request: CopyRequest,
  ends: Pick<Choice, "from" | "to">,
  { destination, runs }: Pick<CopyRunsPlan, "destination"> & { runs: RunName[] },
): string[][] | undefined {
  if (!request.check) return undefined;
  if (destination.isNew) return [];
  const { ended, checksum, map, connectTimeout, timeout, settings } = request;
  const rest = [
    ...endsOf(ends),
    ...given({ ended, checksum, map, connectTimeout, timeout, settings }),
  ];
  return runs.map((run) => ["xpm-copy", "check", run.experimentId, run.runId, ...rest]);
}

function endsOf({ from, to }: Pick<Choice, "from" | "to">): string[] {
  return ["--from", from.words, "--to", to.words];
}

/** The options of a request, but for those that the command has anyway. */
function given(request: Partial<Omit<CopyRequest, "command">>): string[] {
  const { exclude = [], map = {} } = request;
  const flag = (name: string, isGiven = false) => isGiven ? [name] : [];
  const value = (name: string, of: string | number | undefined) =>
    of === undefined ? [] : `${of}`.startsWith("-") ? [`${name}=${of}`] : [name, `${of}`];
  return [
    ...flag("--include-running", request.includeRunning),
    ...flag("--ended", request.ended),
    ...flag("--keep-replaced", request.keepReplaced),
    ...flag("--create", request.create),
    ...flag("--no-fsync", request.fsync === false),
    ...value("--follow", request.follow),
    ...flag("--check", request.check),
    ...flag("--checksum", request.checksum),
    ...optionsOf(request).flatMap((option) => value(...option)),
    ...exclude.flatMap((pattern) => value("--exclude", pattern)),
    ...value("--max-size", request.maxSize),
    ...flag("--metadata-only", request.metadataOnly),
    ...flag("--no-references", request.references === false),
    ...Object.entries(map).flatMap(([from, to]) => ["--map", `${from}=${to}`]),
    ...value("--bwlimit", request.bandwidthLimit),
    ...value("--streams", request.streams),
    ...value("--connect-timeout", request.connectTimeout),
    ...value("--timeout", request.timeout),
    ...value("--settings", request.settings),
  ];
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

/**
 * A command of the program, run by Deno with exactly these permissions; it works from any folder.
 *
 * @param command Its words, those of workspaces and files in full.
 */
export function grantedCommand(
  permissions: RequiredPermissions,
  [, ...args]: string[],
): string[] {
  const flags = (["run", "read", "write", "env", "sys"] as const)
    .filter((name) => permissions[name].length > 0)
    .map((name) => `--allow-${name}=${permissions[name].map(asValue).join(",")}`);
  return ["deno", "run", "--no-prompt", ...flags, "jsr:@xpm/copy", ...args];
}

/** Makes a path absolute. To resolve a relative one, Deno would need more permissions. */
export function inFull({ words, workspace }: Named): Named {
  const isFolder = workspace.ssh === undefined && isPath(words);
  return { workspace, words: isFolder ? workspace.path : words };
}

/** The same request, with the settings file in full. */
export function withSettings<R extends CommonRequest>(request: R): R {
  const { settings } = request;
  return { ...request, settings: settings && localPath(settings) };
}

function asValue(value: string): string {
  if (!value.includes(",")) return value;
  const message = `Deno's flags cannot name ${value}: they use a comma to separate paths`;
  throw new CopyError("usage", message, "rename that folder");
}
