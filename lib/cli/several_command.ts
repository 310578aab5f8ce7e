/**
 * What `xpm-copy` does when several runs are selected.
 *
 * @module
 */

import { isRefused } from "../copy/space.ts";
import type { CopyEvent, CopyPlan, CopyRunsPlan, CopyRunsResult } from "../copy/types.ts";
import { CURRENT } from "../workspace/layout.ts";
import { checkedOf, checkOptions } from "./check_command.ts";
import { chooseForSeveral, runOf, type Sources } from "./choose.ts";
import { checkCommands, copyCommand } from "./command_line.ts";
import { agrees, begin, type Context, copyOptions, notingPlan } from "./context.ts";
import { EXIT } from "./exit_codes.ts";
import { exitCode } from "./failure.ts";
import { hasWork } from "./names.ts";
import type { Checked } from "./reporter.ts";
import type { CopyRequest } from "./requests.ts";

/** A request for several runs. */
type SeveralRequest = CopyRequest & { runs: NonNullable<CopyRequest["runs"]> };

/** Copies several runs; returns the exit code. */
export async function copySeveral(request: SeveralRequest, context: Context): Promise<number> {
  const { reporter } = context;
  let whole: CopyRunsPlan | undefined;
  const copied: CopyPlan[] = [];
  const noting = notingPlan(context);
  const sources = await begin(request, context, (event: CopyEvent) => {
    if (event.type === "plannedRuns") whole = event.plan;
    noting.onEvent(event);
    if (event.type !== "done") return;
    copied.push(noting.plan());
    reporter.copiedOne(event.result, noting.plan());
  });
  await using session = sources.session;
  const { questions, defaults } = sources;
  const choice = await chooseForSeveral(sources);
  const { workspaces } = runOf(choice);
  const options = copyOptions(request, defaults);
  let result = await session.copyRuns(workspaces, request.runs, options);
  if (result.dryRun) {
    const plan = whole!;
    if (isRefused(plan)) {
      reporter.plannedAll(plan, result);
      return EXIT.failure;
    }
    const command = copyCommand(request, choice, CURRENT);
    const asks = questions !== undefined && !request.dryRun && plan.runs.some(hasWork);
    const unchecked = checkCommands(request, choice, plan);
    if (asks) reporter.plannedAll(plan, result);
    else reporter.plannedAll(plan, result, command, unchecked);
    const isAgreed = asks && await agrees(questions, "Copy now?", context, command, unchecked);
    if (!isAgreed) return result.failed.length === 0 ? EXIT.complete : EXIT.incomplete;
    copied.length = 0;
    const agreed = plan.runs.map(({ experimentId, runId }) => ({ experimentId, runId }));
    result = await session.copyRuns(workspaces, agreed, { ...options, dryRun: false });
    result = { ...result, failed: [...plan.failed, ...result.failed] };
  }
  reporter.copiedAll(result);
  const isSame = !request.check || await checkAll(copied, sources, workspaces, reporter);
  return isSame ? codeOf(result) : EXIT.different;
}

function codeOf({ runs, failed, complete }: CopyRunsResult): number {
  const [first] = failed;
  if (first !== undefined && runs.length === 0) return exitCode(first);
  return complete && first === undefined ? EXIT.complete : EXIT.incomplete;
}

/** Checks what was just copied, each job once; returns whether there is no difference. */
async function checkAll(
  plans: CopyPlan[],
  { session, request, defaults }: Omit<Sources, "request"> & { request: CopyRequest },
  workspaces: ReturnType<typeof runOf>["workspaces"],
  reporter: Context["reporter"],
): Promise<boolean> {
  const options = checkOptions(request, defaults);
  const seen = new Set<string>();
  let all: Checked | undefined;
  for (const plan of plans) {
    const { experimentId, runId } = plan;
    const which = { workspaces, experimentId, runId };
    const result = await session.check(which, options, checkedOf(plan, request, seen));
    const { experimentId: _, runId: _run, ...rest } = result;
    all = all === undefined ? rest : together(all, rest);
  }
  if (all !== undefined) reporter.checked(all);
  return all === undefined || all.differences.length === 0;
}

/** What two checks have found. */
function together(one: Checked, other: Checked): Checked {
  const sum = (of: "compared" | "leftOut") => ({
    jobs: one[of].jobs + other[of].jobs,
    files: one[of].files + other[of].files,
    bytes: one[of].bytes + other[of].bytes,
  });
  return {
    same: one.same && other.same,
    differences: [...one.differences, ...other.differences],
    compared: sum("compared"),
    leftOut: sum("leftOut"),
    checksum: one.checksum,
    notes: [...one.notes, ...other.notes],
    seconds: one.seconds + other.seconds,
  };
}
