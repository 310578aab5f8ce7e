/**
 * One plan for several runs, made of the plans of each: a function of data.
 *
 * @module
 */

import { jobFolder, unitOf } from "../workspace/layout.ts";
import { isOmitted, isWritten } from "./decisions.ts";
import { addWarnings, amountOf } from "./make_plan.ts";
import { addPath } from "./references.ts";
import { eachOnce } from "./said.ts";
import type { NamedPaths, Survey } from "./surveyed.ts";
import { warningsOf } from "./unmatched.ts";
import type { CopyRunsPlan, FailedRun, PlannedJob } from "./types.ts";

/**
 * Makes the plan for all of some runs, in their order.
 *
 * @param resumed Whether the copy of one resumes another.
 */
export function planAll(surveys: Survey[], failed: FailedRun[], resumed: boolean): CopyRunsPlan {
  const plans = surveys.map(({ plan }) => plan);
  const { source, destination } = plans[0]!;
  const jobs = onceEach(plans.flatMap(({ jobs }) => jobs));
  const partials = onceEach(plans.flatMap(({ partials = [] }) => partials));
  const brought = new Set([...jobs, ...partials].filter(isWritten).map(jobFolder));
  const missing = [...new Set(plans.flatMap(({ referencesMissing = [] }) => referencesMissing))]
    .filter((path) => !brought.has(unitOf(path))).sort();
  const amount = amountOf([...jobs, ...partials, ...plans.map(({ run }) => run)]);
  const all: CopyRunsPlan = {
    ...{ source, destination, runs: plans, failed, jobs, ...amount },
    ...(partials.length > 0 && { partials }),
    ...(missing.length > 0 && { referencesMissing: missing }),
    warnings: eachOnce(warningsOf(plans)),
  };
  const outside: NamedPaths = new Map();
  for (const survey of surveys) {
    for (const [path, by] of survey.outside) addPath(outside, path, by);
  }
  addWarnings(all, outside, resumed);
  return all;
}

/** The same jobs, each once: as it is written, if one of the runs brings it. */
function onceEach(jobs: PlannedJob[]): PlannedJob[] {
  const known = new Map<string, PlannedJob>();
  for (const job of jobs) {
    const before = known.get(jobFolder(job));
    const counts = before === undefined ||
      !isWritten(before) && (isWritten(job) || isOmitted(before));
    if (counts) known.set(jobFolder(job), job);
  }
  return [...known.values()];
}
