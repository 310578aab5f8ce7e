/**
 * Follows a run in progress with a progress bar, until it has ended or Ctrl-C is pressed:
 *
 *     deno run -A follow.ts neuralir cluster local
 *
 * @module
 */

import { CopyError, type CopyEvent, followExperiment } from "@xpm/copy";

const [experiment = "neuralir", from = "cluster", to = "local"] = Deno.args;
const WIDTH = 30;

const stop = new AbortController();
Deno.addSignalListener("SIGINT", () => stop.abort());

function show(event: CopyEvent): void {
  if (event.type === "progress") {
    const { bytes, totalBytes, jobs, totalJobs } = event.progress;
    const bar = "#".repeat(Math.floor(WIDTH * bytes / (totalBytes || 1))).padEnd(WIDTH, ".");
    Deno.stdout.writeSync(new TextEncoder().encode(`\r[${bar}] ${jobs} of ${totalJobs} jobs`));
  }
  if (event.type === "followed") console.log("\nwaiting for more jobs");
  if (event.type === "retrying") console.log(`\n${event.message}; trying again`);
}

try {
  const { signal } = stop;
  const result = await followExperiment(from, to, experiment, "current", { signal, onEvent: show });
  console.log(`\n${result.runId} has ended: ${result.jobsCopied} jobs copied`);
} catch (error) {
  if (!(error instanceof CopyError)) throw error;
  console.log(`\n${error.message}`); // what has been copied stays
  Deno.exitCode = 1;
}
