/**
 * Copies as a user who may do nothing special: `as_nobody.ts SOURCE DESTINATION EXPERIMENT RUN`.
 *
 * @module
 */

import process from "node:process";
import { copyExperiment } from "../../mod.ts";

/** The user and the group of nobody, as Debian numbers them. */
const NOBODY = 65534;

const [source, destination, experimentId, runId] = Deno.args as [string, string, string, string];
process.setgid!(NOBODY);
process.setuid!(NOBODY);
const result = await copyExperiment(
  { id: "source", path: source },
  { id: "destination", path: destination },
  experimentId,
  runId,
);
console.log(JSON.stringify(result));
