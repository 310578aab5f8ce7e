/**
 * Copies as a user who may do nothing special: `as_nobody.ts SOURCE DESTINATION EXPERIMENT RUN`, the
 * workspaces as JSON. Prints the result, or the error.
 *
 * @module
 */

import process from "node:process";
import { CopyError, copyExperiment } from "../../mod.ts";

/** The user and the group of nobody, as Debian numbers them. */
const NOBODY = 65534;

const [source, destination, experimentId, runId] = Deno.args as [string, string, string, string];
process.setgid!(NOBODY);
process.setuid!(NOBODY);
try {
  const [from, to] = [JSON.parse(source), JSON.parse(destination)];
  console.log(JSON.stringify(await copyExperiment(from, to, experimentId, runId)));
} catch (error) {
  if (!(error instanceof CopyError)) throw error;
  console.log(JSON.stringify({ error: { code: error.code, message: error.message } }));
}
