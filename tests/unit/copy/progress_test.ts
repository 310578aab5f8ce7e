import { assertEquals } from "@std/assert";
import type { Load } from "../../../lib/copy/loads.ts";
import { noPaths } from "../../../lib/copy/references.ts";
import type { Published } from "../../../lib/copy/publish.ts";
import type { Survey } from "../../../lib/copy/surveyed.ts";
import { Outcome } from "../../../lib/copy/progress.ts";
import type { CopyEvent, JobAction, PlannedJob } from "../../../lib/copy/types.ts";
import { emptyPlan } from "../../cli/samples.ts";

function job(jobId: string, action: JobAction): PlannedJob {
  return {
    taskId: "t",
    jobId,
    action,
    source: "done",
    destination: action === "skip" ? "done" : "absent",
    bytes: action === "skip" ? 0 : 100,
    files: 1,
    incomplete: false,
  };
}

/** What is known when these jobs are planned so. */
function surveyOf(jobs: PlannedJob[]): Survey {
  const plan = { ...emptyPlan(), jobs, bytes: jobs.reduce((sum, { bytes }) => sum + bytes, 0) };
  return { plan, problems: [] } as unknown as Survey;
}

/** A load without the run. */
function loadOf(jobs: PlannedJob[]): Load {
  return { staging: "/s", jobs, links: [], settled: [], withRun: false, last: false };
}

function publish(outcome: Outcome, jobs: PlannedJob[]): void {
  const published: Published = {
    jobs,
    found: [],
    failed: [],
    runFailed: [],
    afterwards: [],
    notes: [],
    left: noPaths(),
  };
  outcome.take(loadOf(jobs), published, undefined);
}

Deno.test("Outcome goes on counting when a copy connects again", () => {
  const events: CopyEvent[] = [];
  const options = { onEvent: (event: CopyEvent) => void events.push(event) };
  const [one, two] = [job("1", "replace"), job("2", "copy")];
  const first = new Outcome(surveyOf([one, two, job("3", "skip")]), options);
  publish(first, [one]);
  // what has been published is found at the destination by the next attempt
  const second = new Outcome(surveyOf([job("1", "skip"), two, job("3", "skip")]), options, first);
  assertEquals(second.published, 1);
  publish(second, [two]);
  const { jobsCopied, jobsSkipped, jobsReplaced, bytes, complete } = second.result(1);
  assertEquals([jobsCopied, jobsSkipped, bytes, complete], [2, 1, 200, true]);
  assertEquals(jobsReplaced, [{ taskId: "t", jobId: "1" }]);
  assertEquals(events.filter(({ type }) => type === "planned").length, 1);
  const last = events.findLast(({ type }) => type === "progress");
  assertEquals(last, {
    type: "progress",
    progress: { bytes: 200, totalBytes: 200, jobs: 2, received: 2, totalJobs: 2 },
  });
});

Deno.test("Outcome tells that what has come is written to the disk, with all jobs received", () => {
  const events: CopyEvent[] = [];
  const options = { onEvent: (event: CopyEvent) => void events.push(event) };
  const jobs = [job("1", "copy"), job("2", "copy")];
  const outcome = new Outcome(surveyOf(jobs), options);
  for (const { taskId, jobId } of jobs) outcome.arriving(`jobs/${taskId}/${jobId}`);
  outcome.settling(loadOf(jobs));
  publish(outcome, jobs);
  const amounts = { bytes: 200, totalBytes: 200, received: 2, totalJobs: 2 };
  assertEquals(events.flatMap((event) => event.type === "progress" ? [event.progress] : []), [
    { ...amounts, jobs: 0, settling: true },
    { ...amounts, jobs: 2 },
  ]);
});
