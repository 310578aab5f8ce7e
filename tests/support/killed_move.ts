/**
 * A move that is killed before one of its operations on files: `killed_move.ts SOURCE DESTINATION
 * EXPERIMENT RUN N`, the workspaces as JSON. Nothing of it can be cleared up. It prints how many
 * operations there were, when it is not killed.
 *
 * @module
 */

import { moveExperiment } from "../../mod.ts";

const [source, destination, experimentId, runId, count] = Deno.args as [
  string,
  string,
  string,
  string,
  string,
];
const from = JSON.parse(source);
let seen = 0;
for (const name of ["renameSync", "removeSync", "mkdirSync", "writeTextFileSync"] as const) {
  const real = Deno[name] as (...args: unknown[]) => unknown;
  const counting = (...args: unknown[]) => {
    const isOfSource = args.some((arg) => `${arg}`.startsWith(from.path));
    if (isOfSource && ++seen === Number(count)) Deno.kill(Deno.pid, "SIGKILL");
    return real(...args);
  };
  Object.defineProperty(Deno, name, { value: counting });
}
await moveExperiment(from, JSON.parse(destination), experimentId, runId);
console.log(seen);
