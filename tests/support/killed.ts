/**
 * A copy that is killed at one of its events: `killed.ts SOURCE DESTINATION EXPERIMENT RUN N`, the
 * workspaces as JSON. Nothing of it can be cleared up.
 *
 * @module
 */

import { copyExperiment } from "../../mod.ts";

const [source, destination, experimentId, runId, count] = Deno.args as [
  string,
  string,
  string,
  string,
  string,
];
let left = Number(count);
await copyExperiment(JSON.parse(source), JSON.parse(destination), experimentId, runId, {
  onEvent() {
    if (left-- === 0) Deno.kill(Deno.pid, "SIGKILL");
  },
});
