/**
 * Checking a copy: what is at the destination, compared with what is at the source.
 *
 * @module
 */

import { call } from "../copy/call.ts";
import type { RunRequest } from "../copy/surveyed.ts";
import { retried } from "../copy/retry.ts";
import type { Hosts } from "../host/hosts.ts";
import { CURRENT } from "../workspace/layout.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { lookAtEnds } from "./check_ends.ts";
import type { CheckOptions, CheckResult } from "./check_types.ts";
import type { CheckedJobs } from "./computed.ts";

/** What is said of a check that was asked to stop. */
const STOPPED = "the check was interrupted";

/**
 * Compares a run with its jobs at two workspaces: names, kinds, sizes, modes, times, targets of
 * links, and documents by what they should be after a copy has rewritten their paths. With
 * `checksum` also the contents of all files; no byte of these travels. Nothing is written.
 *
 * experimaestro has no such function. Needs `--allow-read` of local workspaces, and
 * `--allow-run=rsync,tar` where they hold names that are not UTF-8; for remote ones
 * `--allow-run=ssh`, `--allow-env` and `--allow-write` of the temporary folder. A remote host needs
 * `openssl`, `sha256sum` or `shasum` for `checksum`.
 *
 * @param source The workspace that was copied from, or words as for `findWorkspace`.
 * @param destination The workspace that was copied to.
 * @param experimentId The experiment.
 * @param runId The run. Default: `current`, for the current one of the source.
 * @param options How to check. A copy with `map` or `ended` is checked with the same.
 * @returns The differences, and what there is to say besides.
 * @throws {CopyError} `not-found`, when the source has no such run, or a workspace does not exist;
 * `connection`, when a host cannot be reached; `program`, when it cannot make checksums.
 *
 * @example
 * ```ts
 * import { checkExperiment } from "@xpm/copy";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.realPath(await Deno.makeTempDir());
 * for (const workspace of ["a", "b"]) {
 *   const run = `${path}/${workspace}/experiments/neuralir/20260118_170744`;
 *   await Deno.mkdir(run, { recursive: true });
 *   await Deno.writeTextFile(`${run}/jobs.jsonl`, "");
 *   await Deno.utime(`${run}/jobs.jsonl`, 1_800_000_000, 1_800_000_000);
 *   await Deno.writeTextFile(`${path}/${workspace}/.__experimaestro__`, "");
 * }
 * await Deno.writeTextFile(`${path}/b/experiments/neuralir/20260118_170744/notes`, "mine");
 *
 * const [source, destination] = ["a", "b"].map((id) => ({ id, path: `${path}/${id}` }));
 * const result = await checkExperiment(source!, destination!, "neuralir", "20260118_170744");
 * assertEquals(
 *   result.differences.map(({ kind, path }) => [kind, path]),
 *   [
 *     ["extra", "experiments/neuralir/20260118_170744/notes"],
 *     ["missing", "experiments/neuralir/current"],
 *   ],
 * );
 * await Deno.remove(path, { recursive: true });
 * ```
 */
export async function checkExperiment(
  source: string | Workspace,
  destination: string | Workspace,
  experimentId: string,
  runId: string = CURRENT,
  options: CheckOptions = {},
): Promise<CheckResult> {
  return await call(
    { source, destination },
    options,
    (hosts, workspaces) => check(hosts, { workspaces, experimentId, runId }, options),
    STOPPED,
  );
}

/** The same between machines that may be connected already. */
export async function check(
  hosts: Hosts,
  request: RunRequest,
  options: CheckOptions,
  jobs?: CheckedJobs,
): Promise<CheckResult> {
  const started = performance.now();
  const { Checking } = await import("./checking.ts"); // it loads the hashes of Node
  const compare = async () =>
    await new Checking(await lookAtEnds(hosts, request, options), options, jobs).run();
  const found = await retried(hosts, compare, options, { interrupted: STOPPED });
  const { experimentId } = request;
  return { experimentId, ...found, seconds: (performance.now() - started) / 1000 };
}
