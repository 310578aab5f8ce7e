/**
 * Brings another workspace up to date, and checks what was copied. For cron:
 *
 *     0 3 * * *  deno run -A nightly_sync.ts cluster archive
 *
 * @module
 */

import { checkExperiment, compareWorkspaces, copyExperiment, openSession } from "@xpm/copy";

const [from = "cluster", to = "archive"] = Deno.args;
const HOURS = 3_600_000;

await using session = openSession(); // one login to each host for all that follows
const options = { session, signal: AbortSignal.timeout(5 * HOURS) };

const { runs } = await compareWorkspaces(from, to, options);
for (const { experimentId, runId, ahead } of runs) {
  if (ahead !== "source" && ahead !== "both") continue;
  const result = await copyExperiment(from, to, experimentId, runId, options);
  console.log(`${experimentId} ${runId}: ${result.jobsCopied} jobs copied`);
  for (const { message } of result.errors) console.error(`  ${message}`);
  const { differences } = await checkExperiment(from, to, experimentId, runId, options);
  for (const { path, what } of differences) console.error(`  ${path}: ${what}`);
  if (!result.complete || differences.length > 0) Deno.exitCode = 3;
}
