/**
 * A CI job that fetches the evaluations of an experiment, and fails unless all are done:
 *
 *     deno run -A ci_job.ts me@hpc:/scratch/me/xpm ./results neuralir
 *
 * @module
 */

import { CopyError, listJobs, openSession, watchCopy } from "@xpm/copy";

const [from = "cluster", to = "./results", experiment = "neuralir"] = Deno.args;
const tasks = ["*.evaluate"];

await using session = openSession();
const options = { session, tasks, signal: AbortSignal.timeout(10 * 60_000) };
try {
  for await (const event of watchCopy(from, to, experiment, "current", options)) {
    if (event.type === "published") console.log(`fetched ${event.job.taskId} ${event.job.jobId}`);
    if (event.type === "warning") console.log(`::warning::${event.problem.message}`);
  }
  for (const { taskId, jobId, state } of await listJobs(to, experiment, "current", options)) {
    if (state === "done") continue;
    console.log(`::error::${taskId} ${jobId} is ${state}`);
    Deno.exitCode = 1;
  }
} catch (error) {
  if (!(error instanceof CopyError)) throw error;
  console.log(`::error::${error.message}. ${error.hint ?? ""}`);
  Deno.exitCode = 1;
}
