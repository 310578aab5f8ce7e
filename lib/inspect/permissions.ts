/**
 * The permissions that Deno needs for a copy, and no more.
 *
 * @module
 */

import { CURRENT } from "../workspace/layout.ts";
import { call } from "../copy/call.ts";
import { CopyError } from "../errors.ts";
import type { Grants } from "../host/host.ts";
import type { Hosts } from "../host/hosts.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { surveySelected } from "../copy/copy_runs.ts";
import { checkSelection } from "../copy/options.ts";
import type { Ends } from "../copy/plan.ts";
import { retried } from "../copy/retry.ts";
import { survey } from "../copy/survey.ts";
import type { RunRequest, Survey } from "../copy/surveyed.ts";
import type { CopyOptions, RunSelection } from "../copy/types.ts";

/** The permissions that Deno needs, in the form that workers and tests accept. */
export interface RequiredPermissions {
  /** Programs to run. `df` reports the free space; without it the plan does not include that. */
  run: string[];
  /** Paths to read, links followed. */
  read: string[];
  /** Paths to write, links followed. */
  write: string[];
  /** Environment variables to read. */
  env: string[];
  /**
   * Properties of the system to read: `hostname`, to recognize the holder of a lock. Without it, a
   * copy waits somewhat longer for the lock of a process that is dead.
   */
  sys: string[];
}

/**
 * Finds the permissions that Deno needs for `copyExperiment` with the same arguments: programs,
 * real paths (also where `jobs`, `experiments` or single jobs are links), variables. It inspects
 * both ends as `planCopy` does, and writes nothing.
 *
 * experimaestro has no such function. Needs the same permissions as `planCopy`: it cannot find them
 * out without having them.
 *
 * @param source Where from: a workspace, or words as for `findWorkspace`.
 * @param destination Where to.
 * @param experimentId The experiment.
 * @param runId The run. Default: `current`, for the current one of the source.
 * @param options How to copy.
 * @returns The permissions, for a worker, a test, or the flags of a command line.
 * @throws {CopyError} As `planCopy`.
 *
 * @example
 * ```ts
 * import { requiredPermissions } from "@xpm/copy";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.realPath(await Deno.makeTempDir());
 * const run = `${path}/experiments/neuralir/20260118_170744`;
 * await Deno.mkdir(run, { recursive: true });
 * await Deno.writeTextFile(`${run}/jobs.jsonl`, "");
 *
 * const source = { id: "main", path };
 * const destination = { id: "archive", path: `${path}-archive` };
 * const permissions = await requiredPermissions(source, destination, "neuralir", "20260118_170744");
 * assertEquals(permissions, {
 *   run: ["rsync", "tar", "df"],
 *   read: [path, `${path}-archive`],
 *   write: [`${path}-archive`],
 *   env: ["HOME", "PATH"],
 *   sys: ["hostname"],
 * });
 * ```
 */
export async function requiredPermissions(
  source: string | Workspace,
  destination: string | Workspace,
  experimentId: string,
  runId: string = CURRENT,
  options: CopyOptions = {},
): Promise<RequiredPermissions> {
  return await call(
    { source, destination },
    options,
    (hosts, workspaces) => permissionsBetween(hosts, { workspaces, experimentId, runId }, options),
  );
}

/**
 * The same for machines that may be connected already.
 *
 * @param moves Whether the run is moved: then the source is written, too.
 */
export async function permissionsBetween(
  hosts: Hosts,
  request: RunRequest,
  options: CopyOptions,
  moves = false,
): Promise<RequiredPermissions> {
  const surveyed = await retried(
    hosts,
    () => survey(hosts, request, { ...options, dryRun: true }),
    options,
  );
  return permissionsFor(surveyed, moves);
}

/**
 * Finds the permissions that Deno needs for `copyRuns` with the same arguments: those of all runs
 * together. It inspects both ends as `planRuns` does, and writes nothing.
 *
 * experimaestro has no such function. Needs the same permissions as `planRuns`.
 *
 * @param source The workspace to copy from, or words as for `findWorkspace`.
 * @param destination The workspace to copy to.
 * @param selection Which runs. Default, and without any field: the current run of each experiment.
 * @param options How to copy.
 * @returns The permissions.
 * @throws {CopyError} As `planRuns`.
 *
 * @example
 * ```ts
 * import { CopyError, requiredPermissionsOfRuns } from "@xpm/copy";
 * import { assertRejects } from "@std/assert";
 *
 * const find = () => requiredPermissionsOfRuns("/no/such", "/archive", { runs: ["202601*"] });
 * await assertRejects(find, CopyError);
 * ```
 */
export async function requiredPermissionsOfRuns(
  source: string | Workspace,
  destination: string | Workspace,
  selection: RunSelection = {},
  options: CopyOptions = {},
): Promise<RequiredPermissions> {
  checkSelection(selection);
  return await call(
    { source, destination },
    options,
    (hosts, workspaces) => permissionsOfRuns(hosts, workspaces, selection, options),
  );
}

/** The same for machines that may be connected already. */
export async function permissionsOfRuns(
  hosts: Hosts,
  workspaces: Ends<Workspace>,
  selection: RunSelection,
  options: CopyOptions,
): Promise<RequiredPermissions> {
  const { surveys } = await surveySelected(hosts, workspaces, selection, {
    ...options,
    dryRun: true,
  });
  const needed = surveys.flatMap((survey) =>
    survey instanceof CopyError ? [] : [permissionsFor(survey, false)]
  );
  const all = (of: keyof RequiredPermissions) => [...new Set(needed.flatMap((one) => one[of]))];
  return {
    ...{ run: all("run"), read: outermost(all("read")), write: outermost(all("write")) },
    ...{ env: all("env"), sys: all("sys") },
  };
}

function permissionsFor({ hosts, infos, found }: Survey, moves: boolean): RequiredPermissions {
  const [source, destination] = (["source", "destination"] as const).map((end) =>
    hosts[end].grants(infos[end], found[end].linked ?? [], moves || end === "destination")
  ) as [Grants, Grants];
  const all = (of: keyof Grants) => [...source[of], ...destination[of]];
  // between two other machines they run there
  const isHere = [hosts.source, hosts.destination]
    .some(({ can }) => can.rsync.shell === undefined && !can.isArchive);
  return {
    run: [...(isHere ? ["rsync", "tar"] : []), ...new Set(all("run"))],
    read: outermost(all("read")),
    write: outermost([...destination.write, ...source.write]),
    env: ["HOME", "PATH", ...new Set(all("env"))],
    sys: ["hostname"],
  };
}

/** The paths without duplicates, and without those inside another one. */
function outermost(paths: string[]): string[] {
  return [...new Set(paths)].filter((path) =>
    !paths.some((other) => other !== path && path.startsWith(other === "/" ? "/" : `${other}/`))
  );
}
