/**
 * A copy or a move that is killed before one of its operations on files: `killed_operation.ts WHAT
 * SOURCE DESTINATION EXPERIMENT RUN N`, the workspaces as JSON; WHAT is `copy` or `move`. Of a copy
 * the operations at the destination count, of a move those at the source. Nothing of it can be
 * cleared up. It prints how many operations there were, when it is not killed.
 *
 * @module
 */

import { copyExperiment, moveExperiment } from "../../mod.ts";

const [what, source, destination, experimentId, runId, count] = Deno.args as [
  "copy" | "move",
  string,
  string,
  string,
  string,
  string,
];
const [from, to] = [JSON.parse(source), JSON.parse(destination)];
const { path } = what === "copy" ? to : from;
let seen = 0;
const CHANGES = [
  "renameSync",
  "removeSync",
  "mkdirSync",
  "writeTextFileSync",
  "chmodSync",
] as const;
for (const name of [...CHANGES, "utimeSync"] as const) {
  const real = Deno[name] as (...args: unknown[]) => unknown;
  const counting = (...args: unknown[]) => {
    const isThere = args.some((arg) => `${arg}`.startsWith(path));
    if (isThere && ++seen === Number(count)) Deno.kill(Deno.pid, "SIGKILL");
    return real(...args);
  };
  Object.defineProperty(Deno, name, { value: counting });
}
await (what === "copy" ? copyExperiment : moveExperiment)(from, to, experimentId, runId);
console.log(seen);
