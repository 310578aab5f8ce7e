/**
 * What Deno has to be granted for a copy, and no more.
 *
 * @module
 */

import type { Grants } from "../host/host.ts";
import { Hosts } from "../host/hosts.ts";
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
  const [source, destination] = (["source", "destination"] as const).map((end) =>
    hosts[end].grants(sights[end], found[end].linked ?? [], end === "destination")
  ) as [Grants, Grants];
  const all = (of: keyof Grants) => [...source[of], ...destination[of]];
  return {
    run: ["rsync", "tar", ...all("run")],
    read: outermost(all("read")),
    write: outermost([...destination.write, ...source.write]),
    env: ["HOME", "PATH", ...all("env")],
    sys: ["hostname"],
  };
}

/** Each path once, without those that another one holds. */
function outermost(paths: string[]): string[] {
  return [...new Set(paths)].filter((path) =>
    !paths.some((other) => other !== path && path.startsWith(other === "/" ? "/" : `${other}/`))
  );
}
