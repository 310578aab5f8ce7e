/**
 * What Deno has to be granted for a copy, and no more.
 *
 * @module
 */

import { variable } from "../system/environment.ts";
import type { LinkedFolder, Sight } from "../host/host.ts";
import { Hosts } from "../host/hosts.ts";
import { socketParent } from "../host/ssh/session.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { type RunRequest, type Survey, survey } from "../copy/survey.ts";
import type { CopyOptions } from "../copy/types.ts";

/** What Deno has to be granted, in the form that workers and tests take it. */
export interface RequiredPermissions {
  /** Programs to run. Without `df`, which tells the free space, the plan leaves that out. */
  run: string[];
  /** Paths to read, links resolved. */
  read: string[];
  /** Paths to write, links resolved. */
  write: string[];
  /** Environment variables to read. */
  env: string[];
  /**
   * What to ask of the system: `hostname`, to know who holds a lock. Without it a lock of the dead is
   * waited for somewhat longer.
   */
  sys: string[];
}

/** Variables by which ssh finds keys and tickets, granted when they are set. */
const SSH_VARIABLES = ["SSH_AUTH_SOCK", "KRB5CCNAME", "SSH_ASKPASS"];
/** Variables that are of use to a program that asks for passwords in a window. */
const ASKPASS_VARIABLES = ["SSH_ASKPASS_REQUIRE", "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY"];

/**
 * Tells what Deno has to be granted for `copyExperiment` with the same arguments: programs, real
 * paths (links that `jobs`, `experiments` or single jobs are, resolved), variables. It looks at both
 * ends as `planCopy` does, and writes nothing.
 *
 * experimaestro has no such function. Needs the same permissions as `planCopy`: to be found out,
 * they must be there once.
 *
 * @param source Where from.
 * @param destination Where to.
 * @param experimentId The experiment.
 * @param runId The run; `current` for the current one of the source.
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
  source: Workspace,
  destination: Workspace,
  experimentId: string,
  runId: string,
  options: CopyOptions = {},
): Promise<RequiredPermissions> {
  await using hosts = new Hosts(options);
  const workspaces = { source, destination };
  return await permissionsBetween(hosts, { workspaces, experimentId, runId }, options);
}

/** The same between machines that are open, or will be. */
export async function permissionsBetween(
  hosts: Hosts,
  request: RunRequest,
  options: CopyOptions,
): Promise<RequiredPermissions> {
  return permissionsFor(await survey(hosts, request, options));
}

function permissionsFor({ hosts, sights, found }: Survey): RequiredPermissions {
  const isHere = (end: "source" | "destination") => hosts[end].name === undefined;
  const ends = (["source", "destination"] as const).filter(isHere);
  const withSsh = ends.length < 2;
  const read = ends.flatMap((
    end,
  ) => [...spellings(sights[end]), ...leads(found[end].linked ?? [])]);
  const toHere = ends.includes("destination");
  const write = toHere ? places(sights.destination) : [];
  return {
    run: ["rsync", "tar", ...(withSsh ? ["ssh"] : []), ...(toHere ? ["df"] : [])],
    read: outermost(read),
    write: outermost([...write, ...(withSsh ? [socketParent()] : [])]),
    env: ["HOME", "PATH", ...(withSsh ? ["TMPDIR", ...variablesOfSsh()] : [])],
    sys: ["hostname"],
  };
}

/** Where a workspace's parts are, links resolved. */
function places({ realPath, jobsPath, experimentsPath }: Sight): string[] {
  return [realPath, jobsPath, experimentsPath];
}

/** The same, and the path as it is spelled, to see where it leads; of one that is not there its beginning. */
function spellings(sight: Sight): string[] {
  const { path, realPath, state } = sight;
  if (path === realPath) return places(sight);
  if (state !== "absent") return [path, ...places(sight)];
  const [spelled, real] = [path.split("/"), realPath.split("/")];
  while (spelled.length > 2 && spelled.at(-1) === real.at(-1)) {
    spelled.pop();
    real.pop();
  }
  return [spelled.join("/"), ...places(sight)];
}

/** Where folders that are links lead: what stands for `jobs` there, rather than every job. */
function leads(linked: LinkedFolder[]): string[] {
  return linked.filter(({ realPath }) => realPath !== "").map(({ folder, realPath }) => {
    const place = folder.slice(folder.indexOf("/"));
    return realPath.endsWith(place) ? realPath.slice(0, -place.length) : realPath;
  });
}

/** Each path once, without those that another one holds. */
function outermost(paths: string[]): string[] {
  return [...new Set(paths)].filter((path) =>
    !paths.some((other) => other !== path && path.startsWith(other === "/" ? "/" : `${other}/`))
  );
}

function variablesOfSsh(): string[] {
  const isSet = (name: string) => variable(name) !== undefined;
  const asks = isSet("SSH_ASKPASS") ? ASKPASS_VARIABLES : [];
  return [...SSH_VARIABLES, ...asks].filter(isSet);
}
