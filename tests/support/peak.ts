/**
 * A copy, and how much memory it took at most: `peak.ts SOURCE DESTINATION EXPERIMENT RUN`, the
 * workspaces as JSON.
 *
 * @module
 */

import { copyExperiment } from "../../mod.ts";

const [source, destination, experimentId, runId] = Deno.args as [string, string, string, string];
const result = await copyExperiment(
  JSON.parse(source),
  JSON.parse(destination),
  experimentId,
  runId,
);
const [, peak] = /VmHWM:\s*(\d+) kB/.exec(Deno.readTextFileSync("/proc/self/status"))!;
console.log(JSON.stringify({ result, peak: Number(peak) * 1024 }));
