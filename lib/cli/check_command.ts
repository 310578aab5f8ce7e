/**
 * What `xpm-copy check` does, and `--check` after a copy.
 *
 * @module
 */

import { unitsOf } from "../copy/decisions.ts";
import type { RunRequest } from "../copy/surveyed.ts";
import type { CopyPlan, JobAction } from "../copy/types.ts";
import type { CheckOptions } from "../inspect/check_types.ts";
import type { CheckedJobs } from "../inspect/computed.ts";
import type { Defaults } from "../settings/defaults.ts";
import { type FolderId, jobFolder } from "../workspace/layout.ts";
import { choose, runOf } from "./choose.ts";
import { begin, type Context, mapOf } from "./context.ts";
import { EXIT } from "./exit_codes.ts";
import type { Session } from "./library.ts";
import type { Reporter } from "./reporter.ts";
import type { CheckRequest, CopyRequest } from "./requests.ts";

/** Checks a run; returns the exit code. */
export async function check(request: CheckRequest, context: Context): Promise<number> {
  const sources = await begin(request, context);
  await using session = sources.session;
  const choice = await choose(sources);
  const result = await session.check(runOf(choice), checkOptions(request, sources.defaults));
  context.reporter.checked(result);
  if (result.differences.length > 0) return EXIT.different;
  return result.same ? EXIT.complete : EXIT.incomplete;
}

/** Checks what was just copied, on the same connections; returns whether there is no difference. */
export async function checkCopied(
  session: Session,
  which: RunRequest,
  plan: CopyPlan,
  request: CopyRequest,
  defaults: Defaults,
  reporter: Reporter,
): Promise<boolean> {
  const options = checkOptions(request, defaults);
  const result = await session.check(
    { ...which, runId: plan.runId },
    options,
    checkedOf(plan, request),
  );
  reporter.checked(result);
  return result.differences.length === 0;
}

/** Whether a folder that jobs share is checked with them: a copy that has nothing to do plans none. */
function isShared({ sharedName }: FolderId, { references }: CopyRequest): boolean {
  return references && sharedName !== undefined;
}

/** What a copy leaves out, and its summary names: there is nothing to compare. */
const LEFT_OUT: readonly (JobAction | undefined)[] = ["omit", "wait", "missing"];

/** What was planned and is to be checked, but for what was checked before. */
export function checkedOf(
  plan: Pick<CopyPlan, "jobs" | "partials">,
  request: CopyRequest,
  seen: Set<string> = new Set(),
): CheckedJobs {
  const actions = new Map(unitsOf(plan).map((job) => [jobFolder(job), job.action]));
  const before = new Set(seen);
  return {
    isWanted: (job) => {
      const folder = jobFolder(job);
      const action = actions.get(folder);
      if (before.has(folder) || LEFT_OUT.includes(action)) return false;
      if (action === undefined && !isShared(job, request)) return false;
      seen.add(folder);
      return true;
    },
    wasSkipped: (job) => actions.get(jobFolder(job)) === "skip",
  };
}

/** The options of a check. */
export function checkOptions(
  request: Pick<CheckRequest, "checksum" | "ended" | "map">,
  defaults: Defaults,
): CheckOptions {
  const { checksum, ended } = request;
  return { checksum, ended, map: mapOf(request, defaults) };
}
